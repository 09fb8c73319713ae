// The theme: the server writes it into <html data-theme> from the cookie, so nothing flashes. Here it changes without a new page.

import { announce, remember } from "./note";

const root = document.documentElement;
type Theme = "dark" | "light" | "system";

/** What is seen now: `system` is either. */
function shown(): "dark" | "light" {
  if (root.dataset["theme"] !== "system") return root.dataset["theme"] === "light" ? "light" : "dark";
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** Show a theme and remember it, with the same cookie as POST /theme sets. */
export function setTheme(theme: Theme): void {
  root.dataset["theme"] = theme;
  remember("ep_theme", theme);
  reflect();
  announce(theme === "system" ? "The theme follows your system" : `${theme === "light" ? "Light" : "Dark"} theme`);
}

export function toggleTheme(): void {
  setTheme(shown() === "dark" ? "light" : "dark");
}

/** The controls say what is on and what a press will do; the browser's own bars take the page's colour. */
function reflect(): void {
  const theme = root.dataset["theme"];
  const next = shown() === "dark" ? "light" : "dark";
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-theme-toggle]")) {
    button.value = next;
    button.setAttribute("aria-label", `Use the ${next} theme`);
  }
  const canvas = getComputedStyle(root).getPropertyValue("--color-canvas").trim();
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.setAttribute("content", canvas);
}

export function startTheme(): void {
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement) || button.name !== "theme") return;
    event.preventDefault();
    setTheme(button.value as Theme);
  });
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", reflect);
  if (root.dataset["theme"] === "system") reflect();
}
