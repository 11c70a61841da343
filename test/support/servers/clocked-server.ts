import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningServer, startServer } from "./executable.ts";

/** Debian's package `faketime`: it gives one program another time of day, and changes it while the program runs. */
const library = [...new Bun.Glob("*/faketime/libfaketime.so.1").scanSync({ cwd: "/usr/lib", absolute: true })].at(0);

/** Tells whether this machine can give a program another time of day. */
export const canSetClocks = library !== undefined;

/** The environment of a program whose time of day stands in a file: `+1000d` is that much ahead. */
export function clockEnvironment(file: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: library ?? "",
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
}

/** The executable with a time of day of its own. */
export type ClockedServer = { readonly server: RunningServer; setClock(text: string): Promise<void> };

/** Starts the executable over `data` in a directory, with a time of day that can be set at any moment. */
export async function startWithClock(directory: string, flags: readonly string[], text = "+0"): Promise<ClockedServer> {
  const file = join(directory, "clock");
  await writeFile(file, text);
  const server = await startServer(join(directory, "data"), flags, { environment: clockEnvironment(file) });
  return { server, setClock: (other) => writeFile(file, other) };
}
