// Lines of a log as they come: board.ts hears them from the stream, here they enter the list, newest first. The server wrote
// an empty line for it, so that there is one rendering of everything. The list keeps as many lines as were asked for. A line
// is copied by its button.
import { announce } from "./note";

const QUIET = 10_000;
let told = -QUIET;
let untold = 0;
let timer: number | undefined;

interface Line {
  iso: string;
  time: string;
  tone: string;
  glyph: string;
  level: string;
  event: string;
  summary: string;
  json: string;
  href: string | null;
}

/** How many came, at most once in ten seconds. */
function count(): void {
  untold += 1;
  timer ??= window.setTimeout(() => {
    timer = undefined;
    told = performance.now();
    announce(untold === 1 ? "1 new line" : `${untold} new lines`);
    untold = 0;
  }, Math.max(500, told + QUIET - performance.now()));
}

function fill(item: HTMLElement, line: Line): void {
  const put = (selector: string, text: string): void => {
    const place = item.querySelector(selector);
    if (place) place.textContent = text;
  };
  const badge = item.querySelector(".badge");
  const icon = badge?.querySelector("svg");
  const use = icon?.querySelector("use");
  if (badge && icon && use) {
    badge.className = `badge tone-${line.tone}`;
    badge.replaceChildren(icon, line.level);
    use.setAttribute("href", `${(use.getAttribute("href") ?? "").split("#")[0]}#${line.glyph}`);
  }
  item.querySelector("time")?.setAttribute("datetime", line.iso);
  put("time", line.time);
  put(".line-event", line.event);
  put(".line-more", line.summary);
  put(".line-json", line.json);
  const link = item.querySelector("details > p > a");
  if (line.href === null) link?.parentElement?.remove();
  else link?.setAttribute("href", line.href);
}

/** Lines beyond as many as were asked for go, the oldest first, unless somebody reads one. */
function shorten(list: HTMLElement, most: number): void {
  let spare = list.children.length - most;
  for (let item = list.lastElementChild; item && spare > 0; spare -= 1) {
    const before = item.previousElementSibling;
    if (!item.querySelector("details[open]") && !item.contains(document.activeElement)) item.remove();
    item = before;
  }
}

function add(line: Line): void {
  const card = document.querySelector<HTMLElement>("[data-follow]");
  const list = card?.querySelector<HTMLElement>("[data-lines]");
  const blank = document.querySelector<HTMLTemplateElement>("#blank-line")?.content.firstElementChild;
  // Until now there was nothing to show: the server says what a list looks like.
  if (!card || !list || !blank) {
    document.dispatchEvent(new CustomEvent("ep:changed", { detail: { section: "lines" } }));
    return;
  }
  const item = document.importNode(blank, true) as HTMLElement;
  fill(item, line);
  list.prepend(item);
  shorten(list, Number(card.dataset["most"]));
  count();
}

/** The whole line on the clipboard. */
function copy(button: Element): void {
  const text = button.closest("details")?.querySelector(".line-json")?.textContent ?? "";
  const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
  copied.then(
    () => announce("The line was copied"),
    () => announce("The line could not be copied"),
  );
}

export function startFollow(): void {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-copy]") : null;
    if (button) copy(button);
  });
  document.addEventListener("ep:line", (event) => add((event as CustomEvent<Line>).detail));
}
