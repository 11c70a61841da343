import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { digestTree } from "./digest-tree.ts";
import { attackTool, type HostileServer, modes, startHostileServer } from "./hostile-server.ts";
import { whileHealthy } from "./watch-health.ts";

const secret = "the secret of the operator";
let hostile: HostileServer;
/** An upload that is not the attacker's to change, with the token that lets a job read it. */
let upload: { readonly href: string; readonly headers: Readonly<Record<string, string>> };

beforeAll(async () => {
  hostile = await startHostileServer();
  await writeFile(join(hostile.folder, "secret.txt"), secret);
  await mkdir(join(hostile.data, "kept"));
  await writeFile(join(hostile.data, "kept", "secret.txt"), secret);
  const form = new FormData();
  form.set("file", new File(["the upload\n"], "upload.txt", { type: "text/plain" }));
  const answer = await fetch(`${hostile.server.url}/vault`, { method: "POST", body: form });
  const { id, token } = v.parse(v.object({ id: v.string(), token: v.string() }), await answer.json());
  upload = { href: `vault://${id}`, headers: { "x-auth-vault": `token ${token}; id=${id}` } };
});

afterAll(async () => {
  await hostile[Symbol.asyncDispose]();
});

const operatorFile = () => ({ href: `file://${join(hostile.inputRoot, "operator.txt")}` });

/** What no attack may change. */
async function others() {
  const isOwn = (path: string) => /^(?:work|outputs|heddle\.db|heddle\.lock|status-documents|cache|etc)/.test(path);
  return {
    inputs: await digestTree(hostile.inputRoot),
    data: await digestTree(hostile.data, isOwn),
  };
}

const readers = { baseCommand: ["/bin/cat"], outputs: { said: "stdout" }, stdout: "said.txt" };

describe.each([...modes])("a tool %s", (mode) => {
  const places: readonly (readonly [string, () => string])[] = [
    ["the key of the service", () => join(hostile.data, "secret.key")],
    ["the database", () => join(hostile.data, "heddle.db")],
    ["a file of the data directory", () => join(hostile.data, "kept", "secret.txt")],
    ["a file of the machine", () => "/etc/shadow"],
    ["a file that everybody may read", () => "/etc/passwd"],
    ["what the server itself was started with", () => "/proc/self/environ"],
    ["a way up from its directory", () => "../../../../../kept/secret.txt"],
    ["another file below the input root", () => join(hostile.inputRoot, "operator.txt")],
    ["a directory", () => "."],
    ["a device without end", () => "/dev/zero"],
    ["nothing", () => "not-there"],
    ["a name with a NUL", () => "a\0b"],
  ];
  for (const [name, place] of places) {
    test(`gets no stdin that is ${name}`, async () => {
      const before = await others();
      const { status, message, told } = await whileHealthy(hostile.server.url, `stdin: ${name}`, () =>
        hostile.attack(mode, attackTool("", { ...readers, stdin: place() })),
      );
      expect(status).toBe("failed");
      expect(message).toContain("Cannot read stdin");
      expect(told).not.toContain(secret);
      expect(told).not.toContain("root:");
      expect(await others()).toEqual(before);
    });

    test(`gets no stdin that its caller names: ${name}`, async () => {
      const tool = attackTool("", { ...readers, inputs: { p: "string" }, stdin: "$(inputs.p)" });
      const { status, message, told } = await hostile.attack(mode, tool, { p: place() });
      expect(status).toBe("failed");
      expect(message).toContain("Cannot read stdin");
      expect(told).not.toContain(secret);
      expect(told).not.toContain("root:");
    });
  }

  test("reads an input, an upload, a staged file and one of another step by stdin", async () => {
    const tool = attackTool("", { ...readers, inputs: { f: "File" }, stdin: "$(inputs.f.path)" });
    expect((await hostile.attack(mode, tool, { f: operatorFile() })).told).toContain("the operator's");
    const uploaded = await hostile.attack(mode, tool, { f: { href: upload.href } }, upload.headers);
    expect(uploaded.told).toContain("the upload");
    const requirements = { InitialWorkDirRequirement: { listing: [{ entryname: "in.txt", entry: "staged text" }] } };
    const staged = await hostile.attack(mode, attackTool("", { ...readers, requirements, stdin: "in.txt" }));
    expect([staged.status, staged.told]).toEqual(["successful", expect.stringContaining("staged text")]);
    const { cwlVersion: _, ...reader } = attackTool("", {
      ...readers,
      inputs: { f: "File" },
      stdin: "$(inputs.f.path)",
    });
    const { cwlVersion: __, ...writer } = attackTool("echo of a step", { outputs: { o: "stdout" } });
    const workflow = {
      cwlVersion: "v1.2",
      class: "Workflow",
      inputs: {},
      outputs: { said: { type: "File", outputSource: "two/said" } },
      steps: { one: { run: writer, in: {}, out: ["o"] }, two: { run: reader, in: { f: "one/o" }, out: ["said"] } },
    };
    expect((await hostile.attack(mode, workflow)).told).toContain("of a step");
  });

  const redirections: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["stdout over an input", { stdout: "$(inputs.f.basename)", outputs: { o: "stdout" } }],
    ["stderr over an input", { stderr: "$(inputs.f.basename)", outputs: { o: "stderr" } }],
    ["stdout without an output over an input", { stdout: "$(inputs.f.basename)" }],
    ["stdout into a directory that holds an input", { stdout: "d/$(inputs.f.basename)", listing: "directory" }],
    ["stdout over an input under another name", { stdout: "x", listing: "renamed" }],
    ["stdout below an input", { stdout: "$(inputs.f.basename)/x" }],
    ["stdout over a text", { stdout: "text", listing: "text" }],
    ["stderr by the name of an output over an input", { outputs: { f: "stderr" }, listing: "called f.stderr" }],
  ];
  const listings: Readonly<Record<string, unknown>> = {
    directory: ['$({class: "Directory", basename: "d", listing: [inputs.f]})'],
    renamed: [{ entryname: "x", entry: "$(inputs.f)" }],
    text: [{ entryname: "text", entry: "some text" }],
    "called f.stderr": [{ entryname: "f.stderr", entry: "$(inputs.f)" }],
  };
  for (const [name, { listing = "", ...members }] of redirections) {
    for (const source of ["an operator's file", "an upload"] as const) {
      test(`writes no ${name} that is ${source}`, async () => {
        const before = await others();
        const tool = attackTool("echo evil; echo evil >&2", {
          inputs: { f: "File" },
          requirements: {
            InlineJavascriptRequirement: {},
            InitialWorkDirRequirement: { listing: listings[String(listing)] ?? ["$(inputs.f)"] },
          },
          ...members,
        });
        const isUpload = source === "an upload";
        const inputs = { f: isUpload ? { href: upload.href } : operatorFile() };
        const { status, message } = await hostile.attack(mode, tool, inputs, isUpload ? upload.headers : {});
        expect([status, message]).toEqual(["failed", expect.stringMatching(/Cannot write std(?:out|err)/)]);
        expect(await others()).toEqual(before);
      });
    }
  }

  test("writes no stream over the finished output of an earlier step", async () => {
    const { cwlVersion: _, ...first } = attackTool("echo first", { outputs: { o: "stdout" }, stdout: "first.txt" });
    const { cwlVersion: __, ...second } = attackTool("echo evil", {
      inputs: { f: "File" },
      requirements: { InitialWorkDirRequirement: { listing: ["$(inputs.f)"] } },
      stdout: "$(inputs.f.basename)",
      outputs: { o: "stdout" },
    });
    const workflow = {
      cwlVersion: "v1.2",
      class: "Workflow",
      inputs: {},
      outputs: { first: { type: "File", outputSource: "one/o" }, second: { type: "File", outputSource: "two/o" } },
      steps: { one: { run: first, in: {}, out: ["o"] }, two: { run: second, in: { f: "one/o" }, out: ["o"] } },
    };
    const { status, message, told } = await hostile.attack(mode, workflow);
    expect([status, message]).toEqual(["failed", expect.stringContaining("Cannot write stdout")]);
    expect(told).not.toContain("evil");
  });

  const descriptors =
    "for n in 0 1 2 3 4 5 6 7 8 9; do (echo evil >>/proc/self/fd/$n; echo evil >/proc/self/fd/$n); done";
  for (const streams of [{}, { stdout: "o", stderr: "e" }]) {
    test(`changes by its descriptors nothing that is not its own, ${JSON.stringify(streams)}`, async () => {
      const earlier = await hostile.attack(mode, attackTool("echo earlier >&2"));
      const before = await others();
      const tool = attackTool(`exec 2>/dev/null; ${descriptors}; exit 0`, {
        inputs: { f: "File" },
        stdin: "$(inputs.f.path)",
        ...streams,
      });
      const one = await hostile.attack(mode, tool, { f: operatorFile() });
      const two = await hostile.attack(mode, tool, { f: { href: upload.href } }, upload.headers);
      expect([one.status, two.status]).toEqual(["successful", "successful"]);
      expect(await others()).toEqual(before);
      // Its log still tells what the service wrote.
      for (const { told } of [one, two]) expect(told).toContain("Starting job process execution");
      const log = await fetch(`${hostile.server.url}/jobs/${earlier.job}/log`);
      expect(await log.text()).toContain("earlier");
    });
  }

  test("cannot empty the log of its own job", async () => {
    const { told } = await hostile.attack(
      mode,
      attackTool(": >/proc/self/fd/1; : >/proc/self/fd/2; echo said afterwards >&2"),
    );
    expect(told).toContain("Starting job process execution");
    expect(told).toContain("said afterwards");
  });

  test("reads by its descriptors nothing of what the service wrote", async () => {
    const script = "cat /proc/self/fd/1 /proc/self/fd/2 >stolen 2>/dev/null; exit 0";
    const outputs = { stolen: { type: "File", outputBinding: { glob: "stolen" } } };
    const { job, status } = await hostile.attack(mode, attackTool(script, { outputs }));
    expect(status).toBe("successful");
    const stolen = await fetch(`${hostile.server.url}/outputs/${job}/stolen/stolen`);
    expect([stolen.status, await stolen.text()]).toEqual([200, expect.not.stringContaining("heddle")]);
  });

  const stolen: readonly (readonly [string, string])[] = [
    ["a link to a secret", `rm -f err; ln -s SECRET err; exit 1`],
    ["a link to a link to a secret", `rm -f err; ln -s SECRET l; ln -s l err; exit 1`],
    ["a directory that leads to a secret", `mv sub old; ln -s DIRECTORY sub; exit 1`],
    ["a link to itself", "rm -f err; ln -s err err; exit 1"],
    ["a pipe", "rm -f err; mkfifo err; exit 1"],
    ["a link to a pipe", "rm -f err; mkfifo p; ln -s p err; exit 1"],
    ["a directory", "rm -f err; mkdir err; exit 1"],
    ["nothing", "rm -f err; exit 1"],
    ["a file that nobody may read", "chmod 000 err; exit 1"],
    ["a pipe while it still runs", "rm -f err; mkfifo err; sleep 1; exit 1"],
    ["a link while it still runs", `rm -f err; ln -s SECRET err; sleep 1; exit 1`],
  ];
  for (const [name, script] of stolen) {
    test(`leaves ${name} in place of its stderr, and nobody reads it`, async () => {
      const directory = join(hostile.data, "kept");
      const isNested = script.includes("sub");
      const words = script.replaceAll("SECRET", join(directory, "secret.txt")).replaceAll("DIRECTORY", directory);
      const { status, told } = await whileHealthy(hostile.server.url, `stderr: ${name}`, () =>
        hostile.attack(mode, attackTool(words, { stderr: isNested ? "sub/secret.txt" : "err" })),
      );
      expect(status).toBe("failed");
      expect(told).not.toContain(secret);
    });
  }

  test("many that leave pipes keep nobody from working", async () => {
    const document = attackTool("rm -f out err; mkfifo out err; exit 1", { stdout: "out", stderr: "err" });
    await whileHealthy(hostile.server.url, "ten jobs that leave pipes", async () => {
      await Promise.all(Array.from({ length: 10 }, () => hostile.attack(mode, document)));
      expect((await hostile.attack(mode, attackTool("exit 0"))).status).toBe("successful");
      const form = new FormData();
      form.set("file", new File(["more"], "more.txt"));
      expect((await fetch(`${hostile.server.url}/vault`, { method: "POST", body: form })).status).toBe(201);
      expect((await fetch(`${hostile.server.url}/readyz`)).status).toBe(200);
    });
  });

  const emptied = "echo evil >$(inputs.f.path); exit 0";
  test("changes in place a copy, once a job, and the next step sees the change", async () => {
    const before = await others();
    const requirements = {
      InlineJavascriptRequirement: {},
      InplaceUpdateRequirement: { inplaceUpdate: true },
      InitialWorkDirRequirement: { listing: [{ entry: "$(inputs.f)", writable: true }] },
    };
    const { cwlVersion: _, ...append } = attackTool('echo changed >>"$0"', {
      inputs: { f: { type: "File", inputBinding: {} } },
      requirements,
      outputs: { o: { type: "File", outputBinding: { glob: "$(inputs.f.basename)" } } },
    });
    const workflow = {
      cwlVersion: "v1.2",
      class: "Workflow",
      inputs: { f: "File" },
      outputs: { o: { type: "File", outputSource: "two/o" } },
      steps: { one: { run: append, in: { f: "f" }, out: ["o"] }, two: { run: append, in: { f: "one/o" }, out: ["o"] } },
    };
    for (const [inputs, headers, text] of [
      [{ f: operatorFile() }, {}, "the operator's\n"],
      [{ f: { href: upload.href } }, upload.headers, "the upload\n"],
    ] as const) {
      const { status, told } = await hostile.attack(mode, workflow, inputs, headers);
      expect(status).toBe("successful");
      expect(told).toContain(`${text}changed\nchanged\n`);
    }
    expect(await others()).toEqual(before);
  });

  test("puts no text below an input that is staged", async () => {
    const before = await others();
    const tool = attackTool("exit 0", {
      inputs: { f: "File" },
      requirements: {
        InitialWorkDirRequirement: {
          listing: ["$(inputs.f)", { entryname: "$(inputs.f.basename)/evil", entry: emptied }],
        },
      },
    });
    const { status, message } = await hostile.attack(mode, tool, { f: operatorFile() });
    expect([status, message]).toEqual(["failed", expect.stringContaining("Cannot stage files")]);
    expect(await others()).toEqual(before);
    expect(await readFile(join(hostile.inputRoot, "operator.txt"), "utf8")).toBe("the operator's\n");
  });
});
