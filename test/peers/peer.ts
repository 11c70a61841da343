/** A real program that is tried against ours: add a file with one, and name it in run.ts. */
export type Peer = {
  readonly name: string;
  /** What it is installed from; each exactly pinned. */
  readonly packages: { readonly python?: readonly string[]; readonly npm?: readonly string[] };
  /** Flags that our executable is started with. */
  readonly flags?: readonly string[];
  /** Tries it. Gives why nothing was tried, when its published form cannot do what is to be tried. */
  run(context: PeerContext): Promise<undefined | { readonly skipped: string }>;
};

export type PeerContext = {
  /** Where our executable serves, on loopback. */
  readonly url: string;
  /** A directory of the peer's own, for what it writes; removed afterwards. */
  readonly directory: string;
  /** The Python that its packages are installed for. */
  readonly python: string;
  /** The directory whose node_modules holds its npm packages. */
  readonly npmDirectory: string;
  /** Runs one check, and goes on when it fails. */
  check(name: string, attempt: () => Promise<void>): Promise<void>;
  /** Runs a command that prints `ok NAME` or `not ok NAME: REASON` for each check. */
  runChecks(command: readonly string[]): Promise<void>;
};
