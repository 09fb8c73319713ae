// Density, keys and side bar: the server writes them into <html>, so nothing jumps. Here they change without a new page.
import { announce, remember } from "./note";

const root = document.documentElement;

function choose(name: string, word: string): void {
  root.dataset[name] = word;
  remember(`ep_${name}`, word);
  for (const button of document.querySelectorAll<HTMLButtonElement>(`[data-choice][name=${name}]`)) {
    button.setAttribute("aria-pressed", String(button.value === word));
  }
  const fold = document.querySelector<HTMLButtonElement>("[data-fold]");
  if (!fold || name !== "sidebar") return;
  fold.value = word === "open" ? "closed" : "open";
  fold.setAttribute("aria-expanded", String(word === "open"));
}

/** Fold or unfold the side bar; where there is none nothing happens. */
export function foldSide(): void {
  const fold = document.querySelector<HTMLButtonElement>("[data-fold]");
  if (!fold) return;
  choose("sidebar", fold.value);
  announce(root.dataset["sidebar"] === "open" ? "Side bar open" : "Side bar folded");
}

export function startChoices(): void {
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement)) return;
    if (!button.matches("[data-choice],[data-fold]")) return;
    event.preventDefault();
    choose(button.name, button.value);
    if (button.matches("[data-choice]")) announce(`${button.textContent} chosen`);
  });
}
