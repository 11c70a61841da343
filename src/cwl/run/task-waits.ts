import type { Clock } from "../../domain/waiting/clock.ts";
import type { EngineRecord } from "../../engines/engine.ts";

/** Which tools of a run wait, and which run: a run waits while some wait and none runs. Times are milliseconds since 1970. */
export type TaskWaits = {
  /** A tool that was submitted at a time waits for something. */
  waits(task: string, reason: string, since: number): void;
  /** It runs, since a time. */
  runs(task: string, since: number): void;
  /** It has ended, or will never run. */
  ends(task: string): void;
};

/** Creates the waits of a run, which tell its job when it begins to wait and when it goes on. */
export function createTaskWaits({ now }: Pick<Clock, "now">, { waits }: EngineRecord): TaskWaits {
  const waiting = new Map<string, { readonly reason: string; readonly since: number }>();
  const running = new Set<string>();
  let idleSince = now();
  let told: string | undefined;
  const tell = (until: number) => {
    const [first] = running.size > 0 ? [] : waiting.values();
    if (first?.reason === told) return;
    told = first?.reason;
    waits?.(first && { reason: first.reason, since: Math.max(first.since, idleSince) }, until);
  };
  const leave = (task: string) => {
    waiting.delete(task);
    if (running.delete(task) && running.size === 0) idleSince = now();
  };
  return {
    waits(task, reason, since) {
      waiting.set(task, { reason, since });
      tell(now());
    },
    runs(task, since) {
      waiting.delete(task);
      running.add(task);
      tell(since);
    },
    ends(task) {
      leave(task);
      tell(now());
    },
  };
}
