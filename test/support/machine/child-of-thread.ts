/**
 * Words the command of a tool whose second thread starts a process that takes memory, in MiB. It writes `ready` into its
 * directory when the memory is taken, and stays.
 */
export function childOfThread(mebibytes: number, seconds = 600): readonly [string, ...string[]] {
  const child = `const held = Buffer.alloc(${mebibytes * 2 ** 20}, 1); require("node:fs").writeFileSync("ready", held.length + "\\n"); setTimeout(() => held.at(0), ${seconds * 1000})`;
  const thread = `Bun.spawn({ cmd: ${JSON.stringify([process.execPath, "-e", child])} })`;
  const words = `new Worker(URL.createObjectURL(new Blob([${JSON.stringify(thread)}]))); setTimeout(() => process.exit(), ${seconds * 1000})`;
  return [process.execPath, "-e", words];
}
