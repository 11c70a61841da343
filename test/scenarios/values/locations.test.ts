import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { cp, lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, statusOf, submit, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["echo", "hello"],
  inputs: {},
  outputs: { said: "stdout" },
  stdout: "said.txt",
} as const;

/** Every row about one job, as text. */
function rowsOf(data: string, jobId: string): string {
  const database = new Database(join(data, "heddle.db"), { readonly: true });
  const tables = ["jobs", "results", "executions", "job_events"];
  const rows = tables.map((table) => {
    const column = table === "jobs" ? "id" : "job_id";
    const rows = database
      .query<Record<string, unknown>, [string]>(`SELECT * FROM ${table} WHERE ${column} = ?`)
      .all(jobId);
    // Whether a job was taken into the indexes of the list is no matter of the locations.
    return rows.map(({ is_new: _, ...row }) => row);
  });
  database.close();
  return JSON.stringify(rows);
}

test("After a CWL job its outputs and its log are relative symlinks to those of its execution", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  await deployCwl(server.url, "tool", tool);
  const job = await submit(server.url, "tool", {});
  await untilFinished(server.url, job);
  const { executionId } = await statusOf(server.url, job);
  const outputs = join(folder.path, "outputs");
  expect(await readlink(join(outputs, job))).toBe(executionId ?? "");
  expect(await readlink(join(outputs, `${job}.log`))).toBe(`${executionId}.log`);
  expect((await lstat(join(outputs, executionId ?? ""))).isDirectory()).toBe(true);
});

test("Another directory, path or address of the outputs shows in every link and rewrites no row", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const first = await startServer(data);
  await deployCwl(first.url, "tool", tool);
  const job = await submit(first.url, "tool", {});
  await untilFinished(first.url, job);
  await first.stop("SIGTERM");
  const before = rowsOf(data, job);
  const elsewhere = join(folder.path, "elsewhere");
  await cp(join(data, "outputs"), elsewhere, { recursive: true, verbatimSymlinks: true });

  const host = "http://files.example.org/results";
  const changes: readonly (readonly [readonly string[], (url: string) => string])[] = [
    [["--outputs-dir", elsewhere], (url) => `${url}/outputs`],
    [["--outputs-path", "/files"], (url) => `${url}/files`],
    [["--outputs-url", host], () => host],
  ];
  for (const [flags, base] of changes) {
    await using server = await startServer(data, flags);
    const results = await (await fetch(`${server.url}/jobs/${job}/results`)).text();
    expect(results).toContain(`${base(server.url)}/${job}/said/said.txt`);
    if (!flags.includes(host)) {
      expect(await (await fetch(`${base(server.url)}/${job}/said/said.txt`)).text()).toBe("hello\n");
      expect(await (await fetch(`${base(server.url)}/${job}.log`)).text()).toContain("Job complete");
    }
    const status = await (await fetch(`${server.url}/jobs/${job}`)).text();
    expect(status).not.toContain("127.0.0.1:8080");
    await server.stop("SIGTERM");
    expect(rowsOf(data, job)).toBe(before);
  }
});
