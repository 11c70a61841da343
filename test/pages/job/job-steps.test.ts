import { expect, test } from "bun:test";
import type { JobDocument } from "../../../src/domain/documents/job.ts";
import type { JobView } from "../../../src/domain/documents/job-view.ts";
import type { GraphNode } from "../../../src/domain/graph/workflow-graph.ts";
import type { StepRun } from "../../../src/domain/jobs/step-runs.ts";
import { jobPage } from "../../../src/pages/job/job.tsx";
import { frame, plainTables } from "../frame.ts";

const job: JobDocument = {
  ...{ jobID: "j1", id: "j1", type: "process", processingEntityType: "ogc-api-processes", processID: "flow" },
  ...{ status: "successful", message: "", progress: 100, stage: "done", attempt: 1, processRevision: "r1", links: [] },
  created: "2026-01-02T03:04:05.678Z",
  updated: "2026-01-02T03:04:07.000Z",
};
const entry = { at: "2026-01-02T03:04:05.000Z", status: "running", stage: "monitorEnd", progress: 90, message: "" };
const view: JobView = { log: [], timeline: [entry], results: [], views: {}, mayDismiss: false, mayRetry: false };

const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({
  ...{ id, kind: "step", title: `Title of ${id}`, needs: [], scatter: [], isConditional: false },
  ...more,
});
const start = Date.parse("2026-01-02T03:04:05.000Z");
const run = (step: string, more: Partial<StepRun> = {}): StepRun => ({
  ...{ step, startedAt: start, endedAt: start + 1500, parts: 1, cached: 0, hasFailed: false, places: ["local on a"] },
  ...more,
});
const states = new Map([
  ["fetch", "done"],
  ["count", "done"],
  ["next", "running"],
  ["last", "waiting"],
] as const);
const graph = {
  nodes: [node("fetch"), node("count", { scatter: ["f"] }), node("next"), node("last")],
  states,
  parts: new Map([["count", { done: 3, count: 3 }]]),
};
const steps = [run("fetch", { cached: 1, places: [] }), run("count", { parts: 3, cached: 2 })];

function rowsOf(html: string): readonly string[] {
  const [, table = ""] = /<section id="timeline"[^>]*>.*?<tbody[^>]*>(.*?)<\/tbody>/s.exec(plainTables(html)) ?? [];
  return table
    .split("</tr>")
    .slice(0, -1)
    .map((row) => row.replaceAll(/<[^>]*>/g, "|").replaceAll(/\|+/g, "|"));
}

const page = (more: Partial<JobView>) => jobPage({ ...view, ...more }).render(frame, job);

test("the timeline of a workflow has its steps, and invents no time of those that have not ended", () => {
  const html = page({ steps, graph });
  const [fetched, counted, ...open] = rowsOf(html);
  expect(fetched).toMatch(/^\|Title of fetch\|✓ done, from the cache\|2026-01-02 03:04:05\.000 UTC\|[^|]*\|$/);
  expect(counted).toMatch(/^\|Title of count\|✓ done, 3 of 3 parts, 2 of 3 from the cache\|.*\|1\.5 s\|local on a\|$/);
  expect(open).toEqual(["|Title of next|▶ running|", "|Title of last|○ not begun|"]);
  // The stages of the job itself stay, folded up.
  expect(html).toContain("<summary>The stages of the job, 1 entries</summary>");
  expect(rowsOf(page({ steps: [run("fetch", { hasFailed: true })] }))[0]).toStartWith("|fetch|✕ failed|");
});

test("the table of steps is there as soon as one runs, with labels, ids and parts", () => {
  const running = {
    nodes: [node("count", { title: "Count each", name: "count", scatter: ["f"] }), node("last")],
    states: new Map([
      ["count", "running"],
      ["last", "waiting"],
    ] as const),
    parts: new Map([["count", { done: 1, count: 3 }]]),
  };
  expect(rowsOf(page({ steps: [], graph: running }))).toEqual([
    "|Count each (count)|▶ running, 1 of 3 parts|",
    "|Title of last|○ not begun|",
  ]);
  expect(page({ steps: [], graph: running })).toContain("Step Count each (count), once for each of f, running");
  const waiting = { ...running, states: new Map([["count", "waiting"]] as const) };
  expect(rowsOf(page({ steps: [], graph: waiting }))[0]).toContain("Collecting results");
});

test("a scattered step of which parts still run has a begin, and no end and no length", () => {
  const { endedAt: _, ...begun } = run("count", { parts: 0, places: [] });
  for (const done of [0, 2]) {
    const open = {
      ...graph,
      states: new Map([["count", "running"]] as const),
      parts: new Map([["count", { done, count: 3 }]]),
    };
    const [row] = rowsOf(page({ steps: [{ ...begun, parts: done }], graph: open }));
    expect(row).toBe(`|Title of count|▶ running, ${done} of 3 parts|2026-01-02 03:04:05.000 UTC|`);
  }
  // Who may not read the package sees the same times.
  expect(rowsOf(page({ steps: [begun] }))).toEqual(["|count|▶ running|2026-01-02 03:04:05.000 UTC|"]);
});

test("the stages of a job have words", () => {
  expect(rowsOf(page({}))[0]).toContain("|Collecting results|");
  expect(page({})).not.toContain("monitorEnd</td>");
});

test("the drawing of a workflow marks what was taken from the cache, and the list says the same", () => {
  const html = page({ steps, graph });
  const kinds = [...html.matchAll(/<text class="graph-kind"[^>]*>([^<]*)</g)].map(([, kind]) => kind);
  expect(kinds).toEqual(["from the cache", "2 of 3 cached", "step", "step"]);
  expect(html.match(/ graph-taken"/g)).toHaveLength(2);
  expect(html).toContain("<li>Step Title of fetch, done, from the cache</li>");
  expect(html).toContain("once for each of f, done, 3 of 3 parts done, 2 of 3 from the cache</li>");
});

test("programs that ran in no image are named, with the software that the package states, or that none is recorded", () => {
  const html = page({
    programs: {
      images: [],
      isOwn: true,
      named: [
        { name: "gdalwarp", software: ["GDAL 3.8 (https://identifiers.org/rrid/RRID:SCR_014396)"] },
        { name: "awk", software: ["gawk"] },
        { name: "node" },
        { name: "sort", unusedImage: "debian:13" },
        { name: "cut", unusedImage: null },
      ],
    },
  });
  expect(html).toContain(
    "<code>gdalwarp</code>: GDAL 3.8 (https://identifiers.org/rrid/RRID:SCR_014396); as the package says",
  );
  expect(html).toContain("<code>awk</code>: gawk, version not stated; as the package says");
  expect(html).toContain("<li><code>node</code></li>");
  expect(html).toContain("<code>sort</code>: the package names image debian:13, which was not used");
  expect(html).toContain("<code>cut</code>: the package names no image");
  expect(html.match(/Versions of programs are not recorded: run it in a container image/g)).toHaveLength(1);
});
