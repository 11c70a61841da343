import { expect, test } from "bun:test";
import { join } from "node:path";
import { deployCwl } from "../../support/jobs.ts";
import { type Program, programsHere, runText, usesOf } from "../../support/packages/copied-uses.ts";
import { executable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Texts that a shell, Python or JavaScript would read otherwise when they are not quoted well. */
const hard = ["it's", '"quoted"', "$HOME `id` $(id)", "back\\slash \\n", "two\nlines", "a%sb", "ä 💧", "</pre><b>"];

const programs = await programsHere();

/** Runs a test for each program; one that this machine does not have is skipped by its name. */
function forEachProgram(words: string, work: (program: Program) => Promise<void>): void {
  for (const program of programs) {
    const name = `the text to copy for ${program.title} ${words}`;
    if (program.commandOf === undefined) test.skip(`${name} (not on this machine)`, () => {});
    else test(name, () => work(program), 60_000);
  }
}

async function jobsOf(url: string, headers: Readonly<Record<string, string>> = {}) {
  const { jobs } = JSON.parse(await (await fetch(`${url}/jobs`, { headers })).text());
  return jobs;
}

/** Waits for the end of the only job, and gives its state and its results. */
async function outcomeOf(url: string): Promise<{ readonly status: string; readonly results: Record<string, unknown> }> {
  const [job, ...others] = await jobsOf(url);
  expect([typeof job?.jobID, others.length]).toEqual(["string", 0]);
  const { status } = JSON.parse(await (await fetch(`${url}/jobs/${job.jobID}?wait=30`)).text());
  if (!["successful", "failed", "dismissed"].includes(status)) return outcomeOf(url);
  return { status, results: JSON.parse(await (await fetch(`${url}/jobs/${job.jobID}/results`)).text()) };
}

forEachProgram("executes the process as it stands", async (program) => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "hard", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: "true",
    inputs: { texts: { type: "string[]", default: hard }, flag: { type: "boolean", default: true }, n: "int" },
    outputs: { out: "stdout" },
  });
  const text = (await usesOf(server.url, "hard")).get(program.title) ?? "";
  const { exitCode, err } = await runText(program, text, folder.path);
  expect([exitCode, err]).toEqual([0, program.title === "heddle" ? expect.any(String) : ""]);
  const jobs = await jobsOf(server.url);
  expect(jobs).toHaveLength(1);
  const { inputs } = JSON.parse(await (await fetch(`${server.url}/jobs/${jobs[0].jobID}/inputs`)).text());
  expect(inputs).toMatchObject({ texts: hard, flag: true, n: 1 });
});

forEachProgram(
  "names files that one puts there, uploads them first, and runs nothing without them",
  async (program) => {
    await using folder = await temporaryDirectory();
    await using server = await startServer(join(folder.path, "data"));
    await deployCwl(server.url, "files", {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
      baseCommand: ["head", "-q", "-c", "4"],
      inputs: {
        table: { type: "File", format: "iana:text/csv", inputBinding: { position: 1 } },
        raster: { type: "File", format: "iana:image/tiff", inputBinding: { position: 2 } },
      },
      outputs: {
        out: {
          type: "string",
          outputBinding: { glob: "out.txt", loadContents: true, outputEval: "$(self[0].contents)" },
        },
      },
      stdout: "out.txt",
      requirements: { InlineJavascriptRequirement: {} },
    });
    const text = (await usesOf(server.url, "files")).get(program.title) ?? "";
    expect(text).toContain("table.csv is the name of your own file: put your file here");
    await runText(program, text, folder.path);
    expect(await jobsOf(server.url)).toEqual([]);
    await Bun.write(join(folder.path, "table.csv"), "date,level\n");
    await Bun.write(join(folder.path, "raster.tif"), "II*\0rest");
    const { exitCode, err } = await runText(program, text, folder.path);
    expect([exitCode, exitCode === 0 ? "" : err]).toEqual([0, ""]);
    expect(await outcomeOf(server.url)).toEqual({ status: "successful", results: { out: "dateII*\0" } });
  },
);

forEachProgram("executes a process without inputs", async (program) => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "none", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: "true",
    inputs: {},
    outputs: { out: "stdout" },
  });
  const text = (await usesOf(server.url, "none")).get(program.title) ?? "";
  const { exitCode, err } = await runText(program, text, folder.path);
  expect([exitCode, exitCode === 0 ? "" : err]).toEqual([0, ""]);
  expect((await outcomeOf(server.url)).status).toBe("successful");
});

const waiting = ["JavaScript (fetch)", "Python (requests)", "Python (OWSLib)", "R (httr2)"];

forEachProgram(
  "waits for the end of the job, writes its results, and stops with its message when it failed",
  async (program) => {
    if (!waiting.includes(program.title)) return;
    await using folder = await temporaryDirectory();
    await using server = await startServer(join(folder.path, "data"));
    const tool = { cwlVersion: "v1.2", class: "CommandLineTool", inputs: {} };
    const out = {
      type: "string",
      outputBinding: { glob: "out.txt", loadContents: true, outputEval: "$(self[0].contents)" },
    };
    const requirements = { InlineJavascriptRequirement: {} };
    await deployCwl(server.url, "slow", {
      ...{
        ...tool,
        requirements,
        outputs: { out },
        stdout: "out.txt",
        baseCommand: ["sh", "-c", "sleep 1; printf well"],
      },
    });
    await deployCwl(server.url, "broken", { ...tool, outputs: {}, baseCommand: ["sh", "-c", "sleep 1; exit 7"] });
    const run = async (process: string) => {
      const text = (await usesOf(server.url, process)).get(program.title) ?? "";
      return runText(program, text, folder.path);
    };
    const well = await run("slow");
    expect([well.exitCode, JSON.parse(well.out)]).toEqual([0, { out: "well" }]);
    const failed = await run("broken");
    expect(failed.exitCode).not.toBe(0);
    expect(failed.err).toMatch(/\/jobs\/.*failed: .*7/);
  },
);

function makeKey(data: string, role: string): string {
  const made = Bun.spawnSync([executable, "keys", "create", "--data", data, "--role", role, "--user", "ada"]);
  return /hdl_\w+/.exec(made.stdout.toString())?.[0] ?? "";
}

const filled = {
  text: "a",
  array: [1, 2, 3],
  bbox: { bbox: [1, 2, 3, 4] },
  number: 2.5,
  integer: 7,
  date: "2026-01-02T03:04:05Z",
  choice: "green",
};

forEachProgram("has what was filled in, the key, and the address of who looks", async (program) => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const key = makeKey(data, "runner");
  await using server = await startServer(data, ["--trusted-proxy", "127.0.0.1"]);
  const headers = { authorization: `Bearer ${key}` };
  // As a proxy at /prefix, which takes that away, asks.
  using proxy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const { pathname, search, host } = new URL(request.url);
      if (!pathname.startsWith("/prefix/")) return new Response("not here", { status: 404 });
      const forwarded = new Headers(request.headers);
      forwarded.set("accept-encoding", "identity");
      for (const [name, value] of [
        ["host", host],
        ["proto", "http"],
        ["prefix", "/prefix"],
        ["for", "127.0.0.1"],
      ] as const) {
        forwarded.set(`x-forwarded-${name}`, value);
      }
      return fetch(`${server.url}${pathname.slice("/prefix".length)}${search}`, {
        method: request.method,
        headers: forwarded,
        body: request.body,
        redirect: "manual",
      });
    },
  });
  const url = `http://127.0.0.1:${proxy.port}/prefix`;
  const query = `&inputs=${encodeURIComponent(JSON.stringify(filled))}`;
  const text = (await usesOf(url, "echo", { query, headers })).get(program.title) ?? "";
  expect(text).toContain(url);
  const { exitCode, err } = await runText(program, text, folder.path, { HEDDLE_KEY: key });
  expect([exitCode, exitCode === 0 ? "" : err]).toEqual([0, ""]);
  const jobs = await jobsOf(url, headers);
  expect(jobs).toHaveLength(1);
  const { inputs } = JSON.parse(await (await fetch(`${url}/jobs/${jobs[0].jobID}/inputs`, { headers })).text());
  expect(inputs).toMatchObject(filled);
});

test("the addresses of the steps for QGIS answer, and tell of the process", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  const text = (await usesOf(server.url, "echo")).get("QGIS (WPS)") ?? "";
  const asked = text.match(/http\S+service=WPS\S*/g) ?? [];
  const answers = await Promise.all(asked.map(async (url) => (await fetch(url)).text()));
  expect(answers).toEqual([expect.stringContaining(">echo</ows:Identifier>"), expect.stringContaining("<DataInputs>")]);
});
