// A crosshair over charts, by pointer and by arrow keys. What it says stands in the table of the same chart.

function start(figure: HTMLElement): void {
  const picture = figure.querySelector("svg");
  const cross = figure.querySelector(".chart-cross");
  const now = figure.querySelector<HTMLElement>(".chart-now");
  const names = [...figure.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent ?? "");
  const rows = [...figure.querySelectorAll<HTMLTableRowElement>("tbody tr")];
  if (!picture || !cross || !now || rows.length === 0) return;
  const last = rows.length - 1;
  let at = -1;

  const show = (index: number): void => {
    at = Math.min(Math.max(index, 0), last);
    const middle = figure.dataset["chart"] === "bars" || last === 0;
    const x = middle ? ((at + 0.5) / rows.length) * 100 : (at / last) * 100;
    cross.setAttribute("d", `M${x.toFixed(2)} 0v100`);
    const [label, ...cells] = [...(rows[at]?.cells ?? [])];
    const said = cells.map((cell, series) => `${names[series]} ${cell.textContent}`);
    const text = `${label?.textContent}: ${said.join(", ")}`;
    if (now.textContent !== text) now.textContent = text;
  };
  const hide = (): void => {
    at = -1;
    cross.setAttribute("d", "");
    now.textContent = "";
  };

  picture.setAttribute("tabindex", "0");
  picture.addEventListener("pointermove", (event) => {
    const box = picture.getBoundingClientRect();
    const part = (event.clientX - box.left) / box.width;
    show(figure.dataset["chart"] === "bars" ? Math.floor(part * rows.length) : Math.round(part * last));
  });
  picture.addEventListener("pointerleave", () => {
    if (document.activeElement !== picture) hide();
  });
  picture.addEventListener("blur", hide);
  picture.addEventListener("keydown", (event) => {
    const moves: Record<string, number> = { ArrowLeft: at < 0 ? last : at - 1, ArrowRight: at + 1, Home: 0, End: last };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(next);
  });
}

export function startCharts(): void {
  const within = (part: ParentNode): void => {
    for (const figure of part.querySelectorAll<HTMLElement>("[data-chart]")) start(figure);
  };
  within(document);
  document.addEventListener("ep:replaced", (event) => within((event as CustomEvent<HTMLElement>).detail));
}
