import { expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { vaultFile } from "../../../src/files/vault.ts";
import { tidyUp } from "../../../src/runner/care/housekeeping.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { deployCwl, statusOf, submit, untilFinished } from "../../support/jobs.ts";
import { realClock } from "../../support/real-clock.ts";
import { executable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function partsIn(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const name = names.find((one) => one.endsWith(".parts"));
  return name === undefined ? 0 : Bun.file(join(directory, name)).size;
}

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "sum",
  baseCommand: ["sha256sum"],
  inputs: { file: { type: "File", inputBinding: { position: 1 } } },
  outputs: { sum: { type: "stdout" } },
};

test("an upload of the command line goes on after the server was killed in the middle of it and started again", async () => {
  await using base = await temporaryDirectory();
  const [data, path] = [join(base.path, "data"), join(base.path, "large.bin")];
  const sizeBytes = 512 * 2 ** 20;
  {
    await using file = await open(path, "w");
    await file.truncate(sizeBytes);
    await file.write("end", sizeBytes - 3);
  }
  const flags = ["--port", String(await freePort())];
  const first = await startServer(data, flags);
  const deployed = await fetch(`${first.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/cwl+json" },
    body: JSON.stringify(tool),
  });
  expect(deployed.status).toBe(201);
  const command = [executable, "execute", "sum", "--input", `file=@${path}`, "--url", first.url];
  const client = Bun.spawn(command, { env: {}, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  while ((await partsIn(join(data, "vault"))) === 0 && client.exitCode === null) await Bun.sleep(1);
  await first.stop("SIGKILL");
  const kept = await partsIn(join(data, "vault"));
  expect([kept > 0, kept < sizeBytes]).toEqual([true, true]);
  await using _second = await startServer(data, flags);
  const [talk, exitCode] = await Promise.all([new Response(client.stderr).text(), client.exited]);
  expect([exitCode, talk]).toEqual([0, expect.stringContaining("goes on from where it was")]);
  expect(await partsIn(join(data, "vault"))).toBe(0);
  const [name = ""] = (await readdir(join(data, "vault"))).filter((one) => !one.startsWith("."));
  expect(Bun.file(join(data, "vault", name)).size).toBe(sizeBytes);
}, 120_000);

const tus = { "tus-resumable": "1.0.0" };
const mebibyte = 2 ** 20;
/** `HEDDLE_UPLOAD_MEBIBYTES=2048` tries it as large as files of the field are. */
const mebibytes = Number(process.env.HEDDLE_UPLOAD_MEBIBYTES ?? 96);

async function writeRandom(path: string): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(path, "w");
  for (let count = 0; count < mebibytes; count += 1) {
    const bytes = randomBytes(mebibyte);
    hash.update(bytes);
    await file.writeFile(bytes);
  }
  return hash.digest("base64");
}

/** Sends a file from an offset on; calls `meanwhile` when so many bytes were sent, and cuts the connection. Gives the status, if there is one. */
function sendFrom(
  url: string,
  path: string,
  offset: number,
  { after = Number.POSITIVE_INFINITY, meanwhile = () => {} } = {},
) {
  return new Promise<number | undefined>((resolve) => {
    const headers = { ...tus, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" };
    const sent = request(url, { method: "PATCH", headers });
    let bytes = 0;
    const source = createReadStream(path, { start: offset, highWaterMark: 2 ** 18 });
    source.on("data", (piece) => {
      bytes += piece.length;
      if (bytes < after) return;
      meanwhile();
      source.destroy();
      sent.destroy();
    });
    // Cut on purpose: how far it has come is asked for afterwards.
    sent.on("error", () => resolve(undefined));
    sent.on("close", () => resolve(undefined));
    sent.on("response", (answer) => answer.resume().on("end", () => resolve(answer.statusCode)));
    source.pipe(sent);
  });
}

async function offsetOf(url: string): Promise<number> {
  const answer = await fetch(url, { method: "HEAD", headers: tus });
  expect(answer.status).toBe(200);
  return Number(answer.headers.get("upload-offset"));
}

test("an upload that breaks off twice, by a cut connection and by a killed server, ends with the bytes of the file", async () => {
  await using base = await temporaryDirectory();
  const [data, path] = [join(base.path, "data"), join(base.path, "large.bin")];
  const digest = await writeRandom(path);
  const sizeBytes = mebibytes * mebibyte;
  const flags = ["--port", String(await freePort())];
  await using first = await startServer(data, flags);
  const headers = { ...tus, "upload-length": String(sizeBytes), "upload-metadata": `filename ${btoa("large.bin")}` };
  const begun = await fetch(`${first.url}/vault`, { method: "POST", headers });
  const location = begun.headers.get("location") ?? "";
  expect(begun.status).toBe(201);

  await sendFrom(location, path, 0, { after: sizeBytes / 3 });
  let killed: Promise<unknown> | undefined;
  const kill = () => {
    killed = first.stop("SIGKILL");
  };
  // The part that was cut is let go of a moment later, and some of it may come in until then.
  let cut = 0;
  do cut = await offsetOf(location);
  while ((await sendFrom(location, path, cut, { after: sizeBytes / 3, meanwhile: kill })) === 409);
  expect(cut).toBeLessThan(sizeBytes / 2);
  await killed;
  await using second = await startServer(data, flags);
  const kept = await offsetOf(location);
  expect([kept >= cut, kept < sizeBytes]).toEqual([true, true]);

  expect(await sendFrom(location, path, kept)).toBe(204);
  const whole = await fetch(location, { method: "HEAD" });
  expect([whole.status, whole.headers.get("content-length"), whole.headers.get("repr-digest")]).toEqual([
    ...[200, String(sizeBytes), `sha-256=:${digest}:`],
  ]);
  const read = createHash("sha256");
  for await (const piece of (await fetch(location)).body ?? []) read.update(piece);
  expect(read.digest("base64")).toBe(digest);
  expect((await readdir(join(data, "vault"))).filter((name) => name.startsWith("."))).toEqual([]);
  expect(second.talk()).not.toContain("error");
}, 300_000);

test("an upload of a kept job stays over a restart, past its day, and the job can be run again with it", async () => {
  await using base = await temporaryDirectory();
  const data = join(base.path, "data");
  const layout = createLayout(data);
  const clock = { ...realClock, now: () => Date.now() + 25 * 3_600_000 };
  const tidy = async () => {
    await using database = await openDatabase({ file: join(data, "heddle.db"), clock, logger: silentLogger });
    const kept = { orphanDays: 30, hasLivingTool: async () => false };
    await tidyUp({ database, layout, clock, logger: silentLogger, ...kept });
  };
  const run = async (url: string, href: string) => {
    const job = await submit(url, "sum", { file: { href } });
    await untilFinished(url, job);
    return job;
  };
  let [job, id] = ["", ""];
  {
    await using server = await startServer(data);
    await deployCwl(server.url, "sum", tool);
    const kept = await fetch(`${server.url}/vault`, { method: "POST", body: "text" });
    id = String(JSON.parse(await kept.text()).id);
    job = await run(server.url, `vault://${id}`);
    expect((await fetch(`${server.url}/jobs/${job}/keep`, { method: "PUT" })).status).toBe(200);
    await server.stop();
  }
  await tidy();
  {
    await using server = await startServer(data);
    expect((await fetch(`${server.url}/vault/${id}`, { method: "DELETE" })).status).toBe(409);
    const again = await run(server.url, `vault://${id}`);
    expect((await statusOf(server.url, again)).status).toBe("successful");
    expect((await fetch(`${server.url}/jobs/${job}/keep`, { method: "DELETE" })).status).toBe(204);
    await server.stop();
  }
  expect(await Bun.file(vaultFile(layout, id)).exists()).toBeTrue();
  await tidy();
  expect(await Bun.file(vaultFile(layout, id)).exists()).toBeFalse();
}, 60_000);
