import { expect, test } from "bun:test";
import type { Database } from "../../../src/store/database/database.ts";
import { takeIn } from "../../../src/store/job-lists/take-in.ts";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { listJobs } from "../../../src/store/jobs/list-jobs.ts";
import { insertNewJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function endJobs(database: Database, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const { id } = await insertNewJob(database, { tags: ["red"] });
    const move = { jobId: id, moveId: crypto.randomUUID(), at: startOfTest, message: "flood" };
    expect(await dismissJob(database, move)).toBe("dismissed");
  }
}

async function count(database: Database, from: string): Promise<unknown> {
  const [row] = await database.read({ sql: `SELECT count(*) AS n FROM ${from}`, args: [] });
  return row?.n;
}

const texts = "job_texts WHERE job_texts MATCH 'flood'";
const isNew = "jobs WHERE is_new = 1";
const found = (database: Database, limit = 1000) =>
  listJobs(database, { now: startOfTest, limit, search: { text: [["flood"]], tags: ["red"] } });

test("the first end and each 128th one after it take in the jobs that ended before; each is found at once", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const [ended, left] of [
    [1, 1],
    [128, 128],
    [129, 1],
    [130, 2],
  ] as const) {
    await endJobs(database, ended - Number(await count(database, "jobs")));
    // The job whose end takes the others in has not ended when they are read.
    expect([await count(database, isNew), await count(database, texts)]).toEqual([left, ended - left]);
    expect(await found(database)).toHaveLength(ended);
  }
});

test("jobs that someone else takes in between reading and writing are taken in once, and moved ones not at all", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await endJobs(database, 3);
  const [one, other] = [await takeIn(database.read, 9), await takeIn(database.read, 9)];
  await database.write([{ sql: "UPDATE jobs SET move_id = 'other' WHERE number = 3", args: [] }]);
  await database.write(one);
  const [words, tags, , listed] = await database.write(other);
  expect([words, tags, listed].map((result) => result?.rowsAffected)).toEqual([0, 0, 0]);
  expect([await count(database, texts), await count(database, "job_tags"), await count(database, isNew)]).toEqual([
    2, 2, 1,
  ]);
  expect(await found(database)).toHaveLength(3);
});

test("a job ends though what is to be taken in cannot be read", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const takeInFails = { ...database, takeIn: () => Promise.reject(new Error("damaged")) };
  await endJobs(takeInFails, 1);
  expect(await found(database)).toHaveLength(1);
});

test("a job is found by its user, its process, and what is short of its inputs, and the names of files in them", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const inputs = {
    river: { kind: "value", value: "Elbe bei Dömitz" },
    level: [
      { kind: "value", value: 4.25 },
      { kind: "value", value: -17 },
    ],
    place: { kind: "bbox", bbox: [11.5, 53, 11.75, 53.5], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
    nested: { kind: "record", members: { note: { kind: "value", value: { kind: "Deich", deep: ["Sandsack"] } } } },
    long: { kind: "value", value: `${"lang ".repeat(30)}ende` },
    file: {
      kind: "reference",
      href: "https://geheim.example/dir/wald_nord.tif?sig=verborgen",
      mediaType: "image/tiff",
    },
    upload: { kind: "reference", href: "vault://a1b2", name: "Höhen Süd.csv" },
    result: {
      kind: "reference",
      href: "http://here/jobs/j/results/map",
      output: { path: "job/map/karte.png", isDirectory: false, mediaType: "image/png" },
    },
    tiles: {
      kind: "list",
      items: [{ kind: "file", item: { kind: "reference", href: "s3://bucket/kachel%207.nc" }, isDirectory: false }],
    },
  } as const;
  const { id } = await insertNewJob(database, { user: "ada@example.org", request: { inputs } });
  await dismissJob(database, { jobId: id, moveId: crypto.randomUUID(), at: startOfTest, message: "flood" });
  const ask = async (...words: readonly string[]) => {
    return (await listJobs(database, { now: startOfTest, limit: 9, search: { text: [words] } })).length;
  };
  const all = async () => {
    const wanted = ["domitz", "ELBE", "4.25", "17", "11.75", "deich", "sandsack", "ada@example.org", "echo"];
    wanted.push("river", "tiles");
    wanted.push("wald_nord.tif", "nord", "hohen", "sud.csv", "karte.png", "kachel", "7.nc");
    expect(await Promise.all(wanted.map((word) => ask(word)))).toEqual(wanted.map(() => 1));
    const others = ["ende", "geheim", "tiff", "4.2", "bbox", "bob", "verborgen", "dir", "a1b2", "vault", "bucket"];
    expect(await Promise.all(others.map((word) => ask(word)))).toEqual(others.map(() => 0));
  };
  await all();
  await database.write(await takeIn(database.read, 9));
  expect(await count(database, isNew)).toBe(0);
  await all();
});

test("a database of a program that took jobs in by fewer words takes them in anew, once", async () => {
  await using dir = await temporaryDirectory();
  {
    await using database = await openTestDatabase(dir.path);
    await endJobs(database, 3);
    await database.write(await takeIn(database.read, 9));
    const older = ["INSERT INTO job_texts (job_texts) VALUES ('delete-all')", "PRAGMA user_version = 0"];
    for (const text of older) await database.write([{ sql: text, args: [] }]);
    expect(await found(database)).toEqual([]);
  }
  {
    await using database = await openTestDatabase(dir.path);
    expect([(await found(database)).length, await count(database, isNew), await count(database, texts)]).toEqual([
      3, 0, 3,
    ]);
    await database.write([{ sql: "INSERT INTO job_texts (job_texts) VALUES ('delete-all')", args: [] }]);
  }
  await using database = await openTestDatabase(dir.path);
  expect(await count(database, texts)).toBe(0);
});
