// Prints how much the executable's resident size grows while a large result is made and sent by value in each way, and
// while a large file is uploaded. Usage: bun test/bench/large-values.ts [MEBIBYTES]
import { join } from "node:path";
import { deployCwl, submitWith, untilFinished } from "../support/jobs.ts";
import { readPeak, resetPeak } from "../support/machine/peak-memory.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const mebibytes = Number(process.argv[2] ?? 1024);
const sizeBytes = mebibytes * 2 ** 20;
await using folder = await temporaryDirectory();
await using server = await startServer(join(folder.path, "data"));
const { url, pid } = server;

/** Runs curl to its end and gives how many bytes came; throws unless the answer was a success. */
async function curl(...args: readonly string[]): Promise<number> {
  const command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download}", ...args];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
  const text = await new Response(child.stdout).text();
  const [code, size] = text.split(" ").map(Number);
  if (code !== 200 && code !== 201 && code !== 206) throw new Error(`Found ${text} for ${args.join(" ")}`);
  return size ?? 0;
}

async function measure(name: string, work: () => Promise<number | undefined>): Promise<void> {
  // Garbage of the step before is not to hide what this one needs.
  await Bun.sleep(1000);
  const before = await resetPeak(pid);
  const start = performance.now();
  const got = await work();
  const seconds = (performance.now() - start) / 1000;
  const grown = ((await readPeak(pid)) - before) / 2 ** 20;
  const moved = got === undefined ? "" : `${(got / 2 ** 20).toFixed(0)} MiB received, `;
  console.log(`${name.padEnd(54)} ${moved}${seconds.toFixed(1)} s, resident size + ${grown.toFixed(1)} MiB`);
}

await deployCwl(url, "large", {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", `head -c ${sizeBytes} /dev/zero > large.bin; echo small > small.txt`],
  inputs: { file: { type: "File?" } },
  outputs: {
    large: { type: "File", format: "application/octet-stream", outputBinding: { glob: "large.bin" } },
    small: { type: "File", outputBinding: { glob: "small.txt" } },
  },
});
const json = ["-H", "content-type: application/json"];
const execution = `${url}/processes/large/execution`;
const modes = (...ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, { transmissionMode: "value" }]));
const run = async (request: Readonly<Record<string, unknown>>) => {
  const id = await submitWith(url, "large", { inputs: {}, ...request });
  await untilFinished(url, id);
  return id;
};

let one = "";
let both = "";
await measure("a job that makes the result", async () => {
  one = await run({ outputs: modes("large"), response: "raw" });
  return undefined;
});
both = await run({ outputs: modes("large", "small"), response: "raw" });
const draft = await run({ outputs: { large: {} } });
await measure("GET /jobs/ID/results, raw, one output", () => curl(`${url}/jobs/${one}/results`));
await measure("GET /jobs/ID/results, raw, multipart/related", () => curl(`${url}/jobs/${both}/results`));
await measure("the same, slowly", () =>
  curl("--limit-rate", `${Math.ceil(sizeBytes / 10)}`, `${url}/jobs/${both}/results`),
);
await measure("GET /jobs/ID/results, 2.0, one output", () =>
  curl("-H", "accept: application/octet-stream", `${url}/jobs/${draft}/results`),
);
await measure("GET /jobs/ID/results/large", () => curl(`${url}/jobs/${one}/results/large`));
await measure("the same, slowly", () =>
  curl("--limit-rate", `${Math.ceil(sizeBytes / 10)}`, `${url}/jobs/${one}/results/large`),
);
await measure("the same, from the second byte on", () =>
  curl("-H", "range: bytes=1-", `${url}/jobs/${one}/results/large`),
);
await measure("POST execution, raw, one output", () =>
  curl(...json, "-d", JSON.stringify({ inputs: {}, outputs: modes("large"), response: "raw" }), execution),
);
await measure("POST execution, raw, multipart/related", () =>
  curl(...json, "-d", JSON.stringify({ inputs: {}, outputs: modes("large", "small"), response: "raw" }), execution),
);

const file = join(folder.path, "upload.bin");
await Bun.spawn(["sh", "-c", `head -c ${sizeBytes} /dev/zero > "${file}"`]).exited;
await measure("POST /vault, bare", () => curl("-X", "POST", "-T", file, `${url}/vault`));
await measure("POST /vault, chunked", () =>
  curl("-X", "POST", "-H", "transfer-encoding: chunked", "-T", file, `${url}/vault`),
);
await measure("POST /vault, a form", () => curl("-F", `file=@${file}`, `${url}/vault`));
await measure("POST /vault, slowly", () =>
  curl("-X", "POST", "--limit-rate", `${Math.ceil(sizeBytes / 10)}`, "-T", file, `${url}/vault`),
);
await server.stop();
