/** The states of a job (OGC 18-062r2, statusCode). */
export const jobStatuses = ["accepted", "running", "successful", "failed", "dismissed"] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** Every move a job can make: from which states, to which one. */
export const jobMoves = {
  claim: { from: ["accepted"], to: "running" },
  release: { from: ["running"], to: "accepted" },
  adopt: { from: ["running"], to: "running" },
  succeed: { from: ["running"], to: "successful" },
  fail: { from: ["running"], to: "failed" },
  dismiss: { from: ["accepted", "running"], to: "dismissed" },
  retry: { from: ["failed", "dismissed"], to: "accepted" },
  discard: { from: ["successful", "failed", "dismissed"], to: "dismissed" },
} as const satisfies Record<string, { from: readonly JobStatus[]; to: JobStatus }>;

/** Tells whether a job in this state will not run again by itself. */
export function isFinished(status: JobStatus): boolean {
  switch (status) {
    case "accepted":
    case "running":
      return false;
    case "successful":
    case "failed":
    case "dismissed":
      return true;
    default:
      return status satisfies never;
  }
}
