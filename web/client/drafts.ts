// Long texts: a count while somebody types, and a copy in this tab until the text was sent or they signed out.

const STORE = "ep_draft";

/** As the server counts: characters, not the halves of which some of them consist. */
function length(text: string): number {
  return [...text].length;
}

/** Storage can be switched off; then there is no copy, and nothing else changes. */
function kept(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

export function startDrafts(): void {
  const store = kept();
  const query = new URLSearchParams(location.search);
  if (query.has("sent") || query.get("why") === "signed-out") store?.removeItem(STORE);
  document.querySelector("#sign-out")?.addEventListener("submit", () => store?.removeItem(STORE));

  const field = document.querySelector<HTMLTextAreaElement>("textarea[data-draft]");
  if (!field) return;
  const hint = document.getElementById(`${field.id}-hint`);
  const rule = (hint?.textContent ?? "").split(";")[0] ?? "";
  const count = (): void => {
    const now = length(field.value);
    if (hint) hint.textContent = now === 0 ? rule : `${rule}; ${now} so far`;
  };
  if (field.value === "") field.value = store?.getItem(STORE) ?? "";
  count();
  field.addEventListener("input", () => {
    count();
    try {
      store?.setItem(STORE, field.value);
    } catch {
      // A full storage keeps the copy from before.
    }
  });
}
