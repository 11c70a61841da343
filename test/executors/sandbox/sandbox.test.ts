import { describe, expect, test } from "bun:test";
import { lstatSync } from "node:fs";
import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import type { Capacity } from "../../../src/domain/waiting/slots.ts";
import type { Executor, Mount, Task } from "../../../src/executors/executor.ts";
import { createLocalExecutor } from "../../../src/executors/local/local-executor.ts";
import { findBubblewrap, searchBubblewrap } from "../../../src/executors/sandbox/bubblewrap.ts";
import { createConfinement } from "../../../src/executors/sandbox/confinement.ts";
import { machineOptions, shownDirectories } from "../../../src/executors/sandbox/machine-view.ts";
import { copyPublic } from "../../../src/executors/sandbox/public-copy.ts";
import { ownPlaces } from "../../../src/executors/sandbox/sandbox.ts";
import { type Layout, taskDirectory, taskRecordFile } from "../../../src/files/layout.ts";
import { isArgumentOfProcess, livingBelow } from "../../support/packages/tools.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { describeExecutorContract, endOf, executorRig, runTask, whenWritten } from "../contract.ts";

const bubblewrap = findBubblewrap();
const toolPath = "/usr/bin:/bin";

function makeExecutor(layout: Layout, capacity: Partial<Capacity> = {}, use: "require" | "off" = "require"): Executor {
  const clock = realClock;
  const settings = { use, toolPath, toolDirectories: [], hidden: [layout.dataDirectory] };
  return createLocalExecutor({
    layout,
    clock,
    logger: silentLogger,
    capacity,
    confinement: createConfinement(settings, clock),
  });
}

/** An executor whose tasks see nothing but their own directories and what a test adds. */
const rig = () => executorRig(makeExecutor, { hasView: true });

/** Gives a task a view of its own working directory, and of more. */
function withView(task: Task, mounts: readonly Mount[], hasNetwork = false): Task {
  const { workingDirectory } = task;
  const own = { source: workingDirectory, target: workingDirectory, isWritable: true };
  return { ...task, view: { mounts: [own, ...mounts], hasNetwork, workingDirectory } };
}

async function linesOf(executor: Executor, task: Task): Promise<readonly string[]> {
  const stdout = join(task.workingDirectory, "stdout");
  await runTask(executor, { ...task, stdout, stderr: stdout });
  return (await readFile(stdout, "utf8")).trim().split("\n");
}

test("bubblewrap that is searched beside other work is found as it is found at once", async () => {
  using search = searchBubblewrap();
  expect(await search.found).toEqual(bubblewrap);
});

if (bubblewrap.kind === "missing") test.skip(`a sandbox: ${bubblewrap.reason}`, () => {});
else describeExecutorContract("the local executor with a sandbox", makeExecutor, { hasView: true });

describe("the directories of a sandbox's own", () => {
  const placesOf = (outdir: string) => {
    const mounts = [{ source: outdir, target: outdir, isWritable: true }];
    const task = {
      key: { executionId: "e", step: "main", shard: 0, try: 1 },
      command: ["true"] as const,
      environment: {},
      workingDirectory: outdir,
      temporaryDirectory: "/srv/data/tmp",
      log: "/srv/data/log",
    };
    const view = { mounts, hasNetwork: false, workingDirectory: outdir };
    return ownPlaces({ task, view, privateDirectory: "/srv/data/0-1" });
  };

  test("/tmp is the directory for temporary files of the task", () => {
    expect(placesOf("/srv/data/out")).toEqual(["/srv/data/0-1/shm"]);
  });

  test("where something is mounted below /tmp, its place is made in another one", () => {
    expect(placesOf("/tmp/data/out")).toEqual(["/srv/data/0-1/tmp", "/srv/data/0-1/shm"]);
    expect(placesOf("/var/tmp/data/out")).toEqual(["/srv/data/0-1/tmp", "/srv/data/0-1/shm"]);
    expect(placesOf("/tmpfiles")).toEqual(["/srv/data/0-1/shm"]);
  });
});

describe.skipIf(bubblewrap.kind === "missing" || !bubblewrap.closesNamespaces)("a sandboxed tool", () => {
  const script =
    "unshare --user true 2>/dev/null && echo user; unshare --user --net true 2>/dev/null && echo net; echo";

  test("makes no namespaces of its own", async () => {
    await using r = await rig();
    const task = withView(await r.task(script), []);
    expect(await linesOf(r.executor, task)).toEqual([""]);
  });

  test("makes them where its process says that it does", async () => {
    await using r = await rig();
    const task = withView(await r.task(script), []);
    const { view } = task;
    if (view === undefined) throw new Error("The task has no view");
    const lines = await linesOf(r.executor, { ...task, view: { ...view, ownNamespaces: true } });
    expect(lines).toEqual(["user", "net"]);
  });
});

describe.skipIf(bubblewrap.kind === "missing")("a sandboxed tool", () => {
  test("sees neither home nor data, and cannot write to the system", async () => {
    await using r = await rig();
    const secret = join(r.layout.dataDirectory, "secret.key");
    await Bun.write(secret, "secret");
    const script = `for path in '${secret}' '${homedir()}' /var/lib /srv /mnt; do test -e "$path" && echo "saw $path"; done
for path in /usr/x /etc/x /x /dev/x; do touch "$path" 2>/dev/null && echo "wrote $path"; done
test -r /etc/shadow && test -s /etc/shadow && echo "read passwords"
touch /tmp/mine mine /dev/shm/mine && echo done`;
    expect(await linesOf(r.executor, withView(await r.task(script), []))).toEqual(["done"]);
    expect(await Bun.file("/tmp/mine").exists()).toBe(false);
  });

  test("sees a copy of /etc where there is one, and reads no more of it than others may", async () => {
    await using folder = await temporaryDirectory();
    const copying = { source: "/etc", directory: folder.path, isHidden: () => false, isKnown: false };
    const copy = await copyPublic({ ...copying, signal: new AbortController().signal });
    const makeWithCopy = (layout: Layout): Executor => {
      const settings = { use: "require" as const, toolPath, toolDirectories: [], hidden: [layout.dataDirectory] };
      const confinement = createConfinement(settings, realClock, bubblewrap, {
        current: () => copy,
        renewed: () => undefined,
      });
      return createLocalExecutor({ layout, clock: realClock, logger: silentLogger, confinement });
    };
    await using r = await executorRig(makeWithCopy, { hasView: true });
    const script = `find -L /etc -type f ! -perm -004 -size +0; find /etc/ssl/private -mindepth 1; test -s /etc/shadow && echo shadow
{ touch /etc/x || touch /etc/passwd; } 2>/dev/null && echo wrote; cmp /etc/passwd - && wc -l </proc/self/mounts`;
    const lines: string[] = [];
    for (const hasNetwork of [false, true]) {
      const withoutStdin = withView(await r.task(script), [], hasNetwork);
      const stdin = join(withoutStdin.workingDirectory, "passwd");
      await Bun.write(stdin, Bun.file("/etc/passwd"));
      const told = await linesOf(r.executor, { ...withoutStdin, stdin });
      expect(told).toEqual([expect.stringMatching(/^\d+$/)]);
      lines.push(...told);
    }
    // With the network it sees the files that names are resolved with as they are at its start.
    const names = "/etc/hosts";
    const seen = await linesOf(
      r.executor,
      withView(await r.task(`grep -c " ${names} " /proc/self/mountinfo`), [], true),
    );
    expect(seen).toEqual([lstatSync(names).isFile() ? "1" : "0"]);
    await using plain = await rig();
    const [mounts = ""] = await linesOf(plain.executor, withView(await plain.task("wc -l </proc/self/mounts"), []));
    expect(Number(lines[0])).toBeLessThanOrEqual(Number(mounts));
  });

  test("keeps no rights, also where the server runs as root", async () => {
    await using r = await rig();
    const script = "grep CapEff /proc/self/status; mount -o remount,rw,bind /usr 2>/dev/null && echo mounted; true";
    expect(await linesOf(r.executor, withView(await r.task(script), []))).toEqual(["CapEff:\t0000000000000000"]);
  });

  test("reads its inputs and cannot change them", async () => {
    await using r = await rig();
    const source = join(r.layout.dataDirectory, "vault", "1");
    await Bun.write(source, "input\n");
    const mount = { source, target: source, isWritable: false };
    const script = `cat '${source}'; { echo x >'${source}'; } 2>/dev/null || echo refused; ls '${r.layout.dataDirectory}/vault'`;
    expect(await linesOf(r.executor, withView(await r.task(script), [mount]))).toEqual(["input", "refused", "1"]);
    expect(await readFile(source, "utf8")).toBe("input\n");
  });

  test("sees no process but its own", async () => {
    await using r = await rig();
    const script = "for file in /proc/[0-9]*/comm; do read -r name <$file && echo $name; done";
    expect(new Set(await linesOf(r.executor, withView(await r.task(script), [])))).toEqual(new Set(["sh"]));
  });

  test("has the network only when it is wanted", async () => {
    await using r = await rig();
    using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("hello") });
    const connect = `exec 3<>/dev/tcp/127.0.0.1/${server.port} && echo connected`;
    for (const hasNetwork of [false, true]) {
      const task = await r.task("", { command: ["/bin/bash", "-c", `{ ${connect}; } 2>/dev/null || echo refused`] });
      const lines = await linesOf(r.executor, withView(task, [], hasNetwork));
      expect(lines).toEqual([hasNetwork ? "connected" : "refused"]);
    }
  });

  test("has exactly the environment of its task, whichever way it is started", async () => {
    await using r = await rig();
    for (const environment of [
      { PATH: toolPath, A: "two\nlines = '$x'" },
      { PATH: toolPath, lower: "a" },
      { PATH: toolPath, e1: "x=y" },
    ]) {
      const task = withView(await r.task("", { command: ["/usr/bin/env", "-0"], environment }), []);
      const found = (await linesOf(r.executor, task)).join("\n").split("\0").filter(Boolean);
      expect(found.toSorted()).toEqual(
        Object.entries(environment)
          .map(([name, value]) => `${name}=${value}`)
          .toSorted(),
      );
    }
  });

  test("has one directory for temporary files under both its names, also where its own lies below one of them", async () => {
    await using r = await rig();
    const script = "touch /tmp/a && test -e /var/tmp/a && pwd -P";
    const task = withView(await r.task(script), []);
    expect(await linesOf(r.executor, task)).toEqual([task.workingDirectory]);
    const { view } = withView(await r.task(script), []);
    if (view === undefined) throw new Error("The task has no view");
    const below = await r.task(script);
    const mount = { source: below.workingDirectory, target: "/var/tmp/own", isWritable: true };
    const seen = { ...view, mounts: [...view.mounts, mount], workingDirectory: mount.target };
    await runTask(r.executor, { ...below, stdout: "/var/tmp/own/said", view: seen });
    expect(await readFile(join(below.workingDirectory, "said"), "utf8")).toBe("/var/tmp/own\n");
  });

  test("cannot make the sandbox itself load a library by its environment", async () => {
    await using r = await rig();
    const task = await r.task("echo ran", {
      environment: { PATH: toolPath, LD_PRELOAD: "/no/such/library.so" },
    });
    const text = (await linesOf(r.executor, withView(task, []))).join("\n");
    expect(text).toContain("ran");
    // What complains is what runs inside, never bubblewrap.
    expect(text).not.toContain("bwrap");
  });

  test("that leaves its session and clears its environment is gone after a dismissal", async () => {
    await using r = await rig();
    const marker = `6${process.pid}${Date.now() % 100000}`;
    const flee = `cd /; setsid env -i /bin/sh -c 'exec >/dev/null 2>&1 </dev/null; trap "" TERM HUP; sleep ${marker}' &`;
    const task = withView(await r.task(`${flee} trap '' TERM; sleep 600`), []);
    await r.executor.submit(task);
    while (!(await isArgumentOfProcess(marker))) await Bun.sleep(5);
    await r.restart().cancel(task.key, 0.1);
    expect(await isArgumentOfProcess(marker)).toBe(false);
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "exited", exitCode: 137 });
  });

  test("that is killed with its supervisor leaves nothing behind", async () => {
    await using r = await rig();
    const task = await r.task("setsid sleep 600 & echo >ready; sleep 600");
    await r.executor.submit(task);
    await whenWritten(join(task.workingDirectory, "ready"));
    const record = await readFile(taskRecordFile(r.layout, task.key), "utf8");
    process.kill(Number(/^pid (\d+)$/m.exec(record)?.[1]), "SIGKILL");
    expect(await endOf(r.executor, task.key)).toMatchObject({ kind: "lost" });
    expect(await livingBelow(task.workingDirectory)).toEqual([]);
  });

  test("leaves nothing running when it ends", async () => {
    await using r = await rig();
    const task = await r.task("setsid sleep 600 & true");
    expect(await runTask(r.executor, task)).toMatchObject({ exitCode: 0 });
    expect(await livingBelow(task.workingDirectory)).toEqual([]);
  });

  test("in an image sees its root and its mounts, and no network", async () => {
    await using r = await rig();
    const rootfs = join(r.layout.dataDirectory, "rootfs");
    const host = ["usr", "lib", "lib64", "bin"];
    await mkdir(rootfs, { recursive: true });
    for (const name of host) await symlink(`/host/${name}`, join(rootfs, name));
    // Mounting through this link would write to the machine.
    await symlink(join(r.layout.dataDirectory, "victim"), join(rootfs, "data"));
    await mkdir(join(r.layout.dataDirectory, "victim"));
    await Bun.write(join(r.layout.dataDirectory, "in", "f"), "read me\n");
    const system = host.map((name) => ({ source: `/${name}`, target: `/host/${name}`, isWritable: false }));
    const input = { source: join(r.layout.dataDirectory, "in"), target: "/data/in", isWritable: false };
    const script =
      "cat f; ls / | tr '\\n' ' '; echo; touch g 2>/dev/null || echo refused; grep -c : /proc/net/dev; echo $LD_X";
    const task = await r.task("", {
      command: ["/bin/sh", "-c", script],
      environment: { PATH: toolPath, LD_X: "own" },
    });
    const image = { name: "i", rootfs, entrypoint: [], defaultCommand: [], environment: {} };
    const view = { image, mounts: [...system, input], hasNetwork: false, workingDirectory: "/data/in" };
    const lines = await linesOf(r.executor, { ...task, view });
    expect(lines).toEqual(["read me", "bin data dev host lib lib64 proc tmp usr var ", "refused", "1", "own"]);
    expect(await Array.fromAsync(new Bun.Glob("**").scan(join(r.layout.dataDirectory, "victim")))).toEqual([]);
  });
});

describe("a sandbox", () => {
  test("that is turned off leaves a tool as it is", async () => {
    await using r = await executorRig((layout) => makeExecutor(layout, {}, "off"), { hasView: true });
    expect(await linesOf(r.executor, withView(await r.task(`ls -d '${r.layout.dataDirectory}'`), []))).toEqual([
      r.layout.dataDirectory,
    ]);
    expect(await Bun.file(join(taskDirectory(r.layout, (await r.task("")).key), "sandbox")).exists()).toBe(false);
  });

  test("hides what is never to be seen, a file as well as a directory, inside what it shows", async () => {
    await using folder = await temporaryDirectory();
    await Bun.write(join(folder.path, "key"), "secret");
    await mkdir(join(folder.path, "data"));
    const hidden = [join(folder.path, "key"), join(folder.path, "data"), "/home/not/shown"];
    const { hides } = machineOptions({ toolPath, toolDirectories: [folder.path], hidden });
    expect(hides.slice(-2)).toEqual([
      { path: `${folder.path}/key`, isDirectory: false },
      { path: `${folder.path}/data`, isDirectory: true },
    ]);
  });

  test.skipIf(bubblewrap.kind === "missing")(
    "of a machine that is not this one hides what is there, and shows what of the system is there",
    async () => {
      await using folder = await temporaryDirectory();
      const hidden = ["key", "data", "key here", "data here"].map((name) => join(folder.path, name));
      for (const name of ["key", "key here"]) await Bun.write(join(folder.path, name), "secret");
      for (const name of ["data", "data here"]) await Bun.write(join(folder.path, name, "secret"), "secret");
      await Bun.write(join(folder.path, "shown"), "seen\n");
      const makeElsewhere = (layout: Layout) => {
        const settings = {
          use: "require" as const,
          toolPath,
          toolDirectories: [folder.path, layout.dataDirectory],
          isElsewhere: true,
        };
        const all = [
          layout.dataDirectory,
          join(layout.dataDirectory, "outputs"),
          ...hidden,
          join(folder.path, "data/in"),
        ];
        const confinement = createConfinement({ ...settings, hidden: all }, realClock, bubblewrap);
        return createLocalExecutor({ layout, clock: realClock, logger: silentLogger, confinement });
      };
      await using r = await executorRig(makeElsewhere, { hasView: true });
      const script = `cd '${folder.path}'; cat shown key data/* 'key here' 'data here'/*; touch 'data here/x'; ls '${r.layout.dataDirectory}'`;
      const told = async () =>
        (await linesOf(r.executor, withView(await r.task(script), []))).filter((line) => !line.includes(": "));
      expect(await told()).toEqual(["seen", "work"]);
      // What was looked for here is not there on another machine: no place can be made for it.
      for (const name of ["key", "data"]) await rm(join(folder.path, name), { recursive: true });
      expect(await told()).toEqual(["seen", "work"]);
      expect(
        machineOptions({ toolPath, toolDirectories: [], hidden: [], isElsewhere: true }).system.join(" "),
      ).toContain("--ro-bind-try /usr /usr");
    },
  );

  test("shows programs with what they were installed with, and no home for it", async () => {
    await using folder = await temporaryDirectory();
    for (const name of ["env/bin", "other"]) await mkdir(join(folder.path, name), { recursive: true });
    const toolPath = `${folder.path}/env/bin:${folder.path}/other:/root/bin:/usr/bin`;
    const shown = shownDirectories({ toolPath, toolDirectories: [], hidden: [] }).map(({ path }) => path);
    expect(shown.filter((path) => path.startsWith(folder.path))).toEqual([
      `${folder.path}/env`,
      `${folder.path}/other`,
    ]);
    expect(shown).not.toContain("/root");
    expect(shown).not.toContain("/");
  });

  test("shows a directory once, and what holds it first", () => {
    const view = { toolPath: "/usr/bin:/usr/local/bin:/tmp", toolDirectories: ["/tmp:rw", "/usr/share"], hidden: [] };
    const shown = shownDirectories(view).map(({ path, isWritable }) => `${path} ${isWritable}`);
    expect(shown).toContain("/usr false");
    expect(shown).toContain("/tmp true");
    expect(shown.filter((line) => /^\/(usr\/|tmp)/.test(line))).toEqual(["/tmp true"]);
  });
});
