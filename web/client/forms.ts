// Forms that take a moment: the pressed button says what happens, keeps its width, and can't send twice.

export function startForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter ?? form.querySelector<HTMLElement>("button");
    const words = button?.dataset["busy"];
    if (!button || words === undefined) return;
    if (button.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    const label = button.querySelector("span") ?? button;
    button.dataset["idle"] = label.textContent ?? "";
    button.style.minWidth = `${button.offsetWidth}px`;
    label.textContent = words;
    button.setAttribute("aria-busy", "true");
  });
  // Coming back by the browser's button shows the page as it was left: busy.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of document.querySelectorAll<HTMLElement>("[aria-busy=true]")) {
      (button.querySelector("span") ?? button).textContent = button.dataset["idle"] ?? "";
      button.removeAttribute("aria-busy");
    }
  });
  document.querySelector<HTMLElement>("[data-focus]")?.focus();
}
