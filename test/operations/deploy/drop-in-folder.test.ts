import { describe, expect, test } from "bun:test";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../../../src/domain/logger.ts";
import { createDropInFolder } from "../../../src/operations/deploy/drop-in-folder.ts";
import { createProcessCache } from "../../../src/operations/processes/process-cache.ts";
import { createRemoteProcesses } from "../../../src/operations/providers/remote-processes.ts";
import { listProcessFiles } from "../../../src/store/processes/process-files.ts";
import { listRevisions, undeployProcess } from "../../../src/store/processes/process-revisions.ts";
import { findProcess, saveProcess } from "../../../src/store/processes/processes.ts";
import { listProviders } from "../../../src/store/processes/providers.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { openTestDatabase } from "../../support/jobs-in-store.ts";
import { loopbackGate } from "../../support/servers/remote-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const tool = (word: string, more = "") =>
  `cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: [echo, ${word}]\ninputs: {}\noutputs: {}\n${more}`;

async function openFolder() {
  const stack = new AsyncDisposableStack();
  const base = stack.use(await temporaryDirectory());
  const directory = join(base.path, "processes");
  await mkdir(directory);
  const database = stack.use(await openTestDatabase(base.path));
  const clock = fakeClock();
  const told: string[] = [];
  const note = (message: string, facts?: object) => void told.push(`${message} ${JSON.stringify(facts, errorsAsText)}`);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const remote = { database, clock, gate: loopbackGate(), secretKey: new Uint8Array(32) };
  const remotes = createRemoteProcesses({ ...remote, maxDocumentBytes: 1024 * 1024 });
  const processes = createProcessCache({ database, clock }, 16);
  const deps = { ...remote, processes, remotes, logger, settings: { maxDocumentBytes: 1024 * 1024 } };
  const start = () => createDropInFolder(deps, directory);
  let folder = start();
  return {
    directory,
    database,
    told,
    problems: async () => (await listProcessFiles(database)).filter(({ problem }) => problem !== undefined),
    restart: () => {
      folder = start();
    },
    write: (name: string, text: string) => writeFile(join(directory, name), text),
    look: async (times = 2) => {
      for (let count = 0; count < times; count += 1) await folder.look(true);
    },
    wordOf: async (id: string) =>
      /"baseCommand":\["echo","(\w+)"/.exec(JSON.stringify(await findProcess(database, id)))?.[1],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const errorsAsText = (_: string, value: unknown) => (value instanceof Error ? value.message : value);

describe("a file of the folder of processes", () => {
  test("may run a process that another file or a request has deployed", async () => {
    await using it = await openFolder();
    await it.write("two.cwl", tool("two"));
    await it.look();
    const steps = "steps: { one: { run: two, in: {}, out: [] } }";
    await it.write("flow.cwl", `cwlVersion: v1.2\nclass: Workflow\ninputs: {}\noutputs: {}\n${steps}\n`);
    await it.look();
    const process = await findProcess(it.database, "flow");
    expect(process?.definition).toMatchObject({
      runs: [{ step: "one", process: expect.stringMatching(/^two@sha256:/) }],
    });
    expect(await it.problems()).toEqual([]);
  });

  test("is a process as long as it is there, in the forms of packages", async () => {
    await using it = await openFolder();
    await it.write("one.cwl", tool("one"));
    await it.write("two.cwl.json", JSON.stringify({ ...JSON.parse(json("two")), id: "second" }));
    await it.write("three.ogcapppkg.json", JSON.stringify({ executionUnit: { unit: JSON.parse(json("three")) } }));
    await it.write(
      "four.ogcapppkg.yaml",
      `processDescription: {id: fourth, title: Four}\nexecutionUnit:\n  unit: ${json("four")}\n`,
    );
    await it.write(".hidden.cwl", tool("no"));
    await it.write("notes.txt", "no");
    await it.look();
    for (const [id, word] of [
      ["one", "one"],
      ["second", "two"],
      ["three", "three"],
      ["fourth", "four"],
    ] as const) {
      expect([id, await it.wordOf(id)]).toEqual([id, word]);
    }
    expect(await it.wordOf("hidden")).toBeUndefined();
    await rm(join(it.directory, "one.cwl"));
    await it.look(1);
    expect(await it.wordOf("one")).toBe("one");
    await it.look(1);
    expect([await it.wordOf("one"), await it.wordOf("second")]).toEqual([undefined, "two"]);
  });

  test("is a new revision when it changes, and none when it was only touched", async () => {
    await using it = await openFolder();
    await it.write("a.cwl", tool("one"));
    await it.look();
    await it.write("a.cwl", tool("one"));
    await it.look();
    it.restart();
    await it.look();
    expect(await listRevisions(it.database, "a", { limit: 9 })).toHaveLength(1);
    await it.write("a.cwl", tool("two"));
    await it.look();
    expect(await it.wordOf("a")).toBe("two");
    expect(await listRevisions(it.database, "a", { limit: 9 })).toHaveLength(2);
  });

  test("is not read while it is written", async () => {
    await using it = await openFolder();
    await it.write("a.cwl", tool("one"));
    await it.look(1);
    await it.write("a.cwl", tool("two"));
    await it.look(1);
    expect(await it.wordOf("a")).toBeUndefined();
    await it.look(1);
    expect(await it.wordOf("a")).toBe("two");
  });

  test("that is broken is told once, and breaks nothing else; what it was before stays", async () => {
    await using it = await openFolder();
    await it.write("a.cwl", tool("one"));
    await it.write("b.cwl", "cwlVersion: v1.2\nclass: Tool\n");
    await it.look(30);
    await it.write("a.cwl", "cwlVersion: [\n");
    await it.look(30);
    expect(await it.wordOf("a")).toBe("one");
    expect(it.told.filter((line) => line.includes("Cannot deploy"))).toHaveLength(2);
    expect(await it.problems()).toMatchObject([
      { path: join(it.directory, "a.cwl"), problem: expect.stringContaining("a.cwl:") },
      { path: join(it.directory, "b.cwl"), problem: expect.stringContaining("class") },
    ]);
    await it.write("a.cwl", tool("two"));
    await it.look();
    expect([await it.wordOf("a"), (await it.problems()).length]).toEqual(["two", 1]);
    await rm(join(it.directory, "b.cwl"));
    await it.look();
    expect(await it.problems()).toEqual([]);
  });

  test("may run and import files beside it, and none elsewhere; it is deployed again when one of them changes", async () => {
    await using it = await openFolder();
    const flow = (run: string) =>
      `cwlVersion: v1.2\nclass: Workflow\nid: flow\ninputs: {}\noutputs: {}\nsteps:\n  one: {run: ${run}, in: {}, out: []}\n`;
    await mkdir(join(it.directory, "tools"));
    await it.write("tools/part.yml", tool("one"));
    await it.write("flow.cwl", flow("tools/part.yml"));
    await it.look();
    expect(await it.wordOf("flow")).toBe("one");
    await it.write("tools/part.yml", tool("two"));
    await it.look();
    expect(await it.wordOf("flow")).toBe("two");
    await writeFile(join(it.directory, "..", "outside.yml"), tool("no"));
    await it.write("flow.cwl", flow("../outside.yml"));
    await it.look(3);
    expect([await it.wordOf("flow"), await it.problems()]).toMatchObject([
      "two",
      [{ problem: expect.stringContaining("outside") }],
    ]);
  });

  test("that is renamed, or says another id, keeps one process", async () => {
    await using it = await openFolder();
    await it.write("a.cwl", tool("one", "id: same\n"));
    await it.look();
    await rename(join(it.directory, "a.cwl"), join(it.directory, "b.cwl"));
    await it.look(4);
    expect(await it.wordOf("same")).toBe("one");
    await it.write("b.cwl", tool("one", "id: other\n"));
    await it.look(4);
    expect([await it.wordOf("same"), await it.wordOf("other")]).toEqual([undefined, "one"]);
  });
});

const json = (word: string) =>
  JSON.stringify({
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["echo", word],
    inputs: {},
    outputs: {},
  });

describe("a process", () => {
  test("that was deployed by a request is never replaced or undeployed by a file", async () => {
    await using it = await openFolder();
    await it.write("a.cwl", tool("one"));
    await it.look();
    const process = await findProcess(it.database, "a");
    if (process === undefined) throw new Error("not deployed");
    const theirs = { ...process, revision: "sha256:theirs" };
    await saveProcess(it.database, theirs, 1, { replace: true });
    await it.write("a.cwl", tool("two"));
    await it.look(3);
    expect((await findProcess(it.database, "a"))?.revision).toBe("sha256:theirs");
    expect(it.told.join()).toContain("deployed or changed by a request");
    await rm(join(it.directory, "a.cwl"));
    await it.write("b.cwl", tool("b"));
    await it.look(3);
    expect((await findProcess(it.database, "a"))?.revision).toBe("sha256:theirs");
  });

  test("that was undeployed by a request comes back when its file changes", async () => {
    await using it = await openFolder();
    await it.write("a.cwl", tool("one"));
    await it.look();
    await undeployProcess(it.database, "a", 1);
    await it.look(3);
    it.restart();
    await it.look(3);
    expect(await it.wordOf("a")).toBeUndefined();
    await it.write("a.cwl", tool("two"));
    await it.look();
    expect(await it.wordOf("a")).toBe("two");
  });

  test("is that of the first of two files", async () => {
    await using it = await openFolder();
    await it.write("a.cwl", tool("one", "id: same\n"));
    await it.look();
    await it.write("b.cwl", tool("two", "id: same\n"));
    await it.look(3);
    expect(await it.wordOf("same")).toBe("one");
    await rm(join(it.directory, "a.cwl"));
    await it.look(20);
    expect(await it.wordOf("same")).toBe("two");
  });
});

describe("a folder undeploys nothing", () => {
  for (const [title, change] of [
    ["that is absent", (path: string) => rename(path, `${path}.away`)],
    ["that is empty at the start", (path: string) => rm(join(path, "a.cwl"))],
    ["in whose place another empty one is", (path: string) => rename(path, `${path}.away`).then(() => mkdir(path))],
    ["that cannot be read", (path: string) => rename(path, `${path}.away`).then(() => writeFile(path, ""))],
  ] as const) {
    test(title, async () => {
      await using it = await openFolder();
      await it.write("a.cwl", tool("one"));
      await it.look();
      if (title.endsWith("start")) it.restart();
      await change(it.directory);
      await it.look(5);
      expect(await it.wordOf("a")).toBe("one");
      expect(it.told.filter((line) => /stay as they are|Nothing is undeployed/.test(line))).toHaveLength(1);
    });
  }
});

test("providers.yml of the folder registers providers; one that cannot be is told", async () => {
  await using it = await openFolder();
  await it.write("providers.yml", "providers:\n  far: {url: 'http://127.0.0.1:1/'}\n  wrong: {}\n");
  await it.look();
  while ((await it.problems()).length === 0) await Bun.sleep(5);
  expect((await it.problems())[0]?.problem).toMatch(/127\.0\.0\.1:1.*url/s);
  expect(await listProviders(it.database)).toEqual([]);
});
