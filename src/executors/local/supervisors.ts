import { shortageOf } from "../../domain/shortage.ts";
import { sleep, startTimer, type Timer } from "../../domain/timers.ts";
import type { Host } from "./host.ts";
import { type Supervised, type Supervisor, startSupervisor } from "./supervise.ts";

/** The supervisors of a server: as many as there are tools at once, each used again while there is work for it. */
export type Supervisors = { run(script: string): SupervisedRun };

/** A task, and the supervisor that runs it. */
export type SupervisedRun = Supervised & {
  readonly supervisor: Supervisor;
};

/** After so many tools a supervisor is replaced; */
const maxTasks = 500;
/** and after so long without work it leaves. */
const idleMilliseconds = 500;

/** How often it is tried again to look at processes when the server is short of descriptors: the end of a tool waits. */
const shortMilliseconds = 100;

async function whenItCan<T>(look: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (shortageOf(error) === undefined) throw error;
      await sleep(shortMilliseconds);
    }
  }
}

type Member = { readonly supervisor: Supervisor; tasks: number; timer?: Timer };

/**
 * Makes the supervisors of a server. `clear` stops what a tool left running behind its supervisor's back: it is called
 * with a supervisor that leaves, and an end is told only after it.
 */
export function createSupervisors(
  label: string,
  host: Host,
  clear: (supervisor: Supervisor) => Promise<void>,
): Supervisors {
  const idle: Member[] = [];
  const take = (): Member => {
    for (let member = idle.pop(); member !== undefined; member = idle.pop()) {
      member.timer?.clear();
      if (!member.supervisor.isRetired) return member;
    }
    return { supervisor: startSupervisor(label, host), tasks: 0 };
  };
  const giveBack = async (member: Member): Promise<void> => {
    const { supervisor } = member;
    if (await whenItCan(() => supervisor.hasLeftovers())) {
      supervisor.retire();
      await supervisor.exited;
      return whenItCan(() => clear(supervisor));
    }
    if (member.tasks >= maxTasks) supervisor.retire();
    if (supervisor.isRetired) return;
    member.timer = startTimer(idleMilliseconds, () => supervisor.retire()).unref();
    idle.push(member);
  };
  return {
    run(script) {
      const member = take();
      member.tasks += 1;
      const { recorded, ended } = member.supervisor.run(script);
      return {
        supervisor: member.supervisor,
        recorded,
        ended: ended.then(async (end) => {
          if (end !== undefined) await giveBack(member);
          return end;
        }),
      };
    },
  };
}
