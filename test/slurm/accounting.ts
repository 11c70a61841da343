import { afterAll, describe, expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deployCwl, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { type AccountedSlurm, noAccounting, startAccountedSlurm } from "../support/machine/slurm-accounting.ts";
import { killScripts } from "../support/machine/slurm-steps.ts";
import { shellTool } from "../support/packages/shell-tool.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { waiting } from "./packages.ts";

const why = noAccounting() ?? (Bun.which("python3") === null ? "python3 not installed" : undefined);
if (why !== undefined) test.skip(`accounting of jobs on Slurm: ${why}`, () => undefined);
else {
  const slurm = await startAccountedSlurm({ root: ["rivers"], nobody: ["lakes"] }, { MinJobAge: "5" });
  afterAll(() => slurm[Symbol.asyncDispose]());
  describe("a cluster with a database of accounting", () => describeAccounting(slurm));
}

/** Takes memory, unless somebody has made a file; then goes on until somebody makes it. */
const largeOnce = shellTool(
  `[ -e "$LEDGER.go" ] || python3 -c 'import os, time
memory = bytearray(60000000)
open(os.environ["LEDGER"], "a").write("taken\\n")
while not os.path.exists(os.environ["LEDGER"] + ".go"): time.sleep(0.1)'`,
);

/** A server over directories of its own, and what tells of its jobs. */
async function openPlace(slurm: AccountedSlurm, more: readonly string[] = []) {
  await slurm.untilIdle();
  const directory = await temporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  await mkdir(at("shared"));
  await writeFile(at("ledger"), "");
  const flags = ["--executor", "slurm", "--work-dir", at("shared"), "--slurm-poll-seconds", "5", ...more];
  const { environment } = slurm;
  return {
    at,
    start: () => startServer(at("data"), flags, { environment }),
    starts: async () => (await readFile(at("ledger"), "utf8")).split("\n").filter((line) => line !== "").length,
    letGo: () => writeFile(`${at("ledger")}.go`, ""),
    async keyOf(user: string) {
      const words = ["keys", "create", "--role", "runner", "--user", user, "--data", at("data")];
      return { authorization: `Bearer ${(await runExecutable(words)).out.trim()}` };
    },
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  };
}

async function endOf(url: string, job: string) {
  return (await untilFinished(url, job, 400)).at(-1);
}

async function textOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return (await fetch(url, { headers })).text();
}

function peakOf(statistics: string): number {
  return Number(/"peakMemoryBytes":(\d+)/.exec(statistics)?.[1] ?? 0);
}

function describeAccounting(slurm: AccountedSlurm): void {
  const sacct = (...words: readonly string[]) => slurm.run(["sacct", "-n", "-P", ...words]).out;
  /** The numbers of the jobs in the queue, by the number that Heddle has of each. */
  const numberOf = (job: string) =>
    new RegExp(`^(\\d+) .*job=${job} `, "m").exec(slurm.run(["squeue", "-h", "-o", "%i %k "]).out)?.[1] ?? "";
  test("a job has the account of its user and tells whose it is, and one that Slurm refuses says why", async () => {
    await using place = await openPlace(slurm, [
      ...["--slurm-accounts", "user:ana=rivers,user:bob=lakes,user:cleo=nowhere", "--slurm-account", "root"],
    ]);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    await place.letGo();
    const begin = async (user: string) => {
      const headers = await place.keyOf(user);
      const job = await submit(server.url, "waiting", { ledger: place.at("ledger") }, headers);
      const isOver = async () =>
        /"status":"(?:successful|failed)"/.test(await textOf(`${server.url}/jobs/${job}?f=json`, headers));
      await until(`the job of ${user} has ended`, isOver);
      return { job, text: await textOf(`${server.url}/jobs/${job}?f=json`, headers) };
    };
    const rows = () => sacct("-X", "-o", "Account,Comment,State");
    const ana = await begin("ana");
    const dora = await begin("dora");
    await until("both are accounted", () => (rows().match(/\|COMPLETED$/gm) ?? []).length === 2);
    expect(rows()).toMatch(new RegExp(`^rivers\\|heddle user=ana job=${ana.job} execution=\\S+\\|COMPLETED$`, "m"));
    expect(rows()).toMatch(new RegExp(`^root\\|heddle user=dora job=${dora.job} execution=\\S+\\|COMPLETED$`, "m"));
    for (const user of ["bob", "cleo"]) {
      const { text } = await begin(user);
      expect(text).toContain('"status":"failed"');
      expect(text).toContain("Invalid account or account/partition combination");
    }
    expect(await place.starts()).toBe(2);
  });

  test("jobs that died while nobody looked are told by their causes, with the memory that sacct tells", async () => {
    await using place = await openPlace(slurm);
    const directory = dirname(slurm.environment.SLURM_CONF ?? "");
    const begin = async () => {
      await using server = await place.start();
      await deployCwl(server.url, "large", largeOnce);
      const inputs = { ledger: place.at("ledger") };
      const jobs = [await submit(server.url, "large", inputs), await submit(server.url, "large", inputs)] as const;
      await until("both have taken their memory", async () => (await place.starts()) === 2);
      await Bun.sleep(1500);
      await server.stop("SIGKILL");
      return jobs;
    };
    const [killed, lost] = await begin();
    const [first, second] = [numberOf(killed), numberOf(lost)];
    expect(await killScripts(directory, first)).toBeGreaterThan(0);
    await until("it is accounted", () => sacct("-X", "-j", first, "-o", "State,ExitCode") === "FAILED|0:9");
    expect(await slurm.killSteps()).toBe(1);
    expect(await killScripts(directory)).toBeGreaterThan(0);
    await place.letGo();
    await until("the controller misses the other one", () => {
      slurm.run(["scontrol", "reconfigure"]);
      return sacct("-X", "-j", second, "-o", "State") === "NODE_FAIL";
    });
    await using server = await place.start();
    // What died by no fault of the tool is tried again, and takes next to nothing then.
    for (const [job, cause] of [
      [killed, /gone from Slurm without a record of its end, in state FAILED/],
      [lost, /its node failed/],
    ] as const) {
      expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
      expect(await textOf(`${server.url}/jobs/${job}/log`)).toMatch(cause);
    }
    expect(peakOf(await textOf(`${server.url}/jobs/${killed}/statistics?f=json`))).toBeGreaterThan(50_000_000);
  });

  test("jobs that the controller has forgotten wait for an accounting that does not answer, and end by its word", async () => {
    await using place = await openPlace(slurm);
    const inputs = { ledger: place.at("ledger") };
    const begin = async () => {
      await using server = await place.start();
      await deployCwl(server.url, "waiting", waiting);
      const jobs = [await submit(server.url, "waiting", inputs), await submit(server.url, "waiting", inputs)] as const;
      await until("both have started", async () => (await place.starts()) === 2);
      await server.stop("SIGKILL");
      return jobs;
    };
    const [cancelled, died] = await begin();
    const numbers = [numberOf(cancelled), numberOf(died)] as const;
    await slurm.killAccounting();
    // The script of the one can still leave a record, that of the other cannot.
    expect(slurm.run(["scancel", "--signal=KILL", "--full", numbers[0]]).exitCode).toBe(0);
    expect(await killScripts(dirname(slurm.environment.SLURM_CONF ?? ""), numbers[1])).toBeGreaterThan(0);
    const isForgotten = (number: string) => slurm.run(["scontrol", "show", "job", number]).exitCode !== 0;
    await until("they are forgotten", () => numbers.every(isForgotten));
    await using server = await place.start();
    await place.letGo();
    // Meanwhile others run as ever.
    const other = await submit(server.url, "waiting", inputs);
    expect(await endOf(server.url, other)).toMatchObject({ status: "successful" });
    const words = /The accounting of Slurm does not tell how a job ended[^\n]*?"job":"[^"]+"/g;
    await until("the log says so of both", () => (server.talk().match(words) ?? []).length === 2);
    await Bun.sleep(6000);
    for (const job of [cancelled, died]) expect((await statusOf(server.url, job)).status).toBe("running");
    await slurm.startAccounting();
    const end = await endOf(server.url, cancelled);
    expect(end).toMatchObject({ status: "failed" });
    expect(JSON.stringify(end)).toContain("somebody else cancelled its job in Slurm");
    expect(await endOf(server.url, died)).toMatchObject({ status: "successful" });
    expect(await textOf(`${server.url}/jobs/${died}/log`)).toContain("without a record of its end, in state FAILED");
    expect(server.talk().match(words)).toHaveLength(2);
  });
}
