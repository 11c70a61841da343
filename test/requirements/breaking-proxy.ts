import { type Answer, type Fault, isFor, type Sent } from "./faults.ts";

/** A proxy before a service, which breaks what it is told to. */
export type BreakingProxy = AsyncDisposable & {
  readonly url: string;
  /** Breaks requests and answers until the trial has ended; gives how often there was something to break. */
  breaking(fault: Fault, trial: () => Promise<void>): Promise<number>;
};

/** Starts a proxy on a free port. The service sees the proxy's address as its own, so its links lead here too. */
export function startBreakingProxy(target: string): BreakingProxy {
  let current: Fault | undefined;
  let broken = 0;

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const sent = await sentOf(request);
      const fault = current !== undefined && isFor(current, sent) ? current.breaks : undefined;
      const changed = fault !== undefined && "sent" in fault ? fault.sent(sent) : sent;
      if (!isSameRequest(sent, changed)) broken += 1;
      const response = await passOn(target, changed);
      // A stream of events has no end to wait for.
      if (response.headers.get("content-type") === "text/event-stream") return response;
      const answer = await answerOf(response);
      const given = fault !== undefined && "answer" in fault ? fault.answer(answer) : answer;
      if (!isSameAnswer(answer, given)) broken += 1;
      return responseOf(given);
    },
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    async breaking(fault, trial) {
      current = fault;
      broken = 0;
      try {
        await trial();
      } finally {
        current = undefined;
      }
      return broken;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

async function sentOf(request: Request): Promise<Sent> {
  const body = Buffer.from(await request.arrayBuffer()).toString("latin1");
  return { method: request.method, url: new URL(request.url), headers: new Headers(request.headers), body };
}

function passOn(target: string, { method, url, headers, body }: Sent): Promise<Response> {
  const onward = new Headers(headers);
  // What is changed is the text of an answer, not its packed bytes.
  onward.set("accept-encoding", "identity");
  onward.delete("content-length");
  return fetch(`${target}${url.pathname}${url.search}`, {
    method,
    headers: onward,
    redirect: "manual",
    ...(body === "" ? {} : { body: Buffer.from(body, "latin1") }),
  });
}

async function answerOf(response: Response): Promise<Answer> {
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: new Headers(response.headers), body: bytes.toString("latin1") };
}

function responseOf({ status, headers, body }: Answer): Response {
  const onward = new Headers(headers);
  onward.delete("content-length");
  const isBare = status === 204 || status === 304;
  return new Response(isBare ? null : Buffer.from(body, "latin1"), { status, headers: onward });
}

function isSameRequest(one: Sent, other: Sent): boolean {
  return one.url.href === other.url.href && one.body === other.body && isSameHeaders(one.headers, other.headers);
}

function isSameAnswer(one: Answer, other: Answer): boolean {
  return one.status === other.status && one.body === other.body && isSameHeaders(one.headers, other.headers);
}

function isSameHeaders(one: Headers, other: Headers): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...other]);
}
