import { connect } from "node:net";
import type { Random } from "../fuzz/random.ts";

/** What the clients of a round have seen. */
export type Seen = {
  /** Jobs that were accepted, each with its id. */
  readonly jobs: Set<string>;
  /** Jobs that somebody dismissed or tried to. */
  readonly dismissed: Set<string>;
  /** How often each status was answered. */
  readonly statuses: Map<number, number>;
  /** Answers of 500 and more, as people would report them. */
  readonly failures: string[];
  /** Requests that were cut on purpose. */
  cut: number;
};

/** A service under load: its address, and what random numbers there are. */
export type Target = { readonly url: string; readonly random: Random };

type Act = (target: Target, seen: Seen) => Promise<void>;

const json = { "content-type": "application/json" };

/** Makes an empty record of a round. */
export function nothingSeen(): Seen {
  return { jobs: new Set(), dismissed: new Set(), statuses: new Map(), failures: [], cut: 0 };
}

/** Sends a request on a connection of its own, which must not count as one that the service left open; reads its answer to the end, and notes it. */
async function ask({ url }: Target, seen: Seen, path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(`${url}${path}`, { ...init, keepalive: false });
  const text = await response.text();
  seen.statuses.set(response.status, (seen.statuses.get(response.status) ?? 0) + 1);
  if (response.status >= 500)
    seen.failures.push(`${init.method ?? "GET"} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return new Response(text, response);
}

function execute(target: Target, seen: Seen, process: string, inputs: unknown, prefer = "respond-async") {
  const body = JSON.stringify({ inputs });
  return ask(target, seen, `/processes/${process}/execution`, { method: "POST", headers: { ...json, prefer }, body });
}

async function submit(target: Target, seen: Seen, process: string, inputs: unknown): Promise<void> {
  const response = await execute(target, seen, process, inputs);
  const id = response.headers.get("location")?.split("/").at(-1);
  if (response.status === 201 && id !== undefined) seen.jobs.add(id);
}

function someJob({ random }: Target, { jobs }: Seen): string {
  const [first = "none"] = jobs;
  // The newest are the most interesting, and a set has no place to look at.
  let last = first;
  let left = random.below(Math.max(1, Math.min(jobs.size, 50)));
  for (const id of jobs) {
    last = id;
    left -= 1;
    if (left < 0) break;
  }
  return last;
}

/** Sends bytes by hand, and goes away before the answer. */
function cutRequest({ url }: Target, seen: Seen, text: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) }, () => {
    socket.write(text, () => {
      seen.cut += 1;
      socket.destroy();
    });
  });
  socket.on("error", () => {});
  socket.on("close", () => resolve());
  return promise;
}

/** Opens something, and goes away in the midst of it. */
async function leaveEarly({ url, random }: Target, seen: Seen, path: string, init: RequestInit = {}): Promise<void> {
  const leaving = AbortSignal.timeout(5 + random.below(200));
  try {
    const response = await fetch(`${url}${path}`, { ...init, keepalive: false, signal: leaving });
    await response.text();
  } catch (error) {
    if (!leaving.aborted) throw error;
    seen.cut += 1;
  }
}

/** What clients do, each with how often. */
const acts: readonly (readonly [often: number, act: Act])[] = [
  [20, (target, seen) => submit(target, seen, "echo", { text: "soak" })],
  [10, async (target, seen) => void (await execute(target, seen, "echo", { text: "soak" }, "respond-sync"))],
  [4, (target, seen) => submit(target, seen, "soak", { word: "soak" })],
  [10, async (target, seen) => void (await ask(target, seen, `/jobs/${someJob(target, seen)}`))],
  [5, async (target, seen) => void (await ask(target, seen, `/jobs/${someJob(target, seen)}/results`))],
  [
    4,
    async (target, seen) =>
      void (await ask(target, seen, `/jobs/${someJob(target, seen)}`, { headers: { accept: "text/html" } })),
  ],
  [4, async (target, seen) => void (await ask(target, seen, "/jobs?limit=20&status=successful"))],
  [3, async (target, seen) => void (await ask(target, seen, "/processes"))],
  [1, async (target, seen) => void (await ask(target, seen, "/api"))],
  [3, async (target, seen) => void (await ask(target, seen, "/processes/nothing"))],
  [3, async (target, seen) => void (await execute(target, seen, "echo", "no object"))],
  [
    2,
    async (target, seen) =>
      void (await ask(target, seen, "/processes/echo/execution", {
        method: "POST",
        headers: json,
        body: '{"inputs": {',
      })),
  ],
  [2, async (target, seen) => void (await ask(target, seen, "/vault", { method: "POST", body: upload() }))],
  [
    3,
    (target, seen) =>
      leaveEarly(target, seen, `/jobs/${someJob(target, seen)}/events`, { headers: { accept: "text/event-stream" } }),
  ],
  [
    2,
    (target, seen) =>
      leaveEarly(target, seen, "/processes/soak/execution", {
        method: "POST",
        headers: { ...json, prefer: "wait=10" },
        body: '{"inputs":{"word":"left"}}',
      }),
  ],
  [
    2,
    (target, seen) =>
      cutRequest(
        target,
        seen,
        "POST /vault HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 99999\r\n\r\n--x\r\n",
      ),
  ],
  [2, (target, seen) => cutRequest(target, seen, "GET /processes HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ")],
  [1, (target, seen) => cutRequest(target, seen, "\u0000\u0001 garbage\r\n\r\n")],
  [
    2,
    async (target, seen) => {
      const id = someJob(target, seen);
      seen.dismissed.add(id);
      await ask(target, seen, `/jobs/${id}`, { method: "DELETE" });
    },
  ],
];

function upload(): FormData {
  const form = new FormData();
  form.append("file", new Blob(["x".repeat(5000)]), "soak.txt");
  return form;
}

const total = acts.reduce((sum, [often]) => sum + often, 0);

/** Lets one client act until the time is over. */
export async function actUntil(target: Target, seen: Seen, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    let point = target.random.below(total);
    const chosen = acts.find(([often]) => {
      point -= often;
      return point < 0;
    });
    await chosen?.[1](target, seen);
  }
}
