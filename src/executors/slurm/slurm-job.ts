/** What Slurm says of a job. */
export type SlurmJob = {
  readonly id: string;
  /** By what Slurm itself counts it, which for an element of an array is another number; known of jobs of the queue. */
  readonly number?: string;
  readonly name: string;
  /** In Slurm's words, such as PENDING. */
  readonly state: string;
  /** Why it waits, or ended. */
  readonly reason: string;
  readonly node: string;
  /** The number of the user whose it is, where jobs of several users are looked at. */
  readonly user?: number;
};

/** What a cluster is set to. */
export type SlurmLimits = {
  /** Elements of one array; 0 where there are no arrays. */
  readonly arraySize: number;
  /** How long the controller knows of a job that has ended. */
  readonly jobAgeSeconds: number;
  /** It holds jobs to their memory itself. */
  readonly holdsMemory: boolean;
  /** It keeps what became of jobs that the controller has forgotten. */
  readonly hasAccounting: boolean;
  /** It shows the user of the service no jobs of others. */
  readonly hidesJobs: boolean;
  /** Its nodes count what jobs take while they run. */
  readonly countsFigures: boolean;
  /** It says so when a node does not answer any more. */
  readonly tellsNodeFailures: boolean;
};

const activeStates =
  /^(?:PENDING|RUNNING|SUSPENDED|COMPLETING|CONFIGURING|RESIZING|REQUEUE|SIGNALING|STAGE_OUT|STOPPED|SPECIAL_EXIT|RESV_DEL_HOLD)/;

/** Tells whether something of a job may still run, or begin. */
export function isActive({ state }: SlurmJob): boolean {
  return activeStates.test(state);
}

/** Tells whether Slurm has ended a job, and waits for its node to say that nothing of it runs any more. */
export function isLeaving({ state }: SlurmJob): boolean {
  return state.startsWith("COMPLETING");
}
