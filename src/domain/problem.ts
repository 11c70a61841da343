/** What can go wrong and be acted on by a caller. Each edge maps each kind to its own code. */
export const problemKinds = [
  "invalid-parameter-value",
  "invalid-query-parameter-value",
  "no-such-process",
  "no-such-job",
  "no-such-output",
  "not-found",
  "result-not-ready",
  "result-not-available",
  "job-failed",
  "gone",
  "removed-job",
  "kept-job",
  "workflow-not-found",
  "duplicated-process",
  "immutable-process",
  "unsupported-media-type",
  "unsupported-content-coding",
  "not-acceptable",
  "method-not-allowed",
  "content-too-large",
  "idempotency-conflict",
  "conflict",
  "precondition-failed",
  "unauthorized",
  "forbidden",
  "too-many-requests",
  "range-not-satisfiable",
  "unprocessable-content",
  "unsupported-schema",
  "remote-failure",
  "unavailable",
  "insufficient-storage",
  "internal",
] as const;

export type ProblemKind = (typeof problemKinds)[number];

/** One fault of a request: where (a JSON pointer, or file:line:column), what was found and what was wanted. */
export type Fault = {
  readonly pointer: string;
  readonly detail: string;
};

/** The most faults that an answer lists: who sees so many knows where to look. */
const maxFaults = 100;

/** What can be wrong with a token that came with a request (RFC 6750 3.1). */
export type TokenFault = "invalid_token" | "insufficient_scope";

/** An error that a caller can act on. `detail` reads "Cannot <action>: <what was found>, <what was wanted>". */
export class Problem extends Error {
  readonly kind: ProblemKind;
  readonly faults: readonly Fault[];
  /** After this long the same may work. */
  readonly retryAfterSeconds: number | undefined;
  /** What is wrong with the token that came (RFC 6750 3.1); undefined when none came, or nothing is wrong with it. */
  readonly challenge: TokenFault | undefined;

  constructor(
    kind: ProblemKind,
    detail: string,
    options: {
      cause?: unknown;
      faults?: readonly Fault[];
      retryAfterSeconds?: number;
      challenge?: TokenFault;
    } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Problem";
    this.kind = kind;
    this.faults = (options.faults ?? []).slice(0, maxFaults);
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.challenge = options.challenge;
  }
}

/** Words any thrown value for a log line or a failure message. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
