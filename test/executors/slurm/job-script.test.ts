import { describe, expect, test } from "bun:test";
import { realpathSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Task } from "../../../src/executors/executor.ts";
import { arrayFilesOf, type JobFiles, jobFiles, readEnd } from "../../../src/executors/slurm/job-files.ts";
import { arrayScript, jobScript } from "../../../src/executors/slurm/job-script.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { childOfThread } from "../../support/machine/child-of-thread.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Every shell of this machine that can play /bin/sh. */
const shells = ["dash", "bash", "busybox", "ksh", "mksh", "yash", "zsh"].flatMap((name) => Bun.which(name) ?? []);

/** As Slurm and those who look after a cluster leave it, with values that look like words of the script. */
const environmentOfJob = {
  ...{ PATH: "/nowhere", SLURM_JOB_ID: "7", SLURM_ARRAY_JOB_ID: "8", SLURMD_NODENAME: "n1", LANG: "C" },
  ...{
    TRICK: "told=1 job=x f=/tmp PATH=/x\nexport why='y' A=B\n*; exit 9; $(exit 9)",
    IFS: "/",
    f: "/wrong",
    told: "1",
  },
};

/** Elements of one array, with a script each; `name` begins the directory. */
async function openArray(name: string, command: Task["command"] = ["/usr/bin/env", "-0"]) {
  const directory = await temporaryDirectory();
  const layout = createLayout(join(directory.path, name));
  const elements = [3, 40, 41].map((shard) => {
    const key = { executionId: "e1", step: "each", shard, try: 1 } as const;
    const workingDirectory = join(layout.workDirectory, `it's ${shard}`);
    const task: Task = {
      ...{ key, command, environment: { PATH: "/usr/bin:/bin", A: "two words" } },
      ...{ workingDirectory, stdout: join(workingDirectory, "out"), log: join(layout.workDirectory, `log${shard}`) },
    };
    return { task, files: jobFiles(layout, key) };
  });
  const first = elements[0];
  if (first === undefined) throw new Error("no elements");
  await mkdir(dirname(first.files.base), { recursive: true });
  for (const { task, files } of elements) {
    await mkdir(task.workingDirectory, { recursive: true });
    await writeFile(files.script, jobScript(task, files, {}));
  }
  const array = arrayFilesOf(dirname(first.files.base), "array");
  await writeFile(
    array.script,
    arrayScript(
      array,
      elements.map(({ files }) => files.name),
    ),
  );
  return { directory: directory.path, elements, array, [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
}

/** Runs the script of one element, as it runs where /bin/sh is the shell at a path. */
async function runWith(path: string, { files }: { readonly files: JobFiles }, shell: string): Promise<string> {
  const words = (await readFile(files.script, "utf8")).replaceAll("/bin/sh", shell);
  await writeFile(files.script, path.endsWith("/dash") ? words : words.replaceAll("/bin/dash", "/none"));
  const { exitCode, stderr } = Bun.spawnSync([shell, files.script], { cwd: "/", env: environmentOfJob });
  return `${exitCode} ${stderr}`;
}

async function expectRun({ task, files }: { readonly task: Task; readonly files: JobFiles }, job: string) {
  expect(await readFile(`${files.base}.out`, "utf8")).toBe("");
  expect(await readFile(files.begin, "utf8")).toBe(`job ${job}\nnode n1\nend\n`);
  const out = await readFile(join(task.workingDirectory, "out"), "utf8");
  expect(out.split("\0").toSorted()).toEqual(["", "A=two words", "PATH=/usr/bin:/bin"]);
  expect(await readEnd(files)).toMatchObject({ end: { kind: "exited", exitCode: 0 }, wasTold: false, hasList: true });
  const list = (await readFile(files.files, "utf8")).split("\0");
  expect(list.slice(0, 1)).toEqual([`${out.length} ${task.workingDirectory}/out`]);
  expect(list.slice(-2)).toEqual(["end", ""]);
}

describe("the script of a job", () => {
  for (const path of shells) {
    test(`hands on a clean environment, and tells start, end and files, with ${path}`, async () => {
      await using rig = await openArray("work");
      const shell = join(rig.directory, "sh");
      await symlink(path, shell);
      for (const element of rig.elements) {
        expect(await runWith(path, element, shell)).toBe("0 ");
        await expectRun(element, "7");
      }
    });
  }

  test("of an array becomes that of its element, whatever its directory is called", async () => {
    for (const name of ["work", "a b", "it's $HOME", "*"]) {
      await using rig = await openArray(name);
      for (const [index, element] of rig.elements.entries()) {
        const env = { ...environmentOfJob, SLURM_ARRAY_TASK_ID: String(index) };
        const { exitCode } = Bun.spawnSync(["/bin/sh", rig.array.script], { cwd: "/", env });
        expect(exitCode).toBe(0);
        await expectRun(element, `8_${index}`);
      }
      const env = { ...environmentOfJob, SLURM_ARRAY_TASK_ID: String(rig.elements.length + 1) };
      expect(Bun.spawnSync(["/bin/sh", rig.array.script], { cwd: "/", env }).exitCode).not.toBe(0);
      // Nothing but what the elements have said.
      const names = await readdir(dirname(rig.array.base));
      expect(names.filter((one) => one.endsWith(".begin")).length).toBe(rig.elements.length);
    }
  });

  test("runs nothing a second time", async () => {
    await using rig = await openArray("work");
    const [element] = rig.elements;
    if (element === undefined) throw new Error("no elements");
    for (let round = 0; round < 2; round += 1) {
      const { exitCode } = Bun.spawnSync(["/bin/sh", element.files.script], { cwd: "/", env: environmentOfJob });
      expect(exitCode).toBe(0);
      await expectRun(element, "7");
    }
  });

  for (const path of shells) {
    test(`counts the memory of all that runs below the tool, with ${path}`, async () => {
      await using rig = await openArray("work", childOfThread(300, 3));
      const [element] = rig.elements;
      if (element === undefined) throw new Error("no elements");
      const shell = join(rig.directory, "sh");
      await symlink(path, shell);
      expect(await runWith(path, element, shell)).toBe("0 ");
      const end = await readEnd(element.files);
      expect(end?.end).toMatchObject({ kind: "exited", exitCode: 0 });
      // The record tells of no more than what was counted by the looks, as this is no job of a cluster.
      expect(Number(/^peak (\d+)$/m.exec(await readFile(element.files.end, "utf8"))?.[1])).toBeGreaterThan(300 * 1024);
    });
  }

  test.skipIf(Bun.which("strace") === null || !realpathSync("/bin/sh").endsWith("/dash"))(
    "starts no more programs than it must (strace): one for each of its looks, and three at the end",
    async () => {
      await using rig = await openArray("work", ["/usr/bin/env", "sleep", "2"]);
      const trace = join(rig.directory, "trace");
      const env = { ...environmentOfJob, SLURM_ARRAY_TASK_ID: "1" };
      const strace = [Bun.which("strace") ?? "", "-f", "-qq", "-e", "trace=execve", "-o", trace];
      expect(Bun.spawnSync([...strace, "/bin/sh", rig.array.script], { cwd: "/", env }).exitCode).toBe(0);
      const started = [...(await readFile(trace, "utf8")).matchAll(/execve\("([^"]*)".* = 0$/gm)].map((one) => one[1]);
      // One is the tool.
      const looks = started.filter((path) => path?.endsWith("/sleep")).slice(1);
      expect(started.filter((path) => path?.endsWith("/sleep") !== true).toSorted()).toEqual(
        ["/bin/sh", "/usr/bin/env", "/usr/bin/find", "/usr/bin/ln", "/usr/bin/sync"].toSorted(),
      );
      expect(looks.length).toBeGreaterThan(1);
      expect(looks.length).toBeLessThan(6);
    },
  );
});
