import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deployAs, execute, signIn } from "../support/clients.ts";
import { readStatus, until } from "../support/jobs.ts";
import { endingTools } from "../support/machine/left-tools.ts";
import { shellTool, untilThere } from "../support/packages/shell-tool.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

type Headers = Readonly<Record<string, string>>;

/** Writes its name down; the first one waits until it may go on. */
const named = shellTool(`echo "$2" >>"$LEDGER"; ${untilThere()}`, {
  inputs: {
    ledger: { type: "string", inputBinding: { position: 1 } },
    name: { type: "string", inputBinding: { position: 2 } },
  },
});

async function lines(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").filter(Boolean);
}

async function submitNamed(url: string, ledger: string, name: string, headers: Headers, heddle?: unknown) {
  const answer = await execute(url, "named", { inputs: { ledger, name }, heddle }, headers);
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await readStatus(answer)).jobID;
}

async function submitMany(count: number, work: (n: number) => Promise<unknown>) {
  let next = 0;
  const one = async () => {
    for (let n = next++; n < count; n = next++) await work(n);
  };
  await Promise.all(Array.from({ length: 16 }, one));
}

test("a user who fills the read-ahead keeps nobody else waiting: users take turns within a priority", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledger = join(folder.path, "ledger");
  const admin = await signIn(data, "admin", "root");
  const [ann, bob, eve] = await Promise.all(["ann", "bob", "eve"].map((user) => signIn(data, "runner", user)));
  if (ann === undefined || bob === undefined || eve === undefined) throw new Error("no keys");
  await using _ = endingTools(data);
  await using server = await startServer(data, ["--slots", "1"]);
  const { url } = server;
  await deployAs(url, "named", named, admin);
  await submitNamed(url, ledger, "first", admin);
  await until("the first runs", async () => (await lines(ledger)).length === 1);
  await whileHealthy(url, "one user fills the queue", async () => {
    // More than is ever held in memory.
    await submitMany(4500, (n) => submitNamed(url, ledger, `eve ${n}`, eve));
    for (const n of [1, 2]) await submitNamed(url, ledger, `ann ${n}`, ann);
    await submitNamed(url, ledger, "bob 1", bob);
    const urgent = await submitNamed(url, ledger, "root urgent", admin, { priority: 10 });
    const status = await readStatus(await fetch(`${url}/jobs/${urgent}`, { headers: admin }));
    expect([status.queuePosition, status.client, status.queueKey]).toEqual([1, undefined, undefined]);
    await Bun.write(`${ledger}.go`, "");
    await until(
      "all others have run",
      async () => (await lines(ledger)).filter((name) => !name.startsWith("eve")).length === 5,
    );
  });
  const order = await lines(ledger);
  expect(order[1]).toBe("root urgent");
  const turns = order.slice(2, 7).map((name) => name.replace(/^eve.*/, "eve"));
  expect(turns).toEqual(["eve", "ann 1", "bob 1", "eve", "ann 2"]);
}, 120_000);

test("what is read ahead after a restart is the first of each user, too", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledger = join(folder.path, "ledger");
  const admin = await signIn(data, "admin", "root");
  const [ann, eve] = await Promise.all(["ann", "eve"].map((user) => signIn(data, "runner", user)));
  if (ann === undefined || eve === undefined) throw new Error("no keys");
  await using _ = endingTools(data);
  {
    await using server = await startServer(data, ["--slots", "1"]);
    await deployAs(server.url, "named", named, admin);
    await submitNamed(server.url, ledger, "first", admin);
    await until("the first runs", async () => (await lines(ledger)).length === 1);
    await submitMany(1500, (n) => submitNamed(server.url, ledger, `eve ${n}`, eve));
    await submitNamed(server.url, ledger, "ann 1", ann);
    await server.stop("SIGKILL");
  }
  await using server = await startServer(data, ["--slots", "1"]);
  await Bun.write(`${ledger}.go`, "");
  await whileHealthy(server.url, "a full queue after a restart", () =>
    until("ann's job ran", async () => (await lines(ledger)).includes("ann 1")),
  );
  expect((await lines(ledger)).indexOf("ann 1")).toBeLessThan(4);
}, 120_000);

test("callers without a key take turns by their address: behind a trusted proxy the forwarded one, of IPv6 the network", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const ledger = join(folder.path, "ledger");
  const admin = await signIn(data, "admin", "root");
  await using _ = endingTools(data);
  await using server = await startServer(data, [
    "--slots",
    "1",
    "--trusted-proxy",
    "127.0.0.1",
    "--allow-anonymous=runner",
  ]);
  const { url } = server;
  await deployAs(url, "named", named, admin);
  const from = (address: string): Headers => ({ "x-forwarded-for": address });
  await submitNamed(url, ledger, "first", admin);
  await until("the first runs", async () => (await lines(ledger)).length === 1);
  for (const n of [1, 2, 3]) await submitNamed(url, ledger, `a ${n}`, from(`2001:db8:1:2::${n}`));
  await submitNamed(url, ledger, "b 1", from("2001:db8:1:3::1"));
  // The address that a client itself claims, before that which the proxy saw.
  await submitNamed(url, ledger, "a 4", from("198.51.100.9, 2001:db8:1:2:ffff::4"));
  await submitNamed(url, ledger, "c 1", { forwarded: 'for="192.0.2.7:4711"' });
  await Bun.write(`${ledger}.go`, "");
  await whileHealthy(url, "one network of many addresses", () =>
    until("all have run", async () => (await lines(ledger)).length === 7),
  );
  expect(await lines(ledger)).toEqual(["first", "a 1", "b 1", "c 1", "a 2", "a 3", "a 4"]);
}, 60_000);

test.each([
  ["viewer", 403, { priority: 1 }, undefined],
  ["runner", 403, { priority: 1 }, "/heddle/priority"],
  ["runner", 403, { pinned: true }, "/heddle/pinned"],
  ["runner", 201, { priority: 0, pinned: false }, undefined],
  ["runner", 201, { priority: -10 }, undefined],
  ["deployer", 201, { priority: 5, pinned: true }, undefined],
  ["deployer", 403, { priority: 6 }, "/heddle/priority"],
  ["admin", 201, { priority: 10, pinned: true }, undefined],
] as const)("a %s is answered %p when it asks for %p", async (role, status, heddle, pointer) => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const headers = await signIn(data, role, "ann");
  await using server = await startServer(data);
  const answer = await execute(server.url, "echo", { inputs: { text: "x" }, heddle }, headers);
  expect(answer.status).toBe(status);
  const dry = await fetch(`${server.url}/processes/echo/execution?dryRun=true`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ inputs: { text: "x" }, heddle }),
  });
  expect(dry.status).toBe(status === 201 ? 200 : status);
  if (pointer !== undefined) expect(await answer.json()).toMatchObject({ errors: [{ pointer }] });
});

test("settings move the bounds of priority and of pinned jobs", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const headers = await signIn(data, "runner", "ann");
  await using server = await startServer(data, ["--role-priority", "runner=3", "--pin-role", "runner"]);
  const ask = async (heddle: unknown) =>
    (await execute(server.url, "echo", { inputs: { text: "x" }, heddle }, headers)).status;
  expect([await ask({ priority: 3, pinned: true }), await ask({ priority: 4 })]).toEqual([201, 403]);
});
