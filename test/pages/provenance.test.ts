import { expect, test } from "bun:test";
import type { ProvDocument } from "../../src/domain/documents/provenance.ts";
import { provenancePage } from "../../src/pages/provenance.tsx";
import { frame } from "./frame.ts";

const file = { $: "heddle:File", type: "prov:QUALIFIED_NAME" };
const at = (time: string) => ({ $: `2026-03-02T12:00:${time}Z`, type: "xsd:dateTime" });
const digest = "5e1f".repeat(16);

const document: ProvDocument = {
  prefix: {},
  activity: {
    second: {
      "prov:label": "second",
      "prov:startTime": at("01.250"),
      "heddle:ready": at("01.050"),
      "prov:endTime": at("03.000"),
    },
    job: { "prov:label": "job", "prov:startTime": at("01.000"), "prov:endTime": at("04.000") },
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

test("activities stand in the order of their starts, with what they took in milliseconds", () => {
  expect(table.indexOf("took 3.000 s")).toBeLessThan(
    table.indexOf("0.250 s after the first, had waited 0.200 s to start, took 1.750 s"),
  );
  expect(table).toContain("0.250 s after the first");
});

test("files and packages have their digests, or it is said that there is none", () => {
  expect(table).toContain(`<code class="digest">${digest}</code>`);
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
  expect(pageOf({})).toContain("Its software: version not recorded.");
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
