import { describe, expect, test } from "bun:test";
import type { JobDocument } from "../../src/domain/documents/job.ts";
import type { JobView } from "../../src/domain/documents/job-view.ts";
import { jobPage } from "../../src/pages/job.tsx";
import { frame } from "./frame.ts";

const job: JobDocument = {
  jobID: "j1",
  id: "j1",
  type: "process",
  processingEntityType: "ogc-api-processes",
  processID: "buffer",
  status: "running",
  message: "half of it",
  progress: 42,
  stage: "monitorLoop",
  created: "2026-01-02T03:04:05.678Z",
  started: "2026-01-02T03:04:06.000Z",
  updated: "2026-01-02T03:04:07.000Z",
  attempt: 1,
  processRevision: "r1",
  links: [{ href: "http://server/base/jobs/j1/log", rel: "log", title: "Log of the job" }],
};
const view: JobView = { log: [], timeline: [], results: [], mayDismiss: false, mayRetry: false };
const page = (changes: Partial<JobDocument> = {}, more: Partial<JobView> = {}) =>
  jobPage({ ...view, ...more }).render(frame, { ...job, ...changes });

describe("the page of a job", () => {
  test("shows how far it is, at which stage, and for how long", () => {
    const html = page({}, { runningSeconds: 75 });
    expect(html).toContain('<progress class="bar" max="100" value="42"');
    expect(html).toContain('<span data-live="stage">Running</span>');
    expect(html).toContain("Running for 1 min 15 s.");
  });

  test("tells a waiting job's place and what it waits for", () => {
    const html = page({ status: "accepted", queuePosition: 3, waitsFor: "a slot" });
    expect(html).toContain("Place 3 in the queue.");
    expect(html).toContain("Waits for a slot.");
  });

  test("of a failed job says first where it failed, with which code, and what was said last", () => {
    const exception = {
      detail: "Tool failed",
      stage: "monitorLoop",
      step: "chart",
      exitCode: 2,
      stderrTail: "no <disk>",
    };
    const html = page({ status: "failed", exception });
    expect(html).toContain("The job failed in step chart while it was running, with exit code 2.");
    expect(html).toContain("no &lt;disk&gt;");
    expect(html.indexOf("The job failed")).toBeLessThan(html.indexOf("<progress"));
  });

  test("has a button for each thing that its reader may do, and no other", () => {
    expect(page()).not.toContain("<form");
    const html = page({ status: "failed" }, { mayRetry: true, mayDismiss: true, againUrl: "http://server/again" });
    expect(html).toContain('<form method="post" action="http://server/base/jobs/j1/dismiss-form">');
    expect(html).toContain('<form method="post" action="http://server/base/jobs/j1/retry-form">');
    expect(html).toContain("Resume from the failed step");
    expect(html).toContain('<a class="button" href="http://server/again">');
  });

  test("is watched by its script only until it has ended", () => {
    expect(page({}, { events: "http://server/base/jobs/j1/events?after=1.1.0" })).toContain(
      'data-events="http://server/base/jobs/j1/events?after=1.1.0"',
    );
    expect(page()).not.toContain("data-events");
  });

  test("shows what tools and clients wrote as text, wherever it stands", () => {
    const evil = `<script>alert(1)</script><img src=x onerror="alert(1)">"'`;
    const html = page(
      {
        status: "successful",
        message: evil,
        tags: [evil],
        processID: evil,
        waitsFor: evil,
        links: [{ href: "http://x/", rel: evil, title: evil }],
      },
      {
        log: [evil],
        inputs: { [evil]: evil, link: { href: "javascript:alert(1)", title: evil } },
        timeline: [{ at: "2026-01-02T03:04:05.678Z", status: evil, stage: evil, progress: 1, message: evil }],
        statistics: { steps: [{ step: evil }] },
        results: [
          {
            outputId: evil,
            title: evil,
            page: "http://server/r",
            items: [
              {
                name: evil,
                href: "javascript:alert(1)",
                type: evil,
                sha256: evil,
                preview: { kind: "text", text: evil, isCut: true },
              },
              { name: evil, preview: { kind: "table", rows: [[evil], [evil]], isCut: true } },
              { name: evil, preview: { kind: "json", value: { [evil]: [evil] } } },
            ],
          },
        ],
      },
    );
    expect(html).not.toContain("<script>");
    expect(html).not.toContain("<img src=x");
    expect(html).not.toContain('href="javascript:');
    const wrong: string[] = [];
    const rewriter = new HTMLRewriter().on("img, [onerror], script:not([src])", {
      element: ({ tagName }) => void wrong.push(tagName),
    });
    rewriter.transform(html);
    expect(wrong).toEqual([]);
  });

  test("may load images from where results are, and scripts by name only", () => {
    const items = [{ name: "a.png", preview: { kind: "image", src: "https://files.example/o/a.png" } } as const];
    const policy = jobPage({ ...view, results: [{ outputId: "o", page: "http://server/r", items }] }).policy(frame);
    expect(policy).toContain("img-src 'self' https://files.example;");
    expect(policy).toContain(`script-src http://server/base${frame.scripts.job};`);
    expect(policy).toContain("connect-src 'self';");
    expect(policy).not.toContain("script-src 'unsafe");
  });
});
