import { afterAll, describe, expect, test } from "bun:test";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, readStatus, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/machine/slurm.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { scatter, waiting } from "./packages.ts";

const examples = join(import.meta.dir, "../../examples");
const example = join(examples, "climate");

const why = noSlurm();
if (why !== undefined) test.skip(`jobs on Slurm: ${why}`, () => undefined);
else {
  const slurm = await startSlurm();
  afterAll(() => slurm[Symbol.asyncDispose]());
  describe("jobs on Slurm", () => describeJobs(slurm));
}

/** A server over a data directory of this machine and a work directory that it shares with the node. */
async function openPlace({ environment, resume, untilIdle }: TestSlurm, more: readonly string[] = []) {
  await untilIdle();
  const directory = await temporaryDirectory();
  const shared = join(directory.path, "shared");
  await mkdir(shared);
  const ledger = join(directory.path, "ledger");
  await writeFile(ledger, "");
  const flags = ["--executor", "slurm", "--work-dir", shared, "--slurm-poll-seconds", "5", ...more];
  const start = () => startServer(join(directory.path, "data"), flags, { environment });
  const starts = async () => (await readFile(ledger, "utf8")).split("\n").filter((line) => line !== "");
  const hasStarted = () =>
    until("the tool has started", async () => {
      if ((await starts()).length > 0) return true;
      resume();
      return false;
    });
  const letGo = () => writeFile(`${ledger}.go`, "");
  return {
    data: join(directory.path, "data"),
    ledger,
    shared,
    start,
    starts,
    hasStarted,
    letGo,
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  };
}

/** Changes the description of a process. */
async function amend(url: string, id: string, patch: unknown): Promise<void> {
  const headers = { "content-type": "application/merge-patch+json" };
  const answer = await fetch(`${url}/processes/${id}`, { method: "PATCH", headers, body: JSON.stringify(patch) });
  if (!answer.ok) throw new Error(await answer.text());
}

async function endOf(url: string, job: string) {
  return (await untilFinished(url, job, 200)).at(-1);
}

function describeJobs(slurm: TestSlurm): void {
  const goesOnWithout = async (daemon: "slurmctld" | "slurmd") => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    const job = await submit(server.url, "waiting", { ledger: place.ledger });
    await place.hasStarted();
    await slurm.kill(daemon);
    await place.letGo();
    const end = await endOf(server.url, job);
    await slurm.start(daemon);
    expect(end).toMatchObject({ status: "successful" });
    expect(await place.starts()).toEqual(["started"]);
  };

  test("a scatter of 50 runs each of its tools once, and their results are published", async () => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    await deployCwl(server.url, "scatter", scatter);
    const words = Array.from({ length: 50 }, (_, index) => `word${index}`);
    const job = await submit(server.url, "scatter", { ledger: place.ledger, words });
    expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
    expect((await place.starts()).toSorted()).toEqual(words.toSorted());
    const outputs = await readdir(join(place.shared, "outputs"), { recursive: true });
    expect(outputs.filter((name) => name.includes("said")).length).toBeGreaterThanOrEqual(50);
  });

  /** Runs an example, and gives the directory of its results. */
  const runExample = async (name: string, directory: string, executor: "local" | "slurm") => {
    const out = join(directory, executor);
    await mkdir(out);
    const { exitCode, talk } = await runExecutable(
      [
        ...["run", join(examples, name, `${name}.cwl`), join(examples, name, "job.yml"), "--executor", executor],
        ...["--outdir", out, "--tmpdir-prefix", join(directory, "scratch-"), "--data", join(directory, "data")],
      ],
      { environment: { ...slurm.environment } },
    );
    expect(`${exitCode} ${exitCode === 0 ? "" : talk}`).toBe("0 ");
    return out;
  };

  const lacksGdal = Bun.which("gdaldem") === null;
  test.skipIf(lacksGdal)("the terrain example (gdal-bin) gives the bytes that a local run gives", async () => {
    await using directory = await temporaryDirectory();
    const [here, there] = [
      await runExample("terrain", directory.path, "local"),
      await runExample("terrain", directory.path, "slurm"),
    ];
    const names = (await readdir(here)).toSorted();
    expect(names.length).toBeGreaterThan(3);
    expect((await readdir(there)).toSorted()).toEqual(names);
    for (const name of names) {
      const [one, other] = [await readFile(join(here, name)), await readFile(join(there, name))];
      expect(`${name} ${one.equals(other)}`).toBe(`${name} true`);
    }
  });

  test("the climate example gives its expected results byte for byte", async () => {
    await using directory = await temporaryDirectory();
    const out = await runExample("climate", directory.path, "slurm");
    const results = (await readdir(join(example, "expected"))).filter((name) => !/^[a-z]+\.txt$/.test(name));
    expect(results.length).toBeGreaterThan(0);
    for (const name of results) {
      expect(await readFile(join(out, name), "utf8")).toBe(await readFile(join(example, "expected", name), "utf8"));
    }
  });

  test("a job goes on when the server is killed and started again, and its tool starts once", async () => {
    await using place = await openPlace(slurm);
    const job = await (async () => {
      await using server = await place.start();
      await deployCwl(server.url, "waiting", waiting);
      const id = await submit(server.url, "waiting", { ledger: place.ledger });
      await place.hasStarted();
      await server.stop("SIGKILL");
      return id;
    })();
    await using server = await place.start();
    await place.letGo();
    expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
    expect(await place.starts()).toEqual(["started"]);
  });

  test("a process that says so runs on the machine of the service, also after a restart", async () => {
    await using place = await openPlace(slurm, ["--slurm-options=--hold"]);
    const job = await (async () => {
      await using server = await place.start();
      await deployCwl(server.url, "waiting", waiting);
      await amend(server.url, "waiting", { heddle: { executor: "local" } });
      const id = await submit(server.url, "waiting", { ledger: place.ledger });
      await place.hasStarted();
      await server.stop("SIGKILL");
      return id;
    })();
    await using server = await place.start();
    await place.letGo();
    expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
    expect(await place.starts()).toEqual(["started"]);
    expect(slurm.run(["squeue", "-h"]).out).toBe("");
  });

  test("a tool that takes too long is tried again with more time, as its process says", async () => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    const limited = { ...waiting, requirements: { ToolTimeLimit: { timelimit: 2 } } };
    await deployCwl(server.url, "limited", limited);
    await amend(server.url, "limited", { heddle: { retries: { TIMEOUT: { times: 1, timeFactor: 16 } } } });
    const job = await submit(server.url, "limited", { ledger: place.ledger });
    await until("it was tried again", async () => (await place.starts()).length === 2);
    await place.letGo();
    expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
    expect(await (await fetch(`${server.url}/jobs/${job}/log`)).text()).toContain("again after TIMEOUT (1 of 1)");
  });

  test("a job that an administrator cancels fails and says so", async () => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    const job = await submit(server.url, "waiting", { ledger: place.ledger });
    await place.hasStarted();
    expect(slurm.run(["scancel", "--me"]).exitCode).toBe(0);
    const end = await endOf(server.url, job);
    expect(end).toMatchObject({ status: "failed" });
    expect(JSON.stringify(end)).toContain("cancelled its job in Slurm");
    expect(await place.starts()).toEqual(["started"]);
  });

  test("heddle doctor examines the node by a job of its own, and leaves nothing", async () => {
    await using place = await openPlace(slurm);
    await (await place.start()).stop();
    const flags = [
      "--executor",
      "slurm",
      "--data",
      place.data,
      "--work-dir",
      place.shared,
      "--slurm-poll-seconds",
      "10",
    ];
    const before = (await readdir(place.shared)).toSorted();
    const { out } = await runExecutable(["doctor", ...flags], { environment: { ...slurm.environment } });
    for (const about of ["shared directory", "renames", "exclusive creation", "clocks", "user"]) {
      expect(out).toContain(`good     ${about}: `);
    }
    expect((await readdir(place.shared)).toSorted()).toEqual(before);
    const wrong = await runExecutable(["doctor", ...flags, "--slurm-partition", "no"], {
      environment: { ...slurm.environment },
    });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.out).toContain('found none of the name "no", wanted one of main');
  });

  test("a job that is held says what it waits for, and is dismissed without a start", async () => {
    await using place = await openPlace(slurm, ["--slurm-options=--hold"]);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    const job = await submit(server.url, "waiting", { ledger: place.ledger });
    await until("the reason is told", async () =>
      (await (await fetch(`${server.url}/jobs/${job}/log`)).text()).includes("waiting for Slurm: JobHeldUser"),
    );
    const answer = await fetch(`${server.url}/jobs/${job}`, { method: "DELETE" });
    expect((await readStatus(answer)).status).toBe("dismissed");
    await until("the queue is empty", () => slurm.run(["squeue", "-h"]).out === "");
    expect(await place.starts()).toEqual([]);
  });

  test("a job in the queue says whose it is, and has the account of its user", async () => {
    await using place = await openPlace(slurm, ["--slurm-options=--hold", "--slurm-accounts", "user:ana b=rivers"]);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    const words = ["keys", "create", "--role", "runner", "--user", "ana b", "--data", place.data];
    const authorization = `Bearer ${(await runExecutable(words)).out.trim()}`;
    const job = await submit(server.url, "waiting", { ledger: place.ledger }, { authorization });
    await until("it is in the queue", () => slurm.run(["squeue", "-h"]).out !== "");
    const shown = slurm.run(["squeue", "-h", "-o", "%a %k"]).out;
    expect(shown).toStartWith(`rivers heddle user=ana_b job=${job} execution=`);
    const answer = await fetch(`${server.url}/jobs/${job}`, { method: "DELETE", headers: { authorization } });
    expect(answer.status).toBe(200);
  });

  test("a job goes on when slurmd is killed, and its tool starts once", () => goesOnWithout("slurmd"));

  test("a job waits while the controller takes no jobs", async () => {
    await using place = await openPlace(slurm);
    await using server = await place.start();
    await deployCwl(server.url, "waiting", waiting);
    await place.letGo();
    await slurm.kill("slurmctld");
    const job = await submit(server.url, "waiting", { ledger: place.ledger });
    await until("sbatch was refused", () => server.talk().includes("takes no job now"));
    expect((await statusOf(server.url, job)).status).toBe("running");
    await slurm.start("slurmctld");
    expect(await endOf(server.url, job)).toMatchObject({ status: "successful" });
    expect(await place.starts()).toEqual(["started"]);
  });

  // The last one: a controller that was killed may give the numbers of its last jobs to new ones, which the node then refuses.
  test("a job goes on when slurmctld is killed, and its tool starts once", () => goesOnWithout("slurmctld"));
}
