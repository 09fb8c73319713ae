// A crosshair over charts. What it says stands in the table of the same chart.
import { everywhere, pickable } from "./pick";

function start(figure: HTMLElement): void {
  const picture = figure.querySelector("svg");
  const cross = figure.querySelector(".chart-cross");
  const now = figure.querySelector<HTMLElement>(".chart-now");
  const names = [...figure.querySelectorAll("thead th")].slice(1).map((cell) => cell.textContent ?? "");
  const rows = [...figure.querySelectorAll<HTMLTableRowElement>("tbody tr")];
  if (!picture || !cross || !now || rows.length === 0) return;
  const last = rows.length - 1;
  const bars = figure.dataset["chart"] === "bars";

  pickable(picture, {
    count: rows.length,
    at: (part) => (bars ? Math.floor(part * rows.length) : Math.round(part * last)),
    show: (index) => {
      const x = bars || last === 0 ? ((index + 0.5) / rows.length) * 100 : (index / last) * 100;
      cross.setAttribute("d", `M${x.toFixed(2)} 0v100`);
      const [label, ...cells] = [...(rows[index]?.cells ?? [])];
      const said = cells.map((cell, series) => `${names[series]} ${cell.textContent}`);
      const text = `${label?.textContent}: ${said.join(", ")}`;
      if (now.textContent !== text) now.textContent = text;
    },
    hide: () => {
      cross.setAttribute("d", "");
      now.textContent = "";
    },
  });
}

export function startCharts(): void {
  everywhere((part) => {
    for (const figure of part.querySelectorAll<HTMLElement>("[data-chart]")) start(figure);
  });
}
