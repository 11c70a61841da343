/** Shows each time of a part of the page in the time zone and the words of its reader; the server writes it in UTC. */
export function showLocalTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll("time")) {
    time.title = time.dateTime;
    time.textContent = new Date(time.dateTime).toLocaleString();
  }
}

/**
 * Makes a function that takes the parts of the page from a newer one of the server: those with `data-part` that differ. Calls while
 * one is on its way become one more call after it. A part that holds the focus stays as it is.
 */
export function createRefresh(onDone: () => void = () => {}): () => Promise<void> {
  let isBusy = false;
  let isAskedAgain = false;
  const known = new Map<string, string>();
  const take = (newer: Document) => {
    for (const part of document.querySelectorAll<HTMLElement>("[data-part]")) {
      const name = part.dataset.part ?? "";
      const other = newer.querySelector<HTMLElement>(`[data-part="${name}"]`);
      if (other === null || known.get(name) === other.innerHTML || part.matches(":focus-within")) continue;
      known.set(name, other.innerHTML);
      showLocalTimes(other);
      part.replaceChildren(...other.childNodes);
    }
  };
  return async function refresh() {
    isAskedAgain = isBusy;
    if (isBusy) return;
    isBusy = true;
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" } });
      if (response.ok) take(new DOMParser().parseFromString(await response.text(), "text/html"));
      onDone();
    } finally {
      isBusy = false;
    }
    if (isAskedAgain) await refresh();
  };
}
