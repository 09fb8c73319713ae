// Lists of operators by keyboard: [data-rows] holds rows; j and k move, Enter opens the row's first link, / goes to the search.

/** The rows that can be gone through, in the order of the page; a list that has no room is not among them. */
function rows(): HTMLElement[] {
  const all = document.querySelectorAll<HTMLElement>("[data-rows] tbody tr, [data-rows] .line");
  return [...all].filter((row) => row.getClientRects().length > 0);
}

/** Go `step` rows on from the one that has the focus, else from the one that this page is about; from nowhere to the first. */
export function moveRow(step: number): void {
  const all = rows();
  const focused = all.findIndex((row) => row.contains(document.activeElement));
  const here = focused < 0 ? all.findIndex((row) => row.querySelector("[aria-current]")) : focused;
  const next = all[here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1)];
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

/** Open the row that has the focus itself; false when none has. */
export function openRow(): boolean {
  const row = rows().find((candidate) => candidate === document.activeElement);
  const link = row?.querySelector<HTMLElement>("a[href], summary, button");
  link?.click();
  return link != null;
}

/** A list beside the record that was chosen from it shows that record's row; the page itself stays where it is. */
export function startRows(): void {
  const list = document.querySelector(".split-list");
  const row = list?.querySelector("[aria-current]")?.closest("tr");
  if (list && row) list.scrollTop = row.getBoundingClientRect().bottom - list.getBoundingClientRect().top - list.clientHeight;
}
