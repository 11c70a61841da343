import { expect, test } from "bun:test";
import type { JobDocument } from "../../src/domain/documents/job.ts";
import type { JobComparisonDocument } from "../../src/domain/documents/job-comparison.ts";
import { comparisonPage } from "../../src/pages/comparison.tsx";
import { frame } from "./frame.ts";

const job: JobDocument = {
  jobID: "j1",
  id: "j1",
  processingEntityType: "ogc-api-processes",
  attempt: 1,
  processID: "p",
  processRevision: "sha256:0",
  type: "process",
  status: "successful",
  message: "Job complete",
  progress: 100,
  created: "2026-01-02T03:04:05.000Z",
  updated: "2026-01-02T03:04:06.000Z",
  links: [],
};

test("what tools took has no mark, unless they ended with other exit codes", () => {
  const took = (exitCode: number) => ({ tools: 1, cpuSeconds: 1 + exitCode, exitCode });
  const html = comparisonPage({ uploads: new Map(), outputsUrl: "http://server/outputs" }).render(frame, {
    a: job,
    b: { ...job, jobID: "j2" },
    process: { same: true },
    revision: { same: true },
    inputs: [],
    results: [],
    statistics: [
      { id: "clean", same: true, a: took(0), b: took(0) },
      { id: "plot", same: false, a: { ...took(0), tools: 2 }, b: took(0) },
      { id: "cached", same: true, a: took(0), b: { fromCache: true } },
      { id: "sort", same: false, a: took(0), b: took(1) },
    ],
    links: [],
  });
  for (const id of ["clean", "plot", "cached"]) expect(html).toContain(`<th scope="row">${id} </th>`);
  expect(html).toContain('<th scope="row">sort <strong class="differs">≠ differs</strong></th>');
});

const pageOf = (more: Partial<JobComparisonDocument>) =>
  comparisonPage({ uploads: new Map(), outputsUrl: "http://server/outputs" }).render(frame, {
    a: job,
    b: { ...job, jobID: "j2" },
    process: { same: true },
    revision: { same: true },
    inputs: [],
    results: [],
    statistics: [],
    links: [],
    ...more,
  });

test("A was made first only where the times say so, which are told in milliseconds where both are within seconds", () => {
  const later = (created: string) => pageOf({ b: { ...job, created } });
  expect(later(job.created)).toContain("Both were made at the same time.");
  expect(later("2026-01-02T03:04:05.100Z")).toContain("A was made first.");
  expect(later("2026-01-02T03:04:05.100Z")).toContain(">2026-01-02 03:04:05.100 UTC</time>");
  expect(later("2026-01-02T03:05:05.100Z")).toContain(">2026-01-02 03:05:05 UTC</time>");
});

test("inputs that are the same are folded up where they are many, and each counts", () => {
  const equal = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ id: `same${at}`, same: true, a: 1, b: 1 }));
  const unlike = { id: "other", same: false, a: 1, b: 2 };
  const many = pageOf({ inputs: [...equal(4), unlike] });
  expect(many).toContain("1 of 5 inputs differ (other)");
  expect(many).toContain("<summary>4 inputs are the same in both</summary>");
  expect(many.indexOf('scope="row">other')).toBeLessThan(many.indexOf("<summary>4 inputs"));
  expect(pageOf({ inputs: [...equal(3), unlike] })).not.toContain("are the same in both</summary>");
});

test("the digest of a revision stands there whole", () => {
  const processRevision = `sha256:${"5e1f".repeat(16)}`;
  expect(pageOf({ a: { ...job, processRevision } })).toContain(`<code class="digest">${processRevision}</code>`);
});
