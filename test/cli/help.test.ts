import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { runExecutable } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

let names: readonly string[] = [];

beforeAll(async () => {
  const { out } = await runExecutable(["help"]);
  names = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = ""]) => name);
});

test("the overview names every command that completion knows, and fits 100 cells", async () => {
  const { out } = await runExecutable(["help"]);
  const script = (await runExecutable(["completion", "bash"])).out;
  const known = [...script.matchAll(/^ {4}([a-z]+)\) words="--/gm)].map(([, name = ""]) => name);
  expect(known.length).toBeGreaterThan(20);
  for (const name of known) expect(names).toContain(name);
  for (const line of out.split("\n").filter((line) => line.startsWith("  "))) expect(line.length).toBeLessThan(101);
});

test("each command shows lines to try, with options that it has", async () => {
  for (const name of names) {
    const { out } = await runExecutable([name, "--help"]);
    const examples = [...out.matchAll(/^ {2}heddle (.*)$/gm)].map(([, line = ""]) => line);
    expect(examples.length, name).toBeGreaterThan(0);
    for (const line of examples) {
      const [command = "", ...words] = line.split(/ (?:[<>] )?/);
      const usage = (await runExecutable([command, "--help"])).out;
      // An input of a package is an option of the package.
      const flags = words.filter((word) => /^--?[a-z]/.test(word) && command !== "run");
      for (const flag of flags) expect(usage, line).toContain(flag.startsWith("--") ? flag : `${flag}, `);
    }
  }
});

describe("the script for", () => {
  test("bash completes commands, verbs, options and ids of processes", async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, "heddle.bash");
    await Bun.write(file, (await runExecutable(["completion", "bash"])).out);
    const complete = async (...words: readonly string[]) => {
      const quoted = words.map((word) => `'${word}'`).join(" ");
      const script = `heddle() { echo terrain; }; source ${file}; COMP_WORDS=(heddle ${quoted}); COMP_CWORD=${words.length}; _heddle; echo "\${COMPREPLY[@]}"`;
      const child = Bun.spawn(["bash", "-c", script], { stdout: "pipe", stderr: "pipe" });
      expect(await new Response(child.stderr).text()).toBe("");
      return (await new Response(child.stdout).text()).trim();
    };
    expect(await complete("jo")).toBe("jobs");
    expect(await complete("jobs", "wa")).toBe("watch");
    expect(await complete("jobs", "--sta")).toBe("--status");
    expect(await complete("execute", "terr")).toBe("terrain");
  });

  test.each(["zsh", "fish"])("%s names all commands", async (shell) => {
    const { out } = await runExecutable(["completion", shell]);
    for (const name of names) expect(out).toContain(name);
  });

  test("another shell is refused", async () => {
    expect((await runExecutable(["completion", "tcsh"])).exitCode).toBe(2);
    expect((await runExecutable(["completion"])).talk).toContain("Missing the name of a shell");
  });
});

test("the manual page has all commands, and groff finds no fault in it", async () => {
  const { out } = await runExecutable(["man"]);
  for (const name of names) expect(out).toContain(`.SS heddle ${name}`);
  if (Bun.which("groff") === null) return;
  const child = Bun.spawn(["groff", "-man", "-ww", "-z"], { stdin: Buffer.from(out), stderr: "pipe" });
  expect(await new Response(child.stderr).text()).toBe("");
});
