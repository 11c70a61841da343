import { createSecondsCount, type SecondsCount } from "./shared/count-seconds.ts";
import { keepPresses } from "./shared/keep-press.ts";
import { openTargets } from "./shared/open-target.ts";
import { preparePrinting } from "./shared/print-foot.ts";
import { createRefresh, showLocalTimes } from "./shared/refresh.ts";
import { rest } from "./shared/rest.ts";
import { settleScrollStops } from "./shared/scroll-stops.ts";
import { openSeenStream, type SeenStream } from "./shared/seen-stream.ts";
import { dropSentDraft } from "./shared/sent-draft.ts";
import { forgetTold } from "./shared/told-notice.ts";

forgetTold();
keepPresses();
openTargets();

/** The most lines of a log that the page keeps. */
const mostLines = 2000;

prepare(document);
dropSentDraft();
showLast();

/** A log that scrolls by itself begins at its end. */
function showLast(): void {
  const log = document.querySelector('[data-live="log"]');
  if (log !== null) log.scrollTop = log.scrollHeight;
}

/** Does to a part of the page what only a script can. */
function prepare(part: ParentNode): void {
  showLocalTimes(part);
  for (const button of part.querySelectorAll<HTMLElement>("button[data-copy]")) {
    button.hidden = !("clipboard" in navigator);
  }
}

/** Follows the job of the page until it has ended, while somebody sees the page. */
function follow(events: string): void {
  const count = createSecondsCount();
  count.begin(document);
  const refresh = createRefresh((part) => {
    prepare(part);
    count.begin(part);
  });
  const live = (name: string) => document.querySelector<HTMLElement>(`[data-live="${name}"]`);
  let hasFailed = false;
  const move = ({ data }: MessageEvent<string>) => {
    const { status, stage: at, progress, message, waitsFor } = JSON.parse(data);
    hasFailed = status === "running" && (hasFailed || at === "monitorError");
    // Its end has other words than its way there: all of them come at once, with its status.
    if (status !== "running" || hasFailed) return String(status);
    const bar = document.querySelector("progress");
    // What the stream tells again after a break is older than what is shown.
    if (typeof progress === "number" && bar !== null && progress >= bar.value) {
      bar.value = progress;
      // One that waits says for what in place of it.
      if (live("stage")?.dataset.waits === undefined) setText(live("progress"), `${progress} %`);
      // Of a workflow the server names the steps that run.
      if (live("message")?.dataset.standsFor !== message) setText(live("message"), String(message));
    }
    // The server says in words what it waits for, and for how long by now.
    const stage = live("stage");
    if ((waitsFor !== undefined) !== (stage?.dataset.waits !== undefined)) void refresh();
    return String(status);
  };
  const log = ({ data }: MessageEvent<string>) => {
    const { lines } = JSON.parse(data);
    const log = live("log");
    if (log !== null) append(log, lines);
    // Of the steps of a workflow only the log tells.
    if (lines.some((line: string) => /(Finished|Skipped) step /.test(line))) void refresh();
  };
  const stage = (event: MessageEvent<string>) => {
    move(event);
    void refresh();
  };
  const status = (event: MessageEvent<string>) => {
    const status = move(event);
    if (status !== "accepted" && status !== "running") stream.end();
    void refresh();
  };
  // After a break the page may be behind; where the browser does not come back by itself, it shows at least what is so now.
  const behind = () => void refresh();
  const stream = openSeenStream(events, {
    events: { progress: move, stage, status, log },
    opened: behind,
    closed: behind,
  });
  void lookWhileWaiting(stream, refresh);
  void countWhileWatching(stream, count);
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

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest<HTMLElement>("button[data-copy]") : null;
  if (button === null) return;
  await navigator.clipboard.writeText(button.dataset.copy ?? "");
  button.textContent = "Copied";
});

/** How often one that waits is looked at again: its place and its wait are told by the server, in milliseconds. */
const waitMilliseconds = 5000;

async function lookWhileWaiting(stream: SeenStream, refresh: () => Promise<void>): Promise<void> {
  while (!stream.hasEnded()) {
    await rest(waitMilliseconds);
    if (document.querySelector("[data-waits]") !== null || isOverdue()) await refresh();
  }
}

/** Tells whether the time has passed at which the job is usually done: the server says then that it takes longer. */
function isOverdue(): boolean {
  const due = document.querySelector<HTMLElement>("[data-due]")?.dataset.due;
  return due !== undefined && Date.parse(due) < Date.now();
}

/** How often the page counts on, in milliseconds. */
const countMilliseconds = 250;

async function countWhileWatching(stream: SeenStream, count: SecondsCount): Promise<void> {
  while (!stream.hasEnded()) {
    await rest(countMilliseconds);
    count.show();
  }
}

const events = document.querySelector<HTMLElement>("[data-events]")?.dataset.events;
if (events !== undefined) follow(events);
settleScrollStops();
preparePrinting();
