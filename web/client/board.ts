// The operators' pages: one stream that tells which section has changed. What is done about it is live.ts's work: it
// hears `ep:changed`, refreshes the parts that name the section and says so, now and then.

const PAUSED = "ep-live-paused";
/** The page itself comes first, and what loads it has come to rest. */
const REST = 1_500;

export function startBoard(): void {
  const place = document.querySelector<HTMLElement>("[data-live-stream]");
  const word = place?.querySelector<HTMLElement>("[data-live-word]");
  const button = place?.querySelector<HTMLButtonElement>("[data-live-pause]");
  const address = place?.dataset["liveStream"];
  if (!place || !word || !button || !address) return;

  let stream: EventSource | undefined;
  let paused = sessionStorage.getItem(PAUSED) === "yes";

  const show = (state: string, words: string): void => {
    place.dataset["state"] = state;
    word.textContent = words;
  };
  const heard = ({ data }: MessageEvent<string>): void => {
    document.dispatchEvent(new CustomEvent("ep:changed", { detail: { section: data } }));
  };
  const close = (): void => {
    stream?.close();
    stream = undefined;
  };
  const open = (): void => {
    if (stream || paused || document.hidden || document.readyState !== "complete") return;
    stream = new EventSource(address);
    stream.addEventListener("open", () => show("live", "Live"));
    stream.addEventListener("changed", heard);
    stream.addEventListener("error", () => {
      // Closed for good: signed out, or all places are taken.
      if (stream?.readyState === EventSource.CLOSED) show("off", "Not live: reload the page");
      else show("off", "Reconnecting");
    });
  };
  const follow = (): void => {
    button.setAttribute("aria-pressed", String(paused));
    if (paused) {
      close();
      show("paused", "Paused");
    } else {
      show("off", "Connecting");
      open();
    }
  };
  const begin = (): void => void window.setTimeout(follow, REST);

  button.addEventListener("click", () => {
    paused = !paused;
    sessionStorage.setItem(PAUSED, paused ? "yes" : "no");
    follow();
  });
  // A page that nobody sees holds no place; what happened meanwhile is told when it is seen again.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", ({ persisted }) => persisted && open());
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}
