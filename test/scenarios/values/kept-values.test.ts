import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, submit, submitWith, until, untilFinished } from "../../support/jobs.ts";
import { runExecutable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** What a row may hold of one value, in bytes. */
const mostInRow = 256 * 1024;

/** The longest value of any column of any table. */
function longestValue(file: string): { readonly where: string; readonly bytes: number } {
  using database = new Database(file, { readonly: true });
  const tables = database.query<{ name: string }, []>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  let longest = { where: "", bytes: 0 };
  for (const { name } of tables.filter((table) => !table.name.startsWith("job_texts"))) {
    const columns = database.query<{ name: string }, []>(`PRAGMA table_info("${name}")`).all();
    for (const column of columns) {
      const found = database
        .query<{ bytes: number | null }, []>(
          `SELECT max(length(CAST("${column.name}" AS BLOB))) AS bytes FROM "${name}"`,
        )
        .get();
      if ((found?.bytes ?? 0) > longest.bytes) longest = { where: `${name}.${column.name}`, bytes: found?.bytes ?? 0 };
    }
  }
  return longest;
}

const text = "a long text, ".repeat(80_000);
const numbers = Array.from({ length: 100_000 }, (_, index) => index);

async function resultText(url: string, job: string, output: string): Promise<string> {
  return (await fetch(`${url}/jobs/${job}/results/${output}`)).text();
}

test("long inputs and results stand in files beside the database, through restarts, a backup and a retry", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const values = join(data, "values");
  const file = join(data, "heddle.db");
  let job = "";
  let flow = "";
  {
    await using server = await startServer(data);
    const { url } = server;
    job = await submit(url, "echo", { text });
    expect((await untilFinished(url, job)).at(-1)?.status).toBe("successful");
    expect(await resultText(url, job, "text")).toBe(text);
    expect(await (await fetch(`${url}/jobs/${job}/inputs`)).json()).toMatchObject({ inputs: { text } });
    // A workflow: its step's outputs are checkpoints, and its results come from them.
    await deployCwl(url, "flow", {
      cwlVersion: "v1.2",
      class: "Workflow",
      requirements: { InlineJavascriptRequirement: {} },
      inputs: { numbers: "int[]" },
      outputs: { doubled: { type: "int[]", outputSource: "double/out" } },
      steps: {
        double: {
          in: { numbers: "numbers" },
          out: ["out"],
          run: {
            class: "ExpressionTool",
            inputs: { numbers: "int[]" },
            outputs: { out: "int[]" },
            expression: "$({ out: inputs.numbers })",
          },
        },
      },
    });
    flow = await submit(url, "flow", { numbers });
    expect((await untilFinished(url, flow)).at(-1)?.status).toBe("successful");
    expect(JSON.parse(await resultText(url, flow, "doubled"))).toEqual(numbers);
    expect(await server.stop()).toBe(0);
  }
  expect(longestValue(file).bytes).toBeLessThan(mostInRow);
  const backup = join(folder.path, "backup.db");
  expect((await runExecutable(["backup", backup, "--data", data])).exitCode).toBe(0);
  await rm(values, { recursive: true });
  expect((await runExecutable(["restore", backup, "--data", data])).exitCode).toBe(0);
  await using server = await startServer(data);
  expect(await resultText(server.url, job, "text")).toBe(text);
  expect(JSON.parse(await resultText(server.url, flow, "doubled"))).toEqual(numbers);
  const dismissed = await submit(server.url, "echo", { text, pause: 2 });
  expect((await fetch(`${server.url}/jobs/${dismissed}`, { method: "DELETE" })).status).toBe(200);
  // Its inputs stay, since it can be run again.
  expect(await readdir(values)).toContain(dismissed);
  const retry = () => fetch(`${server.url}/jobs/${dismissed}/retry`, { method: "POST" });
  await until("what ran has ended, and it is run again", async () => (await retry()).status === 200);
  expect((await untilFinished(server.url, dismissed)).at(-1)?.status).toBe("successful");
  expect(await resultText(server.url, dismissed, "text")).toBe(text);
}, 60_000);

test("a job with long inputs that waits, and one that runs, are taken up again after a crash", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const names: string[] = [];
  {
    await using server = await startServer(data, ["--slots", "1"]);
    await deployCwl(server.url, "slow", {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      requirements: { InitialWorkDirRequirement: { listing: [{ entryname: "in", entry: "$(inputs.text)" }] } },
      inputs: { text: "string" },
      outputs: { size: { type: "stdout" } },
      stdout: "size",
      baseCommand: ["/bin/sh", "-c", "sleep 1; wc -c < in"],
    });
    for (let count = 0; count < 2; count += 1) names.push(await submit(server.url, "slow", { text }));
    expect(await server.stop("SIGKILL")).not.toBe(0);
  }
  await using server = await startServer(data, ["--slots", "1"]);
  for (const job of names) {
    expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
    expect((await resultText(server.url, job, "size")).trim()).toBe(String(text.length));
  }
}, 60_000);

test("the same Idempotency-Key keeps one job's inputs", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await using server = await startServer(data);
  const send = () => submitWith(server.url, "echo", { inputs: { text } }, { "idempotency-key": "one" });
  const [first, second] = [await send(), await send()];
  expect(second).toBe(first);
  await untilFinished(server.url, first);
  const owners = await readdir(join(data, "values"));
  // Those of the job, and of its execution.
  expect(owners).toHaveLength(2);
});

test("a value that looks like the place of another is only a value", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  const other = await submit(server.url, "echo", { text });
  await untilFinished(server.url, other);
  const object = { "heddle:keptAs": `${other}/inputs.json` };
  const job = await submit(server.url, "echo", { text: "x", object: { value: object } });
  await untilFinished(server.url, job);
  expect(JSON.parse(await resultText(server.url, job, "object"))).toEqual(object);
});
