// Parts of a page that change by themselves: [id][data-live="address"]. They are read anew on the event `ep:changed`
// (detail.section as in data-live-on; without it every section counts), by `r` and by a button [data-refresh].
//
// The whole page is asked for and the element of the same id taken from it, so that there is one rendering of everything.
// The old part stays until the new one is there; what somebody is typing into is left alone, and looked at again until
// they are done.
import { announce, typing } from "./note";

const QUIET = 10_000;
const SLOW = 300;
const AGAIN = 2_000;
let told = -QUIET;
const asked = new WeakMap<Element, XMLHttpRequest>();
/** The ids of parts that were busy when they changed. */
const waiting = new Set<string>();
let timer: number | undefined;

interface Held {
  focus: string | undefined;
  open: string[];
  scroll: [string, number, number][];
}

/** A way to find an element again in the new part: by id, by name, by data-key, else by its place. */
function path(element: Element, within: Element): string {
  if (element === within) return "";
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["data-key", "name", "href"]) {
    const value = element.getAttribute(name);
    if (value) return `${element.localName}[${name}=${CSS.escape(value)}]`;
  }
  const parent = element.parentElement;
  if (!parent) return "";
  const up = path(parent, within);
  return `${up || ":scope"}>:nth-child(${[...parent.children].indexOf(element) + 1})`;
}

function find(part: Element, way: string): HTMLElement | null {
  return way === "" ? (part as HTMLElement) : part.querySelector<HTMLElement>(way);
}

function hold(part: Element): Held {
  const active = document.activeElement;
  return {
    focus: active && part.contains(active) ? path(active, part) : undefined,
    open: [...part.querySelectorAll("details[open]")].map((details) => path(details, part)),
    scroll: [part, ...part.querySelectorAll("*")]
      .filter(({ scrollTop, scrollLeft }) => scrollTop > 0 || scrollLeft > 0)
      .map((element) => [path(element, part), element.scrollLeft, element.scrollTop]),
  };
}

function give(part: Element, { focus, open, scroll }: Held): void {
  for (const way of open) find(part, way)?.setAttribute("open", "");
  for (const [way, left, top] of scroll) find(part, way)?.scrollTo(left, top);
  if (focus !== undefined) find(part, focus)?.focus({ preventScroll: true });
}

/** Somebody writes here, has marked text here, or has a dialog or a menu of it open: it can wait. */
function busy(part: Element): boolean {
  const active = document.activeElement;
  if (typing(active) && part.contains(active)) return true;
  if (part.querySelector("dialog[open],[data-menu][open],[aria-busy=true]")) return true;
  const marked = getSelection();
  return marked !== null && !marked.isCollapsed && part.contains(marked.anchorNode);
}

function age(since: number): string {
  const minutes = Math.floor((Date.now() - since) / 60_000);
  return minutes < 1 ? "less than a minute" : minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

/** What stands there is old: say since when, and dim it. */
function stale(part: HTMLElement): void {
  part.classList.add("stale");
  let note = part.querySelector<HTMLElement>(".stale-note");
  if (!note) {
    note = document.createElement("p");
    note.className = "stale-note";
    part.prepend(note);
  }
  note.textContent = `Could not be refreshed. This is ${age(Number(part.dataset["at"] ?? Date.now()))} old.`;
}

function speak(text: string): void {
  if (performance.now() - told < QUIET) return;
  told = performance.now();
  announce(text);
}

/** Try a busy part again in a while; it may be another element by then. */
function later(part: Element): void {
  waiting.add(part.id);
  timer ??= window.setTimeout(() => {
    timer = undefined;
    const ids = [...waiting];
    waiting.clear();
    for (const id of ids) {
      const found = document.getElementById(id);
      if (found) refresh(found, false);
    }
  }, AGAIN);
}

/** Read one part anew. `byHand` speaks of it whenever that was. */
function refresh(part: HTMLElement, byHand: boolean): void {
  if (!byHand && busy(part)) return later(part);
  waiting.delete(part.id);
  asked.get(part)?.abort();
  const ask = new XMLHttpRequest();
  asked.set(part, ask);
  const slow = setTimeout(() => part.classList.add("refetching"), SLOW);
  const done = (): void => {
    clearTimeout(slow);
    part.classList.remove("refetching");
  };
  ask.open("GET", part.dataset["live"] || location.href);
  ask.responseType = "document";
  ask.timeout = 15_000;
  ask.onabort = done;
  ask.onerror = ask.ontimeout = () => {
    done();
    stale(part);
    speak("Could not be refreshed");
  };
  ask.onload = () => {
    done();
    const found = ask.status === 200 ? ask.responseXML?.getElementById(part.id) : undefined;
    if (!found) {
      stale(part);
      speak("Could not be refreshed");
    } else if (!byHand && busy(part)) {
      later(part);
    } else {
      const next = document.importNode(found, true);
      const held = hold(part);
      next.dataset["at"] = String(Date.now());
      part.replaceWith(next);
      give(next, held);
      document.dispatchEvent(new CustomEvent("ep:replaced", { detail: next }));
      if (byHand) told = -QUIET;
      speak(`${next.dataset["liveName"] ?? "This part"} was refreshed`);
    }
  };
  ask.send();
}

/** Read all parts anew, or those of one section. */
function refreshAll(section?: string, byHand = false): void {
  for (const part of document.querySelectorAll<HTMLElement>("[id][data-live]")) {
    const own = part.dataset["liveOn"];
    if (section === undefined || own === undefined || own === section) refresh(part, byHand);
  }
}

export function startLive(): void {
  const now = String(Date.now());
  for (const part of document.querySelectorAll<HTMLElement>("[id][data-live]")) part.dataset["at"] = now;
  document.addEventListener("ep:changed", (event) => {
    refreshAll((event as CustomEvent<{ section?: string } | null>).detail?.section);
  });
  document.addEventListener("ep:refresh", () => refreshAll(undefined, true));
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-refresh]")) refreshAll(undefined, true);
  });
}
