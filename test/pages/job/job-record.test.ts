import { expect, test } from "bun:test";
import type { JobDocument } from "../../../src/domain/documents/job.ts";
import type { JobView } from "../../../src/domain/documents/job-view.ts";
import { jobPage } from "../../../src/pages/job/job.tsx";
import { frame } from "../frame.ts";

const job: JobDocument = {
  jobID: "j1",
  id: "j1",
  type: "process",
  processingEntityType: "ogc-api-processes",
  processID: "buffer",
  status: "successful",
  message: "Job complete.",
  progress: 100,
  created: "2026-01-02T03:04:05.678Z",
  started: "2026-01-02T03:04:06.000Z",
  finished: "2026-01-02T03:04:08.000Z",
  updated: "2026-01-02T03:04:08.000Z",
  runningSeconds: 2,
  user: "<ann>",
  attempt: 1,
  processRevision: "sha256:0a1b",
  links: [],
};
const view: JobView = { log: [], timeline: [], results: [], views: {}, mayDismiss: false, mayRetry: false };
const own = { ...frame, serviceTitle: "Our maps", serviceProvider: "A university" };

/** Reads the record of the paper: its names with the texts beside them. */
function recordOf(changes: Partial<JobDocument> = {}, more: Partial<JobView> = {}): Readonly<Record<string, string>> {
  const html = jobPage({ ...view, ...more }).render(own, { ...job, ...changes });
  const record = /<dl class="about on-paper"[^>]*>(.*?)<\/dl>/s.exec(html)?.[1] ?? "";
  const rows = [...record.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/gs)];
  return Object.fromEntries(rows.map(([, name, shown = ""]) => [name, shown.replaceAll(/<[^>]*>/g, "")]));
}

test("paper begins with the outcome, the process with its version, author and licence, who ran it when, and the service", () => {
  const said = [
    { role: "author", title: "Bea" },
    { role: "license", title: "MIT" },
  ];
  const version = { name: "1.2.0", url: "http://server/base/processes/buffer" };
  expect(recordOf({}, { processTitle: "Buffers", version, said })).toEqual({
    Outcome: "successful",
    Process: "Buffers (buffer), version 1.2.0 · by Bea · licence MIT · revision sha256:0a1b",
    "Run by": "&lt;ann&gt;",
    When: "created 2026-01-02 03:04:05 UTC, began 2026-01-02 03:04:06 UTC, ended 2026-01-02 03:04:08 UTC (ran 2.0 s)",
    Job: "j1",
    Service: "Our maps, provided by A university",
  });
  const firstTool = { started: "2026-01-02T03:04:07.000Z", waitingSeconds: 1, executor: "local" };
  const late = { attempts: 1, waitingSeconds: 1, runningSeconds: 1, steps: [], firstTool };
  expect(recordOf({}, { statistics: late }).When).toContain(
    "taken up 2026-01-02 03:04:06 UTC, its first tool began 2026-01-02 03:04:07 UTC (waited 1.0 s for a slot, cores and memory to be free), ended",
  );
  const html = jobPage(view).render(own, job);
  expect(html.indexOf("data-record")).toBeLessThan(html.indexOf('class="badge'));
});

test("the record says why a job failed, who dismissed it, and of one that goes on that it has no end yet", () => {
  const failed = { status: "failed", exception: { stage: "monitorLoop", step: "say[0]", exitCode: 2 } } as const;
  expect(recordOf(failed).Outcome).toBe("failed (step say (part 1), exit code 2)");
  expect(recordOf({ ...failed, attempt: 3 }).Outcome).toBe("failed, attempt 3 (step say (part 1), exit code 2)");
  expect(recordOf({ status: "failed", exception: { detail: "no" } }).Outcome).toBe("failed");
  expect(recordOf({ status: "dismissed", dismissedBy: "bob" }).Outcome).toBe("dismissed by bob");
  expect(recordOf({ status: "running", progress: 42 }).Outcome).toBe("none yet: it runs, 42 %");
  expect(recordOf({ status: "accepted", queuePosition: 1 }).Outcome).toBe(
    "none yet: waiting for a free slot: it is next",
  );
});

test("the record names nobody where whoever looks may not know, and says so where there is no key", () => {
  const { user: _, ...nobody } = job;
  const whoOf = (owner?: "machine" | "anonymous" | "reader") => {
    const seen = owner === undefined ? view : { ...view, seenBy: { owner, groups: [] } };
    return /<dt>Run by<\/dt><dd>(.*?)<\/dd>/.exec(jobPage(seen).render(own, nobody))?.[1];
  };
  expect([whoOf(), whoOf("reader")]).toEqual([undefined, undefined]);
  expect(whoOf("machine")).toBe("a user of this machine, where nobody has a key");
  expect(whoOf("anonymous")).toBe("somebody without a key");
});
