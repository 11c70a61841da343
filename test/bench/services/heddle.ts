import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl } from "../../support/jobs.ts";
import { executable, startServer } from "../../support/servers/executable.ts";
import { ogcCalls } from "./ogc.ts";
import type { Place, Service, Work } from "./service.ts";

/** Prints when it starts and when it ends, in nanoseconds; no shell could tell without starting a program for it. */
const timesScript = "date +%s%N; sleep 0.15; date +%s%N";

/** The system's own Python where there is one: what a path finds first may be a script that chooses a version. */
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

/** What each work runs, here and in the peers; the input is its last argument. */
export const commands: Readonly<Record<Exclude<Work, "echo">, readonly string[]>> = {
  "tool-echo": ["echo"],
  "tool-python": [python, "-c", "pass"],
  "tool-times": ["sh", "-c", timesScript],
};

/** A server of ours that also says where it is. */
export type Heddle = Service & { readonly url: string; readonly pid: number; readonly data: string };

/** Starts our executable over a new data directory with the tools of the table deployed. */
export async function startHeddle(
  { directory }: Pick<Place, "directory">,
  options: {
    readonly title: string;
    readonly flags: readonly string[];
    readonly program?: string;
    readonly data?: string;
  },
): Promise<Heddle> {
  const data = options.data ?? join(await mkdtemp(join(directory, "heddle-")), "data");
  const before = performance.now();
  const server = await startServer(data, options.flags, {
    program: options.program ?? executable,
    hidesLedgers: true,
    environment: { PATH: process.env.PATH ?? "" },
  });
  await (await fetch(`${server.url}/healthz`)).arrayBuffer();
  const startSeconds = (performance.now() - before) / 1000;
  if (options.data === undefined) {
    for (const [id, baseCommand] of Object.entries(commands)) {
      await deployCwl(server.url, id, {
        cwlVersion: "v1.2",
        class: "CommandLineTool",
        baseCommand,
        inputs: { text: { type: "string", inputBinding: {} } },
        outputs: { said: "stdout" },
        stdout: "said.txt",
      });
    }
  }
  const calls = ogcCalls(server.url, {
    inputsOf: (_, n) => ({ text: `job ${n}` }),
    isEcho: (answer, n) => answer.includes(`job ${n}"`),
    resultPath: (job) => `/jobs/${job}/results/said`,
  });
  return {
    ...calls,
    title: options.title,
    url: server.url,
    pid: server.pid,
    data,
    pids: () => [server.pid],
    startSeconds,
    async [Symbol.asyncDispose]() {
      await server.stop();
    },
  };
}
