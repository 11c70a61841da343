import { describe, expect, test } from "bun:test";
import type { JobDocument, JobListDocument } from "../../../src/domain/documents/job.ts";
import { jobListPage } from "../../../src/pages/job-list/job-list.tsx";
import { scriptUrl } from "../../../src/pages/shared/page.ts";
import { choiceText } from "../../../src/pages/shared/words.ts";
import { frame, plainTables } from "../frame.ts";

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
  waitingSeconds: 0.3,
  runningSeconds: 3661,
  attempt: 1,
  processRevision: "r1",
  links: [],
};

const noJobs: JobListDocument = { jobs: [], links: [] };
const page = (document: Partial<JobListDocument>) =>
  plainTables(jobListPage().render(frame, { jobs: [], links: [], ...document }));

describe("the page of a list of jobs", () => {
  test("has a row for each job, with its times in UTC", () => {
    const html = page({ jobs: [job, { ...job, jobID: "j2", tags: ["a", "b"] }] });
    expect(html.match(/<tr>/g)).toHaveLength(3);
    expect(html).toContain('<a href="http://server/base/jobs/j1?f=html"');
    expect(html).toContain('<time datetime="2026-01-02T03:04:05.678Z">2026-01-02 03:04:05 UTC</time>');
    expect(html).toContain('<td class="nowrap"><span class="on-card">ran </span>1 h 1 min</td>');
    expect(html).toContain('<td class="breaks">a, b</td>');
    expect(page({ jobs: [{ ...job, waitingSeconds: 40 }] })).toContain(
      '<td><span class="nowrap">waited 40 s,</span> <span class="nowrap">ran 1 h 1 min</span> </td>',
    );
  });

  test("says of one that was tried again which attempt it shows, and leads first to one whose id is looked for", () => {
    expect(page({ jobs: [{ ...job, attempt: 2 }] })).toContain("attempt 2");
    expect(page({ jobs: [job] })).not.toContain("attempt 1");
    const jobID = "01a22859-599e-771c-90c1-01d437dbf3a9";
    const asked = (q: string, jobs = [{ ...job, jobID }]) =>
      jobListPage().render({ ...frame, jsonUrl: `http://server/base/jobs?f=json&q=${q}` }, { jobs, links: [] });
    for (const q of [jobID, "01d437db", "37dbf3a9", "1a22859-599e-771c-90c1-01d437dbf3a9", "771c-90c1-01d437dbf3a9"]) {
      const leads = asked(q).includes(`<a href="http://server/base/jobs/${jobID}?f=html">Open job 37dbf3a9</a>`);
      expect([q, leads]).toEqual([q, q !== "01d437db"]);
    }
    expect(asked("rain")).not.toContain("Open job");
  });

  test("says of one that waits for what, and not how far it is", () => {
    const { finished: _, ...running } = { ...job, status: "running", progress: 8 } as const;
    const html = page({ jobs: [{ ...running, waitsFor: "a free slot" }] });
    expect(html).toContain("Waiting for a free slot");
    expect(html).not.toContain('<span class="nowrap">8 %</span>');
    expect(page({ jobs: [running] })).toContain('<span class="nowrap">8 %</span>');
  });

  test("one that runs but waits for room looks as one that waits", () => {
    const { finished: _, ...running } = { ...job, status: "running", progress: 8 } as const;
    expect(page({ jobs: [{ ...running, waitsFor: "a free slot" }] })).toMatch(
      /<span class="badge badge-accepted" data-status="running"><span aria-hidden="true">○<\/span> waiting<\/span>/,
    );
    expect(page({ jobs: [running] })).toContain('<span class="badge badge-running" data-status="running">');
  });

  test("filters those that run and wait together, by the words of the address", () => {
    const chosen = (query: string) => {
      const jsonUrl = `http://server/base/jobs?${query}`;
      const html = jobListPage().render({ ...frame, jsonUrl }, noJobs);
      return /<option value="([^"]*)" selected="">\s*([^<]*?)\s*<\/option>/.exec(html)?.slice(1);
    };
    expect(chosen("f=html")).toEqual(["", "all"]);
    expect(chosen("status=accepted,running")).toEqual(["accepted,running", "now: running or waiting"]);
    expect(chosen("status=running&status=accepted")).toEqual(["accepted,running", "now: running or waiting"]);
    expect(chosen("status=accepted")).toEqual(["accepted", "○ waiting"]);
    expect(chosen("status=failed,dismissed")).toEqual(["failed,dismissed", "failed or dismissed"]);
  });

  test("says of a failed job what its tool wrote last, else why it failed", () => {
    const detail = 'Cannot finish tool "x": found exit code 4, wanted 0';
    const why = (exception: Readonly<Record<string, unknown>>) =>
      /<span class="why">([^<]*)<\/span>/.exec(
        page({ jobs: [{ ...job, status: "failed", exception: { detail, ...exception } }] }),
      )?.[1];
    expect(why({ exitCode: 4, stderrTail: "reading\nno column named level in when,height\n" })).toBe(
      "no column named level in when,height (exit code 4)",
    );
    expect(why({ exitCode: 1, stderrTail: "Traceback\n  x\nValueError: bad\n\n---\n" })).toBe(
      "ValueError: bad (exit code 1)",
    );
    expect(why({ exitCode: 1, stderrTail: "\u001b[31merror: red\u001b[0m\r\n" })).toBe("error: red (exit code 1)");
    expect(why({ exitCode: 1, stderrTail: "x".repeat(1000) })).toMatch(/^x{159}… \(exit code 1\)$/);
    for (const stderrTail of ["", " \n", "----\n", undefined, 5]) {
      expect(why({ exitCode: 4, stderrTail })).toBe(detail.replaceAll('"', "&quot;"));
    }
  });

  test("says how long those that have not ended run or wait already", () => {
    const { finished: _, runningSeconds: __, waitingSeconds: ___, ...running } = { ...job, status: "running" } as const;
    const soFar = new Map([
      ["j1", { waitingSeconds: 0.2, runningSeconds: 372 }],
      ["j2", { waitingSeconds: 40.4 }],
      ["j3", { waitingSeconds: 7300, runningSeconds: 0 }],
    ]);
    const jobs = [
      running,
      { ...running, jobID: "j2", status: "accepted" } as const,
      { ...running, jobID: "j3", waitsFor: "Slurm: Resources" },
      { ...job, jobID: "j4" },
    ];
    const html = plainTables(jobListPage({ soFar }).render(frame, { jobs, links: [] }));
    expect(html).toContain('<td class="nowrap"><span data-so-far="372">6 min so far</span></td>');
    expect(html).toContain('<td class="nowrap">waiting, <span data-so-far="40.4">40 s so far</span></td>');
    expect(html).toContain('<td class="nowrap">waiting, <span data-so-far="7300">2 h 1 min so far</span></td>');
    expect(html).toContain('<td class="nowrap"><span class="on-card">ran </span>1 h 1 min</td>');
  });

  test("offers the usual spans of the creation to who types one", () => {
    const html = jobListPage().render({ ...frame, jsonUrl: "http://server/jobs?f=json&datetime=7d" }, noJobs);
    expect(html).toMatch(/<input type="text" name="datetime" value="7d" [^>]*list="created-spans"/);
    for (const span of ["today", "7d", "30d"]) expect(html).toContain(`<option value="${span}">`);
  });

  test("says below a field in few words what can be typed, and more where it is folded up", () => {
    const html = jobListPage().render(frame, noJobs);
    const hints = [...html.matchAll(/<small class="muted">(.*?)<\/small>/g)].map(([, hint = ""]) =>
      hint.replaceAll(/<[^>]*>/g, ""),
    );
    expect(hints.length).toBeGreaterThan(2);
    for (const hint of hints) expect({ hint, isShort: hint.length <= 30 }).toEqual({ hint, isShort: true });
    const [, told = ""] = /<summary>How to search<\/summary>(.*?)<\/details>/s.exec(html) ?? [];
    for (const words of [
      "SHA-256",
      "last eight characters",
      "2026-01-01/2026-01-31",
      "flood, storm",
      "not in logs",
      "all of its 64 signs",
    ]) {
      expect(told).toContain(words);
    }
  });

  test("keeps how long jobs ran where the address says it, and says from when on that counts", () => {
    const filter = (query: string) =>
      jobListPage().render({ ...frame, jsonUrl: `http://server/jobs?f=json${query}` }, noJobs);
    for (const query of ["&minDuration=60", "&minDuration=60&maxDuration="]) {
      expect(filter(query)).toContain('name="minDuration" value="60"');
      expect(filter(query)).toContain("from their start to their end, or until now");
    }
    expect(filter("&maxDuration=x")).toContain('name="maxDuration" value="x"');
    expect(filter("")).not.toContain("Duration");
  });

  test("leads in one step to what failed today and what goes on, of the same process where it is of one", () => {
    const jsonUrl = "http://server/base/processes/buffer/jobs?f=json&q=x";
    for (const [url, list] of [
      ["http://server/base/jobs?f=json", "http://server/base/jobs"],
      [jsonUrl, "http://server/base/processes/buffer/jobs"],
    ] as const) {
      const html = jobListPage().render({ ...frame, jsonUrl: url }, noJobs);
      expect(html).toContain(`<a href="${list}?f=html&amp;status=failed&amp;datetime=today">failed today (UTC)</a>`);
      expect(html).toContain(`<a href="${list}?f=html&amp;status=accepted%2Crunning">running or waiting</a>`);
    }
  });

  test("what is asked for already is no link, whatever the page and the order", () => {
    for (const [query, words] of [
      ["status=failed&datetime=today", "failed today (UTC)"],
      ["datetime=7d&status=failed&limit=5&q=", "failed in the last 7 days"],
      ["status=accepted,running&sortby=finished&after=x", "running or waiting"],
    ]) {
      const html = jobListPage().render({ ...frame, jsonUrl: `http://server/base/jobs?f=json&${query}` }, noJobs);
      expect(html).toContain(`<span aria-current="true">${words}</span>`);
      expect(html.match(/aria-current="true"/g)).toHaveLength(1);
    }
  });

  test("the name of a row opens its job; the process has a link of its own", () => {
    const titles = new Map([["/buffer", "Band <statistics>"]]);
    const jobID = "01a22859-599e-771c-90c1-01d437dbf3a9";
    const linksOf = (more: Partial<JobDocument>) => {
      const row = plainTables(jobListPage({ titles }).render(frame, { jobs: [{ ...job, jobID, ...more }], links: [] }));
      const [cells = ""] = row.split("<tbody>")[1]?.split("<details") ?? [];
      const links = [...cells.matchAll(/<a [^>]*href="http:\/\/server\/base([^"]*)"[^>]*>(.*?)<\/a>/g)];
      return links.map(([, href, name = ""]) => [href, name.replaceAll(/<[^>]*>/g, "")]);
    };
    const way = `/jobs/${jobID}?f=html`;
    expect(linksOf({})).toEqual([
      [way, "Band &lt;statistics&gt;, 37dbf3a9"],
      ["/processes/buffer?f=html", "buffer"],
    ]);
    expect(linksOf({ title: "Marsh, 2024" })).toEqual([
      [way, "Marsh, 2024, 37dbf3a9"],
      ["/processes/buffer?f=html", "Band &lt;statistics&gt;"],
    ]);
    // Of one without any title its process is its name.
    expect(linksOf({ processID: "clip" })).toEqual([
      [way, "clip, 37dbf3a9"],
      ["/processes/clip?f=html", "clip"],
    ]);
    expect(linksOf({ providerID: "lab" })[0]).toEqual([way, "buffer, 37dbf3a9"]);
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
    expect(html).not.toContain("This page");
    const folded = html.slice(html.indexOf("<summary>All fields</summary>"));
    expect(folded).toContain('<a href="http://server/base/jobs" rel="self">');
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
    expect(html).toContain('name="processWords" value="a&quot;b"');
    expect(html).toContain('name="q" value="&lt;i&gt;"');
    expect(html).toContain('<input type="hidden" name="limit" value="5"/>');
    // Another filter has other pages.
    expect(html).not.toContain('name="after"');
    expect(html).toContain("Show all jobs</a>");
  });

  test("says of each job in colour, sign and word what became of it", () => {
    for (const status of ["accepted", "running", "successful", "failed", "dismissed"] as const) {
      const html = page({ jobs: [{ ...job, status }] });
      const word = status === "accepted" ? "waiting" : status;
      expect(html).toMatch(new RegExp(`data-status="${status}"><span aria-hidden="true">[^<]</span> ${word}</span>`));
    }
  });

  test("names who submitted a job only where that was told", () => {
    const users = new Map([["j1", "<ann>"]]);
    const html = plainTables(jobListPage({ users }).render(frame, { jobs: [job], links: [] }));
    expect(html).toContain('<th scope="col">User</th>');
    expect(html).toContain('<a href="http://server/base/jobs?f=html&amp;user=%3Cann%3E">&lt;ann&gt;</a>');
    expect(page({ jobs: [job] })).not.toContain("User");
  });

  test("says in a short sentence why a job failed, and of no other job", () => {
    const failed: JobDocument = { ...job, status: "failed", message: "Job failed." };
    const why = (exception: Readonly<Record<string, unknown>> | undefined, message = failed.message) =>
      /<span class="why">([^<]*)<\/span>/.exec(
        page({ jobs: [{ ...failed, message, ...(exception === undefined ? {} : { exception }) }] }),
      )?.[1];
    expect(why({ detail: "Cannot run tool: found no GDAL", exitCode: 3, step: "warp" })).toBe(
      "Cannot run tool: found no GDAL (step warp, exit code 3)",
    );
    expect(why({ detail: "Step warp ended with exit code 3", exitCode: 3, step: "warp" })).toBe(
      "Step warp ended with exit code 3",
    );
    // Digits of other numbers and letters of other words name neither.
    expect(why({ exitCode: 3, step: "a", stderrTail: "Error: no rain at marsh237, aa 3 of 13 files" })).toBe(
      "Error: no rain at marsh237, aa 3 of 13 files (step a, exit code 3)",
    );
    expect(why({ exitCode: 3, step: "a/b", stderrTail: "in step a/b: exited with 3" })).toBe(
      "in step a/b: exited with 3",
    );
    expect(why({ exitCode: 1, stderrTail: "exit status 13" })).toBe("exit status 13 (exit code 1)");
    expect(why({ detail: "first line\nsecond <line>" })).toBe("first line");
    expect(why({ detail: "<b>".repeat(500) })).toHaveLength("&lt;b&gt;".length * 53 + 1);
    expect(why(undefined, "It was lost")).toBe("It was lost");
    expect(page({ jobs: [job, { ...job, status: "dismissed" }] })).not.toContain('class="why"');
  });

  test("has a field for the user for who may see the jobs of others, and keeps the filter in the address for all", () => {
    const may = { mayExecute: true, seesAllJobs: false, seesOthers: true };
    const reader = { name: "ann", role: "runner", seesSystem: false };
    const at = { ...frame, reader, jsonUrl: "http://server/base/jobs?f=json&user=bob" };
    expect(jobListPage({ may }).render(at, { jobs: [], links: [] })).toContain(
      '<input type="text" name="user" value="bob"/>',
    );
    const own = jobListPage({ may: { ...may, seesOthers: false } }).render(at, { jobs: [], links: [] });
    expect(own).toContain('<input type="hidden" name="user" value="bob"/>');
    const open = jobListPage({ may }).render({ ...at, reader: { seesSystem: true } }, { jobs: [], links: [] });
    expect(open).not.toContain('<input type="text" name="user"');
  });

  test("says how many jobs fit, to what they are narrowed in words, and leads to all", () => {
    const at = (query: string, count: number, rels: readonly string[] = []) => {
      const links = rels.map((rel) => ({ rel, href: "http://server/x" }));
      const jobs = Array.from({ length: count }, () => job);
      const html = jobListPage().render({ ...frame, jsonUrl: `${frame.baseUrl}/jobs?f=json${query}` }, { jobs, links });
      const [, said = ""] = /<p role="status"><b>(.*?)<\/p>/s.exec(html) ?? [];
      return said.replaceAll(/<[^>]*>/g, "");
    };
    expect(at("&status=failed&datetime=today", 3)).toBe(
      "3 jobs fit: status failed; created today (UTC). Show all jobs",
    );
    expect(at("&status=accepted,running", 1)).toBe("1 job fits: status running or waiting. Show all jobs");
    expect(at("&kept=true&user=ann", 1)).toBe("1 job fits: user ann; kept for good. Show all jobs");
    expect(at("&kept=true", 0)).toContain("A job is kept for good on its own page");
    expect(at("&kept=false", 0)).toBe("No job fits: not kept for good. Show all jobs");
    expect(at("&q=%3Ci%3E&minDuration=5", 0)).toBe(
      "No job fits: words or id &lt;i&gt;; ran at least 5 s. Logs are not searched here: the page of the log of each job searches its own. Show all jobs",
    );
    expect(at("&q=failed+yesterday&user=ann", 0)).toBe(
      "No job fits: user ann; words or id failed yesterday. Logs are not searched here: the page of the log of each job searches its own. Did you mean jobs with status failed; created yesterday? A job must have all of the words. Show jobs that have any of them Show all jobs",
    );
    expect(at("&q=30.11.2026", 0)).toBe(
      "No job fits: words or id 30.11.2026. Logs are not searched here: the page of the log of each job searches its own. Did you mean jobs with created 30.11.2026? Show all jobs",
    );
    const digest = "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470";
    for (const part of [
      digest.slice(0, 8),
      digest.slice(0, 12),
      `sha256:${digest.slice(0, 20)}`,
      digest.slice(0, 63),
    ]) {
      expect(at(`&q=${part}`, 0)).toContain("Of the SHA-256 of a file, all 64 signs are taken");
    }
    for (const other of [digest, "flood", digest.slice(0, 7)]) expect(at(`&q=${other}`, 0)).not.toContain("64 signs");
    expect(at("&q=failed", 1)).toBe("1 job fits: words or id failed. Show all jobs");
    expect(at("&tags=a&tags=b", 2, ["next"])).toBe("More than 2 jobs fit: tags a, b. Show all jobs");
    expect(at("&user=ann", 2, ["prev"])).toBe("2 more that fit: user ann. Show all jobs");
    expect(at("&status=&limit=5", 2)).toBe("2 jobs");
    const meant = jobListPage().render(
      { ...frame, jsonUrl: `${frame.baseUrl}/jobs?f=json&q=flood+failed+2026-11-30&status=running&limit=5` },
      { jobs: [], links: [] },
    );
    expect(meant).toContain(
      'href="http://server/base/jobs?f=html&amp;limit=5&amp;status=failed&amp;datetime=2026-11-30&amp;q=flood"',
    );
    const html = jobListPage().render(
      { ...frame, jsonUrl: `${frame.baseUrl}/jobs?f=json&status=failed&limit=5&after=x` },
      { jobs: [], links: [] },
    );
    expect(html).toContain('href="http://server/base/jobs?f=html&amp;limit=5">Show all jobs');
  });

  test("says how many jobs there are when nothing narrows it, also where it has several pages", () => {
    const at = (count: number, rels: readonly string[], all?: number) => {
      const links = rels.map((rel) => ({ rel, href: "http://server/x" }));
      const view = all === undefined ? {} : { all: { count: all, most: 10_000 } };
      const jobs = Array.from({ length: count }, () => job);
      const html = jobListPage(view).render({ ...frame, jsonUrl: `${frame.baseUrl}/jobs?f=json` }, { jobs, links });
      return /<p role="status"><b>(.*?)<\/b><\/p>/s.exec(html)?.[1];
    };
    expect(at(2, ["next"], 1234)).toBe("1,234 jobs");
    expect(at(1, [], 1)).toBe("1 job");
    expect(at(2, ["next", "prev"], 10_000)).toBe("10,000 jobs");
    expect(at(2, ["next"], 10_001)).toBe("More than 10,000 jobs");
    // Where each would have to be looked at, they are not counted.
    expect(at(2, ["next"])).toBe("More than 2 jobs");
    expect(at(2, ["prev"])).toBeUndefined();
    expect(at(3, [])).toBe("3 jobs");
    expect(at(0, [], 0)).toBeUndefined();
  });

  test("leads, where no job has all of the words, to those that have any of them", () => {
    const wayAt = (query: string, count = 0) => {
      const jobs = Array.from({ length: count }, () => job);
      const jsonUrl = `${frame.baseUrl}/jobs?f=json${query}`;
      const html = jobListPage().render({ ...frame, jsonUrl }, { jobs, links: [] });
      const [, href] = /A job must have all of the words\. <a href="([^"]*)">/.exec(html) ?? [];
      return href === undefined ? undefined : [...new URL(href.replaceAll("&amp;", "&")).searchParams];
    };
    expect(wayAt("&q=flood%20map&status=failed&after=x")).toEqual([
      ["f", "html"],
      ["status", "failed"],
      ["q", "flood,map"],
    ]);
    expect(wayAt("&q=flood%20map,storm%20%20map")).toEqual([
      ["f", "html"],
      ["q", "flood,map,storm"],
    ]);
    expect([wayAt("&q=flood"), wayAt("&q=flood,map"), wayAt("&status=failed"), wayAt("&q=flood%20map", 2)]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("has its filters folded up, but where one cannot be read", () => {
    const at = (query: string, fault?: string) =>
      jobListPage(fault === undefined ? {} : { fault }).render(
        { ...frame, jsonUrl: `${frame.baseUrl}/jobs?f=json${query}` },
        { jobs: [], links: [] },
      );
    expect(at("&status=&limit=5")).toContain('<details class="filters"><summary>Search and filter</summary>');
    for (const query of ["&status=failed", "&q=rain", "&datetime=7d", "&user=ann", "&processID=echo", "&minDuration=5"])
      expect(at(query)).toContain('<details class="filters"><summary>Search and filter</summary>');
    expect(at("&q=rain", "no")).toContain('<details class="filters" open=""><summary>Search and filter</summary>');
  });

  test("says beside the button how many are to be ticked, and leaves the button to who has no script", () => {
    const html = page({ jobs: [job, { ...job, jobID: "j2" }] });
    expect(html).toContain("Tick two jobs of the list to compare them.");
    const alone = jobListPage({ may: { mayExecute: true, seesAllJobs: true, seesOthers: true, mayDismiss: true } });
    const ofOne = alone.render(frame, { jobs: [job], links: [] });
    expect(ofOne).toContain("Tick the job to act on it.");
    expect(ofOne).not.toContain("to compare them");
    expect(choiceText(1, "acts")).toBe("1 chosen.");
    expect(choiceText(0, "compares-acts")).toBe("Tick two jobs of the list to compare them. Tick any to act on them.");
    expect(html).toMatch(
      /<button type="submit" class="button" data-least="2" data-most="2">Compare<span class="longer"> two chosen jobs<\/span>/,
    );
    expect(html).not.toContain("disabled");
  });

  test("has buttons that retry and dismiss what is chosen for who may, also where one job is alone", () => {
    const reader = { mayExecute: true, seesAllJobs: false, seesOthers: false };
    const shown = (may: { readonly mayDismiss: boolean; readonly mayRetry: boolean }, jobs: readonly JobDocument[]) => {
      const html = jobListPage({ may: { ...reader, ...may } }).render(frame, { jobs, links: [] });
      return ["Compare two", "Retry the", "Cancel or remove the"].filter((words) =>
        html.replaceAll(/<\/?span[^>]*>/g, "").includes(`>${words} chosen jobs<`),
      );
    };
    const two = [job, { ...job, jobID: "j2" }];
    expect(shown({ mayDismiss: true, mayRetry: true }, two)).toEqual([
      "Compare two",
      "Retry the",
      "Cancel or remove the",
    ]);
    expect(shown({ mayDismiss: true, mayRetry: false }, two)).toEqual(["Compare two", "Cancel or remove the"]);
    expect(shown({ mayDismiss: false, mayRetry: false }, two)).toEqual(["Compare two"]);
    expect(shown({ mayDismiss: true, mayRetry: true }, [job])).toEqual(["Retry the", "Cancel or remove the"]);
    expect(shown({ mayDismiss: false, mayRetry: false }, [job])).toEqual([]);
  });

  test("says what became of the jobs that were chosen, and which were left and why", () => {
    const outcome = {
      done: { stopped: 1, removed: 2 },
      left: [{ reason: "ended", names: ["1a2b3c4d", "x"] }],
    } as const;
    const html = jobListPage({ outcome }).render(frame, { jobs: [job], links: [] });
    expect(html).toContain(
      '<p><span data-told="outcome">1 running job was cancelled. 2 ended jobs were removed with their results.</span></p><ul><li>1a2b3c4d, x: ended meanwhile, kept with the results.</li></ul>',
    );
    const nothing = { done: {}, left: [{ reason: "state", names: ["x"] }] } as const;
    expect(jobListPage({ outcome: nothing }).render(frame, { jobs: [job], links: [] })).toContain(
      "Nothing was done to the chosen jobs.",
    );
    expect(jobListPage({ outcome: { done: {}, left: [] } }).render(frame, { jobs: [], links: [] })).not.toContain(
      "notice",
    );
  });

  test("the tick for all is hidden until a script comes, which only then has something to tick", () => {
    const html = page({ jobs: [job, { ...job, jobID: "j2" }] });
    expect(html).toContain(
      '<input type="checkbox" data-choose-all="" aria-label="Choose all jobs of this page" hidden=""/>',
    );
    expect(html).toContain('<span data-choose-words="">Choose</span>');
  });
});
