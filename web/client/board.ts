// The operators' pages: one stream that tells which section has changed, or which lines came into a log. What is done about
// it is the work of others: live.ts hears `ep:changed`, refreshes the parts that name the section and says so, now and then;
// follow.ts hears `ep:line`.

const PAUSED = "ep-live-paused";
/** The page itself comes first, and what loads it has come to rest. */
const REST = 1_500;

export function startBoard(): void {
  const place = document.querySelector<HTMLElement>("[data-live-stream]");
  const word = place?.querySelector<HTMLElement>("[data-live-word]");
  const button = place?.querySelector<HTMLButtonElement>("[data-live-pause]");
  let address = place?.dataset["liveStream"];
  if (!place || !word || !button || !address) return;

  let stream: EventSource | undefined;
  /** Behind which line to go on. */
  let last = "";
  let paused = sessionStorage.getItem(PAUSED) === "yes";

  const show = (state: string, words: string): void => {
    place.dataset["state"] = state;
    word.textContent = words;
  };
  const changed = (section: string): void => {
    document.dispatchEvent(new CustomEvent("ep:changed", { detail: { section } }));
  };
  const close = (): void => {
    stream?.close();
    stream = undefined;
  };
  const open = (): void => {
    if (stream || paused || !address || document.hidden || document.readyState !== "complete") return;
    const from = new URL(address, location.href);
    if (last) from.searchParams.set("from", last);
    stream = new EventSource(from);
    stream.addEventListener("open", () => show("live", "Live"));
    stream.addEventListener("changed", ({ data }: MessageEvent<string>) => changed(data));
    stream.addEventListener("line", ({ data, lastEventId }: MessageEvent<string>) => {
      last = lastEventId;
      document.dispatchEvent(new CustomEvent("ep:line", { detail: JSON.parse(data) }));
    });
    // More came meanwhile than can be told: the lines are read anew, with a place to go on from.
    stream.addEventListener("behind", () => {
      close();
      show("off", "Catching up");
      changed("lines");
    });
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
  document.addEventListener("ep:replaced", (event) => {
    const anew = (event as CustomEvent<HTMLElement>).detail.dataset["follow"];
    if (!anew) return;
    close();
    [address, last] = [anew, ""];
    open();
  });
  // A page that nobody sees holds no place; what happened meanwhile is told when it is seen again.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", ({ persisted }) => persisted && open());
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin, { once: true });
}
