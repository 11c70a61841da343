import { createRefresh, showLocalTimes } from "./shared/refresh.ts";

showLocalTimes(document);

const list = document.querySelector<HTMLElement>("[data-events]");
const events = list?.dataset.events;
if (events !== undefined) {
  const refresh = createRefresh();
  const source = new EventSource(events);
  for (const name of ["job", "reset"]) source.addEventListener(name, () => void refresh());
}
