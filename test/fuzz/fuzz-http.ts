import { join } from "node:path";
import { startServer } from "../support/servers/executable.ts";
import type { Findings } from "./findings.ts";
import { fuzzedProcess, type HttpKind, httpKinds } from "./http-kinds.ts";
import { shrink } from "./mutate.ts";
import type { Random } from "./random.ts";
import { type Outcome, sendRaw } from "./raw-request.ts";

const slowMilliseconds = 2000;
const requestsAtOnce = 8;
/** What the server may take more at the end than after its first requests. */
const maxGrowthMebibytes = 300;
const server = "the server as a whole";

type Fault = { readonly column: "5xx" | "over 2 s"; readonly words: string };

/** Sends changed requests to the executable for some seconds. */
export async function fuzzHttp(random: Random, findings: Findings, folder: string, seconds: number): Promise<void> {
  const started = await startServer(join(folder, "data"), ["--sandbox", "off", "--cache-bytes", "0"]);
  await using running = started;
  const port = Number(new URL(running.url).port);
  const deployed = await fetch(`${running.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fuzzedProcess),
  });
  if (deployed.status !== 201) throw new Error(`Cannot deploy: ${await deployed.text()}`);
  let ended: number | undefined;
  void running.exited.then((code) => {
    ended = code;
  });
  const end = performance.now() + seconds * 1000;
  const isOver = () => performance.now() >= end || ended !== undefined;
  let last = "";
  const work = async () => {
    while (!isOver()) {
      const kind = random.pick(httpKinds);
      const text = kind.make(random);
      last = text;
      await tryOne(port, kind, text, findings);
    }
  };
  const settled = seconds * 300;
  let before = 0;
  const watch = async () => {
    await Bun.sleep(settled);
    before = await residentMebibytes(running.pid);
    while (!isOver()) {
      findings.tried(server);
      const { milliseconds } = await sendRaw(
        port,
        Buffer.from("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"),
      );
      if (milliseconds > slowMilliseconds && ended === undefined) {
        await findings.note(server, "over 2 s", last, `/healthz took ${Math.round(milliseconds)} ms`);
      }
      await Bun.sleep(100);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: requestsAtOnce }, work)]);
  if (ended !== undefined) {
    await findings.note(server, "crashes", last, `it ended with ${ended}: ${running.talk().slice(-500)}`);
    return;
  }
  const after = await residentMebibytes(running.pid);
  console.log(`resident: ${before} MiB after ${Math.round(settled / 1000)} s, ${after} MiB at the end`);
  if (after - before > maxGrowthMebibytes)
    await findings.note(server, "growth", "", `it grew by ${after - before} MiB`);
  await running.stop();
}

async function residentMebibytes(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

async function tryOne(port: number, kind: HttpKind, text: string, findings: Findings): Promise<void> {
  findings.tried(kind.name);
  const fault = faultOf(kind, await sendRaw(port, kind.send(text)));
  if (fault === undefined) return;
  // The machine may have been busy with something else.
  const repeats = async (candidate: string) =>
    faultOf(kind, await sendRaw(port, kind.send(candidate)))?.column === fault.column;
  if (!(await repeats(text)) || !(await repeats(text))) return;
  const smallest = findings.isKept(kind.name, fault.column) ? text : await shrink(text, repeats);
  await findings.note(kind.name, fault.column, smallest, fault.words);
}

function faultOf(kind: HttpKind, { status, body, milliseconds, isRefused }: Outcome): Fault | undefined {
  if (isRefused) return undefined;
  // A synchronous job that failed is told with 500, by the standard.
  const isOfJob = body.includes("urn:heddle:problem:job-failed");
  // What is no HTTP of this version is answered by the runtime, with the status that there is for it.
  if (status >= 500 && status !== 505 && !isOfJob) return { column: "5xx", words: `${status} ${body}` };
  if (milliseconds > slowMilliseconds && kind.mayBeHalf === undefined) {
    return { column: "over 2 s", words: `${Math.round(milliseconds)} ms, ${status}` };
  }
  return undefined;
}
