import { expect, test } from "bun:test";
import { readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { lateTool } from "../../../src/domain/jobs/first-tool.ts";
import { readStatus, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { endingTools } from "../../support/machine/left-tools.ts";
import { shellTool, untilThere } from "../../support/packages/shell-tool.ts";
import { livingBelow } from "../../support/packages/tools.ts";
import { runExecutable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function deploy(url: string, id: string, unit: unknown, heddle?: unknown): Promise<void> {
  const response = await fetch(`${url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ processDescription: { id, heddle }, executionUnit: { unit, type: "application/cwl" } }),
  });
  if (response.status !== 201) throw new Error(await response.text());
}

function execute(url: string, id: string, body: unknown): Promise<Response> {
  return fetch(`${url}/processes/${id}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify(body),
  });
}

async function lines(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean);
}

/** The most that ran at once, by a ledger of `+` and `-`. */
function mostAtOnce(ledger: readonly string[]): number {
  let running = 0;
  return Math.max(...ledger.map((line) => (running += line === "+" ? 1 : -1)));
}

const named = {
  inputs: {
    ledger: { type: "string", inputBinding: { position: 1 } },
    name: { type: "string", inputBinding: { position: 2 } },
  },
};

test("the queue goes by priority, then by age, and tells each waiting job its place", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using _ = endingTools(join(folder.path, "data"));
  await using server = await startServer(join(folder.path, "data"), ["--slots", "1"]);
  await deploy(server.url, "tool", shellTool(`echo "$2" >>"$LEDGER"; ${untilThere()}`, named));
  const jobs: string[] = [];
  for (const [name, priority] of [
    ["first", 0],
    ["b", 0],
    ["c", 0],
    ["a", 5],
    ["d", -1],
  ] as const) {
    const answer = await execute(server.url, "tool", { inputs: { ledger, name }, heddle: { priority } });
    expect(answer.status).toBe(201);
    jobs.push((await readStatus(answer)).jobID);
    if (name === "first") await until("it runs", async () => (await lines(ledger)).length === 1);
  }
  const places = await Promise.all(jobs.map(async (job) => (await statusOf(server.url, job)).queuePosition));
  expect(places).toEqual([undefined, 2, 3, 1, 4]);
  await Bun.write(`${ledger}.go`, "");
  for (const job of jobs) await untilFinished(server.url, job);
  expect(await lines(ledger)).toEqual(["first", "a", "b", "c", "d"]);
  const wrong = await execute(server.url, "tool", { inputs: { ledger, name: "x" }, heddle: { priority: 11 } });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ pointer: "/heddle/priority" }] }]);
});

test("no more jobs of a process run at once than it allows, also after a restart", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  const data = join(folder.path, "data");
  const before = await startServer(data, ["--slots", "4"]);
  await deploy(before.url, "one", shellTool('echo + >>"$LEDGER"; sleep 0.2; echo - >>"$LEDGER"'), { slots: 1 });
  const jobs: string[] = [];
  for (let count = 0; count < 5; count += 1) jobs.push(await submit(before.url, "one", { ledger }));
  await until("two have run", async () => (await lines(ledger)).length >= 3);
  await before.stop("SIGKILL");
  await using after = await startServer(data, ["--slots", "4"]);
  for (const job of jobs) await untilFinished(after.url, job);
  const written = await lines(ledger);
  expect(written.length).toBe(10);
  expect(mostAtOnce(written)).toBe(1);
});

test("a job that is prepared ahead of quick tools says that it waits, and is dismissed without having run", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using _ = endingTools(join(folder.path, "data"));
  await using server = await startServer(join(folder.path, "data"), ["--slots", "1"]);
  const script = 'echo + "$2" >>"$LEDGER"; while test -e "$LEDGER.$2"; do sleep 0.02; done; echo - "$2" >>"$LEDGER"';
  await deploy(server.url, "tool", shellTool(script, named));
  const start = (name: string) => submit(server.url, "tool", { ledger, name });
  const stateOf = (job: string) => statusOf(server.url, job);
  // Where the machine is slow, the first one may be known as slow before the second is looked at: once more, then.
  for (let isAhead = false; !isAhead; ) {
    await untilFinished(server.url, await start("quick"));
    await Bun.write(`${ledger}.held`, "");
    const held = await start("held");
    const ahead = await start("ahead");
    await until("the first one runs", async () => (await lines(ledger)).at(-1) === "+ held");
    await Bun.sleep(500);
    isAhead = (await stateOf(ahead)).status === "running";
    if (isAhead) {
      await until("it says that it waits", async () => /Waiting for room/.test((await stateOf(ahead)).message ?? ""));
      const waits = {
        status: "running",
        stage: "executeRequest",
        progress: 8,
        waitsFor: "a free slot",
        queuePosition: 1,
      };
      expect(await stateOf(ahead)).toMatchObject(waits);
    }
    expect((await fetch(`${server.url}/jobs/${ahead}`, { method: "DELETE" })).status).toBe(200);
    await rm(`${ledger}.held`);
    expect((await untilFinished(server.url, held)).at(-1)?.status).toBe("successful");
  }
  const jobs = await Promise.all(["a", "b", "c", "d"].map(start));
  for (const job of jobs) expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  const written = await lines(ledger);
  expect(written.filter((line) => line.endsWith("ahead"))).toEqual([]);
  expect(mostAtOnce(written.map((line) => line.slice(0, 1)))).toBe(1);
}, 30_000);

test("as many tools run at once as there are cores, when nobody says how many", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  const cores = availableParallelism();
  await using _ = endingTools(join(folder.path, "data"));
  await using server = await startServer(join(folder.path, "data"));
  const tool = shellTool(`echo + >>"$LEDGER"; ${untilThere()}; echo - >>"$LEDGER"`);
  await deploy(server.url, "tool", tool);
  const jobs: string[] = [];
  for (let count = 0; count < cores + 2; count += 1) jobs.push(await submit(server.url, "tool", { ledger }));
  await until("all slots are taken", async () => (await lines(ledger)).length === cores);
  const states = await Promise.all(jobs.map((job) => statusOf(server.url, job)));
  expect(states.filter(({ status }) => status === "running").length).toBe(cores);
  expect(states.flatMap(({ queuePosition }) => queuePosition ?? [])).toEqual([1, 2]);
  await Bun.write(`${ledger}.go`, "");
  for (const job of jobs) expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  expect(mostAtOnce(await lines(ledger))).toBe(cores);
});

test.each([
  ["memory", ["--memory-mebibytes", "12288"], { ramMin: 8192 }],
  ["cores", ["--cores", "3"], { coresMin: 2 }],
] as const)("tools that together ask for more %s than there is run one after the other", async (_, machine, asked) => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"), ["--slots", "4", ...machine]);
  const requirements = { ResourceRequirement: asked };
  await deploy(server.url, "big", shellTool('echo + >>"$LEDGER"; sleep 0.2; echo - >>"$LEDGER"', { requirements }));
  const jobs = [await submit(server.url, "big", { ledger }), await submit(server.url, "big", { ledger })];
  for (const job of jobs) expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  expect(mostAtOnce(await lines(ledger))).toBe(1);
});

test("a job whose tool waits for memory says so, and what it waited counts as no run, also when the server stops meanwhile", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  const data = join(folder.path, "data");
  const settings = ["--slots", "4", "--memory-mebibytes", "12288"];
  const before = await startServer(data, settings);
  const requirements = { ResourceRequirement: { ramMin: 8192 } };
  const script = `echo + >>"$LEDGER"; ${untilThere()}`;
  await deploy(before.url, "big", shellTool(script, { requirements }));
  const jobs = [await submit(before.url, "big", { ledger }), await submit(before.url, "big", { ledger })];
  const waiting = async (url: string) => {
    const states = await Promise.all(jobs.map((job) => statusOf(url, job)));
    return states.filter(({ waitsFor }) => waitsFor === "a slot, cores and memory to be free");
  };
  await until("one waits", async () => (await waiting(before.url)).length === 1);
  const [told] = await waiting(before.url);
  expect(told).toMatchObject({ status: "running", queuePosition: 1 });
  const page = await (await fetch(`${before.url}/jobs/${told?.jobID}?f=html`)).text();
  expect(page).toContain("Waiting for a slot, cores and memory to be free: it is next</span>");
  expect(await (await fetch(`${before.url}/jobs?f=html`)).text()).toContain("Waiting for a slot, cores and memory");
  await before.stop("SIGTERM");
  await using after = await startServer(data, settings);
  await Bun.write(`${ledger}.go`, "");
  for (const job of jobs) expect((await untilFinished(after.url, job)).at(-1)?.status).toBe("successful");
  const Ended = v.looseObject({
    ...{ created: v.string(), started: v.string(), finished: v.string() },
    ...{ waitingSeconds: v.number(), runningSeconds: v.number() },
  });
  const ended = v.parse(Ended, await (await fetch(`${after.url}/jobs/${told?.jobID}`)).json());
  const seconds = (Date.parse(ended.finished) - Date.parse(ended.created)) / 1000;
  expect(ended.waitingSeconds + ended.runningSeconds).toBeCloseTo(seconds, 3);
  // Only a wait of 200 ms is told, and one was seen: that much of the time after its start is no run.
  const sinceStart = (Date.parse(ended.finished) - Date.parse(ended.started)) / 1000;
  expect(ended.runningSeconds).toBeLessThanOrEqual(sinceStart - 0.2);
  const statistics = await (await fetch(`${after.url}/jobs/${told?.jobID}/statistics`)).json();
  const { waitingSeconds, runningSeconds } = ended;
  expect(statistics).toMatchObject({ waitingSeconds, runningSeconds });
  // What was waited since it was taken up was before its only tool, and both say so in one wording.
  const First = v.looseObject({
    firstTool: v.object({ started: v.string(), waitingSeconds: v.number(), executor: v.string() }),
  });
  const { firstTool } = v.parse(First, statistics);
  expect(firstTool.executor).toBe("local");
  expect(Date.parse(firstTool.started)).toBeGreaterThan(Date.parse(ended.started));
  expect(firstTool.waitingSeconds).toBeGreaterThanOrEqual(0.2);
  const late = lateTool(ended, { firstTool });
  const html = await (await fetch(`${after.url}/jobs/${told?.jobID}?f=html`)).text();
  const status = await runExecutable(["status", String(told?.jobID), "--url", after.url]);
  for (const text of [html.replaceAll(/<[^>]*>/g, ""), `${status.out}${status.talk}`]) {
    expect(text.includes("its first tool began")).toBe(late !== undefined);
    if (late !== undefined) expect(text).toContain(`(${late.until})`);
  }
}, 30_000);

test("a full queue answers 429 with Retry-After, and takes jobs again when there is room", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using _ = endingTools(join(folder.path, "data"));
  await using server = await startServer(join(folder.path, "data"), ["--slots", "1", "--max-queued", "2"]);
  await deploy(server.url, "tool", shellTool(`${untilThere("$LEDGER")}`));
  const running = await submit(server.url, "tool", { ledger });
  await until("it runs", async () => (await statusOf(server.url, running)).status === "running");
  await submit(server.url, "tool", { ledger });
  const last = await submit(server.url, "tool", { ledger });
  const refused = await execute(server.url, "tool", { inputs: { ledger } });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "5"]);
  await Bun.write(ledger, "");
  await untilFinished(server.url, last);
  expect((await execute(server.url, "tool", { inputs: { ledger } })).status).toBe(201);
});

test("a job that takes longer than it may fails and is stopped; a request may only ask for less", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"));
  // Long enough for a busy machine to have begun each tool.
  await deploy(server.url, "slow", shellTool('echo x >>"$LEDGER"; sleep 100'), { maxSeconds: 6 });
  const ofProcess = await submit(server.url, "slow", { ledger });
  const answer = await execute(server.url, "slow", { inputs: { ledger }, heddle: { maxSeconds: 4 } });
  const ofRequest = (await readStatus(answer)).jobID;
  for (const [job, seconds] of [
    [ofProcess, 6],
    [ofRequest, 4],
  ] as const) {
    const end = (await untilFinished(server.url, job)).at(-1);
    expect(end?.status).toBe("failed");
    expect(end?.message).toContain(`found it running for ${seconds} s`);
  }
  expect((await lines(ledger)).length).toBe(2);
  expect(await livingBelow(join(folder.path, "data"))).toEqual([]);
  const wrong = await execute(server.url, "slow", { inputs: { ledger }, heddle: { maxSeconds: 7 } });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { errors: [{ pointer: "/heddle/maxSeconds" }] }]);
}, 20_000);

test("a job that runs tells when to ask again, and by the last runs when it may be done", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  await deploy(server.url, "tool", shellTool("sleep 0.4"));
  const first = await submit(server.url, "tool", { ledger: "" });
  const seen = await untilFinished(server.url, first);
  expect(seen.every((status) => status.estimatedCompletion === undefined)).toBe(true);
  expect(seen.at(-1)?.nextPoll).toBeUndefined();
  // What has ended is counted within a second or two.
  await Bun.sleep(1500);
  const running = (await untilFinished(server.url, await submit(server.url, "tool", { ledger: "" }))).filter(
    (status) => status.status === "running",
  );
  expect(running.length).toBeGreaterThan(0);
  for (const status of running) {
    const took = Date.parse(String(status.estimatedCompletion)) - Date.parse(String(status.started));
    expect(took).toBeGreaterThanOrEqual(400);
    expect(Date.parse(String(status.nextPoll))).toBeGreaterThan(Date.parse(String(status.started)));
  }
}, 20_000);
