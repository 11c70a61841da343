import { describe, expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import type { Executor, Task } from "../../../src/executors/executor.ts";
import { type EngineChoice, type EngineDeps, findEngine } from "../../../src/executors/images/container-engine.ts";
import { createImageFinder, fullName, type ImageFinder } from "../../../src/executors/images/image-finder.ts";
import { createLocalExecutor } from "../../../src/executors/local/local-executor.ts";
import { createConfinement } from "../../../src/executors/sandbox/confinement.ts";
import { type Layout, taskRecordFile } from "../../../src/files/layout.ts";
import { makeRootFs } from "../../support/machine/root-fs.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { endOf, executorRig, runTask, whenWritten } from "../contract.ts";

const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const toolPath = "/usr/bin:/bin";

function executorWith(layout: Layout, engines: EngineDeps): Executor {
  const images = imagesOf(engines);
  const engineEnvironment = engines.environment;
  return createLocalExecutor({
    layout,
    clock: realClock,
    logger: silentLogger,
    images,
    engineEnvironment,
  });
}

function imagesOf(engines: EngineDeps): ImageFinder {
  const settings = { use: "off", toolPath, toolDirectories: [], hidden: [] } as const;
  return createImageFinder({ confinement: createConfinement(settings, realClock), engines });
}

/** Puts a task into an image of an engine, with a view of its own directory. */
async function inImage(engines: EngineDeps, task: Task, name: string, hasNetwork = false): Promise<Task> {
  const found = await imagesOf(engines).find({ names: [], pull: name });
  if (found.kind === "missing") throw new Error(found.reason);
  const { workingDirectory } = task;
  const own = { source: workingDirectory, target: workingDirectory, isWritable: true };
  return { ...task, view: { image: found.image, mounts: [own], hasNetwork, workingDirectory } };
}

/** A program that keeps what it was called with: there is no daemon that would answer the real one. */
async function standIn(directory: string, name: string, version = "apptainer version 1.3.6"): Promise<EngineDeps> {
  const script = `#!/bin/sh
case "$1" in
  version) exit 0 ;;
  --version) echo '${version}' ;;
  image) test "$5" = there:1 ;;
  pull) case "$*" in *gone*) echo "no such image" >&2; exit 1 ;; esac ;;
  *) printf '%s\\0' "$@" >'${directory}/called'; cat >'${directory}/stdin'; exit 7 ;;
esac
`;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), script, { mode: 0o700 });
  const choice = name === "docker" ? "docker" : "apptainer";
  return { choice, environment: { PATH: `${directory}:${toolPath}`, HOME: directory }, user: { uid: 10, gid: 20 } };
}

async function callOf(directory: string): Promise<readonly string[]> {
  return (await readFile(join(directory, "called"), "utf8")).split("\0").slice(0, -1);
}

test("fullName() names the registry that is meant", () => {
  expect(["alpine", "a/b:1", "example.org/a", "localhost/a", "host:5000/a"].map(fullName)).toEqual([
    "docker.io/library/alpine",
    "docker.io/a/b:1",
    "example.org/a",
    "localhost/a",
    "host:5000/a",
  ]);
});

describe("findEngine()", () => {
  test("says what was looked for, and what is there and does not work", async () => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, "docker"), "#!/bin/sh\necho 'no daemon' >&2; exit 1\n", { mode: 0o700 });
    const find = (choice: EngineChoice, path: string) => findEngine({ choice, environment: { PATH: path }, user });
    expect(await find("auto", "/nowhere")).toEqual({
      kind: "missing",
      reason: "none of docker, podman, apptainer, singularity is installed",
    });
    expect(await find("docker", folder.path)).toEqual({
      kind: "missing",
      reason: 'docker does not work (it said "no daemon")',
    });
    expect(await find("none", folder.path)).toMatchObject({ kind: "missing" });
  });
});

describe("docker, played by a program that keeps its arguments", () => {
  test("is asked for a container that is confined, and its exit code is the tool's", async () => {
    await using folder = await temporaryDirectory();
    const bin = join(folder.path, "bin");
    const engines = await standIn(bin, "docker");
    await using r = await executorRig((layout) => executorWith(layout, engines));
    const plain = await r.task("", {
      command: ["prog", "a b"],
      environment: { A: "b c", TWO: "1\n2" },
      limits: { memoryMebibytes: 64, cores: 2, writtenBytes: 4096 },
    });
    const task = await inImage(engines, plain, "there:1");
    expect(await runTask(r.executor, task)).toMatchObject({ kind: "exited", exitCode: 7 });
    // The last call takes away what a killed client may have left.
    expect((await callOf(bin)).slice(0, 2)).toEqual(["rm", "--force"]);
  });

  test("gets each part of it as one argument, and the environment by a file", async () => {
    await using folder = await temporaryDirectory();
    const bin = join(folder.path, "bin");
    const engines = await standIn(bin, "docker");
    await using r = await executorRig((layout) => executorWith(layout, engines));
    await writeFile(join(bin, "docker"), (await readFile(join(bin, "docker"), "utf8")).replace("exit 7", "exit 0"), {
      mode: 0o700,
    });
    const plain = await r.task("", {
      command: ["prog", "a b"],
      environment: { A: "b c", TWO: "1\n2" },
      limits: { memoryMebibytes: 64, cores: 2, writtenBytes: 4096 },
    });
    const task = await inImage(engines, plain, "there:1");
    expect(await runTask(r.executor, task)).toMatchObject({ kind: "exited", exitCode: 0 });
    const called = (await callOf(bin)).join(" ");
    const own = task.workingDirectory;
    for (const part of [
      /^run --rm --interactive --name heddle-[0-9a-f]{32} /,
      "--read-only --cap-drop all --security-opt no-new-privileges",
      "--user 10:20 --network none --pids-limit 4096 --memory 64m --cpus 2 --ulimit fsize=4096:4096",
      `--mount type=bind,source=${own},target=${own} `,
      `--workdir ${own} --env-file `,
      "--env TWO=1\n2 there:1 prog a b",
    ]) {
      expect(called).toMatch(part);
    }
    const file = (await callOf(bin)).at((await callOf(bin)).indexOf("--env-file") + 1) ?? "";
    expect(await readFile(file, "utf8")).toBe("A=b c\n");
  });

  test("pulls an image that is not there, and one that cannot be had is missing", async () => {
    await using folder = await temporaryDirectory();
    const engines = await standIn(folder.path, "docker");
    const find = (pull: string) => imagesOf(engines).find({ names: [], pull });
    expect(await find("new:1")).toMatchObject({ image: { name: "new:1", reference: "docker.io/library/new:1" } });
    expect(await find("gone:1")).toEqual({
      kind: "missing",
      reason: expect.stringContaining('docker cannot pull "docker.io/library/gone:1" (it said "no such image")'),
    });
  });
});

test("apptainer, played by a program that keeps its arguments, is asked for a container that is confined", async () => {
  await using folder = await temporaryDirectory();
  const engines = await standIn(folder.path, "apptainer");
  await using r = await executorRig((layout) => executorWith(layout, engines));
  const plain = await r.task("", { command: ["prog", "a b", "$HOME"], environment: { A: "it's", HOME: "/the home" } });
  const task = await inImage(engines, plain, "there:1");
  expect(await runTask(r.executor, task)).toMatchObject({ kind: "exited", exitCode: 7 });
  const called = await callOf(folder.path);
  const own = task.workingDirectory;
  expect(called.slice(0, 6)).toEqual(["--quiet", "run", "--containall", "--cleanenv", "--no-home", "--no-eval"]);
  // It refuses HOME among the variables, with a warning on the stderr of the tool.
  expect(called.at(called.indexOf("--home") + 1)).toBe("/the home");
  expect(called).not.toContain("--no-privs");
  expect(called.join(" ")).toContain("--net --network none");
  expect(called.join(" ")).toContain(`--bind ${own}:${own}:rw --pwd ${own} --env-file`);
  expect(called.slice(-4)).toEqual(["docker://there:1", "prog", "a b", "$HOME"]);
  expect(await readFile(called.at(called.indexOf("--env-file") + 1) ?? "", "utf8")).toBe("A='it'\\''s'\n");
});

test.each([
  ["apptainer version 1.1.0", true],
  ["apptainer version 1.4.1-1.el9", true],
  ["singularity-ce version 3.10.5", true],
  ["singularity version 4.1.0", true],
  ["apptainer version 1.0.3", false],
  ["singularity version 3.8.7", false],
  ["something else", false],
])("%j works: %j, as arguments must stay as they are", async (version, works) => {
  await using folder = await temporaryDirectory();
  const finding = await findEngine(await standIn(folder.path, "apptainer", version));
  expect(finding.kind).toBe(works ? "found" : "missing");
  if (finding.kind === "missing") {
    expect(finding.reason).toContain(`found "${version}", wanted apptainer 1.1 or singularity 3.10`);
  }
});

test("apptainer drops the privileges of root, where the server has them", async () => {
  await using folder = await temporaryDirectory();
  const engines = await standIn(folder.path, "apptainer");
  const finding = await findEngine({ ...engines, user: { uid: 0, gid: 0 } });
  expect(finding).toMatchObject({ engine: { runFlags: ["--no-eval", "--no-privs"] } });
});

test("apptainer is not given a HOME that it would read as two paths", async () => {
  await using folder = await temporaryDirectory();
  const engines = await standIn(folder.path, "apptainer");
  await using r = await executorRig((layout) => executorWith(layout, engines));
  for (const home of ["/a:/b", "a", ""]) {
    const task = await inImage(engines, await r.task("true", { environment: { HOME: home } }), "there:1");
    await expect(r.executor.submit(task)).rejects.toThrow("wanted an absolute path without colon");
  }
});

/** Podman with a storage of its own, and one image in it. */
async function podmanIn(directory: string): Promise<EngineDeps> {
  const configuration = join(directory, "storage.conf");
  const text = `[storage]\ndriver = "vfs"\nrunroot = "${directory}/run"\ngraphroot = "${directory}/graph"\n`;
  await writeFile(configuration, text);
  const environment = {
    PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
    HOME: directory,
    CONTAINERS_STORAGE_CONF: configuration,
  };
  return { choice: "podman", environment, user };
}

const trial = await temporaryDirectory();
const podman = await findEngine(await podmanIn(trial.path));
await trial[Symbol.asyncDispose]();

if (podman.kind === "missing") test.skip(`podman: ${podman.reason}`, () => {});

test.each(["a,b", "a:b", "a\\b", "x,/etc/passwd:/secret"])(
  "apptainer is not asked to show the path %j, which it would read as several",
  async (name) => {
    await using folder = await temporaryDirectory();
    const directory = join(folder.path, "engine");
    const engines = await standIn(directory, "apptainer");
    await using r = await executorRig((layout) => executorWith(layout, engines));
    const task = await inImage(engines, await r.task("true"), "there:1");
    const { view } = task;
    if (view === undefined) throw new Error("The task has no view");
    const source = join(folder.path, name);
    await mkdir(source, { recursive: true });
    const mounts = [...view.mounts, { source, target: source, isWritable: false }];
    await expect(r.executor.submit({ ...task, view: { ...view, mounts } })).rejects.toThrow(
      "wanted one without comma, colon",
    );
    expect(await Bun.file(join(directory, "called")).exists()).toBe(false);
  },
);

describe.skipIf(podman.kind === "missing")("podman", () => {
  async function podmanRig() {
    const folder = await temporaryDirectory();
    const engines = await podmanIn(folder.path);
    await makeRootFs(join(folder.path, "root"), ["sh", "cat", "id", "sleep", "touch", "env"]);
    const run = async (words: readonly string[]) => {
      const child = Bun.spawn(["podman", ...words], { env: engines.environment, stderr: "ignore" });
      return new Response(child.stdout).text();
    };
    await Bun.spawn(["tar", "-C", join(folder.path, "root"), "-cf", join(folder.path, "root.tar"), "."]).exited;
    await run(["import", join(folder.path, "root.tar"), "localhost/small:1"]);
    const rig = await executorRig((layout) => executorWith(layout, engines));
    return {
      ...rig,
      containers: async () => (await run(["ps", "--all", "--quiet"])).trim(),
      task: async (script: string, changes: Partial<Task> = {}) =>
        inImage(engines, await rig.task(script, changes), "localhost/small:1"),
      [Symbol.asyncDispose]: async () => {
        await rig[Symbol.asyncDispose]();
        await run(["rm", "--all", "--force"]);
        await folder[Symbol.asyncDispose]();
      },
    };
  }

  test("runs a tool in its image, read-only, without network, as who the server is", async () => {
    await using r = await podmanRig();
    const stdout = join(r.layout.dataDirectory, "out");
    const script =
      "cat; id -u; echo $A; touch /x 2>/dev/null || echo refused; touch made /tmp/made && echo wrote; while read -r l; do echo net; done </proc/net/dev; exit 5";
    const task = await r.task(script, { stdout, environment: { A: "b c", PATH: "/bin" } });
    const stdin = join(task.workingDirectory, "in");
    await writeFile(stdin, "read\n");
    expect(await runTask(r.executor, { ...task, stdin })).toMatchObject({ kind: "exited", exitCode: 5 });
    // Two lines of heading and the loopback device.
    const lines = ["read", String(user.uid), "b c", "refused", "wrote", "net", "net", "net"];
    expect((await readFile(stdout, "utf8")).trim().split("\n")).toEqual(lines);
    expect(await Bun.file(join(task.workingDirectory, "made")).exists()).toBe(true);
    expect(await r.containers()).toBe("");
  }, 30_000);

  test("is adopted after a crash of the server, and a tool that ignores SIGTERM is killed with its container", async () => {
    await using r = await podmanRig();
    const task = await r.task("trap '' TERM; setsid sleep 600 & echo >ready; while :; do sleep 1; done");
    await r.executor.submit(task);
    await whenWritten(join(task.workingDirectory, "ready"));
    const other = r.restart();
    expect(await other.find(task.key)).toEqual({ kind: "running" });
    expect(await r.containers()).not.toBe("");
    await other.cancel(task.key, 1);
    expect(await r.containers()).toBe("");
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 137 });
  }, 30_000);

  test("leaves no container behind when its supervisor is killed", async () => {
    await using r = await podmanRig();
    const task = await r.task("echo >ready; sleep 600");
    await r.executor.submit(task);
    await whenWritten(join(task.workingDirectory, "ready"));
    const record = await readFile(taskRecordFile(r.layout, task.key), "utf8");
    process.kill(-Number(/^pid (\d+)$/m.exec(record)?.[1]), "SIGKILL");
    expect(await endOf(r.restart(), task.key)).toMatchObject({ kind: "lost" });
    expect(await r.containers()).toBe("");
  }, 30_000);
});
