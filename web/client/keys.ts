// Shortcuts of every page. Single letters rest while somebody types, while a dialog is open, or when the cookie ep_keys says off.
import { foldSide } from "./choices";
import { typing } from "./note";
import { openPalette } from "./palette";
import { moveRow, openRow } from "./rows";

const PAUSE = 1200;
let armed = 0;

export function openKeys(): void {
  document.querySelector<HTMLDialogElement>("#keys")?.showModal();
}

/** What a single key does; true when it did something. */
function single(key: string): boolean {
  const lists = document.querySelector("[data-rows]") !== null;
  if (key === "?") openKeys();
  else if (key === "/") {
    const search = document.querySelector<HTMLElement>("main input[type=search]");
    search?.focus();
    return search !== null;
  } else if (lists && key === "j") moveRow(1);
  else if (lists && key === "k") moveRow(-1);
  else if (key === "r" && document.querySelector("main [data-live]")) document.dispatchEvent(new CustomEvent("ep:refresh"));
  else if (key === "Enter") return openRow();
  else return false;
  return true;
}

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (command && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (command && event.key.toLowerCase() === "b" && document.querySelector("[data-fold]")) {
      event.preventDefault();
      foldSide();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    if (document.querySelector("dialog[open]") || document.documentElement.dataset["keys"] === "off") return;
    if (armed > 0) {
      const soon = event.timeStamp - armed < PAUSE;
      armed = 0;
      const link = document.querySelector<HTMLElement>(`[data-letter="${CSS.escape(event.key)}"]`)?.dataset["href"];
      if (soon && link) {
        location.assign(link);
        return;
      }
    }
    if (event.key === "g") armed = event.timeStamp;
    else if (single(event.key)) event.preventDefault();
  });
}
