/** Lists what a directory holds, each file with its contents, and hands the directory on. */
export const listTool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: [
    "sh",
    "-c",
    'cd "$0"; find -L . -type f | LC_ALL=C sort | while read -r f; do echo "$f: $(head -c 60 "$f")"; done',
  ],
  inputs: { d: { type: "Directory", inputBinding: {} } },
  outputs: { said: "stdout", same: { type: "Directory", outputBinding: { outputEval: "$(inputs.d)" } } },
  stdout: "said.txt",
} as const;

/** Makes an archive with Python. `script` has `z`, the archive's name in `path`, and the modules for it. */
export async function makeArchive(path: string, script: string): Promise<void> {
  const begin = "import io,sys,tarfile,zipfile\npath=sys.argv[1]\n";
  const child = Bun.spawn(["python3", "-c", `${begin}${script}`, path], { stdout: "inherit", stderr: "inherit" });
  if ((await child.exited) !== 0) throw new Error(`Cannot make ${path}`);
}
