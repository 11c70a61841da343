import { describe, expect, test } from "bun:test";
import type { JobDocument } from "../../../src/domain/documents/job.ts";
import type { JobView } from "../../../src/domain/documents/job-view.ts";
import { jobPage } from "../../../src/pages/job/job.tsx";
import { sharedPage } from "../../../src/pages/results/share-page.tsx";
import { frame } from "../frame.ts";

const job: JobDocument = {
  ...{ jobID: "j1", id: "j1", type: "process", processingEntityType: "ogc-api-processes", processID: "buffer" },
  ...{ status: "successful", message: "done", progress: 100, stage: "done", attempt: 1, processRevision: "r1" },
  ...{ created: "2026-01-02T03:04:05.678Z", updated: "2026-01-02T03:04:07.000Z", links: [] },
};
const results = ["curve", "a&b"].map((outputId) => ({ outputId, items: [{ name: `${outputId}.csv` }] }));
const view: JobView = { log: [], timeline: [], results, views: {}, mayDismiss: true, mayRetry: false };
const page = (more: Partial<JobView>) => jobPage({ ...view, ...more }).render(frame, job);
const choices = [
  { name: "curve", title: "Flow <duration>", isChosen: true },
  { name: "a&b", isChosen: false },
];
const until = "2026-12-06T00:00:00.000Z";

describe("the page of a job that can be shared", () => {
  test("has a box for each of several results, and a way from each to the form", () => {
    const html = page({ share: { choices } });
    expect(html).toContain("<legend>Results to share</legend>");
    expect(html).toContain('name="outputs" value="curve" checked=""');
    expect(html).toContain('name="outputs" value="a&amp;b"/>');
    expect(html).toContain("Flow &lt;duration&gt;");
    expect(html).toContain('href="http://server/base/jobs/j1?f=html&amp;share=a%26b#share"');
    expect(html.match(/id="share"/g)).toHaveLength(1);
    expect(html).not.toContain("A new address");
  });

  test("says what is shared and what ends before the press", () => {
    const some = page({ share: { choices, until, outputs: ["curve"] } });
    expect(some).toMatch(/Shared: curve, until <time/);
    expect(some).toContain("A new address ends the one that was given before.");
    expect(some).toContain("Take the share back");
    expect(page({ share: { choices, until } })).toMatch(/The results are shared until <time/);
    const seenBy = { owner: "reader", groups: [] } as const;
    const seen = (outputs: readonly string[]) => page({ seenBy: { ...seenBy, share: { until, outputs } } });
    expect(seen(["curve"])).toMatch(/Of its results, curve is also shared by a link until <time/);
    expect(seen(["curve", "map"])).toMatch(/Of its results, curve, map are also shared by a link until <time/);
  });

  test("has no boxes for one result, and nothing of it for who may not share", () => {
    const one = page({ results: results.slice(0, 1), share: {} });
    expect(one).toContain("Share the results");
    for (const words of ["Results to share", "#share"]) expect(one).not.toContain(words);
    for (const words of ["share-form", "#share"]) expect(page({})).not.toContain(words);
  });
});

test("the page that tells the address of a share says which results it opens", () => {
  const shared = { jobID: "j1", href: "http://server/base/s/t/", expires: until, replaces: false };
  const told = (outputs?: readonly string[]) =>
    sharedPage.render(frame, { ...shared, ...(outputs === undefined ? {} : { outputs }) });
  expect(told()).toContain(
    "Whoever has it reads the results of the job, their files, its inputs and your name without",
  );
  expect(told(["curve", "<b>"])).toContain(
    "Whoever has it reads only curve, &lt;b&gt; of the results of the job, with their files, its inputs and your name without",
  );
});
