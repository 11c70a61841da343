/** Shows each time of a part of the page in the time zone and the words of its reader; the server writes it in UTC. */
export function showLocalTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll("time")) {
    time.title = time.dateTime;
    time.textContent = new Date(time.dateTime).toLocaleString();
  }
}

/** How long the page rests between two looks at the server, in milliseconds. */
const restMilliseconds = 500;

/**
 * Makes a function that takes the parts of the page from a newer one of the server: those with `data-part` that differ. Calls while
 * one is on its way become one more call after it.
 */
export function createRefresh(): () => Promise<void> {
  let isBusy = false;
  let isAskedAgain = false;
  const known = new Map<string, string>();
  return async function refresh() {
    isAskedAgain = isBusy;
    if (isBusy) return;
    isBusy = true;
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" } });
      if (response.ok) takeParts(new DOMParser().parseFromString(await response.text(), "text/html"), known);
      await rest();
    } finally {
      isBusy = false;
    }
    if (isAskedAgain) await refresh();
  };
}

/** Waits for some frames: a page that nobody sees has none, and asks for nothing. */
async function rest(): Promise<void> {
  const end = performance.now() + restMilliseconds;
  while (performance.now() < end) await new Promise(requestAnimationFrame);
}

function takeParts(newer: Document, known: Map<string, string>): void {
  for (const part of document.querySelectorAll<HTMLElement>("[data-part]")) {
    const name = part.dataset.part ?? "";
    const other = newer.querySelector<HTMLElement>(`[data-part="${name}"]`);
    // What somebody has unfolded to read stays.
    if (other === null || known.get(name) === other.innerHTML || part.querySelector("details[open]") !== null) continue;
    known.set(name, other.innerHTML);
    showLocalTimes(other);
    const focused = part.contains(document.activeElement) ? keyOf(document.activeElement) : undefined;
    part.replaceChildren(...other.childNodes);
    if (focused === undefined) continue;
    const again = [...part.querySelectorAll<HTMLElement>("a, button, summary")].find((one) => keyOf(one) === focused);
    again?.focus({ preventScroll: true });
  }
}

/** Tells what can be pressed apart from others of the page. */
function keyOf(element: Element | null): string {
  return `${element?.tagName} ${element?.getAttribute("href") ?? ""} ${element?.textContent}`;
}
