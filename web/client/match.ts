// How well a word fits a text; without a page, so that it can be tested alone.

/** How well the letters of `query` appear in `text` in this order; -1 when they do not. What is there as it was typed counts most, then starts of words. */
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
  const whole = query === "" ? -1 : text.indexOf(query);
  if (whole >= 0) score += whole === 0 || text[whole - 1] === " " ? 8 : 4;
  return score;
}

/** "1 result", "4 results". */
export function results(count: number): string {
  return `${count} ${count === 1 ? "result" : "results"}`;
}
