import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import { type Reload, readReload } from "../../files/reload-note.ts";
import type { CareDeps } from "../../operations/system/care-for-data.ts";
import { type Arguments, type Command, exitCodes, type Io } from "../command.ts";
import type { Option } from "../option.ts";

/** What the command needs of the program's outer layer. */
export type ReloadDeps = {
  readonly dataOption: Option;
  readonly clock: Clock;
  care(args: Arguments, io: Io): CareDeps;
  /** Tells a process to read its settings again. */
  hangUp(pid: number): void;
};

const patienceMilliseconds = 10_000;
const lookMilliseconds = 50;

/** Builds the command that makes a running service read its settings again. */
export function reloadCommand(deps: ReloadDeps): Command {
  return {
    name: "reload",
    words: "",
    maxWords: 0,
    summary: "Makes the running service read its settings and its certificate again, and says what needs a restart.",
    examples: [{ line: "reload", about: "makes the running service read its settings again" }],
    options: { data: deps.dataOption },
    async run(args, io) {
      const { findService } = await import("../../operations/system/care-for-data.ts");
      const care = deps.care(args, io);
      const pid = await findService(care);
      if (pid === undefined)
        throw new Problem(
          "unavailable",
          `Cannot reload: found no service that runs on "${care.layout.dataDirectory}", wanted the data directory of one (--data)`,
        );
      const before = (await readReload(care.layout))?.at;
      deps.hangUp(pid);
      const reload = await untilNoted(deps, before, () => readReload(care.layout));
      if (reload === undefined) throw new Problem("unavailable", `Cannot reload: found no answer of process ${pid}`);
      if (reload.fault !== undefined) {
        io.talk(`Nothing was changed: ${reload.fault}\n`);
        return exitCodes.error;
      }
      io.out(reload.taken.length === 0 ? "Nothing new was taken in\n" : `Taken in: ${reload.taken.join(", ")}\n`);
      if (reload.needRestart.length > 0) io.out(`Changed, but only by a restart: ${reload.needRestart.join(", ")}\n`);
      const { restartFaults = [] } = reload;
      for (const fault of restartFaults) io.talk(`A restart would fail: ${fault}\n`);
      return restartFaults.length > 0 ? exitCodes.error : exitCodes.ok;
    },
  };
}

async function untilNoted({ clock }: ReloadDeps, before: number | undefined, read: () => Promise<Reload | undefined>) {
  const end = clock.elapsed() + patienceMilliseconds;
  while (clock.elapsed() < end) {
    const reload = await read();
    if (reload !== undefined && reload.at !== before) return reload;
    await sleep(lookMilliseconds);
  }
  return undefined;
}
