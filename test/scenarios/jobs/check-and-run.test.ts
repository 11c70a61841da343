import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, untilFinished } from "../../support/jobs.ts";
import { zipOf } from "../../support/packages/archives.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const iana = "https://www.iana.org/assignments/media-types/";
const strange = "http://example.org/formats/strange";

/** A tool that takes one input of each kind, and makes nothing of it. */
const kinds = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["echo", "done"],
  inputs: {
    table: { type: "File?", format: `${iana}text/csv` },
    tables: { type: "File[]?", format: [`${iana}text/csv`, `${iana}application/json`] },
    strange: { type: "File?", format: strange },
    plain: "File?",
    folder: "Directory?",
    count: "int?",
    words: "string[]?",
    anything: "Any?",
    box: { type: [...["null"], { type: "record", fields: { left: "double", right: "double" } }] },
  },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
} as const;

type Uploads = Readonly<Record<string, string>>;
type Case = {
  readonly name: string;
  /** The request, by the references to what was uploaded. */
  readonly request: (uploads: Uploads) => object;
  /** Where what is wrong is told; nothing is wrong when absent. */
  readonly wrong?: string;
  /** A query of the process that runs; `kinds` when absent. */
  readonly process?: string;
};

const given =
  (inputs: object): (() => object) =>
  () => ({ inputs });

const cases: readonly Case[] = [
  { name: "nothing", request: given({}) },
  { name: "text for a table", request: given({ table: "a,b" }) },
  { name: "a table of its type", request: given({ table: { value: "a,b", mediaType: "text/csv" } }) },
  {
    name: "a value of another type",
    request: given({ table: { value: "x", mediaType: "image/png" } }),
    wrong: "/inputs/table/mediaType",
  },
  {
    name: "a link of another type",
    request: given({ table: { href: "data:,x", type: "image/png" } }),
    wrong: "/inputs/table/type",
  },
  {
    name: "a data: URL of another type",
    request: given({ table: { href: "data:image/png,x" } }),
    wrong: "/inputs/table/href",
  },
  { name: "a data: URL of its type", request: given({ table: { href: "data:text/csv,a%2Cb" } }) },
  {
    name: "a data: URL with a broken escape",
    request: given({ table: { href: "data:text/csv,a%2" } }),
    wrong: "/inputs/table/href",
  },
  { name: "an upload of its type", request: ({ csv }) => ({ inputs: { table: { href: csv } } }) },
  {
    name: "an upload of another type",
    request: ({ png }) => ({ inputs: { table: { href: png } } }),
    wrong: "/inputs/table/href",
  },
  {
    name: "an upload of another type that is said to be a table",
    request: ({ png }) => ({ inputs: { table: { href: png, type: "text/csv" } } }),
  },
  { name: "an upload of bytes of any kind", request: ({ bytes }) => ({ inputs: { table: { href: bytes } } }) },
  {
    name: "one wrong upload of several",
    request: ({ csv, png }) => ({ inputs: { tables: [{ href: csv }, { href: png }] } }),
    wrong: "/inputs/tables/1/href",
  },
  {
    name: "uploads of either type",
    request: ({ csv, json }) => ({ inputs: { tables: [{ href: csv }, { href: json }] } }),
  },
  {
    name: "a format that no media type stands for",
    request: ({ csv }) => ({ inputs: { strange: { href: csv } } }),
    wrong: "/inputs/strange/href",
  },
  {
    name: "such a format, by value",
    request: given({ strange: { value: "x", mediaType: "text/csv" } }),
    wrong: "/inputs/strange/mediaType",
  },
  { name: "any file where no format is wanted", request: ({ png }) => ({ inputs: { plain: { href: png } } }) },
  {
    name: "an upload that is not there",
    request: given({ plain: { href: "vault://0d1ffc3a-0000-4000-8000-000000000000" } }),
    wrong: "/inputs/plain/href",
  },
  {
    name: "an upload whose bytes are gone",
    request: ({ gone }) => ({ inputs: { plain: { href: gone } } }),
    wrong: "/inputs/plain/href",
  },
  {
    name: "an upload with another's token",
    request: ({ csv }) => ({ inputs: { plain: { href: `${csv}/nothing` } } }),
    wrong: "/inputs/plain/href",
  },
  { name: "a file of this machine", request: ({ root }) => ({ inputs: { plain: { href: `${root}/a.csv` } } }) },
  {
    name: "a file that is missing",
    request: ({ root }) => ({ inputs: { plain: { href: `${root}/none.csv` } } }),
    wrong: "/inputs/plain/href",
  },
  {
    name: "a link that leads out of the root",
    request: ({ root }) => ({ inputs: { plain: { href: `${root}/out` } } }),
    wrong: "/inputs/plain/href",
  },
  {
    name: "a directory for a file",
    request: ({ root }) => ({ inputs: { plain: { href: `${root}/below` } } }),
    wrong: "/inputs/plain/href",
  },
  { name: "a directory for a directory", request: ({ root }) => ({ inputs: { folder: { href: `${root}/below` } } }) },
  {
    name: "a file for a directory",
    request: ({ root }) => ({ inputs: { folder: { href: `${root}/a.csv` } } }),
    wrong: "/inputs/folder/href",
  },
  {
    name: "an upload that is no archive",
    request: ({ csv }) => ({ inputs: { folder: { href: csv } } }),
    wrong: "/inputs/folder/href",
  },
  { name: "an archive", request: ({ zip }) => ({ inputs: { folder: { href: zip } } }) },
  { name: "text for a directory", request: given({ folder: "x" }), wrong: "/inputs/folder" },
  {
    name: "an address that is never asked",
    request: given({ plain: { href: "http://127.0.0.1:1/a.csv" } }),
    wrong: "/inputs/plain/href",
  },
  { name: "a number by reference", request: given({ count: { href: "data:application/json,5" } }) },
  {
    name: "text by reference for a number",
    request: given({ count: { href: "data:,x" } }),
    wrong: "/inputs/count/href",
  },
  {
    name: "a number by reference, said to be an image",
    request: given({ count: { href: "data:,5", type: "image/png" } }),
    wrong: "/inputs/count/href",
  },
  { name: "a number in an upload", request: ({ five }) => ({ inputs: { count: { href: five } } }) },
  {
    name: "no number in an upload",
    request: ({ json }) => ({ inputs: { count: { href: json } } }),
    wrong: "/inputs/count/href",
  },
  { name: "a number that is too large", request: given({ count: 2 ** 40 }), wrong: "/inputs/count" },
  { name: "several words", request: given({ words: ["a", "b"] }) },
  { name: "a number among words", request: given({ words: ["a", 5] }), wrong: "/inputs/words/1" },
  { name: "too many occurrences", request: given({ count: [1, 2] }), wrong: "/inputs/count" },
  { name: "anything", request: given({ anything: { value: { a: [1, "b"] } } }) },
  {
    name: "a path inside anything",
    request: given({ anything: { value: { class: "File", path: "/etc/passwd" } } }),
    wrong: "/inputs/anything",
  },
  { name: "a record without a member", request: given({ box: { value: { left: 1 } } }), wrong: "/inputs/box" },
  { name: "no such input", request: given({ other: 1 }), wrong: "/inputs/other" },
  { name: "no such output", request: () => ({ outputs: { other: {} } }), wrong: "/outputs/other" },
  {
    name: "an output in another format",
    request: () => ({ outputs: { said: { format: { mediaType: "image/png" } } } }),
    wrong: "/outputs/said/format/mediaType",
  },
  {
    name: "another way of an output",
    request: () => ({ outputs: { said: { transmissionMode: "pigeon" } } }),
    wrong: "/outputs/said/transmissionMode",
  },
  { name: "another response", request: () => ({ response: "pigeon" }), wrong: "/response" },
  {
    name: "a subscriber that is never asked",
    request: () => ({ subscriber: { successUri: "http://127.0.0.1:1/" } }),
    wrong: "/subscriber/successUri",
  },
  {
    name: "a mail that nobody sends",
    request: () => ({ notification_email: "a@example.org" }),
    wrong: "/notification_email",
  },
  {
    name: "a box of another system",
    process: "echo",
    request: given({ text: "x", bbox: { bbox: [1, 2, 3, 4], crs: "" } }),
    wrong: "/inputs/bbox/crs",
  },
  {
    name: "a value of another format",
    process: "echo",
    request: given({ text: "x", mixed: { href: "data:,x", type: "image/png" } }),
    wrong: "/inputs/mixed/type",
  },
  {
    name: "no base64 by reference",
    process: "echo",
    request: given({ text: "x", image: { href: "data:,x" } }),
    wrong: "/inputs/image/href",
  },
];

describe("what a check says, the run says", () => {
  const held = new AsyncDisposableStack();
  let url = "";
  let uploads: Uploads = {};

  beforeAll(async () => {
    const folder = held.use(await temporaryDirectory());
    const root = join(folder.path, "root");
    await mkdir(join(root, "below"), { recursive: true });
    await writeFile(join(root, "a.csv"), "a,b");
    await writeFile(join(folder.path, "secret"), "x");
    await symlink(join(folder.path, "secret"), join(root, "out"));
    const app = held.use(await startTestApp(folder.path, { inputRoot: [root] }));
    url = app.url;
    await deployCwl(url, "kinds", kinds);
    const upload = async (name: string, type: string, body: string | Uint8Array<ArrayBuffer>) => {
      const headers = { "content-type": type, "content-disposition": `attachment; filename="${name}"` };
      const answer = await fetch(`${url}/vault`, { method: "POST", headers, body });
      const { file_id } = JSON.parse(await answer.text());
      return `vault://${file_id}`;
    };
    uploads = {
      root: `file://${root}`,
      csv: await upload("a.csv", "text/csv", "a,b"),
      png: await upload("a.png", "image/png", "x"),
      json: await upload("a.json", "application/json", '{"a": 1}'),
      five: await upload("five.json", "application/json", "5"),
      bytes: await upload("a.bin", "application/octet-stream", "x"),
      zip: await upload("a.zip", "application/zip", Uint8Array.from(zipOf([{ name: "a.csv", content: "a,b" }]))),
      gone: await upload("gone.csv", "text/csv", "a,b"),
    };
    await rm(join(folder.path, "vault", (uploads.gone ?? "").replace("vault://", "")));
  }, 60_000);
  afterAll(() => held.disposeAsync());

  async function send({ process = "kinds", request }: Case, query: string) {
    const answer = await fetch(`${url}/processes/${process}/execution${query}`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async" },
      body: JSON.stringify(request(uploads)),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  }

  test.each(cases.map((one) => [one.name, one] as const))(
    "%s",
    async (_name, one) => {
      const [checked, ran] = [await send(one, "?dryRun=true"), await send(one, "")];
      if (one.wrong === undefined) {
        expect([checked.status, ran.status]).toEqual([200, 201]);
        expect((await untilFinished(url, ran.body.jobID)).at(-1)).toMatchObject({ status: "successful" });
        return;
      }
      expect(checked.body).toMatchObject({ status: 400, errors: [{ pointer: expect.stringContaining(one.wrong) }] });
      expect(ran).toEqual(checked);
    },
    60_000,
  );
});
