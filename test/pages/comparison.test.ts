import { expect, test } from "bun:test";
import type { JobDocument } from "../../src/domain/documents/job.ts";
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
