// The command palette: a native <dialog> whose commands the server wrote as list items, so that it can only offer what exists.
import { toggleTheme } from "./theme";

const RECENT = "ep_recent";
const dialog = document.querySelector<HTMLDialogElement>("#palette");
const input = document.querySelector<HTMLInputElement>("#palette-input");
const list = document.querySelector<HTMLUListElement>("#palette-list");
const count = document.querySelector<HTMLElement>("#palette-count");
const options = [...(list?.querySelectorAll<HTMLLIElement>("[role=option]") ?? [])];
let chosen = 0;
let visible: HTMLLIElement[] = [];

/** How well the letters of `query` appear in `text` in this order; -1 when they do not. Starts of words count most. */
export function match(query: string, text: string): number {
  let score = 0;
  let at = -1;
  for (const letter of query) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return -1;
    score += next === at + 1 ? 3 : 1;
    if (next === 0 || text[next - 1] === " ") score += 4;
    at = next;
  }
  return score;
}

function recent(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(RECENT) ?? "[]");
    return Array.isArray(stored) ? stored.map(String) : [];
  } catch {
    return [];
  }
}

function remember(id: string): void {
  try {
    localStorage.setItem(RECENT, JSON.stringify([id, ...recent().filter((other) => other !== id)].slice(0, 5)));
  } catch {
    // Storage may be refused; then there are no recents.
  }
}

function choose(index: number): void {
  chosen = visible.length === 0 ? 0 : (index + visible.length) % visible.length;
  for (const option of options) option.setAttribute("aria-selected", String(option === visible[chosen]));
  const option = visible[chosen];
  if (option) {
    input?.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input?.removeAttribute("aria-activedescendant");
  }
}

function filter(): void {
  const query = (input?.value ?? "").trim().toLowerCase();
  const order = recent();
  const rank = (option: HTMLLIElement) => (order.includes(option.id) ? order.length - order.indexOf(option.id) : 0);
  visible = options
    .map((option) => ({ option, score: query === "" ? rank(option) : match(query, (option.textContent ?? "").trim().toLowerCase()) }))
    .filter(({ score }) => score >= 0)
    .sort((left, right) => right.score - left.score)
    .map(({ option }) => option);
  for (const option of options) option.hidden = !visible.includes(option);
  list?.append(...visible);
  if (count) count.textContent = visible.length === 0 ? "No command matches" : `${visible.length} ${visible.length === 1 ? "result" : "results"}`;
  choose(0);
}

function run(option: HTMLLIElement | undefined): void {
  if (!option) return;
  remember(option.id);
  dialog?.close();
  const { href, form, command } = option.dataset;
  if (href) location.assign(href);
  else if (form) document.querySelector<HTMLFormElement>(form)?.requestSubmit();
  else if (command === "theme") toggleTheme();
}

export function openPalette(): void {
  if (!dialog || !input || dialog.open) return;
  for (const other of document.querySelectorAll<HTMLDialogElement>("dialog[open]")) other.close();
  input.value = "";
  filter();
  dialog.showModal();
  input.focus();
}

export function startPalette(): void {
  for (const button of document.querySelectorAll("[data-palette]")) button.addEventListener("click", openPalette);
  input?.addEventListener("input", filter);
  input?.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Home: () => choose(0),
      End: () => choose(-1),
      Enter: () => run(visible[chosen]),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });
  list?.addEventListener("click", (event) => {
    run((event.target as Element).closest<HTMLLIElement>("[role=option]") ?? undefined);
  });
}
