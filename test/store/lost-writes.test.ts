import { expect, test } from "bun:test";
import { join } from "node:path";
import { openTestDatabase } from "../support/jobs-in-store.ts";
import { linesOf } from "../support/lines.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const holder = join(import.meta.dir, "../support/machine/hold-write-lock.ts");

// After one SQLITE_BUSY the driver's connection answers later writes as if they were committed, and loses them.
test("every write that resolved is in the file, whoever held the lock meanwhile", async () => {
  await using dir = await temporaryDirectory();
  const file = join(dir.path, "heddle.db");
  await using database = await openTestDatabase(dir.path);
  const insert = (id: string) =>
    database.write([
      {
        sql: "INSERT INTO keys (id, user, role, secret_hash, created_at) VALUES (?, 'u', 'admin', 'h', 1)",
        args: [id],
        keep: true,
      },
    ]);
  const busy = async () => (await database.figures()).busy;
  await insert("before");

  const other = Bun.spawn([process.execPath, holder, file], { stdin: "pipe", stdout: "pipe" });
  const lines = linesOf(other.stdout);
  const writes: Promise<unknown>[] = [];
  for (let round = 0; round < 3; round += 1) {
    expect(await lines.next()).toBe("held");
    const busyBefore = await busy();
    for (let index = 0; index < 20; index += 1) writes.push(insert(`${round}.held.${index}`));
    while ((await busy()) < busyBefore + 2) await Bun.sleep(5);
    for (let index = 0; index < 20; index += 1) writes.push(insert(`${round}.still held.${index}`));
    other.stdin.write("release\n");
    other.stdin.flush();
    expect(await lines.next()).toBe("released");
    await Promise.all(writes);
    for (let index = 0; index < 5; index += 1) writes.push(insert(`${round}.free.${index}`));
    await Promise.all(writes);
    other.stdin.write("hold\n");
    other.stdin.flush();
  }
  expect(await lines.next()).toBe("held");
  other.kill("SIGKILL");
  await other.exited;
  writes.push(insert("after"));
  await Promise.all(writes);

  // A process of its own: it sees what is committed, and nothing else.
  const count = `
    import { Database } from "bun:sqlite";
    console.log(new Database(process.argv[1], { readonly: true }).query("SELECT count(*) AS count FROM keys").get().count);`;
  const reader = Bun.spawn([process.execPath, "-e", count, file], { stdout: "pipe" });
  expect(Number(await reader.stdout.text())).toBe(writes.length + 1);
}, 30_000);
