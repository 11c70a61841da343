/** What came to a receiver. */
export type Received = {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
};

/** A server that subscribers' URLs name. */
export type Receiver = AsyncDisposable & {
  readonly url: string;
  readonly received: readonly Received[];
};

/** Starts a receiver on loopback; `answer` is told how many requests came to the same path before. */
export function startReceiver(
  answer: (before: number, request: Received) => Response | Promise<Response> = () => new Response("thanks"),
  port = 0,
): Receiver {
  const received: Received[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    async fetch(request) {
      const { pathname: path } = new URL(request.url);
      const one = { path, headers: request.headers, body: await request.text() };
      const before = received.filter((other) => other.path === path).length;
      received.push(one);
      return answer(before, one);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    received,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
