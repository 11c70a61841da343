import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { App } from "../../../src/app.ts";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, submitWith, untilFinished } from "../../support/jobs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

/** Gives files of each kind: a text, bytes, an empty one, an input handed on, one with a secondary file, a list. */
const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: [
    "sh",
    "-c",
    'seq 1 "$1" > numbers.txt; head -c 700000 /dev/zero > zeros.bin; : > empty.txt; echo a > a.tif; echo b > a.tif.aux; echo 1 > 1.part; echo 2 > 2.part',
    "make",
  ],
  inputs: { many: { type: "int", default: 2000, inputBinding: { position: 1 } }, given: "File?" },
  outputs: {
    numbers: { type: "File", outputBinding: { glob: "numbers.txt" } },
    zeros: { type: "File", outputBinding: { glob: "zeros.bin" } },
    empty: { type: "File", outputBinding: { glob: "empty.txt" } },
    image: { type: "File", secondaryFiles: [".aux"], outputBinding: { glob: "a.tif" } },
    parts: { type: "File[]", outputBinding: { glob: "*.part" } },
    same: { type: "File?", outputBinding: { outputEval: "$(inputs.given)" } },
  },
} as const;

const numbers = Array.from({ length: 2000 }, (_, index) => `${index + 1}\n`).join("");
const contents = {
  numbers,
  zeros: Buffer.alloc(700_000),
  empty: "",
  image: "a\n",
} as const;

function fieldOf(bytes: string | Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
}

const LinkSchema = v.looseObject({ href: v.string(), digest: v.string() });
const ImageSchema = v.looseObject({ secondaryFiles: v.tuple([LinkSchema]) });

let folder: TemporaryDirectory | undefined;
let app: App | undefined;
let job = "";
let links: Readonly<Record<string, unknown>> = {};

const url = () => app?.url ?? "";

beforeAll(async () => {
  folder = await temporaryDirectory();
  app = await startTestApp(join(folder.path, "data"), { cors: ["https://map.example"] });
  await deployCwl(url(), "files", tool);
  job = await submitWith(url(), "files", { inputs: {} });
  await untilFinished(url(), job);
  links = v.parse(v.record(v.string(), v.unknown()), await (await fetch(`${url()}/jobs/${job}/results`)).json());
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const plain = { "accept-encoding": "identity" } as const;

describe.each(Object.entries(contents))("the file %s", (id, content) => {
  test("has its digest where it is linked, where it is sent, and by itself", async () => {
    const { href, digest } = v.parse(LinkSchema, links[id]);
    expect(digest).toBe(fieldOf(content));
    for (const address of [href, `${url()}/jobs/${job}/results/${id}`]) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await fetch(address, { method, headers: plain });
        expect([method, address, answer.headers.get("repr-digest")]).toEqual([method, address, digest]);
        await answer.arrayBuffer();
      }
    }
  });
});

test("a part of a file has the digest of the whole", async () => {
  const answer = await fetch(`${url()}/jobs/${job}/results/numbers`, { headers: { ...plain, range: "bytes=0-9" } });
  expect([answer.status, answer.headers.get("repr-digest")]).toEqual([206, fieldOf(numbers)]);
});

test("what is packed for the way has none, as it is other bytes", async () => {
  const answer = await fetch(`${url()}/jobs/${job}/results/numbers`, { headers: { "accept-encoding": "gzip" } });
  expect([answer.headers.get("content-encoding"), answer.headers.get("repr-digest")]).toEqual(["gzip", null]);
});

test("secondary files and members of lists have theirs", async () => {
  const { secondaryFiles } = v.parse(ImageSchema, links.image);
  expect(secondaryFiles[0].digest).toBe(fieldOf("b\n"));
  expect((await fetch(secondaryFiles[0].href)).headers.get("repr-digest")).toBe(fieldOf("b\n"));
  const parts = v.parse(v.array(LinkSchema), links.parts);
  expect(parts.map(({ digest }) => digest)).toEqual([fieldOf("1\n"), fieldOf("2\n")]);
  const item = await fetch(`${url()}/jobs/${job}/results/parts/1`);
  expect(item.headers.get("repr-digest")).toBe(fieldOf("2\n"));
});

test("a file by value of a raw request has it too, and pages of allowed origins may read it", async () => {
  const answer = await fetch(`${url()}/processes/files/execution`, {
    method: "POST",
    headers: { ...plain, "content-type": "application/json", origin: "https://map.example" },
    body: JSON.stringify({ inputs: {}, outputs: { image: {} }, response: "raw" }),
  });
  expect([answer.status, answer.headers.get("repr-digest")]).toEqual([200, fieldOf("a\n")]);
  expect(answer.headers.get("access-control-expose-headers")).toContain("Repr-Digest");
});

test("an upload tells its digest, and a job that hands it on has the same", async () => {
  const upload = await fetch(`${url()}/vault`, { method: "POST", body: "uploaded" });
  const kept = v.parse(v.looseObject({ href: v.string(), token: v.string(), digest: v.string() }), await upload.json());
  expect(kept.digest).toBe(fieldOf("uploaded"));
  const inputs = { given: { href: kept.href } };
  const id = await submitWith(url(), "files", { inputs }, { "x-auth-vault": `token ${kept.token}` });
  await untilFinished(url(), id);
  expect((await fetch(`${url()}/jobs/${id}/results/same`)).headers.get("repr-digest")).toBe(fieldOf("uploaded"));
});

test("nothing is claimed of a file that is another by now, of logs, or of literals", async () => {
  const id = await submitWith(url(), "files", { inputs: { many: 3 } });
  const { executionId } = (await untilFinished(url(), id)).at(-1) ?? {};
  await appendFile(join(folder?.path ?? "", "data", "outputs", executionId ?? "", "numbers", "numbers.txt"), "4\n");
  const changed = await fetch(`${url()}/jobs/${id}/results/numbers`);
  expect([await changed.text(), changed.headers.get("repr-digest")]).toEqual(["1\n2\n3\n4\n", null]);
  expect((await fetch(`${url()}/outputs/${id}.log`)).headers.get("repr-digest")).toBeNull();
});
