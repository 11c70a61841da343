import type { Activity } from "./domain/figures/activity.ts";

/** Memory that the main thread writes and the watchdog's thread reads, also when the main thread does not turn. */
export type WatchMemory = Activity & {
  readonly buffer: SharedArrayBuffer;
  /** Counts a turn of the main thread's event loop. */
  turn(): void;
  turns(): number;
  /** Keeps why the service is not ready; nothing when it is. */
  setFault(cause: string): void;
  /** What is being done, and for which job. */
  read(): { readonly doing: string; readonly jobId: string; readonly fault: string };
};

type Area = { readonly at: number; readonly bytes: number; readonly length: number };

/** Counters first: the turns, then how long each text is. */
const areas = {
  doing: { at: 64, bytes: 512, length: 1 },
  jobId: { at: 576, bytes: 64, length: 2 },
  fault: { at: 640, bytes: 1024, length: 3 },
} as const satisfies Record<string, Area>;
const totalBytes = 1664;

/** Creates the memory, or opens the one that another thread has created. */
export function watchMemory(buffer: SharedArrayBuffer = new SharedArrayBuffer(totalBytes)): WatchMemory {
  const numbers = new Int32Array(buffer, 0, 16);
  const bytes = Buffer.from(buffer);
  const write = ({ at, bytes: room, length }: Area, text: string) => {
    Atomics.store(numbers, length, bytes.write(text, at, room, "utf8"));
  };
  /** By job, what was begun last at the end. */
  const open = new Map<string, string>();
  const show = (doing: string, jobId: string) => {
    write(areas.doing, doing);
    write(areas.jobId, jobId);
  };
  const read = ({ at, length }: Area) => bytes.toString("utf8", at, at + Atomics.load(numbers, length));
  return {
    buffer,
    turn: () => void Atomics.add(numbers, 0, 1),
    turns: () => Atomics.load(numbers, 0),
    begin(doing, jobId = "") {
      open.delete(jobId);
      open.set(jobId, doing);
      show(doing, jobId);
    },
    end(jobId = "") {
      if (!open.delete(jobId)) return;
      const [last, doing] = [...open].at(-1) ?? ["", ""];
      show(doing, last);
    },
    isAt: (jobId) => open.has(jobId),
    setFault: (cause) => write(areas.fault, cause),
    read: () => ({ doing: read(areas.doing), jobId: read(areas.jobId), fault: read(areas.fault) }),
  };
}

/** Words what was being done for a log line. */
export function wordActivity({ doing, jobId }: { readonly doing: string; readonly jobId: string }): string {
  if (doing === "") return "nothing that was noted";
  return jobId === "" ? doing : `${doing}, for job ${jobId}`;
}
