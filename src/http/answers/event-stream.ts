import type { JoinedSignal } from "../../domain/waiting/joined-signal.ts";
import { startInterval, type Timer } from "../../domain/waiting/timers.ts";
/** One event of a stream (HTML, Server-sent events). */
export type StreamEvent = { readonly name: string; readonly id?: string; readonly data: unknown };

/** A comment is sent after this long without an event, so that nobody between takes the connection for dead. */
const quietMilliseconds = 15_000;
/** A client that lost the connection waits this long. */
const retryMilliseconds = 2000;

/** Answers with a stream of events, until they end or the signal does. */
export function eventStreamResponse(events: AsyncGenerator<Uint8Array, void>, until: JoinedSignal): Response {
  const encoder = new TextEncoder();
  let timer: Timer | undefined;
  const end = () => {
    timer?.clear();
    until[Symbol.dispose]();
    void events.return();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(`retry: ${retryMilliseconds}\n\n`));
      timer = startInterval(quietMilliseconds, () => controller.enqueue(encoder.encode(":\n\n")));
    },
    async pull(controller) {
      const next = await events.next();
      if (next.done === true || until.signal.aborted) {
        end();
        controller.close();
      } else controller.enqueue(next.value);
    },
    cancel: end,
  });
  const headers = {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  };
  return new Response(body, { headers });
}

/** Formats an event as it is sent. JSON has no line breaks outside its strings, so the data is one line. */
export function encodeEvent({ name, id, data }: StreamEvent): Uint8Array {
  const head = `${id === undefined ? "" : `id: ${id}\n`}event: ${name}\n`;
  return new TextEncoder().encode(`${head}data: ${JSON.stringify(data)}\n\n`);
}
