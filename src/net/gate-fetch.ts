import { Problem } from "../domain/problem.ts";
import { type Gate, readAnswer } from "./fetch.ts";

/** What libraries call instead of `fetch`. */
export type GateFetch = (
  url: string,
  init: {
    readonly method?: string;
    readonly headers?: unknown;
    readonly body?: unknown;
    readonly signal?: AbortSignal | null | undefined;
  },
) => Promise<Response>;

/** No document of a provider is longer; in bytes. */
const maxBytes = 2 ** 20;

/** Makes a `fetch` of the gate, for a library that speaks to one server. Redirects are answers. */
export function createGateFetch(gate: Pick<Gate, "send">): GateFetch {
  return async (url, { method = "GET", headers, body, signal }) => {
    if (method !== "GET" && method !== "POST") {
      throw new Problem("remote-failure", `Cannot fetch "${url}": found method ${method}, wanted GET or POST`);
    }
    const answer = await gate.send({
      url,
      method,
      headers: headersOf(headers),
      staysHere: true,
      ...(body === undefined || body === null ? {} : { body: String(body) }),
      ...(signal === undefined || signal === null ? {} : { signal }),
    });
    try {
      const bytes = await readAnswer(answer, maxBytes);
      const hasBody = bytes.length > 0 && ![204, 304].includes(answer.status);
      return new Response(hasBody ? Buffer.from(bytes) : null, { status: answer.status, headers: answer.headers });
    } finally {
      answer.close();
    }
  };
}

function headersOf(headers: unknown): Readonly<Record<string, string>> {
  const entries = headers instanceof Headers ? [...headers] : Object.entries(Object(headers));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
