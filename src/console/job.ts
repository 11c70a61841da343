import { createRefresh, showLocalTimes } from "./shared/refresh.ts";

/** The most lines of a log that the page keeps. */
const mostLines = 2000;

showLocalTimes(document);

/** Follows the job of the page until it has ended. A browser opens a stream that breaks again by itself, and goes on where it was. */
function follow(events: string): void {
  const source = new EventSource(events);
  const refresh = createRefresh();
  const live = (name: string) => document.querySelector<HTMLElement>(`[data-live="${name}"]`);
  const move = ({ data }: MessageEvent<string>) => {
    const { status, progress, message } = JSON.parse(data);
    const bar = document.querySelector("progress");
    // What the stream tells again after a break is older than what is shown.
    if (typeof progress === "number" && bar !== null && progress >= bar.value) {
      bar.value = progress;
      setText(live("progress"), `${progress} %`);
      setText(live("message"), String(message));
    }
    return String(status);
  };
  source.addEventListener("progress", move);
  source.addEventListener("stage", (event) => {
    move(event);
    void refresh();
  });
  source.addEventListener("status", (event) => {
    const status = move(event);
    if (status !== "accepted" && status !== "running") source.close();
    void refresh();
  });
  // After a break the page may be behind; where the browser does not come back by itself, it shows at least what is so now.
  source.addEventListener("open", () => void refresh());
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) void refresh();
  });
  source.addEventListener("log", ({ data }) => {
    const log = live("log");
    if (log !== null) append(log, JSON.parse(data).lines);
  });
}

function setText(element: HTMLElement | null, text: string): void {
  if (element !== null) element.textContent = text;
}

/** Goes along with the end of the log only where its reader is there already. */
function append(log: HTMLElement, lines: readonly string[]): void {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  const all = [...(log.textContent ?? "").split("\n").slice(0, -1), ...lines].slice(-mostLines);
  log.textContent = `${all.join("\n")}\n`;
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

document.addEventListener("click", async (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
  const text = link?.dataset.copy;
  if (link === null || text === undefined || !("clipboard" in navigator)) return;
  event.preventDefault();
  await navigator.clipboard.writeText(text);
  link.textContent = "Copied";
});

const events = document.querySelector<HTMLElement>("[data-events]")?.dataset.events;
if (events !== undefined) follow(events);
