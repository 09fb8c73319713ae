// Picking a beat of a status strip. What it says stands in the list that the strip names.
import { everywhere, pickable } from "./pick";

function start(strip: SVGSVGElement): void {
  const said = [...(document.getElementById(strip.dataset["beats"] ?? "")?.children ?? [])];
  const bars = [...strip.querySelectorAll("rect")];
  const { width } = strip.viewBox.baseVal;
  if (bars.length === 0 || said.length !== bars.length) return;
  const now = document.createElement("p");
  now.className = "beat-now tiny";
  now.setAttribute("role", "status");
  strip.after(now);
  const middles = bars.map((bar) => (bar.x.baseVal.value + bar.width.baseVal.value / 2) / width);
  const distance = (index: number, part: number): number => Math.abs((middles[index] ?? 2) - part);

  pickable(strip, {
    count: bars.length,
    at: (part) => bars.reduce((best, _, index) => (distance(index, part) < distance(best, part) ? index : best), 0),
    show: (index) => {
      bars.forEach((bar, at) => bar.classList.toggle("strip-picked", at === index));
      const text = said[index]?.textContent ?? "";
      if (now.textContent !== text) now.textContent = text;
    },
    hide: () => {
      for (const bar of bars) bar.classList.remove("strip-picked");
      now.textContent = "";
    },
  });
}

export function startBeats(): void {
  everywhere((part) => {
    for (const strip of part.querySelectorAll<SVGSVGElement>("svg[data-beats]")) start(strip);
  });
}
