import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlainValue } from "../../../src/domain/values/values.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { zipResults } from "../../../src/operations/results/pack-results.ts";
import { unzip } from "../../support/packages/unzip.ts";
import { openService, submitEcho } from "../service.ts";

async function unpacked(answer: Response): Promise<Readonly<Record<string, string>>> {
  const directory = await mkdtemp(join(tmpdir(), "heddle-zip-"));
  const path = join(directory, "all.zip");
  await Bun.write(path, await answer.bytes());
  const { SHA256SUMS: sums = "", ...texts } = await unzip(path);
  await rm(directory, { recursive: true });
  const sumOf = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");
  expect(sums).toBe(
    Object.entries(texts)
      .map(([name, text]) => `${sumOf(text)}  ${name}\n`)
      .join(""),
  );
  return texts;
}

test("all results are one zip, with values as files, for who may read them", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ada");
  const other = await service.createKey("runner", "bob");
  const id = await submitEcho(service, key);
  const file = (path: string, sizeBytes: number) => ({
    kind: "file" as const,
    ...{
      reference: `/${id}/${path}`,
      basename: decodeURIComponent(path.split("/").at(-1) ?? ""),
      mediaType: "text/plain",
      sizeBytes,
    },
  });
  const listed = { path: "sub/a.txt", mediaType: "text/plain", sizeBytes: 1 };
  await service.finish(id, {
    results: {
      text: { kind: "value", value: "hello" },
      number: { kind: "value", value: 2.5 },
      array: { kind: "list", items: [file("array/a%20b.txt", 1), file("array/c.txt", 2)] },
      mixed: { kind: "directory", reference: `/${id}/mixed/all/`, basename: "all", files: [listed] },
      object: {
        kind: "record",
        members: { "../up": { kind: "value", value: true }, far: { kind: "link", href: "https://far.example/x" } },
      },
      image: {
        kind: "list",
        items: [
          { kind: "value", value: 1 },
          { kind: "value", value: 2 },
        ],
      },
    },
    files: { "array/a b.txt": "b", "array/c.txt": "cc", "mixed/all/sub/a.txt": "a" },
  });
  const answer = await service.send("GET", `/jobs/${id}/results?f=zip`, { key });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/zip"]);
  expect(answer.headers.get("content-disposition")).toContain(`echo-${id.slice(-8)}.zip`);
  const found = await unpacked(answer);
  expect(found).toEqual({
    "text.txt": "hello",
    "number.json": "2.5",
    "array/a b.txt": "b",
    "array/c.txt": "cc",
    "mixed/all/sub/a.txt": "a",
    "object/.._up.json": "true",
    "object/far.json": '{"href":"https://far.example/x"}',
    "image.json": "[1,2]",
  });
  const page = await (await service.send("GET", `/jobs/${id}/results?f=html`, { key })).text();
  expect(page).toContain(`/jobs/${id}/results?f=zip">All results as one zip</a>`);
  expect(page).not.toContain(">All results</a>");
  const job = await (await service.send("GET", `/jobs/${id}?f=html`, { key })).text();
  expect(job).toContain(`/jobs/${id}/results?f=zip">All results as one zip</a>`);
  const some = await service.send("GET", `/jobs/${id}/results?f=zip&outputs=text,number`, { key });
  expect(Object.keys(await unpacked(some))).toEqual(["text.txt", "number.json"]);
  const head = await service.send("HEAD", `/jobs/${id}/results?f=zip`, { key });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect((await service.send("GET", `/jobs/${id}/results?f=zip`, { key: other })).status).toBe(404);
  expect((await service.send("GET", `/jobs/${id}/results?f=zip`)).status).toBe(401);
});

test("names of outputs lead to nothing outside of the archive, and two of one name are both in it", async () => {
  const value = (text: string): PlainValue => ({ kind: "value", value: text });
  const results = { "../a/b": value("1"), ".._a_b": value("2"), "..": value("3"), "c\\d": value("4") };
  const literalOf = (_: string, { value: text }: PlainValue) => ({
    bytes: Buffer.from(String(text)),
    mediaType: "text/plain",
  });
  const archive = zipResults(createLayout("/nowhere"), results, literalOf);
  expect(await unpacked(new Response(archive))).toEqual({
    ".._a_b.txt": "1",
    ".._a_b-2.txt": "2",
    "_...txt": "3",
    "c_d.txt": "4",
  });
});

test("files of an archive have the time of the job's end, in UTC, or of the nearest day that an archive can say", async () => {
  const timesOf = async (at?: number) => {
    const results = { a: { kind: "value", value: "1" } } as const;
    const literalOf = () => ({ bytes: Buffer.from("1"), mediaType: "text/plain" });
    const bytes = Buffer.from(await new Response(zipResults(createLayout("/nowhere"), results, literalOf, at)).bytes());
    const [time, day] = [bytes.readUInt16LE(10), bytes.readUInt16LE(12)];
    const parts = [(day >> 9) + 1980, (day >> 5) & 15, day & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2];
    expect(bytes.indexOf("SHA256SUMS")).toBeGreaterThan(0);
    return parts;
  };
  expect(await timesOf(Date.UTC(2026, 10, 29, 17, 3, 45))).toEqual([2026, 11, 29, 17, 3, 44]);
  expect(await timesOf(Date.UTC(1970, 0, 1))).toEqual([1980, 1, 1, 0, 0, 0]);
  expect((await timesOf(Date.UTC(2200, 0, 1))).slice(0, 3)).toEqual([2107, 12, 31]);
  expect(await timesOf()).toEqual([1980, 1, 1, 0, 0, 0]);
});

test("one result is no archive of its own on a page, and a job that failed says why", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id, { results: { text: { kind: "value", value: "hello" } } });
  expect(await (await service.send("GET", `/jobs/${id}/results?f=html`)).text()).not.toContain("one zip");
  expect((await service.send("GET", `/jobs/${crypto.randomUUID()}/results?f=zip`)).status).toBe(404);
});
