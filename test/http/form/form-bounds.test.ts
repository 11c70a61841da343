import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { address, openService, type Service } from "../service.ts";

const headers = {
  accept: "text/html,application/xhtml+xml,*/*;q=0.8",
  origin: address,
  "content-type": "multipart/form-data; boundary=X",
};
/** What a request may be; a form of who may not execute is four times as long at most. */
const most = 64 * 1024;

const field = (name: string, text = "x") => `--X\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
const file = (name: string, filename: string, text = "x") =>
  `--X\r\ncontent-disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n${text}\r\n`;
const upload = (text?: string) => file("/inputs/image/~upload", "a.png", text);
const form = (...parts: readonly string[]) => `${parts.join("")}--X--\r\n`;
const long = (bytes: number) => "x".repeat(bytes);
/** A part that is nearly all headers. */
const headersOf = (bytes: number) => `--X\r\nx: ${long(bytes)}\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n`;

type Sending = { readonly key?: string; readonly path?: string; readonly isGzipped?: boolean };

async function send(service: Service, body: string, { key, path = "fill-form", isGzipped = false }: Sending = {}) {
  const answer = await service.send("POST", `/processes/echo/${path}`, {
    headers: { ...headers, ...(isGzipped ? { "content-encoding": "gzip" } : {}) },
    body: isGzipped ? new Blob([gzipSync(body)]) : body,
    ...(key === undefined ? {} : { key }),
  });
  return { status: answer.status, html: (await answer.text()).replaceAll("&quot;", '"') };
}

/** Services that let strangers in, each in another way. */
const services = {
  "who has no key, where some have one": async () => {
    const service = await openService();
    await service.createKey("admin", "ana");
    return service;
  },
  "viewers without a key": () => openService({ allowAnonymous: "viewer" }),
} as const;

const taken = "";
const tooLong = "found more than 262144 bytes";
const cases: Readonly<Record<string, readonly [string, number, string]>> = {
  "4000 fields of one name": [form(field("a", "").repeat(4000)), 422, taken],
  "texts of twice a request": [form(field("a", long(2 * most - 100))), 422, taken],
  "texts of more": [form(field("a", long(most)), field("b", long(most))), 413, "found more than 131072 bytes"],
  "a file to fill in from": [form(file("file", "a.yml", "text: a")), 200, taken],
  "a longer one": [form(file("file", "a.yml", long(most + 1))), 413, "found more than 65536 bytes"],
  "two of them": [form(file("file", "a.yml").repeat(2)), 400, "found a second file to fill in from, wanted one"],
  "no file": [form(file("file", "", ""), file("/inputs/image/~upload", "", "")), 422, taken],
  "bytes of no file": [form(file("file", "")), 400, 'found a file without a name in field "file", wanted its name'],
  "three files that are not taken": [form(upload(long(most)).repeat(3)), 422, taken],
  "five of them": [form(upload(long(most)).repeat(5)), 413, tooLong],
  "60 short ones": [form(upload().repeat(60)), 400, "found more than 50 files that are not taken"],
  "20 parts of long headers": [form(headersOf(15_000).repeat(20)), 413, tooLong],
};

for (const [who, open] of Object.entries(services)) {
  describe(`a form of ${who} is as long as a form is:`, () => {
    test.each(Object.entries(cases))("%s", async (_, [body, status, says]) => {
      await using service = await open();
      for (const isGzipped of [false, true]) {
        const answer = await send(service, body, { isGzipped });
        expect(answer.status).toBe(status);
        expect(answer.html).toContain(says);
      }
    });
  });
}

describe("a form has 10,000 parts at most, whoever sends it:", () => {
  const settings = { maxBodyBytes: 2 ** 21 };
  const many = (count: number) => form(field("a", "").repeat(count - 1), field("/inputs/text"));
  test.each([
    ["a viewer without a key", "viewer", "fill-form", 422],
    ["a runner without a key", "runner", "fill-form", 422],
    ["a runner who executes", "runner", "form", 303],
  ] as const)("%s", async (_, allowAnonymous, path, status) => {
    await using service = await openService({ allowAnonymous, settings, holdsJobs: true });
    for (const isGzipped of [false, true]) {
      expect((await send(service, many(10_000), { path, isGzipped })).status).toBe(status);
      const refused = await send(service, many(10_001), { path, isGzipped });
      expect([refused.status, refused.html]).toEqual([413, expect.stringContaining("found more than 10000 parts")]);
    }
  });
});

test("of who may upload, files that are not taken are read up to four times the limit of one, and 1000 files are taken", async () => {
  await using service = await openService({ allowAnonymous: "runner", settings: { maxUploadBytes: 1024 } });
  const notTaken = await send(service, form(upload(long(1500)).repeat(2)));
  expect([notTaken.status, notTaken.html]).toEqual([422, expect.stringContaining("was not taken")]);
  const tooMuch = await send(service, form(upload(long(1500)).repeat(3)));
  expect([tooMuch.status, tooMuch.html]).toEqual([413, expect.stringContaining("found more than 4096 bytes")]);
  const tooMany = await send(service, form(upload().repeat(1001)));
  expect([tooMany.status, tooMany.html]).toEqual([400, expect.stringContaining("found more than 1000 files")]);
});
