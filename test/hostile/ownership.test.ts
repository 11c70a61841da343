import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { until } from "../support/jobs.ts";
import { type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

type Headers = Readonly<Record<string, string>>;
type Key = { readonly id: string; readonly headers: Headers };

const folder = await temporaryDirectory();
let count = 0;
let data = "";
let server: RunningServer;

beforeEach(async () => {
  count += 1;
  data = join(folder.path, `data-${count}`);
  server = await startServer(data);
});
afterEach(() => server[Symbol.asyncDispose]());
afterAll(() => folder[Symbol.asyncDispose]());

async function keyOf(role: string, user: string, ...more: readonly string[]): Promise<Key> {
  const words = ["keys", "create", "--role", role, "--user", user, "--data", data, "--json", ...more];
  const { id, key } = JSON.parse((await runExecutable(words)).out);
  return { id, headers: { authorization: `Bearer ${key}` } };
}

const heddle = (...words: readonly string[]) => runExecutable([...words, "--data", data]);

const unit = { cwlVersion: "v1.2", class: "CommandLineTool", baseCommand: "true", inputs: {}, outputs: {} };
const type = { "content-type": "application/ogcapppkg+json" };

function bodyOf(title: string) {
  return JSON.stringify({
    processDescription: { id: "theirs", title },
    executionUnit: { unit, type: "application/cwl" },
  });
}

async function statusOf(method: string, path: string, { headers }: Key, body?: string): Promise<number> {
  return (await fetch(`${server.url}${path}`, { method, headers: { ...type, ...headers }, ...(body && { body }) }))
    .status;
}

const deploy = (key: Key) => statusOf("POST", "/processes", key, bodyOf("first"));
const replace = (key: Key) => statusOf("PUT", "/processes/theirs", key, bodyOf("next"));
const remove = (key: Key) => statusOf("DELETE", "/processes/theirs", key);

test("only its deployer and an admin replace or remove a process", async () => {
  const [ann, bob, root] = [
    await keyOf("deployer", "ann"),
    await keyOf("deployer", "bob"),
    await keyOf("admin", "root"),
  ];
  expect(await deploy(ann)).toBe(201);
  await whileHealthy(server.url, "somebody else's process", async () => {
    expect([await deploy(bob), await replace(bob), await remove(bob)]).toEqual([409, 403, 403]);
  });
  expect(await (await fetch(`${server.url}/processes/theirs`)).json()).toMatchObject({ title: "first" });
  // Another key of the same user is the same user; a role that may not deploy is not enough.
  expect(await replace(await keyOf("deployer", "ann"))).toBe(204);
  expect(await replace(await keyOf("runner", "ann"))).toBe(403);
  // What an admin replaces stays its owner's.
  expect([await replace(root), await replace(bob), await replace(ann)]).toEqual([204, 403, 204]);
  expect([await remove(ann), await deploy(bob), await replace(ann), await remove(root)]).toEqual([204, 201, 403, 204]);
});

test("what was deployed while nobody had a key is the admins'", async () => {
  const nobody = { id: "", headers: {} };
  expect(await deploy(nobody)).toBe(201);
  const [ann, root] = [await keyOf("deployer", "ann"), await keyOf("admin", "root")];
  await Bun.sleep(1000);
  expect([await replace(ann), await remove(ann), await replace(root)]).toEqual([403, 403, 204]);
});

test("chown hands a process over at once, and revoking a user's last key gives it to the admins", async () => {
  const [ann, bob, root] = [
    await keyOf("deployer", "ann"),
    await keyOf("deployer", "bob"),
    await keyOf("admin", "root"),
  ];
  expect(await deploy(ann)).toBe(201);
  expect((await heddle("processes", "list")).out).toMatch(/^theirs {2}owner ann {2}public {2}deployed by a deployer$/m);
  expect((await heddle("processes", "chown", "theirs", "bob")).exitCode).toBe(0);
  expect([await replace(ann), await replace(bob)]).toEqual([403, 204]);
  expect((await heddle("processes", "chown", "theirs", "--admin")).exitCode).toBe(0);
  expect([await replace(bob), await replace(root)]).toEqual([403, 204]);
  await heddle("processes", "chown", "theirs", "ann");
  const second = await keyOf("deployer", "ann");
  await heddle("keys", "revoke", ann.id);
  expect(await replace(second)).toBe(204);
  await heddle("keys", "revoke", second.id);
  const third = await keyOf("deployer", "ann");
  expect([await replace(third), await remove(third), await remove(root)]).toEqual([403, 403, 204]);
});

test.each([
  [["chown", "theirs", "nobody"], 3],
  [["chown", "nothing", "--admin"], 3],
  [["chown", "echo", "--admin"], 10],
  [["chown", "theirs"], 2],
  [["chown", "theirs", "ann", "--admin"], 2],
  [["list", "theirs"], 2],
  [["give"], 2],
] as const)("processes %j is refused with %d", async (words, exitCode) => {
  expect(await deploy(await keyOf("deployer", "ann"))).toBe(201);
  expect((await heddle("processes", ...words)).exitCode).toBe(exitCode);
});

describe("a key that ends", () => {
  test("is refused from then on, and listed with its end and its last use", async () => {
    const key = await keyOf("viewer", "ann", "--expires", "2s");
    expect(await statusOf("GET", "/jobs", key)).toBe(200);
    expect((await heddle("keys", "list")).out).toMatch(/ann .*valid until \d{4}-/);
    await until("the use is written down", async () => (await heddle("keys", "list")).out.includes("last used"));
    await until("the key has ended", async () => (await statusOf("GET", "/jobs", key)) === 401);
    expect((await heddle("keys", "list")).out).toMatch(/ann .*last used .*expired \d{4}-/);
  });

  test.each(["soon", "0s", "-1d", "2020-01-01", "2999-02-31", "1e3s", "10", "2999-01-01T00:00:00", "99999999w"])(
    "--expires %j is refused",
    async (when) => {
      const words = ["keys", "create", "--role", "viewer", "--data", data, `--expires=${when}`];
      const { exitCode, out, talk } = await runExecutable(words);
      expect([exitCode, out]).toEqual([4, ""]);
      expect(talk).toContain("--expires");
    },
  );
});

describe("event streams end", () => {
  /** Opens the stream of all jobs, and resolves when it has ended. */
  async function watch(headers: Headers): Promise<{ readonly ended: Promise<string> }> {
    const response = await fetch(`${server.url}/events`, { headers });
    expect(response.status).toBe(200);
    return { ended: response.text() };
  }

  test("when their key is revoked, and no others", async () => {
    const [ann, bob] = [await keyOf("viewer", "ann"), await keyOf("viewer", "bob")];
    const [first, second, others] = [await watch(ann.headers), await watch(ann.headers), await watch(bob.headers)];
    let isOthersOpen = true;
    void others.ended.then(() => {
      isOthersOpen = false;
    });
    await heddle("keys", "revoke", ann.id);
    await Promise.all([first.ended, second.ended]);
    expect(isOthersOpen).toBe(true);
    expect((await fetch(`${server.url}/events`, { headers: ann.headers })).status).toBe(401);
    await heddle("keys", "revoke", bob.id);
    await others.ended;
  });

  test("of one job, too", async () => {
    const ann = await keyOf("runner", "ann");
    const json = { "content-type": "application/json", prefer: "respond-async" };
    const request = {
      method: "POST",
      headers: { ...json, ...ann.headers },
      body: '{"inputs":{"text":"a","pause":30}}',
    };
    const { jobID } = JSON.parse(await (await fetch(`${server.url}/processes/echo/execution`, request)).text());
    const stream = await fetch(`${server.url}/jobs/${jobID}/events`, { headers: ann.headers });
    expect(stream.status).toBe(200);
    const ended = stream.text();
    await heddle("keys", "revoke", ann.id);
    expect(await ended).not.toContain('"status":"successful"');
  });

  test("when their key expires", async () => {
    const key = await keyOf("viewer", "ann", "--expires", "2s");
    await (await watch(key.headers)).ended;
  });

  test("when a first key is made, for whoever had none", async () => {
    const open = await watch({});
    await keyOf("admin", "root");
    await open.ended;
  });
});
