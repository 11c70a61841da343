import { expect, test } from "bun:test";
import { join } from "node:path";
import { deployCwl, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { shellTool, untilThere } from "../../support/packages/shell-tool.ts";
import { type RunningServer, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** The percents that a job shows while its own tool tells 0 to 100. */
const shown = (percent: number) => Math.floor(20 + (percent * (85 - 20)) / 100);

async function untilShown(server: RunningServer, job: string, percent: number) {
  await until(`it shows ${shown(percent)}`, async () => (await statusOf(server.url, job)).progress === shown(percent));
  return statusOf(server.url, job);
}

const waits = (name: string) => untilThere(`$LEDGER.${name}`);

test("a bar like that of GDAL's programs is read while its line has no end", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(
    server.url,
    "tool",
    shellTool(`printf '0...10...20' >&2; ${waits("a")}; printf '...30.' >&2; ${waits("b")}; echo >&2`),
  );
  const job = await submit(server.url, "tool", { ledger });
  await untilShown(server, job, 20);
  await Bun.write(`${ledger}.a`, "");
  // The bar says 32.5; percents are whole.
  await untilShown(server, job, 32);
  await Bun.write(`${ledger}.b`, "");
  expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ status: "successful", progress: 100 });
}, 20_000);

test("lines on stderr tell percent and message, and what is shown never falls within an attempt", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"));
  const script = `echo PROGRESS 42 half of it >&2; ${waits("a")}; echo PROGRESS 10 again >&2; ${waits("b")}; test -e "$LEDGER.fine"`;
  await deployCwl(server.url, "tool", shellTool(script));
  const job = await submit(server.url, "tool", { ledger });
  expect(await untilShown(server, job, 42)).toMatchObject({ status: "running", message: "half of it" });
  await Bun.write(`${ledger}.a`, "");
  await until("it read the next line", async () => (await logOf(server, job)).includes("PROGRESS 10 again"));
  await Bun.write(`${ledger}.b`, "");
  const seen = await untilFinished(server.url, job, 5);
  for (const status of seen) expect(status.progress).toBeGreaterThanOrEqual(shown(42));
  expect(seen.at(-1)).toMatchObject({ status: "failed", progress: 85 });

  // A new attempt begins anew.
  await Bun.write(`${ledger}.fine`, "");
  const retried = await fetch(`${server.url}/jobs/${job}/retry`, { method: "POST" });
  expect([retried.status, await retried.json()]).toMatchObject([200, { status: "accepted", progress: 0 }]);
  expect((await untilFinished(server.url, job)).at(-1)).toMatchObject({ status: "successful", progress: 100 });
}, 20_000);

async function logOf(server: RunningServer, job: string): Promise<string> {
  return (await fetch(`${server.url}/jobs/${job}/log`)).text();
}
