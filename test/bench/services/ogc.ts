import * as v from "valibot";
import type { Service, Work } from "./service.ts";

const StatusSchema = v.looseObject({ jobID: v.string(), status: v.string(), message: v.optional(v.string()) });
/** Uncompressed, as the peers answer whatever a client takes. */
const headers = { "content-type": "application/json", accept: "application/json", "accept-encoding": "identity" };

type Dialect = {
  /** The inputs of a work; each n once, so that nothing can be taken from a cache. */
  inputsOf(work: Work, n: number): Readonly<Record<string, unknown>>;
  /** Whether a text holds the answer of the echo. */
  isEcho(answer: string, n: number): boolean;
  resultPath(job: string): string;
};

/** Returns how a server of OGC API - Processes is asked. */
export function ogcCalls(
  url: string,
  { inputsOf, isEcho, resultPath }: Dialect,
): Required<Pick<Service, "echo" | "submit" | "ended" | "list" | "result">> {
  const post = (work: Work, n: number, more: Readonly<Record<string, string>>) =>
    fetch(`${url}/processes/${work}/execution`, {
      method: "POST",
      headers: { ...headers, ...more },
      body: JSON.stringify({ inputs: inputsOf(work, n) }),
    });
  const text = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers });
    const body = await response.text();
    if (!response.ok) throw new Error(`Found ${response.status} for ${path}: ${body}`);
    return body;
  };
  return {
    async echo(n) {
      const answer = await (await post("echo", n, {})).text();
      if (!isEcho(answer, n)) throw new Error(`Found "${answer}", wanted an echo of ${n}`);
    },
    async submit(work, n) {
      const response = await post(work, n, { prefer: "respond-async" });
      const body = await response.text();
      if (response.status !== 201) throw new Error(`Found ${response.status}: ${body}`);
      const job = /\/jobs\/([^/?]+)/.exec(response.headers.get("location") ?? "")?.[1];
      if (job === undefined) throw new Error(`Found no location of a job: ${body}`);
      return job;
    },
    async ended(job) {
      const { status, message } = v.parse(StatusSchema, JSON.parse(await text(`/jobs/${job}`)));
      if (status === "failed" || status === "dismissed") throw new Error(`Job ${job} is ${status}: ${message}`);
      return status === "successful";
    },
    async list() {
      await text("/jobs?limit=10");
    },
    result: (job) => text(resultPath(job)),
  };
}
