import { hasCode } from "../../files/disk/file-errors.ts";
import type { TaskEnd } from "../executor.ts";
import type { Host } from "./host.ts";
import { hasStrangers, type ProcessIdentity, startTimeOf } from "./process-table.ts";
import { endedWord, startedWord, supervisorBeginning } from "./supervisor-script.ts";
import { childSeconds, exitRecord } from "./task-records.ts";

/** A task in the hands of a supervisor. */
export type Supervised = {
  /** Resolves when its start is on record; false when the supervisor has left without telling so. */
  readonly recorded: Promise<boolean>;
  /** How it ended; undefined when the supervisor left before it could tell: then the records must. */
  readonly ended: Promise<TaskEnd | undefined>;
};

/** A shell in a session of its own that runs one tool after the other, and outlives the server with the one it runs. */
export type Supervisor = {
  readonly leader: ProcessIdentity;
  /** Hands it a task, in the words of supervisor-script.ts; the one before must have ended. */
  run(script: string): Supervised;
  /** Tells whether the last tool left processes behind that still live. */
  hasLeftovers(): boolean;
  /** Lets it leave as soon as nothing runs; it takes no other task. */
  retire(): void;
  readonly isRetired: boolean;
  /** Resolves when it has left. */
  readonly exited: Promise<void>;
  /** Keeps the server from ending while someone waits for the supervisor. */
  hold(): void;
  /** Undoes one `hold`. */
  release(): void;
};

export const shell = "/bin/sh";

/**
 * Starts a supervisor in a session and group of its own, so that neither the server's end nor a signal to the server's
 * group reaches it. When the server is gone it ends after the tool that it runs. `label` is what `ps` shows of it.
 */
export function startSupervisor(label: string, host: Host): Supervisor {
  const child = Bun.spawn({
    cmd: [shell, "-s", "heddle-supervisor", label],
    cwd: "/",
    // Some shells look for their own commands on it.
    env: { PATH: "/usr/bin:/bin" },
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.unref();
  const exited = child.exited.then(() => {});
  const leader = { pid: child.pid, startTime: startTimeOf(child.pid) ?? "" };
  let current:
    | { readonly recorded: (isRecorded: boolean) => void; readonly ended: (end?: TaskEnd) => void }
    | undefined;
  let newest = { before: 0, after: 0 };
  let times = "";
  let secondsBefore: number | undefined = 0;
  let isRetired = false;
  let holders = 0;
  const send = (text: string) => {
    // A supervisor that has left says so by its end.
    try {
      child.stdin.write(text);
      Promise.resolve(child.stdin.flush()).catch(() => {});
    } catch (error) {
      if (!hasCode(error, "EPIPE")) throw error;
    }
  };
  const hold = () => {
    holders += 1;
    if (holders === 1) child.ref();
  };
  const release = () => {
    holders -= 1;
    if (holders === 0) child.unref();
  };
  const leave = () => {
    isRetired = true;
    current?.recorded(false);
    current?.ended();
    current = undefined;
  };
  const hear = (line: string) => {
    const [word, ...numbers] = line.split(" ");
    if (word === startedWord) current?.recorded(true);
    if (word !== endedWord) {
      times = word === startedWord ? "" : `${times}${line}\n`;
      return;
    }
    const [exitCode = 0, before = 0, after = 0] = numbers.map(Number);
    newest = { before, after };
    const seconds = childSeconds(times);
    const end: TaskEnd = { kind: "exited", ...exitRecord(exitCode, secondsBefore, seconds) };
    secondsBefore = seconds;
    const { ended } = current ?? {};
    current = undefined;
    ended?.(end);
  };
  void listen(child.stdout, hear)
    .then(() => exited)
    .finally(leave);
  send(supervisorBeginning(host));
  return {
    leader,
    run(script) {
      const recorded = Promise.withResolvers<boolean>();
      const ended = Promise.withResolvers<TaskEnd | undefined>();
      // With nothing to wait for, the runtime's event loop would turn without pause until the supervisor tells.
      hold();
      current = { recorded: recorded.resolve, ended: ended.resolve };
      void recorded.promise.then(release);
      if (isRetired) leave();
      else send(script);
      return { recorded: recorded.promise, ended: ended.promise };
    },
    hasLeftovers: () => hasStrangers(leader.pid, newest),
    retire() {
      if (isRetired) return;
      isRetired = true;
      child.stdin.end();
    },
    get isRetired() {
      return isRetired;
    },
    exited,
    hold,
    release,
  };
}

/** Hands on each line of a stream; ends with the stream. */
async function listen(stream: ReadableStream<Uint8Array>, hear: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let kept = "";
  for await (const chunk of stream) {
    const lines = (kept + decoder.decode(chunk, { stream: true })).split("\n");
    kept = lines.pop() ?? "";
    for (const line of lines) hear(line);
  }
}
