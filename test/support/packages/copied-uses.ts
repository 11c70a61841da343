import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { installPeer, isIndexReachable } from "../../peers/install.ts";
import { owslib } from "../../peers/owslib.ts";
import { executable } from "../servers/executable.ts";

/** Lists the texts to copy of the page of a process, by their titles. */
export async function usesOf(
  url: string,
  process: string,
  { query = "", headers = {} }: { readonly query?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<ReadonlyMap<string, string>> {
  const html = await (await fetch(`${url}/processes/${process}?f=html${query}`, { headers })).text();
  const uses = new Map<string, string>();
  for (const [, title = "", text = ""] of html.matchAll(/<pre data-use="([^"]*)"[^>]*>([^<]*)<\/pre>/g)) {
    uses.set(title, plain(text));
  }
  return uses;
}

function plain(text: string): string {
  const marks: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => marks[name] ?? "");
}

/** A program that runs texts of one title; without a command where this machine has none. */
export type Program = { readonly title: string; readonly commandOf?: (text: string) => readonly string[] };

/** Lists what runs the texts to copy, OWSLib in the virtual environment of the peers. */
export async function programsHere(): Promise<readonly Program[]> {
  const owslibPython = await pythonWithOwslib();
  return [
    { title: "curl", commandOf: (text) => ["sh", "-c", `${text} --silent --show-error --fail --output /dev/null`] },
    { title: "heddle", commandOf: (text) => ["sh", "-c", text] },
    { title: "JavaScript (fetch)", commandOf: (text) => [process.execPath, "-e", text] },
    withPython("Python (requests)", hasModule("python3", "requests") ? "python3" : owslibPython),
    withPython("Python (OWSLib)", owslibPython),
    { title: "R (httr2)", ...(hasHttr2() ? { commandOf: (text: string) => ["Rscript", "-e", text] } : {}) },
  ];
}

function withPython(title: string, python: string | undefined): Program {
  return python === undefined ? { title } : { title, commandOf: (text) => [python, "-c", text] };
}

function hasModule(python: string, name: string): boolean {
  return Bun.spawnSync([python, "-c", `import ${name}`], { stderr: "ignore" }).exitCode === 0;
}

function hasHttr2(): boolean {
  if (Bun.which("Rscript") === null) return false;
  return Bun.spawnSync(["Rscript", "-e", "library(httr2)"], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
}

/** Finds a Python with OWSLib, installed into the folder of the peers where the package index answers. */
async function pythonWithOwslib(): Promise<string | undefined> {
  if (hasModule("python3", "owslib.ogcapi.processes")) return "python3";
  const tools = join(import.meta.dir, "..", "..", "..", ".tools");
  const isInstalled = await Bun.file(join(tools, "owslib", "installed.json")).exists();
  if (!isInstalled && !(await isIndexReachable())) return undefined;
  return (await installPeer(tools, owslib)).python;
}

/** Runs a text in a folder, where `heddle` is ours. Gives its exit code and what it wrote. */
export async function runText(
  { commandOf = () => ["false"] }: Program,
  text: string,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> {
  if (!(await Bun.file(join(folder, "heddle")).exists())) await symlink(executable, join(folder, "heddle"));
  const child = Bun.spawn([...commandOf(text)], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, HOME: folder, ...environment },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { exitCode: await child.exited, out, err };
}
