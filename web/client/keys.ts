// Shortcuts of every page. Single letters rest while somebody types, while a dialog is open, or when the cookie ep_keys says off.
import { openPalette } from "./palette";

const PAUSE = 1200;
let armed = 0;

function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input,textarea,select,[contenteditable]") !== null;
}

export function startKeys(): void {
  const sheet = document.querySelector<HTMLDialogElement>("#keys");
  for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", () => sheet?.showModal());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    if (document.querySelector("dialog[open]") || /(?:^|; )ep_keys=off/.test(document.cookie)) return;
    if (event.key === "?") {
      event.preventDefault();
      sheet?.showModal();
    } else if (event.key === "g") {
      armed = event.timeStamp;
    } else if (armed > 0) {
      const soon = event.timeStamp - armed < PAUSE;
      armed = 0;
      const link = document.querySelector<HTMLElement>(`[data-letter="${CSS.escape(event.key)}"]`)?.dataset["href"];
      if (soon && link) location.assign(link);
    }
  });
}
