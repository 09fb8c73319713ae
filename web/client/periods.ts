// For the page of prices alone: a choice among links, such as the month or the year, is a group of radio buttons for those
// whose scripts run. Arrows move and choose. Each choice is a page of its own, so the focus is given back on the next one.

const CHOSEN = "ep_chosen_by_arrow";

function remembered(path: string): boolean {
  try {
    const own = sessionStorage.getItem(CHOSEN) === path;
    sessionStorage.removeItem(CHOSEN);
    return own;
  } catch {
    return false;
  }
}

function startPeriods(): void {
  const group = document.querySelector<HTMLElement>("[data-radios]");
  const links = [...(group?.querySelectorAll("a") ?? [])];
  if (!group || links.length === 0) return;
  group.setAttribute("role", "radiogroup");
  for (const link of links) {
    const chosen = link.hasAttribute("aria-current");
    link.setAttribute("role", "radio");
    link.setAttribute("aria-checked", String(chosen));
    link.tabIndex = chosen ? 0 : -1;
  }
  if (remembered(location.pathname)) links.find((link) => link.tabIndex === 0)?.focus({ preventScroll: true });
  group.addEventListener("keydown", (event) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, " ": 0 };
    const step = steps[event.key];
    const here = links.findIndex((link) => link === event.target);
    if (step === undefined || here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = links[(here + step + links.length) % links.length];
    if (!next || next.getAttribute("aria-checked") === "true") return;
    try {
      sessionStorage.setItem(CHOSEN, location.pathname);
    } catch {
      // Without storage the focus is not given back.
    }
    next.focus();
    next.click();
  });
}

startPeriods();
