import { describe, expect, test } from "bun:test";
import type { JobDocument } from "../../../src/domain/documents/job.ts";
import type { JobView } from "../../../src/domain/documents/job-view.ts";
import type { GraphNode } from "../../../src/domain/graph/workflow-graph.ts";
import { relations } from "../../../src/domain/links.ts";
import { closedAddressWords } from "../../../src/domain/people/closed-address.ts";
import { jobPage } from "../../../src/pages/job/job.tsx";
import { frame, plainTables } from "../frame.ts";

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
const view: JobView = { log: [], timeline: [], results: [], views: {}, mayDismiss: false, mayRetry: false };
const page = (changes: Partial<JobDocument> = {}, more: Partial<JobView> = {}) =>
  jobPage({ ...view, ...more }).render(frame, { ...job, ...changes });

describe("the page of a job", () => {
  test("shows how far it is, at which stage, and for how long", () => {
    const html = page({}, { runningSeconds: 75 });
    expect(html).toContain('<progress class="bar" max="100" value="42"');
    expect(html).toContain('<span data-live="stage">Running</span>');
    expect(html).toContain('Running for <span data-counted="Running 1" data-seconds="75">1 min 15 s</span>.');
  });

  test("names the steps of a workflow that run, with how many parts are done, where its message says no more", () => {
    const node = (id: string, more: Partial<GraphNode> = {}): GraphNode => ({
      ...{ id, kind: "step", title: id, needs: [], scatter: [], isConditional: false },
      ...more,
    });
    const nodes = [
      node("fetch"),
      node("count", { scatter: ["f"] }),
      node("in", { inner: [node("in/say")] }),
      node("z"),
    ];
    const graph = (running: readonly string[]) => ({
      graph: {
        nodes,
        states: new Map(running.map((id) => [id, "running"] as const)),
        parts: new Map([["count", { done: 2, count: 3 }]]),
      },
    });
    const plain = { message: "Monitoring job execution." };
    const told = (running: readonly string[], changes: Partial<JobDocument> = plain) =>
      /<p[^>]*role="status">([^<]*)</.exec(page(changes, graph(running)))?.[1];
    expect(told(["count"])).toBe("Running: count, 2 of 3");
    expect(told(["fetch", "count", "in", "in/say"])).toBe("Running: fetch; count, 2 of 3; in/say");
    expect(told(["fetch", "count", "in", "z"])).toBe("Running: fetch; count, 2 of 3; in and 1 more");
    expect(told([])).toBe(plain.message);
    expect(told(["count"], {})).toBe("half of it");
    expect(page(plain, graph(["count"]))).toContain('data-stands-for="Monitoring job execution."');
    expect(page(plain)).toContain('role="status">Monitoring job execution.</p>');
  });

  test("tells a waiting job's place and what it waits for", () => {
    const html = page({ status: "accepted", queuePosition: 4 }, { waitingSeconds: 40 });
    expect(html).toContain('data-waits="true">Waiting for a free slot: 3 before it</span>');
    expect(html).toContain('Waiting for <span data-counted="Waiting 1" data-seconds="40">40 s</span>.');
    expect(page({ status: "accepted", queuePosition: 1, waitsFor: "free space" })).toContain(
      "Waiting for free space: it is next",
    );
    expect(page({ waitsFor: "Slurm: Resources" })).toContain("Waiting for Slurm: Resources</span>");
    expect(page({}, { waitingSeconds: 40, runningSeconds: 2 })).toMatch(
      /Waited 40 s\. Running for <span[^>]*>2\.0 s<\/span>\./,
    );
  });

  test("tells what runs while a job waits, the priority that was asked for, and of a first run that its time is not known", () => {
    const since = "2026-01-02T03:00:00.000Z";
    const one = { url: "http://server/base/jobs/7", id: "7", processId: "flood", since };
    const holders = { count: 3, since, jobs: [{ ...one, user: "bob", usualSeconds: 300 }] };
    const html = page({ status: "accepted", queuePosition: 1, priority: 5 }, { holders });
    expect(html).toContain(
      '<a href="http://server/base/jobs/7?f=html">flood, job <code>7</code></a> of bob, since <time datetime="2026-01-02T03:00:00.000Z">2026-01-02 03:00:00 UTC</time>, usually 5 min',
    );
    expect(html).toContain("<p>2 more run.</p>");
    expect(html).toContain("Priority 5. ");
    const others = page({ status: "accepted" }, { holders: { count: 2, since, jobs: [] } });
    expect(others.replaceAll(/<[^>]*>/g, "")).toContain(
      "Now 2 jobs run, the first of them since 2026-01-02 03:00:00 UTC.",
    );
    expect(page({}, { holders })).not.toContain("Now running");
    expect(page({}, { isFirstRun: true })).toContain("How long it takes is not known");
  });

  test("says that the same was run before, and of one that took all from the cache from which jobs", () => {
    const twin = { url: "http://server/base/jobs/7?f=html#results", id: "7", finished: "2026-01-02T03:00:00.000Z" };
    const plain = (html: string) => html.replaceAll(/<[^>]*>/g, "");
    const before = page({}, { twin });
    expect(plain(before)).toContain(
      "You ran this with the same inputs before: job 7, which ended 2026-01-02 03:00:00 UTC. Its results are there.",
    );
    expect(before).toContain('<a href="http://server/base/jobs/7?f=html#results">');
    const cachedFrom = [{ id: "8", url: "http://server/base/jobs/8?f=html" }, { id: "9" }];
    const cached = page({}, { cachedFrom, twin });
    expect(plain(cached)).toContain(
      "No tool ran for it: its steps were taken from the cache, where job 8, job 9 left them.",
    );
    expect(cached).toContain('<a href="http://server/base/jobs/8?f=html">');
    expect(cached).not.toContain("You ran this");
    expect(page()).not.toContain("You ran this");
  });

  test("of one that succeeded says by its state and its times that it is done, and what else it says of itself", () => {
    const ended = { status: "successful", progress: 100, finished: "2026-01-02T03:05:06.000Z" } as const;
    const html = page({ ...ended, message: "Job complete." });
    const head = html.slice(0, html.indexOf('data-part="results"'));
    expect(head).not.toMatch(/<progress|100 %|Done/);
    expect(head).toContain('Ended <time datetime="2026-01-02T03:05:06.000Z">');
    expect(head).not.toContain("Job complete");
    expect(page({ ...ended, message: "Job complete, 3 tiles were empty" })).toContain("3 tiles were empty</p>");
  });

  test("begins with jumps to its parts, the results first where there are any", () => {
    const jumps = (html: string) => [...html.matchAll(/<a href="#([a-z]+)">/g)].map(([, id]) => String(id));
    expect(jumps(page())).toEqual(["log", "inputs", "timeline", "more"]);
    const html = page({ status: "successful", finished: "2026-01-02T03:05:06.000Z" });
    expect(jumps(html)).toEqual(["results", "log", "inputs", "timeline", "more"]);
    for (const id of jumps(html)) expect(html).toContain(` id="${id}"`);
    const prov = {
      href: "http://server/base/jobs/1/prov",
      rel: "provenance",
      title: "How the job came to its results",
    };
    const jumpsOfIt = /<ul class="jumps".*?<\/ul>/s.exec(page({ links: [prov] }))?.[0];
    expect(jumpsOfIt).toContain(`<a href="${prov.href}">How the job came to its results</a>`);
    const failed = page({ status: "failed", exception: { detail: "no" } });
    expect(failed.indexOf("The job failed")).toBeLessThan(failed.indexOf('class="jumps"'));
  });

  test("tells in the head in which inputs the run differs, and what the run was only behind results, log and inputs", () => {
    const ended = { status: "successful", finished: "2026-01-02T03:05:06.000Z" } as const;
    const programs = { images: ["docker.io/library/sh@sha256:1"], isOwn: false };
    const revision = `sha256:${"5e1f".repeat(16)}`;
    for (const changes of [ended, { status: "running" }, { status: "failed", exception: { detail: "no" } }] as const) {
      const html = page({ ...changes, processRevision: revision }, { line: "word: <b>", programs });
      const at = (text: string) => html.indexOf(text);
      expect(at('<p class="run-inputs on-screen">word: &lt;b&gt;</p>')).toBeLessThan(at('class="jumps"'));
      for (const fact of [`Revision of the process: <code class="digest">${revision}`, "What ran: the image"]) {
        for (const part of ["results", "log", "inputs"]) expect(at(`id="${part}"`)).toBeLessThan(at(fact));
      }
    }
    expect(page()).not.toContain("run-inputs");
  });

  test("links to no provider that was removed", () => {
    const html = page({ providerID: "p" }, { isProcessGone: true, isProviderGone: true });
    expect(html).toContain('buffer <span class="muted">(removed)</span>');
    expect(html).toContain('p <span class="muted">(removed)</span>');
    expect(html).not.toContain("/providers/p?f=html");
    expect(page({ providerID: "p" })).toContain('<a href="http://server/base/providers/p?f=html">p</a>');
  });

  test("folds a long timeline", () => {
    const entry = { at: "2026-01-02T03:04:05.678Z", status: "running", progress: 1, message: "m" };
    expect(page({}, { timeline: Array.from({ length: 10 }, () => entry) })).not.toContain("entries</summary>");
    expect(page({}, { timeline: Array.from({ length: 11 }, () => entry) })).toContain(
      "<summary>Show 11 entries</summary>",
    );
  });

  test("of one that has ended tells how long it waited and ran apart, whose it is and who dismissed it", () => {
    const ended = { finished: "2026-01-02T03:05:06.000Z", waitingSeconds: 40, runningSeconds: 2 };
    const html = page({ ...ended, status: "dismissed", user: "<ann>", dismissedBy: "bob" });
    expect(html).toContain('Waited 40 s, ran 2.0 s. Dismissed by bob, <time datetime="2026-01-02T03:05:06.000Z">');
    expect(html).not.toContain('class="bar');
    expect(html).toContain("by &lt;ann&gt;");
    const short = page({ ...ended, status: "successful", waitingSeconds: 0.1 });
    expect(short).toContain('<span>Ran 2.0 s. Ended <time datetime="2026-01-02T03:05:06.000Z">');
    expect(short).not.toContain("Dismissed");
    expect(short).not.toContain("data-counted");
  });

  test("tells when its first tool began where that was noticeably after it was taken up, and what it waited for", () => {
    const statistics = { attempts: 1, waitingSeconds: 250, runningSeconds: 2, steps: [] };
    const late = { started: "2026-01-02T03:08:16.000Z", waitingSeconds: 249, executor: "slurm" };
    const plain = (html: string) => html.replaceAll(/<[^>]*>/g, "");
    const ended = { status: "successful", finished: "2026-01-02T03:09:00.000Z" } as const;
    expect(plain(page(ended, { statistics: { ...statistics, firstTool: late } }))).toContain(
      "Taken up 2026-01-02 03:04:06 UTC, its first tool began 2026-01-02 03:08:16 UTC (made ready for 1.0 s, waited 4 min 9 s in the queue of the cluster). ",
    );
    const here = { started: late.started, waitingSeconds: 249.8, executor: "local" };
    expect(plain(page(ended, { statistics: { ...statistics, firstTool: here } }))).toContain(
      "(waited 4 min 10 s for a slot, cores and memory to be free)",
    );
    const at = (started: string) => page(ended, { statistics: { ...statistics, firstTool: { ...late, started } } });
    expect(at("2026-01-02T03:04:06.400Z")).not.toContain("aken up");
    expect(page(ended, { statistics })).not.toContain("aken up");
  });

  test("says of one that ended at a provider that nothing is measured here", () => {
    const statistics = { attempts: 1, waitingSeconds: 0, runningSeconds: 2, steps: [] };
    const ended = { status: "successful", finished: "2026-01-02T03:05:06.000Z", providerID: "second" } as const;
    expect(page(ended, { statistics })).toContain("It ran at second; nothing is measured here.");
    expect(page({ providerID: "second" }, { statistics })).toContain("is known when it has ended");
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
    expect(html).not.toContain('class="bar');
  });

  test("of a job whose input is at an address that is not public says who can allow it, and what else helps", () => {
    const exception = {
      stage: "getInputs",
      detail: `Cannot fetch "http://10.0.0.1/": ${closedAddressWords("10.0.0.1")}`,
    };
    const html = page({ status: "failed", exception });
    expect(html).toContain("(--allow-fetch 10.0.0.1, or allowFetch in the file of settings)");
    expect(html).toContain("Ask who runs this service to allow it");
    expect(html).toContain("or upload the file and run it with that.");
    expect(html).not.toContain("Check that each input can be fetched");
  });

  test("of a failed job marks the stage where it failed, by a sign and in words", () => {
    const stagesOf = (stage: string) => {
      const html = page({ status: "failed", progress: 85, exception: { detail: "no", stage } });
      return [...html.matchAll(/<li class="stage-(\w+)">(.*?)<\/li>/g)].map(([, state, content = ""]) => {
        return `${state} ${content.replaceAll(/<[^>]*>/g, "")}`;
      });
    };
    expect(stagesOf("getInputs")).toEqual([
      "passed ✓ Preparing, done",
      "passed ✓ Reading the process, done",
      "failed ✕ Fetching inputs: failed here",
      "left ○ Preparing outputs, not reached",
      "left ○ Starting, not reached",
      "left ○ Running, not reached",
      "left ○ Collecting results, not reached",
    ]);
    for (const [stage, words] of [
      ["setup", "Preparing"],
      ["statusLocation", "Starting"],
      ["monitorLoop", "Running"],
      ["monitorEnd", "Collecting results"],
    ] as const) {
      expect(stagesOf(stage).filter((one) => one.startsWith("failed"))).toEqual([`failed ✕ ${words}: failed here`]);
    }
    for (const none of ["", "monitorError", "constructor"]) expect(stagesOf(none)).toEqual([]);
    expect(page()).not.toContain("stage-");
  });

  test("has nothing that late events change once the job has ended", () => {
    const failed = page({ status: "failed", finished: "2026-01-02T03:05:06.000Z", exception: { detail: "no" } });
    for (const name of ["message", "progress"]) {
      expect(page()).toContain(`data-live="${name}"`);
      expect(failed).not.toContain(`data-live="${name}"`);
    }
  });

  test("of a failed job offers what helps: no resuming where there are no steps, or the version is an old one", () => {
    const failed = { status: "failed", exception: { detail: "Tool failed" } } as const;
    const resumed = page(failed, { mayRetry: true, mayResume: true });
    expect(resumed).toContain("or resume when the cause is mended");
    expect(page(failed, { mayRetry: true })).toContain("or try again when the cause is mended");
    const mendUrl = "http://server/base/_/deploy?f=html&of=buffer";
    const newer = page(failed, { mayRetry: true, mayResume: true, newerVersion: "2.0.0", mendUrl });
    expect(newer).toContain("Run it again: that runs version 2.0.0, which was deployed since.");
    expect(newer).not.toContain("or resume");
    expect(newer).toContain(`<a href="${mendUrl.replace("&", "&amp;")}">Mend the package (new version)</a>`);
    expect(resumed).not.toContain("Mend the package");
  });

  test("of a job whose process was undeployed says that it can be tried again as it was, and not run otherwise", () => {
    const gone = { mayRetry: true, isProcessGone: true };
    const goneText = "a retry runs the version that the job ran, and other inputs cannot be given";
    for (const [exception, more, words] of [
      [{ detail: "Tool failed" }, {}, "Try it again when the cause is mended."],
      [{ detail: "Tool failed", stderrTail: "no such file" }, {}, "Try it again when the cause is mended."],
      [{ detail: "Tool failed" }, { mayResume: true }, "Resume it, or try it again, when the cause is mended."],
      [{ detail: "no", stage: "getInputs" }, {}, "can be fetched from its address, then try it again."],
      [
        { detail: `Cannot fetch x: ${closedAddressWords("10.0.0.1")}` },
        {},
        "Try it again when the address is allowed.",
      ],
    ] as const) {
      const html = page({ status: "failed", exception }, { ...gone, ...more });
      expect([words, html.includes(words)]).toEqual([words, true]);
      expect(html.split(goneText)).toHaveLength(2);
      expect(html).not.toMatch(/run it again|run again/i);
    }
    const dismissed = page({ status: "dismissed", finished: "2026-01-02T03:05:06.000Z" }, gone);
    expect(dismissed.split(goneText)).toHaveLength(2);
    expect(page({ status: "dismissed" }, { mayRetry: true })).not.toContain(goneText);
    expect(page({ status: "failed", exception: { detail: "no" } }, { isProcessGone: true })).not.toContain(goneText);
  });

  test("of a failed job advises by the kind of its failure: what the service lacks is not mended by other inputs", () => {
    const adviceOf = (detail: string, more: Partial<JobDocument> = {}, stderrTail?: string) =>
      page(
        { status: "failed", exception: { detail, ...(stderrTail === undefined ? {} : { stderrTail }) }, ...more },
        { mayRetry: true },
      );
    const lacks = [
      [
        'Cannot run the tool: found image "a" not imported and no container engine is used, wanted the image imported by "heddle images import", or a container engine',
        "The image that its tool runs in",
      ],
      [
        'Cannot run the tool: found that podman cannot pull "a", wanted the image there, or imported by "heddle images import"',
        "The image that its tool runs in",
      ],
      ['Cannot run step "a": found that it cannot be pulled, wanted the image "a"', "The image that its tool runs in"],
      ["Cannot keep the outputs: ENOSPC: no space left on device, write", "A disk of the service is full"],
      ["Cannot go on: found no room on a disk", "A disk of the service is full"],
      ["Cannot finish the tool: found 3 tries lost, the last one because its node failed", "What ran it was lost"],
      [
        "Cannot finish the tool: found its try lost, because the machine stopped; its process says so",
        "What ran it was lost",
      ],
    ] as const;
    for (const [detail, words] of lacks) {
      const html = adviceOf(detail);
      expect([detail, html.includes(`${words}`), html.includes("try it again when that is mended")]).toEqual([
        detail,
        true,
        true,
      ]);
      expect(html).not.toContain("Correct the inputs");
    }
    for (const detail of ["Cannot send the job: found status 503, wanted 200", "Cannot reach http://a: ECONNREFUSED"]) {
      expect(adviceOf(detail, { providerID: "lab" })).toContain("The provider refused it, or cannot be reached");
      expect(adviceOf("Cannot fetch: found status 404, wanted 200", { providerID: "lab" })).toContain(
        "Correct the inputs",
      );
    }
    const full = adviceOf(
      "Cannot finish the tool: found exit code 1, wanted 0",
      {},
      "x\nwrite: No space left on device\n",
    );
    expect(full).toContain("A disk of the service is full");
    for (const stderrTail of ["disk full of words", "no space in the name"]) {
      expect(adviceOf("Cannot finish the tool: found exit code 1, wanted 0", {}, stderrTail)).toContain(
        "Correct the inputs",
      );
    }
  });

  test("of a failed job says its exit code once", () => {
    const told = (detail: string, exitCode: number) => page({ status: "failed", exception: { detail, exitCode } });
    const once = told("Cannot finish the tool: found exit code 3, wanted 0", 3).split("All fields")[0] ?? "";
    expect(once).toContain("The job failed, with exit code 3.");
    expect(once).not.toContain("wanted 0");
    for (const detail of [
      "Cannot finish the tool: found exit code 3, wanted 0 or 2",
      "Cannot finish the tool: found exit code 3, a temporary failure, wanted 0",
      "Cannot finish the tool: found exit code 4, wanted 0",
    ]) {
      expect(told(detail, 3).split("All fields")[0]).toContain(`</strong> ${detail}`);
    }
  });

  test("of a job whose package cannot be run says that the process is faulty and whom to tell, not to correct inputs", () => {
    const failed = { status: "failed", exception: { detail: "Cannot evaluate $(x)", isPackageFault: true } } as const;
    const told = page(failed, { mayRetry: true, mayResume: true });
    expect(told).toContain("The process is faulty: ");
    expect(told).toContain("Tell its author, or the operator of this service");
    expect(told).not.toContain("Correct the inputs");
    const own = page(failed, { mayRetry: true, mendUrl: "https://heddle.example/_/deploy?of=a" });
    expect(own).toContain("Mend its package");
    const newer = page(failed, { mayRetry: true, newerVersion: "2.0.0" });
    expect(newer).toContain("that runs version 2.0.0");
  });

  test("of a failed job tells who may not run it where the cause stands, and whom to tell", () => {
    const failed = {
      status: "failed",
      user: "ruben",
      exception: { detail: "Tool failed", stderrTail: "no such file" },
    } as const;
    const told = page(failed, { mayRun: false });
    expect(told).toContain("The cause stands in the lines above, which the tool wrote last.");
    expect(told).toContain("tell user ruben, who submitted it, or the operator of this service");
    expect(told).not.toContain("run it again, or");
    expect(page(failed, { mayRun: true })).toContain("Correct the inputs and run it again.");
    expect(page({ ...failed, exception: {} }, { mayRun: false })).toContain("The cause stands in the log below.");
  });

  test("says who else has the results by a link, and what the tools ran in", () => {
    const seenBy = { owner: { user: "ruben" }, groups: [], share: { until: "2026-12-06T00:00:00.000Z", by: "ruben" } };
    expect(page({}, { seenBy })).toMatch(
      /Its results are also shared by a link until <time [^>]*>[^<]*<\/time>, by ruben\./,
    );
    expect(page({}, { seenBy: { ...seenBy, share: { until: "2026-12-06T00:00:00.000Z" } } })).toMatch(/<\/time>\. /);
    expect(page({}, { seenBy: { owner: "reader", groups: [] } })).not.toContain("shared by a link");
    expect(page({}, { programs: { images: [], isOwn: true } })).toContain("What ran: programs of the machine");
    const both = page({}, { programs: { images: ["debian:13 (sha256:5e1f)"], isOwn: true } });
    expect(both).toContain(
      'the image <span class="breaks">debian:13 (sha256:5e1f)</span>. And programs of the machine',
    );
  });

  test("of a job that failed again says which attempt that was", () => {
    const entry = (status: string) => ({ at: "2026-01-02T03:04:05.000Z", status, progress: 0, message: "" });
    const failed = { status: "failed", attempt: 2, finished: "2026-01-02T03:05:06.000Z", exception: {} } as const;
    const twice = { timeline: ["accepted", "running", "failed", "accepted", "running", "failed"].map(entry) };
    expect(page(failed, twice)).toMatch(/Attempt 2 failed too, <time datetime="2026-01-02T03:05:06.000Z">/);
    const once = { timeline: ["accepted", "dismissed", "accepted", "running", "failed"].map(entry) };
    expect(page(failed, once)).not.toContain("failed too");
  });

  test("tells the revision of its process by its whole digest", () => {
    const processRevision = `sha256:${"5e1f".repeat(16)}`;
    expect(page({ processRevision })).toContain(`<code class="digest">${processRevision}</code>`);
    expect(page({ processRevision: "builtin" })).not.toContain("Revision of the process");
  });

  test("lists the defaults that were used beside the inputs, and the version that ran", () => {
    const version = { name: "1.0.0", url: "http://server/base/processes/buffer@r1?f=html" };
    const html = page({}, { inputs: { given: 1 }, defaults: { other: 2 }, unset: ["third"], version });
    expect(plainTables(html)).toMatch(
      /<th scope="row">other<\/th><td><code>2<\/code>\s*<span class="muted"> default<\/span>/,
    );
    expect(html.match(/ default</g)).toHaveLength(1);
    expect(plainTables(html)).toMatch(/<th scope="row">third<\/th><td><span class="muted">not set<\/span>/);
    expect(html).toContain(`<a href="${version.url}">version 1.0.0</a>`);
  });

  test("says of one that takes longer than usual how long that is, and promises no time", () => {
    const estimatedCompletion = "2026-01-02T03:05:06.000Z";
    expect(page({ estimatedCompletion })).toContain("Usually done by ");
    const html = page({ estimatedCompletion }, { exceededSeconds: 1.3, exceededLikeness: "same" });
    expect(html).toContain("It takes longer than usual (usually 1.3 s)");
    const others = page({ estimatedCompletion }, { exceededSeconds: 1.3, exceededLikeness: "other" });
    expect(others).toContain("It takes longer than the earlier runs, which had other inputs (usually 1.3 s)");
    const unknown = page({ estimatedCompletion }, { exceededSeconds: 1.3, exceededLikeness: "unknown" });
    expect(unknown).toContain("It takes longer than the earlier runs (usually 1.3 s)");
    expect(page({}, { rangeSeconds: [3, 12] })).toContain("Runs so far took 3.0 s to 12 s.");
    expect(page({}, { rangeSeconds: [3, 3] })).toContain("Runs so far took 3.0 s, with other inputs.");
    expect(html).not.toContain("Usually done by");
  });

  test("has a button for each thing that its reader may do, and no other", () => {
    expect(page()).not.toContain("<form");
    const againUrl = "http://server/again";
    const html = page({ status: "failed" }, { mayRetry: true, mayResume: true, mayDismiss: true, againUrl });
    expect(page({ status: "failed" }, { mayRetry: true })).not.toContain("Resume");
    expect(html).toContain('<form method="post" action="http://server/base/jobs/j1/dismiss-form">');
    expect(html).toContain('<form method="post" action="http://server/base/jobs/j1/retry-form">');
    expect(html).toContain("Resume from the failed step");
    expect(html).toContain('<a class="button" href="http://server/again">');
    expect(html).toContain('<button type="button" class="button" data-copy="http://server/base/jobs/j1" hidden');
  });

  test("says how trying again and running again differ, and after a retry where one reads of the try before", () => {
    const html = page({ status: "failed" }, { mayRetry: true, againUrl: "http://server/again" });
    expect(html).toContain("Try again from the start: this job once more, with the same id");
    expect(html).toContain("Run again: a new job, by the form");
    expect(html).not.toContain("Tried again");
    // That all which fails stops at the same number says nothing.
    expect(html).not.toContain('<span data-live="progress">42 %</span>');
    expect(page({ status: "running" })).toContain('<span data-live="progress">42 %</span>');
    const entry = { at: "2026-01-02T03:04:05.678Z", progress: 0, message: "" };
    const timeline = [
      { ...entry, status: "accepted" },
      { ...entry, status: "failed" },
      { ...entry, at: "2026-01-03T00:00:00Z", status: "accepted" },
    ] as const;
    const retried = page({ status: "accepted", attempt: 2 }, { timeline });
    expect(retried).toContain('Tried again <time datetime="2026-01-03T00:00:00Z">2026-01-03 00:00:00 UTC</time>: this');
    expect(retried).toContain("this is attempt 2. The log is that of the last attempt");
    expect(page({}, { timeline: timeline.slice(0, 2) })).not.toContain("Tried again");
  });

  test("the ways to go on say which version they run where a newer one was deployed, and that one comes first", () => {
    const may = { mayRetry: true, mayResume: true, againUrl: "http://server/again" };
    const waysOf = (more: Partial<JobView>) => {
      const html = page({ status: "failed" }, { ...may, ...more });
      return [...html.matchAll(/<(?:a|button) [^>]*class="button[^"]*"[^>]*>([^<]*)</g)]
        .map(([, words = ""]) => words.trim())
        .filter((words) => /again|Resume/.test(words));
    };
    const version = { name: "1.0.0", url: "http://server/v" };
    expect(waysOf({ version, newerVersion: "2.0.0" })).toEqual([
      "Run again with 2.0.0",
      "Resume with 1.0.0",
      "Try again with 1.0.0",
    ]);
    const ofPackages = [
      "Run again with the new package",
      "Resume with the old package",
      "Try again with the old package",
    ];
    // Two packages may have one number; what ran may not be known any more.
    expect(waysOf({ version, newerVersion: "1.0.0" })).toEqual(ofPackages);
    expect(waysOf({ version: { ...version, name: "1.0.0 (sha256:6f…)" }, newerVersion: "1.0.0" })).toEqual(ofPackages);
    expect(waysOf({ newerVersion: "2.0.0" })).toEqual(ofPackages);
    expect(waysOf({ version })).toEqual(["Resume from the failed step", "Run again", "Try again from the start"]);
  });

  test("of a job whose tool failed by itself the way that lets one change an input comes first, each with what it does", () => {
    const may = { mayRetry: true, mayResume: true, againUrl: "http://server/again" };
    const said = (exception: JobDocument["exception"], more: Partial<JobView> = may) => {
      const html = page({ status: "failed", ...(exception === undefined ? {} : { exception }) }, more);
      return [...html.matchAll(/<div class="way">(.*?)<\/div>/gs)].map(([, way = ""]) =>
        way
          .replaceAll(/<[^>]*>/g, " ")
          .replaceAll(/\s+/g, " ")
          .trim(),
      );
    };
    const again = "Run again a new job: inputs can be changed";
    const resume = "Resume from the failed step this job, with its finished steps and the same inputs";
    const retry = "Try again from the start this job once more, with the same inputs";
    const detail = "Cannot finish step a: found exit code 3, wanted 0";
    expect(said({ detail, exitCode: 3 })).toEqual([again, resume, retry]);
    expect(said({ detail, exitCode: 3 }, { mayRetry: true, againUrl: "http://server/again" })).toEqual([again, retry]);
    expect(said({ detail, exitCode: 137 })).toEqual([resume, again, retry]);
    const full = { detail, exitCode: 1, stderrTail: "cp: No space left on device" };
    expect(said(full)).toEqual([resume, again, retry]);
    expect(said({ detail: "Cannot fetch" })).toEqual([resume, again, retry]);
    expect(said(undefined, { againUrl: "http://server/again", mayRetry: false })).toEqual([]);
  });

  test("leads on to each place once, and to no problem document of what it says", () => {
    const url = "http://server/base/jobs/j1";
    const links = [
      { href: url, rel: "self", title: "Status of the job" },
      { href: url, rel: "monitor", title: "Status of the job" },
      { href: `${url}/results`, rel: relations.exceptions, title: "Why the job failed" },
    ];
    const [ways = "", fields = ""] = page({ status: "failed", links }).split(/<details>(?!.*<details>)/s);
    // The page itself is no way on.
    expect(ways).not.toContain("Status of the job");
    expect(fields).toContain("Status of the job");
    expect(ways).not.toContain("Why the job failed");
    expect(fields).toContain("Why the job failed");
  });

  test("says that it is kept for good, by which button it is kept no longer, and has none that removes it", () => {
    const seenBy = { owner: "reader", groups: [] } as const;
    const ended = { status: "failed", finished: "2026-01-02T03:05:06.000Z" } as const;
    const may = { mayRetry: true, mayDismiss: true, mayKeep: true, seenBy };
    const free = page(ended, may);
    expect(free).toMatch(
      /action="[^"]*\/jobs\/j1\/keep-form"[^>]*><button type="submit" class="button">Keep for good</,
    );
    expect(free).toContain("copy the link, remove</summary>");
    const kept = { since: "2026-01-02T03:05:07.000Z", by: "<ann>" };
    const html = page({ ...ended, kept }, may);
    expect(html).toMatch(/Kept for good since <time [^>]*>[^<]*<\/time>, by &lt;ann&gt;\./);
    expect(html).toMatch(
      /action="[^"]*\/jobs\/j1\/release-form"[^>]*><button type="submit" class="button">Keep no longer</,
    );
    for (const words of ["Remove with its results", "This job is kept", "keep-form", "link, remove"]) {
      expect(html).not.toContain(words);
    }
    expect(html).toContain('<a href="#run">Kept for good</a>');
    // One that runs is stopped all the same; who may not keep it is told alone.
    expect(page({ status: "running", kept }, { ...may, mayRetry: false })).toContain("Cancel</button>");
    expect(page({ ...ended, kept }, { seenBy })).toContain("Kept for good since");
    expect(page({ ...ended, kept }, { seenBy })).not.toContain("-form");
  });

  test("shows of a failed one how far it came, and the two ways on that are most useful; the others are folded up", () => {
    const may = { mayRetry: true, mayDismiss: true, againUrl: "http://server/again" };
    const failed = { status: "failed", progress: 85, finished: "2026-01-02T03:05:06.000Z" } as const;
    const html = page(failed, { ...may, mayResume: true, reachedProgress: 20 });
    expect(html).not.toContain('class="bar');
    expect(html).not.toContain("It came to");
    const steps = [{ step: "a", startedAt: 1, endedAt: 2, parts: 1, cached: 0, hasFailed: true, places: [] }];
    expect(page(failed, { ...may, steps, reachedProgress: 20 })).toContain("It came to 20 % before it failed.<");
    expect(html).not.toContain("85 %, wherever");
    const [shown = "", folded = ""] = html.split("<details data-follows");
    const wordsOf = (part: string) =>
      ["Resume from", "Run again", "Try again from", "Remove with"].filter((words) => part.includes(`${words}`));
    expect(wordsOf(shown)).toEqual(["Resume from", "Run again"]);
    expect(wordsOf(folded)).toEqual(["Resume from", "Run again", "Try again from", "Remove with"]);
    expect(wordsOf(page(failed, may).split("<details data-follows")[0] ?? "")).toEqual(["Run again", "Try again from"]);
    expect(page({ status: "running" }, { mayRetry: false, mayDismiss: true })).not.toContain("<details data-follows");
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
        statistics: { attempts: 1, waitingSeconds: 0, runningSeconds: 0, steps: [{ step: evil }] },
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

  test("may load results from where these are, and scripts of its own only", () => {
    const outputsUrl = "https://files.example/o/";
    const tiles = { url: "https://{a-c}.tiles.example/{z}/{x}/{y}.png", attribution: "<b>" };
    const made = jobPage({ ...view, views: { outputsUrl } });
    const policy = made.policy({ ...frame, tiles });
    const folder = `http://server/base${frame.scripts.views.replace(/[^/]*$/, "")}`;
    expect(policy).toContain(
      "img-src 'self' https://files.example/o/ https://a.tiles.example https://b.tiles.example https://c.tiles.example;",
    );
    expect(policy).toContain(`script-src http://server/base${frame.scripts.job} ${folder};`);
    expect(policy).toContain(`worker-src ${folder};`);
    expect(policy).toContain("connect-src 'self' https://files.example/o/;");
    expect(policy).toContain("frame-src https://files.example/o/;");
    expect(policy).not.toMatch(/unsafe|blob:|data:/);
    expect(made.render({ ...frame, tiles }, job)).toContain('data-attribution="&lt;b&gt;"');
  });
});

test("what the service warned of stands first, with the way to its line in the log", () => {
  const line = (level: string, message: string) =>
    `[2021-03-02 03:32:41] ${level.padEnd(8)} [heddle.job] 0:00:02  20% running    ${message}`;
  const first = 'The program of this machine runs step "turn": the image is not here (it said "<b>no</b>")';
  const log = [line("INFO", "Job setup."), line("WARNING", first), line("WARNING", "Lost try 1"), "WARNING of a tool"];
  const html = page({}, { log });
  const warned = html.indexOf("<b>Warning:</b>");
  expect(warned).toBeGreaterThan(0);
  expect(warned).toBeLessThan(html.indexOf('id="results"'));
  expect(html).toContain(`/log?f=html&amp;level=faults">In the log, with 1 more</a>`);
  expect(html).not.toContain("<b>no</b>");
  expect(page({}, { log: [line("INFO", "Job setup.")] })).not.toContain("<b>Warning:</b>");
});
