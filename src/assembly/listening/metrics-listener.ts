import { errorText, Problem } from "../../domain/problem.ts";

/** The address that tells metrics and nothing else. */
export type MetricsListener = AsyncDisposable & { readonly url: string };

/** Listens on the address of `--metrics-listen`. Throws `unavailable` when it cannot. */
export function openMetricsListener(address: string, answer: (request: Request) => Promise<Response>): MetricsListener {
  const at = address.lastIndexOf(":");
  const hostname = address.slice(0, at).replace(/^\[|\]$/g, "");
  try {
    const server = Bun.serve({ hostname, port: Number(address.slice(at + 1)), fetch: answer });
    return {
      url: `http://${address.slice(0, at)}:${server.port}/metrics`,
      [Symbol.asyncDispose]: () => server.stop(true),
    };
  } catch (cause) {
    const detail = `Cannot listen on ${address} (--metrics-listen): found ${errorText(cause)}, wanted a free port on an address of this machine`;
    throw new Problem("unavailable", detail, { cause });
  }
}
