// Tries examples/monitoring against a real Prometheus, and closes with one line: N passed, N failed, N skipped.
// It needs the programs prometheus and promtool; without them it is skipped by name.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { freePort } from "../support/machine/free-port.ts";
import { type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { type Prometheus, startPrometheus } from "./prometheus.ts";
import { makeWork } from "./work.ts";

const examples = join(import.meta.dir, "..", "..", "examples", "monitoring");
const count = { passed: 0, failed: 0, skipped: 0 };

async function check(title: string, attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
    count.passed += 1;
    console.log(`ok      ${title}`);
  } catch (error) {
    count.failed += 1;
    console.log(`FAILED  ${title}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function promtool(...words: readonly string[]): Promise<void> {
  const child = Bun.spawn(["promtool", ...words], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`${out}${err}`);
}

const Dashboard = v.object({
  panels: v.array(v.object({ title: v.string(), targets: v.array(v.object({ expr: v.string() })) })),
});

/** Queries that have no answer here, and why. */
const emptyHere: Readonly<Record<string, string>> = {
  "Step cache": "steps are kept only where they ran in a sandbox",
};

/** Lists each query of the dashboard as Grafana would send it. */
async function dashboardQueries(): Promise<readonly { readonly title: string; readonly expr: string }[]> {
  const text = await readFile(join(examples, "heddle-dashboard.json"), "utf8");
  const { panels } = v.parse(Dashboard, JSON.parse(text));
  const filled = (expr: string) => expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*");
  return panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr: filled(expr) })));
}

/** Waits until an attempt goes well, and gives up with its last error. */
async function eventually(attempt: () => Promise<void>, seconds = 60): Promise<void> {
  for (let tries = seconds * 2; ; tries -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries <= 0) throw error;
      await Bun.sleep(500);
    }
  }
}

async function requireAnswer(prometheus: Prometheus, expr: string): Promise<void> {
  const found = await prometheus.query(expr);
  if (found.length === 0) throw new Error(`no answer to ${expr}`);
  if (found.every(({ value }) => Number.isNaN(value))) throw new Error(`only NaN as an answer to ${expr}`);
}

async function checkAll(server: RunningServer, prometheus: Prometheus, key: string): Promise<void> {
  await check("Prometheus scrapes with the key of an admin", () =>
    eventually(() => requireAnswer(prometheus, 'up{job="heddle"} == 1')),
  );
  await using work = await makeWork(server.url, key);
  await check("jobs of all kinds ran", () => work.done());
  for (const { title, expr } of await dashboardQueries()) {
    const reason = emptyHere[title];
    if (reason !== undefined) {
      count.skipped += 1;
      console.log(`skipped a query of "${title}": ${reason}`);
    } else await check(`a query of "${title}" answers`, () => eventually(() => requireAnswer(prometheus, expr)));
  }
  for (const alert of ["HeddleDiskLow", "HeddleJobsFail"]) {
    await check(`${alert} fires`, () =>
      eventually(() => requireAnswer(prometheus, `ALERTS{alertname="${alert}", alertstate="firing"}`)),
    );
  }
  await check("no alert fires that should not", async () => {
    const firing = await prometheus.query('count by (alertname) (ALERTS{alertstate="firing"})');
    const names = firing.map(({ labels }) => String(labels.alertname)).toSorted();
    if (names.join() !== "HeddleDiskLow,HeddleJobsFail") throw new Error(`found ${names.join()}`);
  });
  await server.stop();
  await check("HeddleDown fires when the service has ended", () =>
    eventually(() => requireAnswer(prometheus, 'ALERTS{alertname="HeddleDown", alertstate="firing"}')),
  );
}

/** Copies the examples with the addresses of this run, and with short times. */
async function configure(directory: string, serviceUrl: string, key: string): Promise<string> {
  const keyFile = join(directory, "heddle.key");
  await writeFile(keyFile, key, { mode: 0o600 });
  const text = await readFile(join(examples, "prometheus.yml"), "utf8");
  const changed = text
    .replace("/etc/prometheus/heddle.key", keyFile)
    .replace("127.0.0.1:8080", new URL(serviceUrl).host)
    .replaceAll(/(_interval): 15s/g, "$1: 1s");
  const rules = await readFile(join(examples, "alerts.yml"), "utf8");
  await writeFile(join(directory, "alerts.yml"), rules.replaceAll(/for: \d+m/g, "for: 1s"));
  const file = join(directory, "prometheus.yml");
  await writeFile(file, changed);
  return file;
}

async function tryExamples(): Promise<void> {
  await check("promtool finds nothing wrong with prometheus.yml and alerts.yml", async () => {
    await promtool("check", "config", "--syntax-only", join(examples, "prometheus.yml"));
    await promtool("check", "rules", join(examples, "alerts.yml"));
  });
  await check("each alert fires for the numbers that it is made for", () =>
    promtool("test", "rules", join(import.meta.dir, "alerts.test.yml")),
  );
  const directory = await mkdtemp(join(tmpdir(), "heddle-monitoring-"));
  try {
    const data = join(directory, "data");
    await mkdir(data);
    const { out } = await runExecutable(["keys", "create", "--role", "admin", "--user", "prometheus", "--data", data]);
    // More than a quarter of what is free must stay free: then the alert of the disk fires, and jobs run.
    const minFree = Math.ceil((await freeBytes(directory)) / 3);
    const flags = ["--min-free-bytes", String(minFree), "--allow-fetch", "127.0.0.1", "--sandbox", "off"];
    await using server = await startServer(data, flags, { hidesLedgers: true });
    const file = await configure(directory, server.url, out.trim());
    await using prometheus = await startPrometheus(file, join(directory, "prometheus"), await freePort());
    await checkAll(server, prometheus, out.trim());
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function freeBytes(directory: string): Promise<number> {
  const { statfs } = await import("node:fs/promises");
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

const missing = ["prometheus", "promtool"].filter((program) => Bun.which(program) === null);
if (missing.length > 0) {
  count.skipped += 1;
  console.log(`skipped examples/monitoring with a real Prometheus: found no ${missing.join(" and no ")}`);
} else await tryExamples();
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
