import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { findBubblewrap } from "../../src/executors/sandbox/bubblewrap.ts";
import { until } from "../support/jobs.ts";
import { type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

const folder = await temporaryDirectory();
const isConfined = process.env.HEDDLE_TEST_SANDBOX !== "off" && findBubblewrap().kind === "found";
let count = 0;

afterAll(() => folder[Symbol.asyncDispose]());

function newData(): string {
  count += 1;
  return join(folder.path, `data-${count}`);
}

type Headers = Readonly<Record<string, string>>;

async function keyOf(data: string, role: string): Promise<Headers> {
  const made = await runExecutable(["keys", "create", "--role", role, "--data", data]);
  expect(made.exitCode).toBe(0);
  return { authorization: `Bearer ${made.out.trim()}` };
}

/** A tool that looks for the port of the server itself among those that are listened on in its network. */
function looking(url: string, cwlVersion: string, requirements: object): object {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
  const script = `grep -q ":${port} 00000000:0000 0A" /proc/net/tcp && echo reached || echo none`;
  return {
    cwlVersion,
    class: "CommandLineTool",
    requirements,
    baseCommand: ["/bin/sh", "-c", script],
    stdout: "found",
    inputs: {},
    outputs: { found: "stdout" },
  };
}

const kinds = [
  ["NetworkAccess", "v1.2", { NetworkAccess: { networkAccess: true } }],
  [
    "NetworkAccess as an expression",
    "v1.2",
    { InlineJavascriptRequirement: {}, NetworkAccess: { networkAccess: "$(true)" } },
  ],
  ["any tool of v1.0", "v1.0", {}],
] as const;

async function runsTo(server: RunningServer, id: string, unit: object, headers: Headers) {
  const body = JSON.stringify({ processDescription: { id }, executionUnit: { unit, type: "application/cwl" } });
  const type = { "content-type": "application/ogcapppkg+json" };
  const deployed = await fetch(`${server.url}/processes`, { method: "POST", headers: { ...type, ...headers }, body });
  expect(deployed.status).toBe(201);
  const json = { "content-type": "application/json" };
  const request = { method: "POST", headers: { ...json, ...headers }, body: '{"inputs":{}}' };
  const answer = await fetch(`${server.url}/processes/${id}/execution`, request);
  expect(answer.status).toBe(200);
  const found = (await answer.text()).trim();
  const [, job = ""] = /\/jobs\/([^>]+)>/.exec(answer.headers.get("link") ?? "") ?? [];
  return { found, log: await (await fetch(`${server.url}/jobs/${job}/log`, { headers })).text() };
}

for (const [title, role, flags, reaches, says] of [
  ["what a deployer brings, by itself,", "deployer", [], false, "a deployer deployed it"],
  ["what an admin brings, by itself,", "admin", [], true, undefined],
  ["all, by --tool-network none,", "admin", ["--tool-network", "none"], false, "--tool-network none"],
  ["all, by --tool-network host,", "deployer", ["--tool-network", "host"], true, undefined],
  ["deployers, by their role,", "deployer", ["--tool-network", "deployer=host"], true, undefined],
  ["admins, by their role,", "admin", ["--tool-network", "host,admin=none"], false, "--tool-network admin=none"],
  [
    "one process, by its id,",
    "deployer",
    ["--tool-network", "none,process:looks-2=host"],
    false,
    "--tool-network none",
  ],
] as const) {
  describe(`${title} ${reaches ? "shares the network of the machine" : "reaches no network"}:`, () => {
    test("NetworkAccess, an expression in it, and v1.0", async () => {
      const data = newData();
      const headers = await keyOf(data, role);
      await using server = await startServer(data, flags);
      await whileHealthy(server.url, title, async () => {
        for (const [number, [kind, version, requirements]] of kinds.entries()) {
          const id = `looks-${number}`;
          const isNamed = flags.some((flag) => flag.includes(`process:${id}=host`));
          const run = await runsTo(server, id, looking(server.url, version, requirements), headers);
          expect([kind, run.found]).toEqual([kind, reaches || isNamed || !isConfined ? "reached" : "none"]);
          if (reaches || isNamed) expect(run.log).not.toContain("etwork for tools");
          else expect(run.log).toContain(`${isConfined ? "No network" : "Not enforced without a sandbox: no network"}`);
          if (says !== undefined && !isNamed) expect(run.log).toContain(says);
        }
      });
    });
  });
}

test("the local user's tools have the network they ask for as long as nobody has a key, and lose it to nobody's rule", async () => {
  const data = newData();
  await using server = await startServer(data);
  const [, version, requirements] = kinds[0];
  const run = await runsTo(server, "looks", looking(server.url, version, requirements), {});
  expect(run.found).toBe("reached");
});

test("doctor and the start say what holds", async () => {
  const data = newData();
  const words = ["doctor", "--json", "--data", data];
  {
    await using server = await startServer(data);
    const words = "Tools have the machine's network when they ask for it (--tool-network)";
    await until("it is said", () => server.talk().includes(words));
  }
  await keyOf(data, "admin");
  const wanted = "Tools that an admin deployed have the machine's network when they ask for it, all others no network";
  expect((await runExecutable(words)).out).toContain(wanted);
  expect((await runExecutable([...words, "--tool-network", "none"])).out).toContain("Tools have no network");
  await using server = await startServer(data);
  await until("it is said", () => server.talk().includes(wanted));
});

test.each(["all", "host=none", "viewer=host", "process:=host", "process:a/b=none", "none,", ""])(
  "--tool-network %j is no rule",
  async (rule) => {
    const { exitCode, talk } = await runExecutable(["serve", "--data", newData(), `--tool-network=${rule}`]);
    expect(exitCode).toBe(4);
    expect(talk).toContain("--tool-network");
  },
);
