import { expect, test } from "bun:test";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { addToAudit, audited, listAudit, removeOldAudit } from "../../../src/store/people/audit.ts";
import { insertKey, revokeKey } from "../../../src/store/people/keys.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function openAudit() {
  const directory = await temporaryDirectory();
  const database = await openDatabase({
    file: join(directory.path, "heddle.db"),
    clock: fakeClock(),
    logger: silentLogger,
  });
  return {
    database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const entry = { at: 1000, user: "ann", role: "admin", action: "deploy", subject: "p", outcome: "done" } as const;
const key = { id: "k", user: "ann", role: "admin", secretHash: "x", createdAt: 1, isService: false } as const;

test("lines come back, the newest first, by what is asked", async () => {
  await using store = await openAudit();
  const { database } = store;
  await addToAudit(database, entry);
  await addToAudit(database, { ...entry, at: 2000, user: "bob", action: "execute", subject: "q", jobId: "j" });
  await addToAudit(database, { ...entry, at: 3000, action: "refuse", outcome: "refused", address: "::1" });
  const numbers = async (filter: object) =>
    (await listAudit(database, { limit: 10, ...filter })).map(({ number }) => number);
  expect(await numbers({})).toEqual([3, 2, 1]);
  expect(await numbers({ limit: 2 })).toEqual([3, 2]);
  expect(await numbers({ below: 3 })).toEqual([2, 1]);
  expect(await numbers({ user: "ann" })).toEqual([3, 1]);
  expect(await numbers({ action: "execute" })).toEqual([2]);
  expect(await numbers({ subject: "j" })).toEqual([2]);
  expect(await numbers({ subject: "p" })).toEqual([3, 1]);
  expect(await numbers({ since: 2000, until: 3000 })).toEqual([2]);
  expect((await listAudit(database, { limit: 1 }))[0]).toEqual({
    ...{ number: 3, at: 3000, user: "ann", role: "admin", address: "::1" },
    ...{ action: "refuse", subject: "p", outcome: "refused" },
  });
});

test("lines come back by a part of the id of a job, by what stands beside a name, and by a key that was refused", async () => {
  await using store = await openAudit();
  const { database } = store;
  const jobId = "0190b5a0-0000-7000-8000-00000000abcd";
  const lines = [
    { action: "execute", subject: "echo", jobId },
    { action: "share", subject: jobId },
    { action: "withdraw", subject: "echo@sha256:1" },
    { action: "execute", subject: "lab/echo", jobId: "0190b5a1-0000-7000-8000-00000000ffff" },
    { action: "refuse", subject: "key k1" },
    { action: "sign-in", subject: "key k1: found no valid key" },
    { action: "deploy", subject: "echo-2" },
    { action: "deploy", subject: "0190b5a0" },
  ] as const;
  for (const line of lines) await addToAudit(database, { ...entry, ...line });
  const numbers = async (filter: object) =>
    (await listAudit(database, { limit: 10, ...filter })).map(({ number }) => number);
  expect(await numbers({ subject: jobId })).toEqual([2, 1]);
  for (const jobPart of ["0190b5a0", "0000abcd", jobId])
    expect([jobPart, await numbers({ subject: "-", jobPart })]).toEqual([jobPart, [2, 1]]);
  expect(await numbers({ subject: "0190b5a0", jobPart: "0190b5a0" })).toEqual([8, 2, 1]);
  expect(await numbers({ subject: "echo" })).toEqual([4, 3, 1]);
  expect(await numbers({ subject: "lab" })).toEqual([4]);
  expect(await numbers({ subject: "k1" })).toEqual([6, 5]);
  for (const subject of ["ech", "k", "%", "_", "", "echo@", "ec*"])
    expect([subject, await numbers({ subject })]).toEqual([subject, []]);
});

test("no line can be changed, and none removed", async () => {
  await using store = await openAudit();
  const { database } = store;
  await addToAudit(database, entry);
  const attempts = [
    "update audit set user = 'eve'",
    "update audit set at = 1",
    "delete from audit",
    "insert or replace into audit (number, at, action, subject, outcome) values (1, 1, 'deploy', 'x', 'done')",
  ];
  for (const sql of attempts) {
    await database.write([{ sql, args: [] }]).catch(() => {});
    expect(await listAudit(database, { limit: 10 })).toEqual([{ ...entry, number: 1 }]);
  }
});

test("retention removes what is old, so many at a time, and nothing else; afterwards nothing can be removed again", async () => {
  await using store = await openAudit();
  const { database } = store;
  for (const at of [1000, 2000, 3000]) await addToAudit(database, { ...entry, at });
  expect(await removeOldAudit(database, 3000, 1)).toBe(1);
  expect(await removeOldAudit(database, 3000, 10)).toBe(1);
  expect((await listAudit(database, { limit: 10 })).map(({ at }) => at)).toEqual([3000]);
  await expect(database.write([{ sql: "delete from audit where at < 9000", args: [] }])).rejects.toThrow();
});

test("a change takes its line along, in the same write, and gives the results that it has without it", async () => {
  await using store = await openAudit();
  const { database } = store;
  const written: string[] = [];
  const onWritten = ({ subject }: { readonly subject: string }) => void written.push(subject);
  await insertKey(audited(database, { entry: { ...entry, action: "create-key" }, onWritten }), key);
  expect(await revokeKey(audited(database, { entry: { ...entry, action: "revoke-key" }, onWritten }), "k", 2)).toBe(
    true,
  );
  expect((await listAudit(database, { limit: 10 })).map(({ action }) => action)).toEqual(["revoke-key", "create-key"]);
  expect(written).toEqual(["p", "p"]);
});

test("a change that was not made leaves no line", async () => {
  await using store = await openAudit();
  const { database } = store;
  const written: string[] = [];
  const onWritten = () => void written.push("line");
  expect(await revokeKey(audited(database, { entry, onWritten }), "nobody", 2)).toBe(false);
  await insertKey(database, key);
  await expect(insertKey(audited(database, { entry, onWritten }), key)).rejects.toThrow();
  expect(await listAudit(database, { limit: 10 })).toEqual([]);
  expect(written).toEqual([]);
});

test("a long search finds what stands before many lines of others", async () => {
  await using store = await openAudit();
  const { database } = store;
  await addToAudit(database, { ...entry, user: "rare" });
  const many =
    "insert into audit (at, user, action, subject, outcome) with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000) select i, 'ann', 'execute', 'p', 'done' from n";
  await database.write([{ sql: many, args: [] }]);
  expect((await listAudit(database, { user: "rare", limit: 5 })).map(({ number }) => number)).toEqual([1]);
});
