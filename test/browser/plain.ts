import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { type RunningServer, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { browserProgram } from "./site.ts";

/** What these tests want and this machine does not have; undefined when all is there. */
export const noBrowser = browserProgram === undefined ? "chromium" : undefined;

/** A service on this machine that nobody needs a key for, and a browser. */
export type Plain = AsyncDisposable & {
  readonly browser: Browser;
  readonly server: RunningServer;
  /** A directory beside the data of the service. */
  readonly folder: string;
};

/** Starts the executable and a browser, both gone with what is returned. */
export async function openPlain(flags: readonly string[] = []): Promise<Plain> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const server = stack.use(await startServer(join(folder.path, "data"), flags));
  const browser = await chromium.launch({ executablePath: browserProgram ?? "", args: ["--no-sandbox"] });
  stack.defer(() => browser.close());
  const held = stack.move();
  return { browser, server, folder: folder.path, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
