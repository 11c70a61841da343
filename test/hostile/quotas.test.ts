import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { deployAs, execute, signIn } from "../support/clients.ts";
import { readStatus, until } from "../support/jobs.ts";
import { endingTools } from "../support/machine/left-tools.ts";
import { shellTool, untilThere } from "../support/packages/shell-tool.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { digestTree } from "./digest-tree.ts";
import { whileHealthy } from "./watch-health.ts";

type Headers = Readonly<Record<string, string>>;

const waits = shellTool(`echo x >>"$LEDGER"; ${untilThere()}`);

async function twoUsers(data: string) {
  const admin = await signIn(data, "admin", "root");
  const ann = await signIn(data, "runner", "ann");
  return { admin, ann, bob: await signIn(data, "runner", "bob") };
}

async function statusAs(url: string, job: string, headers: Headers) {
  return readStatus(await fetch(`${url}/jobs/${job}`, { headers }));
}

async function endAs(url: string, job: string, headers: Headers) {
  const isEnded = async () =>
    ["successful", "failed", "dismissed"].includes((await statusAs(url, job, headers)).status);
  await until("a job ended", isEnded);
  return statusAs(url, job, headers);
}

function upload(url: string, bytes: number, headers: Headers): Promise<Response> {
  return fetch(`${url}/vault`, { method: "POST", headers, body: new Uint8Array(bytes) });
}

test("a user has no more jobs waiting than the quota, at each edge; others do", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  const { admin, ann, bob } = await twoUsers(data);
  await using _ = endingTools(data);
  await using server = await startServer(data, ["--slots", "1", "--quota-queued", "3"]);
  const { url } = server;
  await deployAs(url, "waits", waits, admin);
  await deployAs(url, "fails", shellTool("exit 3"), admin);
  const failed = (await readStatus(await execute(url, "fails", { inputs: { ledger } }, ann))).jobID;
  await endAs(url, failed, ann);
  await execute(url, "waits", { inputs: { ledger } }, admin);
  await until("the first runs", () => Bun.file(ledger).exists());
  await whileHealthy(url, "40 submissions at once against a quota of 3", async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        execute(url, "waits", { inputs: { ledger } }, n % 2 === 0 ? ann : { ...ann, "idempotency-key": `k${n}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201).length).toBe(3);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBe(37);
    expect(refused[0]?.headers.get("retry-after")).toBe("5");
    expect(await refused[0]?.json()).toMatchObject({
      detail: expect.stringMatching(/found 3 waiting jobs of user "ann", wanted fewer than 3 \(quota-queued\)/),
    });
    const execution = `${url}/processes/waits/execution?ledger=${encodeURIComponent(ledger)}`;
    const asked = { ...ann, prefer: "respond-async" };
    expect((await fetch(execution, { headers: asked })).status).toBe(429);
    const kvp = `service=WPS&version=1.0.0&request=Execute&identifier=waits&datainputs=ledger=${encodeURIComponent(ledger)}`;
    expect((await fetch(`${url}/wps?${kvp}&storeExecuteResponse=true&status=true`, { headers: ann })).status).toBe(429);
    expect((await fetch(`${url}/jobs/${failed}/retry`, { method: "POST", headers: ann })).status).toBe(429);
    expect((await execute(url, "echo", { inputs: { text: "x" } }, ann)).status).toBe(429);
    expect((await execute(url, "waits", { inputs: { ledger } }, bob)).status).toBe(201);
  });
  await Bun.write(`${ledger}.go`, "");
  await until(
    "there is room again",
    async () => (await execute(url, "echo", { inputs: { text: "x" } }, ann)).status === 201,
  );
}, 60_000);

test("a user has no more tools running than the quota; others have the slots that are left", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  const { admin, ann, bob } = await twoUsers(data);
  await using _ = endingTools(data);
  await using server = await startServer(data, ["--slots", "4", "--quota-slots", "2"]);
  const { url } = server;
  await deployAs(url, "waits", waits, admin);
  const jobs: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    jobs.push((await readStatus(await execute(url, "waits", { inputs: { ledger } }, ann))).jobID);
  }
  await execute(url, "waits", { inputs: { ledger } }, bob);
  const running = async () =>
    (
      await Bun.file(ledger)
        .text()
        .catch(() => "")
    ).split("\n").length - 1;
  await whileHealthy(url, "one user wants all slots", () => until("three run", async () => (await running()) === 3));
  const states = await Promise.all(jobs.map(async (job) => (await statusAs(url, job, ann)).status));
  expect(states.filter((status) => status === "running").length).toBe(2);
  expect((await statusAs(url, jobs[4] ?? "", ann)).waitsFor).toBe(
    'a slot of user "ann": 2 of 2 are taken (quota-slots)',
  );
  await Bun.write(`${ledger}.go`, "");
  for (const job of jobs) expect((await endAs(url, job, ann)).status).toBe("successful");
}, 60_000);

test("uploads of a user stay within the quota, whatever they say of their length, also at once and after a crash", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const { ann, bob } = await twoUsers(data);
  const flags = ["--quota-vault-bytes", "100000"];
  {
    await using server = await startServer(data, flags);
    const { url } = server;
    const answers = await whileHealthy(url, "ten uploads at once", () =>
      Promise.all(Array.from({ length: 10 }, () => upload(url, 30_000, ann))),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(3).fill(201), ...Array(7).fill(403)]);
    await server.stop("SIGKILL");
  }
  await using server = await startServer(data, flags);
  const { url } = server;
  const isVault = (path: string) => !path.startsWith("vault");
  const before = await digestTree(data, isVault);
  await whileHealthy(url, "uploads beyond the quota", async () => {
    const refused = await upload(url, 20_000, ann);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      detail:
        'Cannot upload file: found 90000 bytes of uploads of user "ann", wanted at most 100000 with this one (quota-vault-bytes)',
    });
    const form = new FormData();
    form.set("file", new Blob([new Uint8Array(20_000)]), "a");
    expect((await fetch(`${url}/vault`, { method: "POST", headers: ann, body: form })).status).toBe(403);
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(8_000));
      },
    });
    const endless = await fetch(`${url}/vault`, { method: "POST", headers: ann, body: stream });
    expect(endless.status).toBe(403);
  });
  expect(await digestTree(data, isVault)).toEqual(before);
  expect((await upload(url, 10_000, ann)).status).toBe(201);
  expect((await upload(url, 30_000, bob)).status).toBe(201);
}, 60_000);

test("outputs of a user stay within the quota: a job that would pass it fails, then none is taken; removal makes room", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const { admin, ann, bob } = await twoUsers(data);
  const flags = ["--quota-output-bytes", "100000"];
  const makes = async (url: string, bytes: number, headers: Headers) => {
    const answer = await execute(url, "makes", { inputs: { ledger: String(bytes) } }, headers);
    if (answer.status !== 201) return { status: answer.status, message: await answer.text(), jobID: "" };
    return endAs(url, (await readStatus(answer)).jobID, headers);
  };
  const kept: string[] = [];
  {
    await using server = await startServer(data, flags);
    await deployAs(server.url, "makes", shellTool('head -c "$LEDGER" /dev/zero'), admin);
    kept.push((await makes(server.url, 60_000, ann)).jobID);
    const large = await makes(server.url, 60_000, ann);
    expect(large.status).toBe("failed");
    expect(large.message).toMatch(/found \d+ bytes of outputs of user "ann" and \d+ more, wanted at most 100000/);
    expect(
      (await readdir(join(data, "outputs"), { withFileTypes: true })).filter((one) => one.isDirectory()).length,
    ).toBe(1);
    kept.push((await makes(server.url, 20_000, ann)).jobID);
    await server.stop("SIGKILL");
  }
  await using server = await startServer(data, flags);
  await whileHealthy(server.url, "jobs beyond the quota of outputs", async () => {
    // Logs count, too.
    for (let n = 0; n < 60; n += 1) if ((await makes(server.url, 500, ann)).status === 403) break;
    const refused = await makes(server.url, 1, ann);
    expect(refused.status).toBe(403);
    expect(refused.message).toContain("(quota-output-bytes)");
    expect((await makes(server.url, 20_000, bob)).status).toBe("successful");
    await fetch(`${server.url}/jobs/${kept[0]}`, { method: "DELETE", headers: ann });
    expect((await makes(server.url, 20_000, ann)).status).toBe("successful");
  });
  await server.stop();
  const { out } = await runExecutable(["doctor", "--data", data]);
  expect(out).not.toContain("usage:");
  const fixed = await runExecutable(["doctor", "--fix", "--data", data]);
  expect(fixed.talk).not.toContain("Counted anew");
  {
    using database = new Database(join(data, "heddle.db"), { readwrite: true });
    database.run("UPDATE client_usage SET output_bytes = 5 WHERE client = 'user:ann'");
  }
  const wrong = await runExecutable(["doctor", "--data", data]);
  expect(wrong.out).toContain("the sums of 1 clients are wrong, such as user:ann");
  expect((await runExecutable(["doctor", "--fix", "--data", data])).talk).toContain("Counted anew what clients keep");
  expect((await runExecutable(["doctor", "--data", data])).out).not.toContain("usage:");
}, 120_000);

test("uploads obey the watermark: 507 with Retry-After before and while they come in, and nothing of them stays", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  await using server = await startServer(data, ["--min-free-bytes", String(2 ** 52)]);
  const { url } = server;
  await whileHealthy(url, "uploads to a full disk", async () => {
    const form = new FormData();
    form.set("file", new Blob(["x"]), "a");
    for (const body of ["x", form]) {
      const answer = await fetch(`${url}/vault`, { method: "POST", body });
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([507, "60"]);
      expect(await answer.json()).toMatchObject({
        detail: "Cannot upload file: the server is short of room on a disk",
      });
    }
  });
  expect(await readdir(join(data, "vault"))).toEqual([]);
});
