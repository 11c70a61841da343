import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import { temporaryDirectory } from "../temporary-directory.ts";
import { type RunningServer, startServer } from "./executable.ts";

/** A server that all tests of one file share. */
export type FileServer = RunningServer & {
  /** A directory of its own, which is removed at the end. */
  readonly folder: string;
  /** Its data directory, in this one. */
  readonly data: string;
};

/** Starts the executable before the tests of the file that calls this, and ends it after them. To be called at its top. */
export async function serveFile(flags: readonly string[] = []): Promise<FileServer> {
  const folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  let running: RunningServer | undefined;
  const server = () => {
    if (running === undefined) throw new Error("Cannot use the server: found no test that has begun, wanted one");
    return running;
  };
  beforeAll(async () => {
    running = await startServer(data, flags);
  });
  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  }, 120_000);
  return {
    folder: folder.path,
    data,
    get url() {
      return server().url;
    },
    get pid() {
      return server().pid;
    },
    get exited() {
      return server().exited;
    },
    stop: (signal) => server().stop(signal),
    talk: () => server().talk(),
    [Symbol.asyncDispose]: () => server()[Symbol.asyncDispose](),
  };
}
