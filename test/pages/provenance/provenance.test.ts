import { expect, test } from "bun:test";
import type { ProvDocument } from "../../../src/domain/documents/provenance.ts";
import { provenancePage } from "../../../src/pages/provenance/provenance.tsx";
import { frame } from "../frame.ts";

const file = { $: "heddle:File", type: "prov:QUALIFIED_NAME" };
const jobType = { $: "heddle:Job", type: "prov:QUALIFIED_NAME" };
const at = (time: string) => ({ $: `2026-03-02T12:00:${time}Z`, type: "xsd:dateTime" });
const digest = "5e1f".repeat(16);

const document: ProvDocument = {
  prefix: {},
  activity: {
    second: {
      "prov:label": "second",
      "heddle:step": "second",
      "prov:startTime": at("01.250"),
      "heddle:ready": at("01.050"),
      "prov:endTime": at("03.000"),
    },
    job: { "prov:label": "job", "prov:type": jobType, "prov:startTime": at("01.000"), "prov:endTime": at("04.000") },
  },
  entity: {
    kept: { "prov:type": file, "prov:label": "kept.tif", "heddle:sha256": digest },
    other: { "prov:type": file, "prov:label": "other.tif" },
    folder: { "prov:label": "folder" },
    plan: { "prov:label": "process slow", "heddle:revision": `sha256:${digest}`, "heddle:version": "1.2" },
  },
  agent: { service: { "prov:label": "Heddle" } },
  used: { a: { "prov:activity": "second", "prov:entity": "other" } },
  wasGeneratedBy: { b: { "prov:activity": "second", "prov:entity": "folder" } },
  hadMember: { c: { "prov:collection": "folder", "prov:entity": "kept" } },
  wasAssociatedWith: { d: { "prov:activity": "job", "prov:agent": "service", "prov:plan": "plan" } },
};

const html = provenancePage({ jobUrl: "http://server/jobs/a", parts: {} }).render(frame, document);
const table = html.slice(0, html.indexOf("</table>"));

test("activities stand in the order of their starts, with what they took", () => {
  expect(table.indexOf("took 3.0 s")).toBeLessThan(
    table.indexOf("250 ms after the job began, had waited 200 ms to start, took 1.8 s"),
  );
  expect(table).toContain("250 ms after the job began");
});

test("files and packages have their digests, or it is said that there is none", () => {
  expect(table).toContain(`SHA-256 <code class="digest">${digest}</code>`);
  expect(table).toContain(`<code class="digest">sha256:${digest}</code>`);
  expect(table.match(/digest not recorded/g)).toHaveLength(1);
});

test("a tool that ran in no image is said to have been a program of the machine, and an image is named with its digest", () => {
  const tool = { "prov:type": { $: "heddle:Tool", type: "prov:QUALIFIED_NAME" }, "prov:label": "main" } as const;
  const pageOf = (attributes: object, used: ProvDocument["used"] = {}) =>
    provenancePage({ jobUrl: "http://server/jobs/a", parts: {} }).render(frame, {
      ...document,
      activity: { tool: { ...tool, ...attributes } },
      entity: { image: { "prov:label": "debian:13", "heddle:digest": `sha256:${digest}` } },
      used,
    });
  const own = "A program of the machine ran";
  expect(pageOf({})).toContain(own);
  const whole = pageOf({});
  expect(whole).toContain("Versions of programs are not recorded: run it in a container image");
  expect(whole).not.toContain("the package names");
  expect(pageOf({ "heddle:namesImage": false })).toContain("in no image: the package names no image.");
  const unused = pageOf({ "heddle:namesImage": true, "heddle:unusedImage": "debian:13" });
  expect(unused).toContain("the package names image debian:13, which was not used.");
  expect(pageOf({ "heddle:software": ["coreutils 9.1"] })).toContain(
    "Its software: coreutils 9.1; as the package says.",
  );
  expect(pageOf({ "heddle:fromCache": true })).not.toContain(own);
  const inImage = pageOf({}, { a: { "prov:activity": "tool", "prov:entity": "image", "prov:role": "image" } });
  expect(inImage).not.toContain(own);
  expect(inImage).toMatch(/image: debian:13\s*<code class="digest">sha256:5e1f/);
});

test("what looks like a secret stands in the document alone", () => {
  const value = (name: string, text: string) => {
    const entity = { one: { "prov:label": name, "prov:value": text } };
    const used = { a: { "prov:activity": "job", "prov:entity": "one" } };
    return provenancePage({ jobUrl: "http://server/jobs/a", parts: {} })
      .render(frame, { ...document, entity, used })
      .replace(/<details.*/s, "");
  };
  expect(value("password", "s3cret")).toContain("password = hidden");
  expect(value("address", "https://ana:s3cret@a.example/")).toContain("address = https://ana:hidden@a.example/");
  expect(value("text", "seen")).toContain("text = seen");
});

test("a job whose steps made something is not said to have made nothing, and all of it is saved as a file", () => {
  const ofJob = (activity: ProvDocument["activity"], made = document.wasGeneratedBy) =>
    provenancePage({ jobUrl: "http://server/jobs/0123456789abcdef", parts: {} }).render(frame, {
      ...document,
      ...(activity === undefined ? {} : { activity }),
      ...(made === undefined ? {} : { wasGeneratedBy: made }),
    });
  const job = { job: { ...document.activity?.job, "prov:type": { $: "heddle:Job", type: "prov:QUALIFIED_NAME" } } };
  expect(ofJob({ ...document.activity, ...job })).toContain("what its steps made");
  expect(ofJob(job, {})).not.toContain("what its steps made");
  const saved = ofJob(job);
  expect(saved).toContain('download="89abcdef-prov.json">Save as a file (PROV-JSON)');
  expect(saved).toContain('/prov?f=provn" download="89abcdef-prov.provn"');
});

/** The page of some activities, up to the end of the table. */
function tableOf(activity: ProvDocument["activity"], more: Partial<ProvDocument> = {}): string {
  const page = provenancePage({ jobUrl: "http://server/jobs/a", parts: {} });
  const html = page.render(frame, { prefix: {}, ...(activity === undefined ? {} : { activity }), ...more });
  return html.slice(0, html.indexOf("</table>"));
}

test("a step that was taken from the cache says so, with the job that made it where that may be told", () => {
  const step = {
    "prov:label": "count",
    "heddle:step": "count",
    "heddle:fromCache": true,
    "prov:startTime": at("01.000"),
  };
  const made = { "heddle:cachedAt": at("00.000") };
  const known = tableOf({ step: { ...step, ...made, "heddle:cachedFromJob": "0123456789abcdef" } });
  expect(known).toMatch(
    /Made by <a href="http:\/\/server\/jobs\/0123456789abcdef\?f=html">job 89abcdef<\/a> on\s+<time/,
  );
  expect(tableOf({ step: { ...step, ...made } })).toContain("a job that was removed, or that you may not see,");
  expect(tableOf({ step })).toContain("The job that made it is not recorded.");
});

test("the parts of a scattered step are counted from 1, as people count", () => {
  const html = tableOf({
    first: { "prov:label": "count[0]", "heddle:step": "count[0]", "prov:startTime": at("01.000") },
    failed: { "prov:type": "heddle:Job", "heddle:status": "failed", "heddle:failedStep": "each[2]/say" },
    again: { "prov:type": "heddle:Attempt", "heddle:keptSteps": ["count[0]", "count[1]"] },
  });
  for (const words of ["count (part 1)", "in step each (part 3)/say", "run again: count (part 1), count (part 2)."]) {
    expect(html).toContain(words);
  }
  expect(html).not.toContain("[0]");
});

test("what ran something where is told in one wording, and who asked for it by name", () => {
  const executor = (agent: object) =>
    tableOf(
      { step: { "prov:label": "count", "heddle:step": "count" } },
      {
        agent: { a: { "prov:label": "x", ...agent } },
        wasAssociatedWith: { b: { "prov:activity": "step", "prov:agent": "a", "prov:role": "executor" } },
      },
    );
  expect(executor({ "heddle:executor": "local", "heddle:host": "vm" })).toContain(
    "run by the executor &quot;local&quot; on vm",
  );
  expect(executor({ "heddle:host": "vm" })).toContain("run by Heddle itself on vm");
});

test("attempts tell how they ended and what they kept; a retry tells who asked for it, or that it is not kept", () => {
  const type = (name: string) => ({ $: `heddle:${name}`, type: "prov:QUALIFIED_NAME" });
  const html = tableOf(
    {
      job: {
        "prov:label": "job a",
        "prov:type": jobType,
        "prov:startTime": at("01.000"),
        "heddle:status": "successful",
      },
      one: {
        "prov:label": "attempt 1",
        "prov:type": type("Attempt"),
        "heddle:attempt": 1,
        "prov:startTime": at("01.000"),
        "prov:endTime": at("02.000"),
        "heddle:status": "failed",
        "heddle:exitCode": 3,
        "heddle:failedStep": "join",
        "heddle:failure": "Cannot finish",
      },
      retry: { "prov:label": "tried again", "prov:type": type("Retry"), "prov:startTime": at("03.000") },
      unknown: { "prov:label": "tried again", "prov:type": type("Retry"), "heddle:notRecorded": ["who asked for it"] },
      two: {
        "prov:label": "attempt 2",
        "prov:type": type("Attempt"),
        "heddle:attempt": 2,
        "prov:startTime": at("04.000"),
        "heddle:keptSteps": ["count"],
      },
      join: { "prov:label": "join", "heddle:step": "join", "heddle:attempt": 2, "prov:startTime": at("04.500") },
    },
    {
      agent: { ben: { "prov:label": "ben" } },
      wasAssociatedWith: { a: { "prov:activity": "retry", "prov:agent": "ben", "prov:role": "requester" } },
    },
  );
  expect(html).toContain("failed, in step join, exit code 3");
  expect(html).toContain("asked for by ben");
  expect(html).toContain("Not kept: who asked for it.");
  expect(html).toContain("Kept of the attempt before, and not run again: count.");
  expect(html).toContain("500 ms after attempt 2 began");
});

test("the command of a step stands in the table, a long one folded, and without what looks like a secret", () => {
  const commandOf = (command: readonly string[]) =>
    tableOf(
      { step: { "prov:label": "a", "heddle:step": "a", "heddle:command": JSON.stringify(command) } },
      {
        entity: { one: { "prov:label": "password", "prov:value": '"s3cret"' } },
        used: { b: { "prov:activity": "step", "prov:entity": "one", "prov:role": "password" } },
      },
    );
  expect(commandOf(["sort", "-k", "2 3"])).toContain("sort -k &#39;2 3&#39;");
  expect(commandOf(["sort", "x".repeat(90)])).toContain("<summary>The command</summary>");
  const hidden = commandOf(["curl", "-u", "ana:s3cret", "--token", "t0ken"]);
  expect(hidden).toContain("curl -u &#39;ana:hidden&#39; --token hidden");
});
