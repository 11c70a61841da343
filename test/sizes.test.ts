import { describe, expect, test } from "bun:test";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { temporaryDirectory } from "./support/temporary-directory.ts";

const root = join(import.meta.dir, "..");

/** Files directly in one folder of src: a folder of more has rooms. */
const mostFiles = 30;

/** What nobody has to scroll through: lines of a function and of a file, parameters of a function. */
const bounds = { functionLines: 60, fileLines: 300, parameters: 4 } as const;

/** Who may be larger, and why. This list only shrinks: an entry that is not needed any more fails. */
const exceptions: Readonly<Record<string, string>> = {
  "app.ts startApp functionLines":
    "the program from top to bottom, a line for each part, in the order in which they end",
  "cwl/engine.ts work parameters":
    "the engine, the run and three ways out of it: to be one object when the run context is split",
  "cwl/tool/command-line.ts bindValue parameters":
    "it calls itself for each item and field, with the path that it has come",
  "cwl/tool/tool.ts runTries parameters": "a call with what was completed for it, and its place in the cache",
  "executors/local/supervise.ts startSupervisor functionLines":
    "one conversation with one child process, whose parts share its state",
  "net/connection.ts openPlain functionLines": "one socket, whose events share the state of its connection",
  "net/remote/remote-documents.ts unreadable parameters":
    "it words a failure, and each argument is a part of the sentence",
  "net/remote/remote-wps.ts createWpsClient functionLines": "the members of one port, some lines each",
  "store/database/write-queue.ts createWriteQueue functionLines":
    "the state of the queue, which its parts change in turns",
};

const rules = {
  preset: "none",
  complexity: {
    useMaxParams: { level: "error", options: { max: bounds.parameters } },
    noExcessiveLinesPerFunction: { level: "error", options: { maxLines: bounds.functionLines } },
  },
  style: { noExcessiveLinesPerFile: { level: "error", options: { maxLines: bounds.fileLines } } },
};

const kinds: Readonly<Record<string, keyof typeof bounds>> = {
  "lint/complexity/useMaxParams": "parameters",
  "lint/complexity/noExcessiveLinesPerFunction": "functionLines",
  "lint/style/noExcessiveLinesPerFile": "fileLines",
};

const report = v.object({
  diagnostics: v.array(
    v.object({
      category: v.string(),
      location: v.object({ path: v.string(), start: v.object({ line: v.number(), column: v.number() }) }),
    }),
  ),
});

/** Names what is too large below a directory: the file, the function and the bound. */
async function tooLarge(directory: string): Promise<readonly string[]> {
  await using config = await temporaryDirectory();
  const settings = join(config.path, "biome.json");
  await Bun.write(settings, JSON.stringify({ root: true, linter: { rules } }));
  const program = join(root, "node_modules", ".bin", "biome");
  const command = [program, "lint", `--config-path=${settings}`, "--reporter=json", "--max-diagnostics=none", "."];
  const child = Bun.spawn(command, { cwd: directory, stdout: "pipe", stderr: "ignore", stdin: "ignore" });
  const [text] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  const { diagnostics } = v.parse(report, JSON.parse(text));
  return Promise.all(
    diagnostics.flatMap(({ category, location }) => {
      const bound = kinds[category];
      return bound === undefined ? [] : [nameOf(directory, location, bound)];
    }),
  );
}

async function nameOf(
  directory: string,
  { path, start }: v.InferOutput<typeof report>["diagnostics"][number]["location"],
  bound: keyof typeof bounds,
): Promise<string> {
  if (bound === "fileLines") return `${path} ${bound}`;
  const lines = (await Bun.file(join(directory, path)).text()).split("\n");
  // The parameters of a function may stand on the lines after its name.
  const above = lines.slice(0, start.line).toReversed();
  const named = above.map((line) => /(?:function\*?|const)\s+(\w+)/.exec(line)?.[1]).find((name) => name !== undefined);
  return `${path} ${named ?? "?"} ${bound}`;
}

test("functions and files of src are small, but for the exceptions, each of which is needed", async () => {
  expect((await tooLarge(join(root, "src"))).toSorted()).toEqual(Object.keys(exceptions).toSorted());
});

/** Names the folders at and below a directory that hold too many files themselves. */
function fullFolders(directory: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const path of new Bun.Glob("**/*").scanSync({ cwd: directory })) {
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  }
  return [...counts].flatMap(([folder, count]) => (count > mostFiles ? [`${folder}: ${count} files`] : []));
}

test(`no folder of src holds more than ${mostFiles} files itself`, () => {
  expect(fullFolders(join(root, "src"))).toEqual([]);
});

test("a folder that is too full is found", async () => {
  await using directory = await temporaryDirectory();
  const write = (name: string) => Bun.write(join(directory.path, "jobs", name), "");
  for (let made = 0; made < mostFiles; made += 1) await write(`${made}.ts`);
  await write("rows/one.ts");
  expect(fullFolders(directory.path)).toEqual([]);
  await write("one-more.ts");
  expect(fullFolders(directory.path)).toEqual([`jobs: ${mostFiles + 1} files`]);
});

test("each exception has a reason", () => {
  expect(Object.entries(exceptions).filter(([, reason]) => reason.split(" ").length < 4)).toEqual([]);
});

describe("what is too large is found:", () => {
  const planted = {
    "a function that is too long": `export function long() {\n${"  work();\n".repeat(bounds.functionLines + 1)}}\n`,
    "a file that is too long": "work();\n".repeat(bounds.fileLines + 1),
    "a function with 5 parameters": "export function wide(a, b, c, d, e) {}\n",
  };
  test.each(Object.entries(planted))("%s", async (_name, text) => {
    await using directory = await temporaryDirectory();
    await Bun.write(join(directory.path, "planted.js"), text);
    expect(await tooLarge(directory.path)).toHaveLength(1);
  });
});
