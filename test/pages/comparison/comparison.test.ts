import { expect, test } from "bun:test";
import type { JobDocument } from "../../../src/domain/documents/job.ts";
import type { JobComparisonDocument } from "../../../src/domain/documents/job-comparison.ts";
import { comparisonPage } from "../../../src/pages/comparison/comparison.tsx";
import { changeText } from "../../../src/pages/shared/numbers.tsx";
import { frame } from "../frame.ts";

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

test("inputs that are the same are folded up below those that differ, or where they are many, and each counts", () => {
  const equal = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ id: `same${at}`, same: true, a: 1, b: 1 }));
  const unlike = { id: "other", same: false, a: 1, b: 2 };
  const many = pageOf({ inputs: [...equal(4), unlike] });
  expect(many).toContain("1 of 5 inputs differ (other)");
  expect(many).toContain("<summary>4 inputs are the same in both</summary>");
  expect(many.indexOf('scope="row">other')).toBeLessThan(many.indexOf("<summary>4 inputs"));
  expect(pageOf({ inputs: [unlike, ...equal(1)] })).toContain("<summary>1 of the inputs is the same in both</summary>");
  expect(pageOf({ inputs: equal(3) })).not.toContain("the same in both</summary>");
  expect(pageOf({ inputs: equal(4) })).toContain("<summary>4 inputs are the same in both</summary>");
  const results = [...equal(2), unlike].map(({ id, same }) => ({ id, same, a: [{ name: id }], b: [{ name: id }] }));
  expect(pageOf({ results })).toContain("<summary>2 results are the same in both</summary>");
});

test("numbers that differ tell by how much, in their places", () => {
  const rows = [
    [4, 2, "−2"],
    [0.1775, 0.255, "+0.0775"],
    ["0.1775", "0.2550", "+0.0775"],
    [-1, 1.5, "+2.5"],
    [0.1, 0.3, "+0.2"],
    ["1e3", "2e3", "+1000"],
    [1e20, 2e20, "+100000000000000000000"],
    ["12", "12.0", undefined],
    ["2024-01-01", "2024-01-02", undefined],
    ["a", "b", undefined],
    [1, "", undefined],
    [true, false, undefined],
    [undefined, 2, undefined],
  ] as const;
  for (const [a, b, words] of rows) expect([a, b, changeText(a, b)]).toEqual([a, b, words]);
  const html = pageOf({ inputs: [{ id: "level", same: false, a: 4, b: 2 }] });
  expect(html).toContain('<code>2</code> <span class="muted nowrap"> (−2)</span></td>');
  expect(html).toContain("<td><code>4</code> </td>");
  // What looks like a secret tells nothing of itself.
  expect(pageOf({ inputs: [{ id: "password", same: false, a: 4, b: 2 }] })).not.toContain("(−2)");
  const results = [{ id: "mean", same: false, a: [{ name: "mean", value: 1 }], b: [{ name: "mean", value: 3 }] }];
  expect(pageOf({ results }).match(/\(\+2\)/g)).toHaveLength(1);
});

test("a list of numbers may break behind its commas", () => {
  const html = pageOf({ inputs: [{ id: "bbox", same: false, a: "6.24126,45.2465,8.8694", b: "a,b" }] });
  expect(html).toContain("6.24126,<wbr/>45.2465,<wbr/>8.8694");
  expect(html).toContain("<span>a,b</span>");
});

const different = {
  b: { ...job, jobID: "j2", processID: "q", providerID: "lab" },
  process: { same: false },
  revision: { same: false },
} as const;

test("of different processes it is said first that they are, and only what both have is compared", () => {
  const html = pageOf({
    ...different,
    inputs: [
      { id: "area", same: false, a: 1, b: 2 },
      { id: "tiles", same: false, a: 3 },
    ],
    results: [{ id: "map", same: false, b: [{ name: "map.tif" }] }],
  });
  const text = html.replaceAll(/<[^>]*>/g, "");
  expect(text).toContain("These are runs of different processes: A ran p, B ran q at lab. Only what both have");
  expect(html.indexOf("different processes")).toBeLessThan(html.indexOf("<table"));
  expect(text).toContain("Of what both have, 1 of 1 inputs differ (area), 0 of 0 results differ.");
  expect(text).toContain("Not compared. Only A has the inputs tiles.");
  expect(text).toContain("Not compared. Only B has the results map.");
  expect(html).not.toContain('scope="row">tiles');
  expect(text).toContain("No results of both have the same name.");
});

test("of different processes that have nothing in common it is said that there is nothing to compare", () => {
  const text = pageOf({ ...different, inputs: [{ id: "tiles", same: false, a: 3 }] });
  expect(text).toContain("there is nothing to compare but the runs themselves.");
  expect(text).not.toContain("inputs differ");
});

test("of one process what one run lacks is a difference", () => {
  expect(pageOf({ inputs: [{ id: "tiles", same: false, a: 3 }] })).toContain("1 of 1 inputs differ (tiles)");
});

test("the digests of results stand there whole, and it is said in words whether they are equal", () => {
  const [one, other] = ["5e1f".repeat(16), "0a1b".repeat(16)];
  const html = pageOf({
    results: [
      { id: "same", same: true, a: [{ name: "a", sha256: one }], b: [{ name: "b", sha256: one }] },
      {
        id: "some",
        same: false,
        a: [
          { name: "x", sha256: one },
          { name: "y", sha256: one },
        ],
        b: [
          { name: "y", sha256: other },
          { name: "z", sha256: one },
        ],
      },
    ],
  });
  const told = [...html.matchAll(/SHA-256(.*?): <code class="digest">(.*?)<\/code>/gs)].map(([, words, digest]) => [
    words,
    digest,
  ]);
  expect(told).toEqual([
    ["", one],
    [", different", one],
    [", different", other],
    ["", one],
    [", equal in both", one],
    [", equal in both", one],
  ]);
});

test("the digest of a revision stands there whole", () => {
  const processRevision = `sha256:${"5e1f".repeat(16)}`;
  expect(pageOf({ a: { ...job, processRevision } })).toContain(`<code class="digest">${processRevision}</code>`);
});

test("sizes that stand beside one another have one unit, of uploads, results and what tools took; times are worded as everywhere", () => {
  const upload = (length: number) => ({ name: "a.tif", type: "image/tiff", length });
  const uploads = new Map([
    ["vault://1", upload(5000)],
    ["vault://2", upload(300)],
  ]);
  const file = (length: number) => [{ name: "r.csv", href: "http://server/outputs/r.csv", type: "text/csv", length }];
  const html = comparisonPage({ uploads, outputsUrl: "http://server/outputs" }).render(frame, {
    a: { ...job, waitingSeconds: 0, runningSeconds: 0.02 },
    b: { ...job, jobID: "j2", waitingSeconds: 0.34, runningSeconds: 75 },
    process: { same: true },
    revision: { same: true },
    inputs: [
      { id: "scene", same: false, a: { href: "vault://1" }, b: { href: "vault://2" } },
      { id: "scenes", same: false, a: [{ href: "vault://2" }], b: [{ href: "vault://1" }, { href: "vault://2" }] },
    ],
    results: [{ id: "table", same: false, a: file(420_000), b: file(5_300_000) }],
    statistics: [
      {
        id: "clean",
        same: true,
        a: { cpuSeconds: 0.34, peakMemoryBytes: 900_000 },
        b: { cpuSeconds: 0.0001, peakMemoryBytes: 20_000_000 },
      },
    ],
    links: [],
  });
  const plain = html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  for (const words of [
    "Waited 0 ms 340 ms",
    "Ran 20 ms 1 min 15 s",
    "scene ≠ differs a.tif 5.00 kB , image/tiff, uploaded a.tif 0.30 kB , image/tiff, uploaded",
    "scenes ≠ differs a.tif 0.30 kB , image/tiff, uploaded a.tif 5.00 kB , image/tiff, uploaded a.tif 0.30 kB",
    "0.42 MB",
    "5.30 MB",
    "340 ms of CPU time 0.90 MB of memory at most less than 1 ms of CPU time 20.00 MB of memory at most",
  ]) {
    expect(plain).toContain(words);
  }
});
