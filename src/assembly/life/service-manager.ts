import { startInterval } from "../../domain/waiting/timers.ts";
import type { SystemCalls } from "../listening/system-calls.ts";

/** Tells the service manager that started the program how it does (sd_notify(3)); nothing where none wants to know. */
export type ServiceManager = Disposable & {
  /** The service answers from now on, or again; `status` is a line for people. */
  ready(status: string): void;
  /** The settings are read again; `ready` follows. */
  reloading(): void;
  stopping(): void;
};

/** What the service manager says of itself, in the environment. */
export type ManagerEnvironment = {
  readonly NOTIFY_SOCKET?: string | undefined;
  /** The longest silence, in microseconds. */
  readonly WATCHDOG_USEC?: string | undefined;
  /** Whom the silence is counted of. */
  readonly WATCHDOG_PID?: string | undefined;
};

type ManagerDeps = {
  readonly environment: ManagerEnvironment;
  readonly pid: number;
  readonly calls: Pick<SystemCalls, "sendDatagram"> | undefined;
  /** The time since the machine started, in microseconds (CLOCK_MONOTONIC). */
  readonly sinceBoot: () => bigint;
};

/** Creates the way to the service manager, and begins to be heard as often as it wants. */
export function createServiceManager({ environment, pid, calls, sinceBoot }: ManagerDeps): ServiceManager {
  const { NOTIFY_SOCKET: address, WATCHDOG_USEC: silence, WATCHDOG_PID: watched } = environment;
  if (address === undefined || address === "" || calls === undefined) return silentManager;
  const tell = (...lines: readonly string[]) => void calls.sendDatagram(address, lines.join("\n"));
  const isWatched = silence !== undefined && (watched === undefined || Number(watched) === pid);
  // Twice in the time that it waits. The timer is that of requests: what holds them up keeps it silent too.
  const alive = isWatched ? startInterval(Number(silence) / 1000 / 2, () => tell("WATCHDOG=1")) : undefined;
  return {
    ready: (status) => tell("READY=1", `STATUS=${status}`),
    reloading: () => tell("RELOADING=1", `MONOTONIC_USEC=${sinceBoot()}`),
    stopping: () => tell("STOPPING=1", "STATUS=Stopping: what is open is answered, tools go on"),
    [Symbol.dispose]: () => alive?.[Symbol.dispose](),
  };
}

const silentManager: ServiceManager = {
  ready() {},
  reloading() {},
  stopping() {},
  [Symbol.dispose]() {},
};
