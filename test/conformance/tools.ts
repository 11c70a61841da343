import { join } from "node:path";

/** The reference runner and the public test runner, as they were when the figures of this project were taken. */
const packages = ["cwltest==2.7.20260814150058", "cwltool==3.3.20260925135507"];

/** Gives the directory of a Python environment with the public CWL tools; makes it when it is not there yet. */
export async function cwlTools(root: string): Promise<string> {
  const directory = join(root, ".tools", "cwl");
  if (await Bun.file(join(directory, "bin", "cwltool")).exists()) return directory;
  await run(["python3", "-m", "venv", directory]);
  await run([join(directory, "bin", "pip"), "install", "--quiet", ...packages]);
  return directory;
}

async function run(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "inherit", stderr: "inherit" });
  const exitCode = await child.exited;
  if (exitCode !== 0) throw new Error(`Cannot prepare the CWL tools: "${command.join(" ")}" ended with ${exitCode}`);
}
