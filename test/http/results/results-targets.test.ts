import { expect, test } from "bun:test";
import type { Results } from "../../../src/domain/values/values.ts";
import { jsonOf, openService, type Service } from "../service.ts";

const value: Results = { text: { kind: "value", value: "said" }, number: { kind: "value", value: 1 } };
const file = (id: string): Results => ({
  text: { kind: "file", reference: `/${id}/text/a.csv`, basename: "a.csv", mediaType: "text/csv", sizeBytes: 1 },
});
/** Longer than what is read for a list. */
const long = (id: string): Results => ({
  text: {
    kind: "list",
    items: Array.from({ length: 1000 }, (_, index) => ({
      ...({ kind: "file", reference: `/${id}/text/${index}.csv`, basename: `${index}.csv` } as const),
      ...{ mediaType: "text/csv", sizeBytes: 1, sha256: "0".repeat(64) },
    })),
  },
});
const one = { text: { transmissionMode: "value" } };
const both = { text: {}, number: {} };

const cases: readonly (readonly [what: string, body: object, results: (id: string) => Results])[] = [
  ["no words", {}, () => value],
  ["one raw value", { response: "raw", outputs: one }, () => value],
  ["one raw file", { response: "raw", outputs: one }, file],
  ["one raw list", { response: "raw", outputs: one }, long],
  ["a long one of several", { response: "raw", outputs: one }, (id) => ({ ...value, ...long(id) })],
  ["one raw output that it did not make", { response: "raw", outputs: one }, () => ({})],
  ["one by reference", { response: "raw", outputs: { text: { transmissionMode: "reference" } } }, file],
  ["several raw ones", { response: "raw", outputs: both }, () => value],
  ["a document", { response: "document", outputs: both }, () => value],
  ["outputs by the words of 2.0", { outputs: { text: {} } }, () => value],
  ["nothing", { outputs: {} }, () => value],
  ["all raw", { response: "raw" }, () => value],
];

async function jobOf(service: Service, body: object, results: (id: string) => Results): Promise<string> {
  const headers = { prefer: "respond-async" };
  const made = await service.send("POST", "/processes/echo/execution", {
    headers,
    body: { inputs: { text: "x" }, ...body },
  });
  const { jobID } = await jsonOf(made);
  await service.finish(String(jobID), { results: results(String(jobID)) });
  return String(jobID);
}

test("a list leads to the results of each job by the type that its status tells, whatever its request asked for", async () => {
  await using service = await openService({ holdsJobs: true });
  const ids: string[] = [];
  for (const [, body, results] of cases) ids.push(await jobOf(service, body, results));
  const { jobs } = await jsonOf(await service.send("GET", "/jobs?limit=50"));
  const listed = new Map((Array.isArray(jobs) ? jobs : []).map((job) => [String(job.jobID), job.links]));
  const told = new Map<string, unknown>();
  for (const [at, [what]] of cases.entries()) {
    const id = ids[at] ?? "";
    const { links } = await jsonOf(await service.send("GET", `/jobs/${id}`));
    const isResults = ({ rel }: { readonly rel: string }) => rel.endsWith("/results");
    const [own, inList] = [links, listed.get(id)].map((some) => (Array.isArray(some) ? some.filter(isResults) : some));
    expect([what, inList]).toEqual([what, own]);
    told.set(what, Array.isArray(own) ? own.map(({ type }) => type) : own);
  }
  expect(Object.fromEntries(told)).toMatchObject({
    "no words": ["application/json"],
    "one raw value": ["text/plain"],
    "one raw file": ["text/csv"],
    "one raw list": ["application/json"],
    "one raw output that it did not make": [],
    "one by reference": [undefined],
    "several raw ones": ["multipart/related"],
    nothing: [],
  });
});
