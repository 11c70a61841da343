import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { type Sent, sendSlowly, sentAt } from "./sent-files.ts";

/** What a job's subscriber was told of its end: the ids of the notifications, by event. */
export type Told = { readonly success: Set<string>; readonly failed: Set<string> };

/** The other server of the chaos run: it outlives all kills, counts what it was asked to execute, and is told of ends. */
export type Peer = AsyncDisposable & {
  readonly url: string;
  /** How many executions each job's name was sent for. */
  readonly executions: ReadonlyMap<string, number>;
  /** What was told of each job, by its name, at `/told/<name>/success` and `/told/<name>/failed`. */
  readonly told: ReadonlyMap<string, Told>;
  /** What it is sending now, and has not sent to the end. */
  readonly sending: ReadonlySet<Sent>;
};

const RequestSchema = v.object({ inputs: v.object({ name: v.string(), seconds: v.number() }) });

const description = {
  id: "say",
  version: "1",
  jobControlOptions: ["async-execute"],
  outputTransmission: ["value"],
  inputs: { name: { schema: { type: "string" } }, seconds: { schema: { type: "number" } } },
  outputs: { said: { schema: { type: "string" } } },
};

/** Starts an OGC API - Processes server of one process, `say`, which takes its time and gives `<name> done`. */
export function startPeer(): Peer {
  const executions = new Map<string, number>();
  const told = new Map<string, Told>();
  const jobs = new Map<string, { readonly name: string; readonly endsAt: number; isDismissed: boolean }>();
  const sending = new Set<Sent>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, origin } = new URL(request.url);
      const sent = sentAt(pathname);
      if (sent !== undefined) return sendSlowly(sent, request.method, sending);
      const [, collection, id = "", part] = pathname.split("/");
      if (collection === "told" && (part === "success" || part === "failed")) {
        const known = told.get(id) ?? { success: new Set(), failed: new Set() };
        known[part].add(request.headers.get("webhook-id") ?? "");
        told.set(id, known);
        return new Response(undefined, { status: 204 });
      }
      if (collection === "conformance") {
        return Response.json({ conformsTo: ["http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core"] });
      }
      if (collection === "processes" && request.method === "POST") {
        const { name, seconds } = v.parse(RequestSchema, await request.json()).inputs;
        executions.set(name, (executions.get(name) ?? 0) + 1);
        // Between the start and the answer is where a kill leaves the caller without knowledge.
        await sleep(20);
        const jobId = String(jobs.size + 1);
        jobs.set(jobId, { name, endsAt: Date.now() + seconds * 1000, isDismissed: false });
        const headers = { location: `${origin}/jobs/${jobId}` };
        return Response.json({ jobID: jobId, type: "process", status: "accepted" }, { status: 201, headers });
      }
      if (collection === "processes") return Response.json(id === "" ? { processes: [], links: [] } : description);
      const job = collection === "jobs" ? jobs.get(id) : undefined;
      if (job === undefined) return Response.json({ title: "The peer of the chaos run", links: [] });
      if (request.method === "DELETE") job.isDismissed = true;
      if (part === "results") return Response.json({ said: `${job.name} done` });
      const status = job.isDismissed ? "dismissed" : Date.now() < job.endsAt ? "running" : "successful";
      // Asking soon again is what makes the load a load.
      return Response.json({ jobID: id, type: "process", status }, { headers: { "retry-after": "1" } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    executions,
    told,
    sending,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
