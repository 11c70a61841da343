import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, realpathSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, submit, until, untilFinished } from "../support/jobs.ts";
import { executable, runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

const folder = await temporaryDirectory();
let count = 0;

afterAll(() => folder[Symbol.asyncDispose]());

function newData(): string {
  count += 1;
  return join(folder.path, `data-${count}`);
}

const echo = { method: "POST", headers: { "content-type": "application/json" }, body: '{"inputs":{"text":"hi"}}' };

describe("what callers without a key may do is what was said, not more", () => {
  for (const [title, flags, environment, status] of [
    ["a bare flag", ["--allow-anonymous"], {}, 403],
    ["a bare flag before another", ["--allow-anonymous", "--log-level", "warn"], {}, 403],
    ["viewer as a word", ["--allow-anonymous", "viewer"], {}, 403],
    ["viewer after =", ["--allow-anonymous=viewer"], {}, 403],
    ["viewer in the environment", [], { HEDDLE_ALLOW_ANONYMOUS: "viewer" }, 403],
    ["true in the environment", [], { HEDDLE_ALLOW_ANONYMOUS: "true" }, 403],
    ["runner as a word", ["--allow-anonymous", "runner"], {}, 200],
    ["runner after =", ["--allow-anonymous=runner"], {}, 200],
  ] as const) {
    test(`${title} answers an execution with ${status}`, async () => {
      await using server = await startServer(newData(), flags, { environment });
      const response = await whileHealthy(server.url, title, () =>
        fetch(`${server.url}/processes/echo/execution`, echo),
      );
      expect(response.status).toBe(status);
      expect((await fetch(`${server.url}/processes/echo`)).status).toBe(200);
    });
  }

  const file = join(folder.path, "boss.yml");
  for (const [title, words, environment] of [
    ["boss as a word", ["--allow-anonymous", "boss"], {}],
    ["boss after =", ["--allow-anonymous=boss"], {}],
    ["admin as a word", ["--allow-anonymous", "admin"], {}],
    ["an empty value", ["--allow-anonymous="], {}],
    ["boss in the environment", [], { HEDDLE_ALLOW_ANONYMOUS: "boss" }],
    ["nothing in the environment", [], { HEDDLE_ALLOW_ANONYMOUS: "" }],
    ["boss in the file", ["--config", file], {}],
  ] as const) {
    test(`${title} is refused with the roles that are allowed`, async () => {
      await writeFile(file, "allowAnonymous: boss\n");
      const data = newData();
      const all = ["serve", "--port", "0", "--data", data, ...words];
      const { exitCode, talk } = await runExecutable(all, { environment });
      expect(exitCode).toBe(4);
      expect(talk).toContain("wanted viewer or runner");
    });
  }
});

test("a crawler that follows each link of each page starts nothing", async () => {
  await using server = await startServer(newData());
  const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
  const seen = new Set<string>();
  const waiting = [`${server.url}/`];
  await whileHealthy(server.url, "a crawler", async () => {
    for (let url = waiting.pop(); url !== undefined && seen.size < 200; url = waiting.pop()) {
      if (seen.has(url)) continue;
      seen.add(url);
      for (const headers of [browser, { accept: "*/*" }]) {
        const text = await (await fetch(url, { headers })).text();
        for (const [, href = ""] of text.matchAll(/(?:href=|"href":)"([^"]+)"/g)) {
          const next = new URL(href.replaceAll("&amp;", "&"), url).href;
          if (next.startsWith(server.url)) waiting.push(next);
        }
      }
    }
  });
  expect([...seen]).toContain(`${server.url}/processes/echo/execution`);
  expect(await (await fetch(`${server.url}/jobs`)).json()).toMatchObject({ jobs: [] });
});

/** Starts a command of the executable where bubblewrap is not installed. */
function withoutBubblewrap(words: readonly string[]): readonly string[] {
  const programs = ["/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap"].filter((path) => existsSync(path));
  const [bwrap] = programs;
  const masks = programs.map((path) => realpathSync(path)).flatMap((path) => ["--ro-bind", "/dev/null", path]);
  return bwrap === undefined ? words : [bwrap, "--die-with-parent", "--dev-bind", "/", "/", ...masks, "--", ...words];
}

async function serveUntilEnd(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = Bun.spawn([...withoutBubblewrap([executable, "serve", "--port", "0", ...words])], {
    env: { ...environment },
    cwd: "/",
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const talk = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  if (!done) child.kill();
  return { isServing: !done, exitCode: await child.exited, talk: await talk };
}

describe("what others may bring runs in a sandbox, or the operator said that it need not:", () => {
  const ways = /bubblewrap installed and working here, or --sandbox off .* or --sandbox auto/;
  const file = join(folder.path, "public.yml");

  async function dataWithKey(): Promise<string> {
    const data = newData();
    expect((await runExecutable(["keys", "create", "--role", "admin", "--data", data])).exitCode).toBe(0);
    return data;
  }

  test("a key and no bubblewrap is no start, and nothing is left running", async () => {
    const data = await dataWithKey();
    const { isServing, exitCode, talk } = await serveUntilEnd(["--data", data]);
    expect([isServing, exitCode]).toEqual([false, 1]);
    expect(talk).toMatch(ways);
    expect(talk).toContain("a key");
    const again = await serveUntilEnd(["--data", data, "--sandbox", "auto"]);
    expect(again.isServing).toBe(true);
  });

  for (const [title, words, environment] of [
    ["an address that others reach", ["--host", "0.0.0.0", "--allow-anonymous"], {}],
    ["a public URL", ["--public-url", "https://maps.example", "--allow-anonymous"], {}],
    ["a trusted proxy", ["--trusted-proxy", "10.0.0.1", "--allow-anonymous"], {}],
    ["a public URL in the environment", ["--allow-anonymous"], { HEDDLE_PUBLIC_URL: "https://maps.example" }],
    ["a public URL in the file", ["--config", file, "--allow-anonymous"], {}],
  ] as const) {
    test(`${title} and no bubblewrap is no start`, async () => {
      await writeFile(file, "publicUrl: https://maps.example\n");
      const { isServing, exitCode, talk } = await serveUntilEnd(["--data", newData(), ...words], environment);
      expect([isServing, exitCode]).toEqual([false, 1]);
      expect(talk).toMatch(ways);
    });
  }

  for (const use of ["auto", "off", "require"] as const) {
    test(`--sandbox ${use} is the operator's word, and the service starts`, async () => {
      expect((await serveUntilEnd(["--data", await dataWithKey(), "--sandbox", use])).isServing).toBe(true);
      const words = ["--data", newData(), "--host", "0.0.0.0", "--allow-anonymous"];
      expect((await serveUntilEnd(words, { HEDDLE_SANDBOX: use })).isServing).toBe(true);
    });
  }

  test("this machine's users need neither, and doctor says what a key would want", async () => {
    const data = newData();
    expect((await serveUntilEnd(["--data", data])).isServing).toBe(true);
    const words = withoutBubblewrap([executable, "doctor", "--json", "--data", data]);
    const findings = () => Bun.spawnSync([...words], { env: {} }).stdout.toString();
    expect(findings()).toMatch(/"about":"sandbox","state":"warning"/);
    await runExecutable(["keys", "create", "--role", "admin", "--data", data]);
    expect(findings()).toMatch(/"about":"sandbox","state":"fault"/);
  });
});

test("a key that is made while no sandbox can be made holds new jobs back and loses none", async () => {
  const data = newData();
  const port = await freePort();
  const start = (words: readonly string[]) =>
    Bun.spawn([...withoutBubblewrap([executable, "serve", "--port", String(port), "--data", data, ...words])], {
      env: {},
      cwd: "/",
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
  const url = `http://127.0.0.1:${port}`;
  let id = "";
  let headers: Readonly<Record<string, string>> = {};
  {
    const child = start([]);
    await child.stdout.getReader().read();
    await deployCwl(url, "hello", { ...quiet, baseCommand: ["true"] });
    await untilFinished(url, await submit(url, "hello", {}));
    const made = await runExecutable(["keys", "create", "--role", "admin", "--data", data]);
    headers = { authorization: `Bearer ${made.out.trim()}` };
    id = await submit(url, "hello", {}, headers);
    const readOnce = async () => fetch(`${url}/jobs/${id}`, { headers });
    await until("the answer tells what the job waits for", async () =>
      (await (await readOnce()).text()).includes("how tools are confined"),
    );
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect(await (await readOnce()).json()).toMatchObject({ status: "accepted" });
    child.kill("SIGKILL");
    await child.exited;
  }
  const refused = await serveUntilEnd(["--data", data]);
  expect([refused.isServing, refused.exitCode]).toEqual([false, 1]);
  const child = start(["--sandbox", "off"]);
  await child.stdout.getReader().read();
  await until("the job ends", async () =>
    (await (await fetch(`${url}/jobs/${id}`, { headers })).text()).includes('"status":"successful"'),
  );
  child.kill("SIGKILL");
  await child.exited;
});

const quiet = { cwlVersion: "v1.2", class: "CommandLineTool", inputs: {}, outputs: {} };

async function freePort(): Promise<number> {
  const probe = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = probe;
  await probe.stop(true);
  if (port === undefined) throw new Error("There is no port");
  return port;
}

describe.each([{ ownNamespaces: true }, { executor: "local" }])(
  "only an admin deploys a process with %j:",
  (heddle) => {
    const body = (id: string) =>
      JSON.stringify({
        processDescription: { id, heddle },
        executionUnit: { unit: { ...quiet, baseCommand: ["true"] }, type: "application/cwl" },
      });
    const type = { "content-type": "application/ogcapppkg+json" };

    for (const [role, status] of [
      ["deployer", 403],
      ["admin", 201],
    ] as const) {
      test(`a ${role} is answered with ${status}`, async () => {
        const data = newData();
        const made = await runExecutable(["keys", "create", "--role", role, "--data", data]);
        await using server = await startServer(data);
        const headers = { ...type, authorization: `Bearer ${made.out.trim()}` };
        const response = await fetch(`${server.url}/processes`, { method: "POST", headers, body: body("browser") });
        expect(response.status).toBe(status);
        const put = { method: "PUT", headers, body: body("browser") };
        expect((await fetch(`${server.url}/processes/browser`, put)).status).toBe(status === 201 ? 204 : 403);
      });
    }
  },
);
