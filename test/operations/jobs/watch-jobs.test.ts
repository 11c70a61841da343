import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import type { Principal } from "../../../src/domain/people/access.ts";
import { appendJobLog } from "../../../src/files/jobs/job-log.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { createJobNews } from "../../../src/operations/jobs/job-news.ts";
import { createJobWatches } from "../../../src/operations/jobs/job-watch.ts";
import { type WatchDeps, watchJob } from "../../../src/operations/jobs/watch-jobs.ts";
import type { WatchNews, WatchPlace } from "../../../src/operations/jobs/watch-news.ts";
import { claimJobs, insertJob, recordJob } from "../../../src/store/jobs/jobs.ts";
import { acceptedEvent, newJob, openTestDatabase, stageEvent, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const admin: Principal = { role: "admin" };
const start: WatchPlace = { number: 0, attempt: 0, logOffset: 0 };
const executionId = "01900000-0000-7000-8000-000000000001";
const job = newJob();

let stack: AsyncDisposableStack;
let deps: WatchDeps;
let write: (line: string) => Promise<void>;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  const database = stack.use(await openTestDatabase(path));
  const layout = createLayout(path);
  await insertJob(database, job, acceptedEvent());
  const claim = { jobId: job.id, executionId, moveId: "move", event: stageEvent("setup") };
  await claimJobs(database, [claim], startOfTest);
  const news = stack.use(createJobNews(database, "test"));
  deps = { database, layout, news, watches: createJobWatches({ database, layout }) };
  write = (line) => appendJobLog(layout, executionId, [line]);
});
afterEach(() => stack.disposeAsync());

/** Opens a stream, which ends with the test. */
async function open(place = start): Promise<AsyncGenerator<WatchNews, void>> {
  const ended = stack.adopt(new AbortController(), (one) => one.abort());
  const news = await watchJob(deps, admin, job.id, { place, signal: ended.signal });
  if (news === undefined) throw new Error("nothing follows");
  return news;
}

/** Reads news until a line comes. */
async function readUntil(news: AsyncGenerator<WatchNews, void>, line: string): Promise<readonly WatchNews[]> {
  const all: WatchNews[] = [];
  for (;;) {
    const { value } = await news.next();
    if (value === undefined) throw new Error("the stream has ended");
    all.push(value);
    if (value.kind === "log" && value.lines.includes(line)) return all;
  }
}

/** Reads as many news. */
async function next(news: AsyncGenerator<WatchNews, void>, count: number): Promise<readonly WatchNews[]> {
  const all: WatchNews[] = [];
  while (all.length < count) {
    const { value } = await news.next();
    if (value === undefined) throw new Error("the stream has ended");
    all.push(value);
  }
  return all;
}

const linesOf = (all: readonly WatchNews[]) => all.flatMap((news) => (news.kind === "log" ? news.lines : []));
const numbersOf = (all: readonly WatchNews[]) =>
  all.flatMap((news) => (news.kind === "event" ? news.event.number : []));

describe("watchers of a job", () => {
  test("are told the same objects, once each has read what came before it", async () => {
    await write("one");
    const [first, second] = [await open(), await open()];
    expect(linesOf(await readUntil(first, "one"))).toEqual(["one"]);
    expect(linesOf(await readUntil(second, "one"))).toEqual(["one"]);
    const both = Promise.all([readUntil(first, "two"), readUntil(second, "two")]);
    await write("two");
    const [ours, theirs] = await both;
    expect(numbersOf(ours)).toEqual([1, 2]);
    expect(ours.at(-1)).toBe(theirs.at(-1));
  });

  test("are told no percent behind what was told before, though an older one is stored after it", async () => {
    const { database } = deps;
    await write("one");
    const news = await open();
    expect(numbersOf([...(await readUntil(news, "one")), ...(await next(news, 2))])).toEqual([1, 2]);
    database.announce(job.id, { progress: 40, message: "half of it", stage: "monitorLoop" });
    expect((await news.next()).value).toMatchObject({ kind: "live", live: { progress: 40 } });
    const event = stageEvent("monitorLoop", { kind: "progress", progress: 35 });
    const record = {
      jobId: job.id,
      fence: 1,
      at: startOfTest,
      progress: 35,
      stage: "monitorLoop",
      message: "",
    } as const;
    expect(await recordJob(database, { ...record, events: [event] })).toBe(true);
    expect((await news.next()).value).toMatchObject({ kind: "event", event: { number: 3, progress: 40 } });
  });

  test("go on after the place that they name, whoever came first", async () => {
    await write("one");
    const first = await open();
    const place = (await readUntil(first, "one")).at(-1)?.place;
    await write("two");
    const second = await open(place);
    expect(linesOf(await readUntil(second, "two"))).toEqual(["two"]);
    expect(linesOf(await readUntil(await open(), "two"))).toEqual(["one", "two"]);
  });

  test("do not suffer from one that names a place which is not there", async () => {
    const lost = await open({ number: 0, attempt: 1, logOffset: 1_000_000 });
    void lost.next();
    const other = await open();
    const read = readUntil(other, "one");
    await write("one");
    expect(linesOf(await read)).toEqual(["one"]);
  });

  test("miss nothing when they read so slowly that the steps for them are let go", async () => {
    const [slow, quick] = [await open(), await open()];
    await slow.next();
    const lines = Array.from({ length: 300 }, (_, n) => `line ${n}`);
    for (const line of lines) {
      const read = readUntil(quick, line);
      await write(line);
      await read;
    }
    const all = await readUntil(slow, "line 299");
    expect(linesOf(all)).toEqual(lines);
    // Read for itself, so in a few pieces and not in one a step.
    expect(all.length).toBeLessThan(100);
  }, 30_000);
});

test("a log that is exchanged for another one is still told", async () => {
  const news = await open();
  const read = readUntil(news, "two");
  await write("one");
  await rm(`${deps.layout.outputsDirectory}/${executionId}.log`);
  await write("one");
  await write("two");
  expect(linesOf(await read).at(-1)).toBe("two");
});
