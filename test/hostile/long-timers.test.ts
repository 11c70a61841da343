import { expect, test } from "bun:test";
import { join } from "node:path";
import { deployCwl, submit, submitWith, untilFinished } from "../support/jobs.ts";
import { shellTool } from "../support/packages/shell-tool.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

/** From a second more than a timer of the runtime can wait for, to more than a clock can tell. */
const longTimes = [2_147_484, 2_592_000, 31_536_000, 4_294_968, 1e12, 1e300];

test("a tool whose time limit is longer than 24 days runs to its end, as number and as expression", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  await whileHealthy(server.url, "time limits of years", async () => {
    for (const [index, timelimit] of [...longTimes, "$(30 * 86400)"].entries()) {
      const requirements = { InlineJavascriptRequirement: {}, ToolTimeLimit: { timelimit } };
      await deployCwl(server.url, `tool-${index}`, shellTool("sleep 0.3; echo hello", { requirements }));
      const job = await submit(server.url, `tool-${index}`, { ledger: "" });
      const status = (await untilFinished(server.url, job)).at(-1);
      expect([timelimit, status?.status, status?.message]).toEqual([timelimit, "successful", "Job complete."]);
    }
  });
}, 60_000);

test("a tool beyond its time limit is still stopped", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const requirements = { ToolTimeLimit: { timelimit: 1 } };
  await deployCwl(server.url, "tool", shellTool("sleep 600", { requirements }));
  const status = (await untilFinished(server.url, await submit(server.url, "tool", { ledger: "" }))).at(-1);
  expect([status?.status, status?.message]).toEqual(["failed", expect.stringContaining("after 1 s")]);
}, 30_000);

test("heddle run keeps to a long time limit too", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "tool.cwl");
  const requirements = { ToolTimeLimit: { timelimit: 2_592_000 } };
  await Bun.write(file, JSON.stringify(shellTool("sleep 0.3; echo hello", { requirements })));
  const inputs = join(folder.path, "inputs.json");
  await Bun.write(inputs, JSON.stringify({ ledger: "x" }));
  const { exitCode } = await runExecutable(["run", "--outdir", folder.path, file, inputs]);
  expect([exitCode, await Bun.file(join(folder.path, "said.txt")).text()]).toEqual([0, "hello\n"]);
}, 30_000);

test("a job that may take years, a client that waits for years, and settings of years", async () => {
  await using folder = await temporaryDirectory();
  const flags = [
    "--keep-hours",
    "876000",
    "--notify-hours",
    "8760",
    "--orphan-days",
    "36500",
    "--drain-seconds",
    "3600",
  ];
  await using server = await startServer(folder.path, flags);
  await deployCwl(server.url, "tool", shellTool("sleep 0.3; echo hello"));
  await whileHealthy(server.url, "waits of years", async () => {
    for (const maxSeconds of [2_147_484, 2_592_000, 3_155_760_000]) {
      const job = await submitWith(server.url, "tool", { inputs: { ledger: "" }, heddle: { maxSeconds } });
      expect([maxSeconds, (await untilFinished(server.url, job)).at(-1)?.status]).toEqual([maxSeconds, "successful"]);
    }
    // The wait ends with the job; one that is no number of seconds is none.
    for (const [wait, answered] of [
      ["2147484", 200],
      ["999999999", 200],
      ["99999999999", 201],
    ] as const) {
      const response = await fetch(`${server.url}/processes/tool/execution?f=json`, {
        method: "POST",
        headers: { "content-type": "application/json", prefer: `respond-async, wait=${wait}` },
        body: JSON.stringify({ inputs: { ledger: "" } }),
      });
      expect([wait, response.status]).toEqual([wait, answered]);
      await response.text();
    }
  });
}, 60_000);
