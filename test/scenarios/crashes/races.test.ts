import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, statusOf, submit, until } from "../../support/jobs.ts";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("dismissals that come while jobs end: each job is dismissed once, and nothing of it stays", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await using server = await startServer(data, ["--slots", "4"]);
  await deployCwl(server.url, "tool", shellTool("echo hello"));
  const remove = async (path: string) => (await fetch(`${server.url}${path}`, { method: "DELETE" })).status;
  const race = async (index: number) => {
    const [process, inputs] = index % 2 === 0 ? ["echo", { text: "a" }] : ["tool", { ledger: "" }];
    const job = await submit(server.url, process, inputs);
    // From before the claim to after the end.
    await Bun.sleep(index * 2);
    const answers = await Promise.all([remove(`/jobs/${job}`), remove(`/jobs/${job}`)]);
    expect(answers.toSorted()).toEqual([200, 410]);
    expect((await statusOf(server.url, `${job}?removed=true`)).status).toBe("dismissed");
    expect((await fetch(`${server.url}/jobs/${job}/results`)).status).toBe(410);
  };
  await Promise.all(Array.from({ length: 60 }, (_, index) => race(index)));
  await until("nothing is left of them", async () => {
    const left = await Promise.all(["work", "outputs"].map((name) => readdir(join(data, name))));
    return left.flat().length === 0;
  });
}, 60_000);

test("a dismissal and a retry of a failed job at once leave it dismissed, or waiting for its new attempt's end", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "bad", shellTool("exit 1"));
  for (let round = 0; round < 10; round += 1) {
    const job = await submit(server.url, "bad", { ledger: "" });
    await until("it failed", async () => (await statusOf(server.url, job)).status === "failed");
    const [dismissed, retried] = await Promise.all([
      fetch(`${server.url}/jobs/${job}`, { method: "DELETE" }),
      fetch(`${server.url}/jobs/${job}/retry`, { method: "POST" }),
    ]);
    expect([200, 409]).toContain(dismissed.status);
    expect([200, 409, 410]).toContain(retried.status);
    await until("it has ended", async () =>
      ["failed", "dismissed"].includes((await statusOf(server.url, `${job}?removed=true`)).status),
    );
    const { status, attempt } = await statusOf(server.url, `${job}?removed=true`);
    // Whoever was first had its way, then the other one, or it was told that it came too late.
    if (retried.status !== 200) expect(status).toBe("dismissed");
    if (dismissed.status === 409) expect({ status, attempt }).toEqual({ status: "failed", attempt: 2 });
  }
}, 60_000);

test("a job that is dismissed around its claim and retried at once runs again", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  const race = async (index: number) => {
    const job = await submit(server.url, "echo", { text: "a", pause: 0.2 });
    await Bun.sleep(index % 12);
    await fetch(`${server.url}/jobs/${job}`, { method: "DELETE" });
    const retry = () => fetch(`${server.url}/jobs/${job}/retry`, { method: "POST" });
    await until(`job ${index} is run again`, async () => (await retry()).status === 200);
    await until(`job ${index} has ended`, async () => (await statusOf(server.url, job)).status === "successful");
  };
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(Array.from({ length: 12 }, (_, index) => race(index)));
  }
}, 60_000);
