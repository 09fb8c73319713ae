// What the palette finds in the store: asked for when somebody stops typing, each question once, the older one called off.

export interface Group {
  label: string;
  icon: string;
  records: { label: string; detail: string; href: string }[];
}

/** Shorter words find everything. */
export const SHORTEST = 3;
const PAUSE = 180;
const known = new Map<string, Group[]>();
let timer = 0;
let under: AbortController | undefined;

/** What is known already of a word. */
export function recall(word: string): Group[] | undefined {
  return known.get(word);
}

/** Nothing is waited for any more. */
export function callOff(): void {
  clearTimeout(timer);
  under?.abort();
}

/** Ask in a moment; `told` hears what was found, or what went wrong. */
export function ask(address: string, word: string, told: (problem?: string) => void): void {
  callOff();
  timer = window.setTimeout(async () => {
    const own = (under = new AbortController());
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(word)}`, { signal: own.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status === 429 ? "Too many searches; wait a minute" : `Could not search (${answer.status})`);
      known.set(word, ((await answer.json()) as { groups: Group[] }).groups);
      told();
    } catch (error) {
      if (own.signal.aborted) return;
      told(error instanceof TypeError ? "Could not search: no connection" : (error as Error).message);
    }
  }, PAUSE);
}
