// The command palette: a native <dialog> whose commands the server wrote as list items, so that it can only offer what exists.
// Below them stand records that the server finds; a command may narrow the search to one kind of them, a level.
import { openKeys } from "./keys";
import { match, results } from "./match";
import { ask, callOff, recall, SHORTEST } from "./records";
import { toggleTheme } from "./theme";

const RECENT = "ep_recent";
const dialog = document.querySelector<HTMLDialogElement>("#palette");
const input = document.querySelector<HTMLInputElement>("#palette-input");
const list = document.querySelector<HTMLUListElement>("#palette-list");
const count = document.querySelector<HTMLElement>("#palette-count");
const label = document.querySelector<HTMLElement>("#palette-label");
const title = label?.textContent ?? "";
const address = input?.dataset["records"];
const commands = [...(list?.querySelectorAll<HTMLLIElement>("[role=option]") ?? [])];
let chosen = 0;
let visible: HTMLLIElement[] = [];
let level: string | undefined;

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
  visible.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
  const option = visible[chosen];
  if (option) {
    input?.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input?.removeAttribute("aria-activedescendant");
  }
}

function icon(name: string): SVGSVGElement {
  const own = commands[0]?.querySelector("svg")?.cloneNode(true) as SVGSVGElement;
  const use = own.querySelector("use");
  use?.setAttribute("href", `${(use.getAttribute("href") ?? "").split("#")[0]}#${name}`);
  return own;
}

/** What was found, as options; texts are set as texts. */
function records(word: string): HTMLLIElement[] {
  const groups = (recall(word) ?? []).filter((group) => level === undefined || group.label === level);
  return groups.flatMap((group) =>
    group.records.map((record) => {
      const option = document.createElement("li");
      option.className = "option option-record";
      option.setAttribute("role", "option");
      option.dataset["href"] = record.href;
      const words = document.createElement("span");
      const detail = document.createElement("span");
      words.textContent = record.label;
      detail.className = "option-detail";
      detail.textContent = `${group.label}: ${record.detail}`;
      words.append(detail);
      option.append(icon(group.icon), words);
      return option;
    }),
  );
}

/** Commands that fit, the ones used lately first, then what fits best. */
function fitting(word: string): HTMLLIElement[] {
  if (level !== undefined) return [];
  const order = recent();
  const rank = (option: HTMLLIElement) => (order.includes(option.id) ? order.length - order.indexOf(option.id) : 0);
  return commands
    .map((option) => ({ option, score: word === "" ? rank(option) : match(word, (option.textContent ?? "").trim().toLowerCase()) }))
    .filter(({ score }) => score >= 0)
    .sort((left, right) => right.score - left.score)
    .map(({ option }) => option);
}

function say(searching: boolean, problem: string | undefined, word: string): void {
  if (!count) return;
  const found = visible.length === 0 ? (level === undefined ? "Nothing matches" : `Nothing in ${level} matches`) : results(visible.length);
  if (problem !== undefined) count.textContent = `${visible.length === 0 ? "" : `${found}. `}${problem}`;
  else if (searching) count.textContent = visible.length === 0 ? "Searching" : `${found}, searching for more`;
  else if (level !== undefined && word.length < SHORTEST) count.textContent = `Type ${SHORTEST} letters or more`;
  else count.textContent = found;
}

function filter(problem?: string): void {
  const word = (input?.value ?? "").trim().toLowerCase();
  const asks = address !== undefined && word.length >= SHORTEST;
  const searching = asks && recall(word) === undefined && problem === undefined;
  visible = [...fitting(word), ...(asks ? records(word) : [])];
  visible.forEach((option, place) => {
    if (option.classList.contains("option-record")) option.id = `record-${place}`;
  });
  list?.replaceChildren(...visible);
  if (label) label.textContent = level === undefined ? title : `Find in ${level}`;
  say(searching, problem, word);
  choose(0);
  if (searching) ask(address, word, filter);
  else if (problem === undefined) callOff();
}

function go(to: string | undefined): void {
  level = to;
  if (input) input.value = "";
  filter();
  input?.focus();
}

function run(option: HTMLLIElement | undefined): void {
  if (!option) return;
  const { href, form, command, level: deeper } = option.dataset;
  if (!option.classList.contains("option-record")) remember(option.id);
  if (deeper) {
    go(deeper);
    return;
  }
  dialog?.close();
  if (href) location.assign(href);
  else if (form) document.querySelector<HTMLFormElement>(form)?.requestSubmit();
  else if (command === "theme") toggleTheme();
  else if (command === "keys") openKeys();
}

/** The part of the window that a keyboard on the screen leaves free. */
function fit(): void {
  const room = window.visualViewport?.height;
  if (room) dialog?.style.setProperty("--room", `${Math.round(room)}px`);
}

export function openPalette(): void {
  if (!dialog || !input || dialog.open) return;
  for (const other of document.querySelectorAll<HTMLDialogElement>("dialog[open]")) other.close();
  fit();
  dialog.showModal();
  go(undefined);
}

export function startPalette(): void {
  for (const button of document.querySelectorAll("[data-palette]")) button.addEventListener("click", openPalette);
  window.visualViewport?.addEventListener("resize", () => dialog?.open && fit());
  dialog?.addEventListener("close", callOff);
  input?.addEventListener("input", () => filter());
  input?.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Home: () => choose(0),
      End: () => choose(-1),
      Enter: () => run(visible[chosen]),
    };
    if (event.key === "Backspace" && input.value === "" && level !== undefined) moves["Backspace"] = () => go(undefined);
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  });
  list?.addEventListener("click", (event) => {
    run((event.target as Element).closest<HTMLLIElement>("[role=option]") ?? undefined);
  });
}
