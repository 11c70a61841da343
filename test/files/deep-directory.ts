import { spawnSync } from "node:child_process";

/** Makes directories inside of one another, deeper than the path of any may be long, and a file of some bytes in the last one. */
export function makeDeepDirectory(root: string, levels: number, bytes: number): void {
  const script = `cd "$1" || exit 1
name=$(printf '%0200d' 0)
i=0
while [ $i -lt ${levels} ]; do mkdir $name && cd -P ./$name 2>/dev/null || exit 1; i=$((i+1)); done
head -c ${bytes} /dev/zero > file`;
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", root], { encoding: "utf8" });
  if (status !== 0) throw new Error(`Cannot make deep directories: ${stderr}`);
}
