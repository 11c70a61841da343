import { expect, test } from "bun:test";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { executable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const tool = (word: string) =>
  `cwlVersion: v1.2\nclass: CommandLineTool\nid: hello\nbaseCommand: [echo, ${word}]\ninputs: {}\noutputs: {said: stdout}\n`;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(20);
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}

async function said(url: string): Promise<string> {
  const response = await fetch(`${url}/processes/hello/execution`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs: {}, response: "raw" }),
  });
  return (await response.text()).trim();
}

test("files saved into the folder are processes of the service, through changes, restarts and an absent folder", async () => {
  await using base = await temporaryDirectory();
  const [data, folder] = [join(base.path, "data"), join(base.path, "processes")];
  await mkdir(folder);
  const start = () => startServer(data, ["--processes", folder]);
  {
    await using server = await start();
    await writeFile(join(folder, "a.cwl"), tool("one"));
    await until(async () => (await statusOf(`${server.url}/processes/hello`)) === 200);
    expect(await said(server.url)).toBe("one");
    await writeFile(join(folder, "half.cwl"), "cwlVersion: v1.2\nclass:");
    await writeFile(join(folder, "a.cwl"), tool("two"));
    await until(async () => (await said(server.url)) === "two");
    await until(async () => server.talk().includes("half.cwl"));
    const doctor = Bun.spawn([executable, "doctor", "--data", data], { env: {}, stdout: "pipe", stderr: "pipe" });
    expect(await new Response(doctor.stdout).text()).toMatch(/warning\s+processes folder: ".*half\.cwl": /);
  }
  await rename(folder, `${folder}.away`);
  {
    await using server = await start();
    await until(async () => server.talk().includes("stay as they are"));
    expect(await said(server.url)).toBe("two");
    await rename(`${folder}.away`, folder);
    await rm(join(folder, "half.cwl"));
    await writeFile(join(folder, "b.cwl"), tool("b").replace("hello", "other"));
    await until(async () => (await statusOf(`${server.url}/processes/other`)) === 200);
    await rm(join(folder, "a.cwl"));
    await until(async () => (await statusOf(`${server.url}/processes/hello`)) === 404);
    expect(await statusOf(`${server.url}/processes/other`)).toBe(200);
  }
}, 60_000);
