import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Column, Findings } from "./findings.ts";
import { shrink } from "./mutate.ts";
import { type ProcessKind, processKinds } from "./process-kinds.ts";
import { createRandom } from "./random.ts";

const slowMilliseconds = 2000;

type Fault = { readonly column: Column; readonly words: string };

/** A thread that tries cases; ended and made anew when one does not end. */
type Thread = Disposable & { attempt(kind: ProcessKind, text: string): Promise<Fault | undefined> };

/** Tries changed globs, patterns, ranges and archives for some seconds, each in turn. */
export async function fuzzProcess(seed: number, findings: Findings, folder: string, seconds: number): Promise<void> {
  const directory = join(folder, "in-process");
  await mkdir(directory, { recursive: true });
  using thread = createThread(directory);
  for (const [index, kind] of processKinds.entries()) {
    // Each has numbers of its own: how many the ones before it used depends on the machine.
    const random = createRandom(seed + index + 1);
    const end = performance.now() + (seconds / processKinds.length) * 1000;
    while (performance.now() < end) {
      const text = kind.make(random);
      findings.tried(kind.name);
      const fault = await thread.attempt(kind, text);
      if (fault === undefined) continue;
      const repeats = async (candidate: string) => (await thread.attempt(kind, candidate))?.column === fault.column;
      if (fault.column === "over 2 s" && !(await repeats(text))) continue;
      const smallest =
        findings.isKept(kind.name, fault.column) || fault.column === "over 2 s" ? text : await shrink(text, repeats);
      await findings.note(
        kind.name,
        fault.column,
        smallest,
        `${fault.words} ${JSON.stringify(smallest.slice(0, 100))}`,
      );
    }
  }
}

function createThread(directory: string): Thread {
  let worker: Worker | undefined;
  const stop = () => {
    worker?.terminate();
    worker = undefined;
  };
  return {
    attempt(kind, text) {
      worker ??= new Worker(new URL("./process-worker.ts", import.meta.url).href);
      const { promise, resolve } = Promise.withResolvers<Fault | undefined>();
      const timer = setTimeout(() => {
        stop();
        resolve({ column: "over 2 s", words: "no end within 2 s" });
      }, slowMilliseconds);
      worker.onmessage = ({ data }: MessageEvent<unknown>) => {
        clearTimeout(timer);
        resolve(typeof data === "string" ? { column: "crashes", words: data } : undefined);
      };
      worker.onerror = ({ message }) => {
        clearTimeout(timer);
        stop();
        resolve({ column: "crashes", words: message });
      };
      worker.postMessage({ name: kind.name, text, directory });
      return promise;
    },
    [Symbol.dispose]: stop,
  };
}
