import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { deployCwl, submitWith, untilFinished } from "../../support/jobs.ts";
import { readPeak, resetPeak } from "../../support/machine/peak-memory.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const mebibyte = 2 ** 20;
const sizeBytes = 400 * mebibyte;
/** What the resident size of the server may grow by: a quarter of what goes through it; a busy machine frees buffers later. */
const mostBytes = sizeBytes / 4;

async function growth(pid: number, work: () => Promise<void>): Promise<number> {
  const before = await resetPeak(pid);
  await work();
  return (await readPeak(pid)) - before;
}

async function countBytes(response: Response): Promise<number> {
  expect(response.status).toBe(200);
  let count = 0;
  for await (const chunk of response.body ?? []) count += chunk.byteLength;
  return count;
}

test("large results go through the server without being held in memory, bare and among others", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "large", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["sh", "-c", `head -c ${sizeBytes} /dev/zero > large; echo small > small`],
    inputs: {},
    outputs: {
      large: { type: "File", outputBinding: { glob: "large" } },
      small: { type: "File", outputBinding: { glob: "small" } },
    },
  });
  const byValue = { transmissionMode: "value" };
  const request = { inputs: {}, outputs: { large: byValue, small: byValue }, response: "raw" };
  // What any first job of a tool needs of the program is no part of what is measured.
  const first = await submitWith(server.url, "large", { inputs: {}, outputs: { small: byValue }, response: "raw" });
  await untilFinished(server.url, first);
  await (await fetch(`${server.url}/jobs/${first}/results`)).text();
  const grown = await growth(server.pid, async () => {
    const id = await submitWith(server.url, "large", request);
    await untilFinished(server.url, id);
    const results = `${server.url}/jobs/${id}/results`;
    expect(await countBytes(await fetch(`${results}/large`))).toBe(sizeBytes);
    const several = await fetch(results);
    expect(several.headers.get("content-type")).toStartWith("multipart/related");
    expect(await countBytes(several)).toBeGreaterThan(sizeBytes);
  });
  expect(grown).toBeLessThan(mostBytes);
});

test("large uploads go through the server without being held in memory, bare and as forms", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  const pattern = crypto.getRandomValues(new Uint8Array(mebibyte / 16));
  const block = Buffer.concat(Array.from({ length: 16 }, () => pattern));
  const sha256 = createHash("sha256");
  for (let sent = 0; sent < sizeBytes; sent += mebibyte) sha256.update(block);
  const expected = { sizeBytes, sha256: sha256.digest("hex") };
  const KeptSchema = v.object({ sizeBytes: v.number(), sha256: v.string() });
  const upload = async (body: AsyncGenerator<Uint8Array>, type: string) => {
    const headers = { "content-type": type };
    const response = await fetch(`${server.url}/vault`, { method: "POST", headers, body });
    expect(response.status).toBe(201);
    expect(v.parse(KeptSchema, await response.json())).toEqual(expected);
  };
  async function* content() {
    for (let sent = 0; sent < sizeBytes; sent += mebibyte) yield block;
  }
  async function* form() {
    yield Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n');
    yield* content();
    yield Buffer.from("\r\n--x--\r\n");
  }
  const grown = await growth(server.pid, async () => {
    await upload(content(), "application/octet-stream");
    await upload(form(), "multipart/form-data; boundary=x");
  });
  expect(grown).toBeLessThan(mostBytes);
});
