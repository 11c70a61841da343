/** Works that a service can be asked for: a built-in echo, and tools that are programs of this machine. */
export type Work = "echo" | "tool-echo" | "tool-python" | "tool-times";

/** A running server under test, as the rows of the table ask it. */
export type Service = AsyncDisposable & {
  readonly title: string;
  /** What belongs to it, each with all its descendants. */
  readonly pids: () => readonly number[];
  /** How many seconds it took to its first answer. */
  readonly startSeconds: number;
  /** Runs the echo synchronously, and checks what comes back. */
  echo(n: number): Promise<void>;
  /** Submits a job, and returns what `ended` and `result` know it by. */
  submit(work: Work, n: number): Promise<string>;
  /** Asks for the status: whether it is successful. Throws when the job failed. */
  ended(job: string): Promise<boolean>;
  /** Asks for the first ten jobs; absent where there is no such list. */
  list?: (() => Promise<void>) | undefined;
  /** Reads what a tool said. */
  result?: ((job: string) => Promise<string>) | undefined;
};

/** Where a service is installed and works. */
export type Place = { readonly toolsDirectory: string; readonly directory: string };
