// Telling somebody something: silently seen, or spoken by a screen reader when it is idle.

/** Spoken, not shown. */
export function announce(text: string): void {
  const status = document.querySelector("#announce");
  if (status) status.textContent = text;
}

/** Whether somebody is in the middle of writing or choosing something. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input,textarea,select,[contenteditable]") !== null;
}

/** A cookie of a choice, as the server sets it. */
export function remember(name: string, word: string): void {
  const secure = location.protocol === "https:" ? ";Secure" : "";
  document.cookie = `${name}=${word};Path=/;Max-Age=31536000;SameSite=Lax${secure}`;
}

/** Says in a banner that nothing can be sent. */
export function startNote(): void {
  const banner = document.querySelector<HTMLElement>("#offline");
  const show = (): void => {
    if (!banner || banner.hidden === navigator.onLine) return;
    banner.hidden = navigator.onLine;
    announce(navigator.onLine ? "Online again" : "Offline. Nothing can be sent.");
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
