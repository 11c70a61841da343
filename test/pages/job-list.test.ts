import { describe, expect, test } from "bun:test";
import type { JobDocument, JobListDocument } from "../../src/domain/documents/job.ts";
import { jobListPage } from "../../src/pages/job-list.tsx";
import { scriptUrl } from "../../src/pages/page.ts";
import { frame } from "./frame.ts";

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
  finished: "2026-01-02T04:05:07.000Z",
  updated: "2026-01-02T04:05:07.000Z",
  attempt: 1,
  processRevision: "r1",
  links: [],
};

const page = (document: Partial<JobListDocument>) => jobListPage().render(frame, { jobs: [], links: [], ...document });

describe("the page of a list of jobs", () => {
  test("has a row for each job, with its times in UTC", () => {
    const html = page({ jobs: [job, { ...job, jobID: "j2", tags: ["a", "b"] }] });
    expect(html.match(/<tr>/g)).toHaveLength(3);
    expect(html).toContain('<a href="http://server/base/jobs/j1?f=html"');
    expect(html).toContain('<time datetime="2026-01-02T03:04:05.678Z">2026-01-02 03:04:05 UTC</time>');
    expect(html).toContain("<td>1 h 1 min</td>");
    expect(html).toContain("<td>a, b</td>");
  });

  test("leads to the process, also of a provider", () => {
    expect(page({ jobs: [job] })).toContain('href="http://server/base/processes/buffer?f=html"');
    const other = { ...job, providerID: "p q" };
    expect(page({ jobs: [other] })).toContain('href="http://server/base/providers/p%20q/processes/buffer?f=html"');
  });

  test("has all that is known of a job, folded up", () => {
    const html = page({ jobs: [{ ...job, executionId: "e1", links: [{ href: "http://server/x", rel: "up" }] }] });
    expect(html).toContain("<dt>executionId</dt><dd><span>e1</span></dd>");
    expect(html).toContain('<a href="http://server/x" rel="up">');
  });

  test("says that there are none", () => {
    expect(page({})).toContain("No jobs.");
    expect(page({})).not.toContain("<table>");
  });

  test("leads to the pages beside it, and to the JSON of the same", () => {
    const links = [
      { href: "http://server/base/jobs?after=x", rel: "next", title: "Next page" },
      { href: "http://server/base/jobs", rel: "self" },
    ];
    const html = page({ links });
    expect(html).toContain('<a href="http://server/base/jobs?after=x" rel="next">Next page</a>');
    expect(html).toContain('<a href="http://server/base/jobs" rel="self">This page</a>');
    expect(html).toContain('<a href="http://server/base/jobs?f=json" rel="alternate" type="application/json">');
  });

  test("shows what somebody wrote as text", () => {
    const html = page({ jobs: [{ ...job, tags: ["<script>alert(1)</script>"], processID: '"><img src=x>' }] });
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain("<img");
  });

  test("may load the one script that it names, and nothing else", () => {
    const url = scriptUrl(frame, "job-list");
    expect(url).toStartWith("http://server/base/_/console/job-list-");
    expect(page({ jobs: [job] })).toContain(`<script type="module" src="${url}"></script>`);
    expect(jobListPage().policy(frame)).toContain(`default-src 'none'; style-src 'self'; script-src ${url};`);
  });

  test("has its filters in the address, and keeps them in its form", () => {
    const jsonUrl = "http://server/base/jobs?status=failed&processID=a%22b&q=%3Ci%3E&limit=5&after=x&f=json";
    const html = jobListPage().render({ ...frame, jsonUrl }, { jobs: [], links: [] });
    expect(html).toContain('<form method="get" action="http://server/base/jobs"');
    expect(html).toContain('<option value="failed" selected="">');
    expect(html).toContain('name="processID" value="a&quot;b"');
    expect(html).toContain('name="q" value="&lt;i&gt;"');
    expect(html).toContain('<input type="hidden" name="limit" value="5"/>');
    // Another filter has other pages.
    expect(html).not.toContain('name="after"');
    expect(html).toContain("Show all jobs.");
  });

  test("says of each job in colour, sign and word what became of it", () => {
    for (const status of ["accepted", "running", "successful", "failed", "dismissed"] as const) {
      const html = page({ jobs: [{ ...job, status }] });
      expect(html).toMatch(new RegExp(`data-status="${status}"><span aria-hidden="true">[^<]</span> ${status}</span>`));
    }
  });

  test("names who submitted a job only where that was told", () => {
    const html = jobListPage(new Map([["j1", "<ann>"]])).render(frame, { jobs: [job], links: [] });
    expect(html).toContain('<th scope="col">User</th>');
    expect(html).toContain("<td>&lt;ann&gt;</td>");
    expect(page({ jobs: [job] })).not.toContain("User");
  });
});
