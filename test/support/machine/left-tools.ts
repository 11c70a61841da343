import { readdir, readFile } from "node:fs/promises";

/**
 * Ends, when it is disposed of, what still runs of the tools of a data directory: a server that stops leaves them to the next one, and no test
 * comes after the last. To stand before the server, so that it is disposed of after it.
 */
export function endingTools(dataDirectory: string): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      const running = await processes();
      const begun = running.filter(({ words }) => words[2] === "heddle-supervisor" && words[3] === dataDirectory);
      const ended = new Set(begun.map(({ pid }) => pid));
      for (let size = -1; size !== ended.size; ) {
        size = ended.size;
        for (const { pid, parent } of running) if (ended.has(parent)) ended.add(pid);
      }
      for (const pid of ended) endOne(pid);
    },
  };
}

type Running = { readonly pid: number; readonly parent: number; readonly words: readonly string[] };

/** What runs on this machine; what ends meanwhile is left out. */
async function processes(): Promise<readonly Running[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    names.map(async (name): Promise<readonly Running[]> => {
      const texts = [`/proc/${name}/stat`, `/proc/${name}/cmdline`].map((file) =>
        readFile(file, "utf8").catch(() => ""),
      );
      const [stat = "", line = ""] = await Promise.all(texts);
      // The name of the program stands in brackets before, and may hold anything.
      const [, parent] = /^ \S (\d+)/.exec(stat.slice(stat.lastIndexOf(")") + 1)) ?? [];
      return parent === undefined ? [] : [{ pid: Number(name), parent: Number(parent), words: line.split("\0") }];
    }),
  );
  return all.flat();
}

function endOne(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
