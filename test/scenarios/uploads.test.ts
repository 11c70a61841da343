import { expect, test } from "bun:test";
import { open, readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { executable, startServer } from "../support/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

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
