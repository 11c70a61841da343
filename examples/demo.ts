// Runs the main job from end to end with the built executable: deploy, upload, execute, watch, fetch the results.
// Usage: npm run demo [-- --keep]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";

const root = join(import.meta.dir, "..");
const heddle = join(root, "dist", "heddle");
const packagePath = join(root, "examples", "climate", "climate.cwl");
const observations = join(root, "node_modules", "vega-datasets", "data", "seattle-weather.csv");
const isKept = process.argv.includes("--keep");

const UploadSchema = v.looseObject({ id: v.string(), token: v.string() });
const StatusSchema = v.looseObject({
  jobID: v.string(),
  status: v.string(),
  progress: v.number(),
  stage: v.optional(v.string(), ""),
  message: v.optional(v.string(), ""),
});
const ResultsSchema = v.record(v.string(), v.unknown());
const LinkSchema = v.looseObject({ href: v.string(), type: v.string() });

function title(text: string): void {
  console.log(`\n== ${text}`);
}

/** Sends a request and fails loudly on anything but success. */
async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok)
    throw new Error(`${init.method ?? "GET"} ${url} answered ${response.status}: ${await response.text()}`);
  return response;
}

async function run(command: readonly string[], cwd: string): Promise<string> {
  const child = Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  const out = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")} ended with ${child.exitCode}`);
  return out;
}

/** Starts the service; gives its address as soon as it listens. */
async function startService(data: string): Promise<{ url: string; stop(): Promise<void>; leave(): void }> {
  const child = Bun.spawn([heddle, "serve", "--port", "0", "--data", data, "--log-level", "warn"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: isKept ? "ignore" : "inherit",
    detached: isKept,
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const url = new TextDecoder().decode(value).trim();
  if (url === "") throw new Error("The service did not start");
  return {
    url,
    async stop() {
      child.kill("SIGTERM");
      await child.exited;
    },
    leave: () => child.unref(),
  };
}

async function upload(url: string): Promise<v.InferOutput<typeof UploadSchema>> {
  const form = new FormData();
  form.set("file", Bun.file(observations), "seattle-weather.csv");
  return v.parse(UploadSchema, await (await ask(`${url}/vault`, { method: "POST", body: form })).json());
}

/** Executes asynchronously; gives the address of the job. */
async function execute(url: string, file: v.InferOutput<typeof UploadSchema>): Promise<string> {
  const response = await ask(`${url}/processes/climate/execution`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      prefer: "respond-async",
      "x-auth-vault": `token ${file.token}; id=${file.id}`,
    },
    body: JSON.stringify({
      inputs: { observations: { href: `vault://${file.id}`, type: "text/csv" }, pause_seconds: 1 },
    }),
  });
  console.log(`${response.status} ${response.statusText}, Location: ${response.headers.get("location")}`);
  return response.headers.get("location") ?? "";
}

/** Shows each change of the job's status until its end. */
async function follow(job: string): Promise<v.InferOutput<typeof StatusSchema>> {
  let shown = "";
  for (;;) {
    const status = v.parse(StatusSchema, await (await ask(job)).json());
    const full = Math.round(status.progress / 4);
    const bar = "#".repeat(full).padEnd(25, ".");
    const line = `${bar} ${String(status.progress).padStart(3)}% ${status.status.padEnd(10)} ${status.stage.padEnd(15)} ${status.message}`;
    if (line !== shown) console.log(line);
    shown = line;
    if (["successful", "failed", "dismissed"].includes(status.status)) return status;
    await Bun.sleep(30);
  }
}

async function showResults(job: string): Promise<void> {
  const results = v.parse(ResultsSchema, await (await ask(`${job}/results`)).json());
  for (const [id, result] of Object.entries(results)) {
    const link = v.safeParse(LinkSchema, result);
    if (!link.success) {
      console.log(`${id} = ${JSON.stringify(result)}`);
      continue;
    }
    const response = await ask(link.output.href);
    const text = await response.text();
    console.log(`${id}: ${link.output.href}\n    ${response.status} ${link.output.type}, ${text.length} bytes`);
    if (/json|csv|plain/.test(link.output.type))
      console.log(
        text
          .split("\n")
          .slice(0, 6)
          .map((line) => `    | ${line}`)
          .join("\n"),
      );
  }
}

const data = await mkdtemp(join(tmpdir(), "heddle-demo-"));
title(`Starting dist/heddle serve with its data in ${data}`);
const service = await startService(data);
console.log(service.url);
try {
  title("Deploying examples/climate/climate.cwl, packed into one document");
  process.stdout.write(await run([heddle, "deploy", packagePath, "--url", service.url], root));
  title("Uploading four years of daily weather observations");
  const file = await upload(service.url);
  console.log(`vault://${file.id}`);
  title("Executing it asynchronously");
  const job = await execute(service.url, file);
  const status = await follow(job);
  if (status.status !== "successful") throw new Error(`The job ended ${status.status}: ${status.message}`);
  title("Results, fetched from their URLs");
  await showResults(job);
  title("The outputs on disk");
  process.stdout.write(await run(["ls", "-lR", "outputs"], data));
  title("The job's log");
  process.stdout.write(await (await ask(`${job}/log`)).text());
} catch (error) {
  await service.stop();
  await rm(data, { recursive: true });
  throw error;
}
if (isKept) {
  service.leave();
  console.log(
    `\nThe server goes on at ${service.url} with its data in ${data}. Try:\n\n  curl -s ${service.url}/jobs\n`,
  );
  // Its open pipe would keep this program alive.
  process.exit(0);
} else {
  await service.stop();
  await rm(data, { recursive: true });
  console.log(
    "\nDone. Now start your own with npm start, and try:\n\n  curl -s http://127.0.0.1:8080/processes/echo\n",
  );
}
