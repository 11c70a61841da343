import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { findBubblewrap } from "../../src/executors/sandbox/bubblewrap.ts";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { makeRootFs } from "../support/machine/root-fs.ts";
import { type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

type Document = Readonly<Record<string, unknown>>;

/** The ways in which a tool is held to what it may see. */
export type Mode = "as configured" | "in an image";

const hasBubblewrap = findBubblewrap().kind === "found";

/** Whether tools are confined is said by HEDDLE_TEST_SANDBOX; an image needs bubblewrap. */
export const modes: readonly Mode[] = hasBubblewrap ? ["as configured", "in an image"] : ["as configured"];

/** Tells whether tools without an image are confined. */
export const isConfined = hasBubblewrap && process.env.HEDDLE_TEST_SANDBOX !== "off";

const imageName = "attacker:1";

/** The programs that attacks are made of. */
const programs = ["sh", "cat", "ln", "rm", "mkdir", "mkfifo", "sleep", "ls", "chmod", "head", "mv"];

/** How an attacking job ended, and all that it could have told its owner. */
export type Attack = { readonly job: string; readonly status: string; readonly message: string; readonly told: string };

/** A server with an operator's file below an input root, and a client that attacks it. */
export type HostileServer = AsyncDisposable & {
  readonly server: RunningServer;
  readonly folder: string;
  readonly data: string;
  /** A directory of the operator's, which may be read, with `operator.txt`. */
  readonly inputRoot: string;
  /** Deploys a package in a mode, runs it to its end, and gives all that its job tells. */
  attack(
    mode: Mode,
    document: Document,
    inputs?: Document,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Attack>;
};

/** Starts the executable with an input root and, where one can run, an image. */
export async function startHostileServer(flags: readonly string[] = []): Promise<HostileServer> {
  const folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const inputRoot = join(folder.path, "inputs");
  await mkdir(inputRoot);
  await writeFile(join(inputRoot, "operator.txt"), "the operator's\n");
  if (hasBubblewrap) await importAttacker(folder.path, data);
  const sandbox = process.env.HEDDLE_TEST_SANDBOX ?? "auto";
  const words = ["--input-root", inputRoot, "--sandbox", sandbox, ...flags];
  const server = await startServer(data, words, { hidesLedgers: true });
  let count = 0;
  return {
    server,
    folder: folder.path,
    data,
    inputRoot,
    async attack(mode, document, inputs = {}, headers = {}) {
      count += 1;
      const id = `attack-${count}`;
      await deployCwl(server.url, id, mode === "in an image" ? inImage(document) : document);
      const job = await submit(server.url, id, inputs, headers);
      const last = (await untilFinished(server.url, job)).at(-1);
      const told = await Promise.all(
        ["", "/log", "/results?response=raw", "/results", "/exceptions", "/events"].map((path) =>
          tell(`${server.url}/jobs/${job}${path}`),
        ),
      );
      const published = await publishedOf(server.url, job);
      return {
        job,
        status: last?.status ?? "",
        message: last?.message ?? "",
        told: [...told, ...published].join("\n"),
      };
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function tell(url: string): Promise<string> {
  const response = await fetch(url, { headers: { accept: "application/json, */*" } });
  // An event stream ends with its job.
  return `${response.status} ${await response.text()}`;
}

/** What stands in the files that a job published. */
async function publishedOf(url: string, job: string): Promise<readonly string[]> {
  const results = await (await fetch(`${url}/jobs/${job}/results`)).text();
  const references = [...results.matchAll(/"href":"([^"]*\/outputs\/[^"]*)"/g)].map(([, href = ""]) => href);
  return Promise.all(references.map(tell));
}

async function importAttacker(folder: string, data: string): Promise<void> {
  const root = join(folder, "root");
  await makeRootFs(root, programs);
  const archive = join(folder, "root.tar");
  const made = Bun.spawnSync(["tar", "-C", root, "-cf", archive, "."]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  const imported = await runExecutable(["images", "import", archive, imageName, "--data", data]);
  if (imported.exitCode !== 0) throw new Error(imported.talk);
}

const ToolSchema = v.looseObject({ class: v.string(), requirements: v.optional(v.record(v.string(), v.unknown())) });

/** Lets a tool, or each tool of a workflow, run in the image. */
function inImage(document: Document): Document {
  const { requirements = {} } = v.parse(ToolSchema, document);
  return { ...document, requirements: { ...requirements, DockerRequirement: { dockerPull: imageName } } };
}

/** A CWL tool that runs a shell script. */
export function attackTool(script: string, members: Document = {}): Document {
  return {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["/bin/sh", "-c", script],
    inputs: {},
    outputs: {},
    ...members,
  };
}
