import type { Logger } from "../../domain/logger.ts";
import { startTimer, type Timer } from "../../domain/waiting/timers.ts";
import type { Host } from "./host.ts";
import { createPatientLook } from "./patient-look.ts";
import { type Supervised, type Supervisor, startSupervisor } from "./supervise.ts";

/** The supervisors of a server: as many as there are tools at once, each used again, also by the tools of other jobs. */
export type Supervisors = {
  /** Hands a task to one of them; resolves when its start is on record, or cannot be any more. */
  run(script: string): Promise<SupervisedRun>;
};

/** A task, and the supervisor that runs it. */
export type SupervisedRun = Pick<Supervised, "ended"> & {
  readonly supervisor: Supervisor;
};

/** After so many tools a supervisor is replaced; */
const maxTasks = 500;
/** and after so long without work it leaves: jobs that come one by one find it again. */
const idleMilliseconds = 30_000;

type Member = { readonly supervisor: Supervisor; tasks: number; timer?: Timer };

/**
 * Makes the supervisors of a server. `clear` stops what a tool left running behind its supervisor's back: it is called
 * with a supervisor that leaves, and an end is told only after it.
 */
export function createSupervisors(
  { label, host, logger }: { readonly label: string; readonly host: Host; readonly logger: Logger },
  clear: (supervisor: Supervisor) => Promise<void>,
): Supervisors {
  const idle: Member[] = [];
  const make = (): Member => ({ supervisor: startSupervisor(label, host), tasks: 0 });
  const take = (): Member => {
    for (let member = idle.pop(); member !== undefined; member = idle.pop()) {
      member.timer?.clear();
      if (!member.supervisor.isRetired) return member;
    }
    return make();
  };
  const giveBack = async (member: Member): Promise<string | undefined> => {
    const { supervisor } = member;
    const patient = createPatientLook(logger);
    if (await patient.during(() => supervisor.hasLeftovers())) {
      supervisor.retire();
      await supervisor.exited;
      await patient.during(() => clear(supervisor));
      return patient.lacked;
    }
    if (member.tasks >= maxTasks) supervisor.retire();
    if (supervisor.isRetired) return patient.lacked;
    member.timer = startTimer(idleMilliseconds, () => supervisor.retire()).unref();
    idle.push(member);
    return patient.lacked;
  };
  const runBy = async (member: Member, script: string): Promise<SupervisedRun> => {
    const isFirst = member.tasks === 0;
    member.tasks += 1;
    const { recorded, ended } = member.supervisor.run(script);
    // One that was killed while it waited for work is noticed now. Should it have made the record, the next one cannot.
    if (!(await recorded) && !isFirst) return runBy(make(), script);
    return {
      supervisor: member.supervisor,
      ended: ended.then(async (end) => {
        if (end === undefined) return undefined;
        const lacked = await giveBack(member);
        return lacked === undefined ? end : { ...end, waitedFor: lacked };
      }),
    };
  };
  return { run: (script) => runBy(take(), script) };
}
