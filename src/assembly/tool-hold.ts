import type { Config } from "../config/config.ts";
import type { Logger } from "../domain/logger.ts";
import type { Bubblewrap } from "../executors/sandbox/bubblewrap.ts";

/** Keeps a server that cannot confine tools from running what others bring, from its first key on. */
export type ToolHold = {
  /** To be called when a key is known to exist. */
  keyFound(): void;
  /** Others than the users of this machine may bring or run processes, as far as is known. */
  isExposed(): boolean;
  /** Why no job is claimed; undefined when jobs are. */
  reason(): string | undefined;
};

const heldReason =
  "a key was made since the start, and tools have no sandbox; wanted a new start, which says what is missing";

type HoldDeps = {
  readonly logger: Logger;
  /** Others could bring processes when the server started: then it was settled how tools run. */
  readonly exposed: boolean;
  readonly bubblewrap: Bubblewrap;
  readonly sandbox: Config["sandbox"];
};

/**
 * Makes the hold. Where no sandbox can be made and the operator did not say that none is needed, jobs wait from the first key
 * on, what runs goes on, and the next start is refused until it is settled: so no job is lost, and none of others runs
 * unconfined.
 */
export function createToolHold({ logger, exposed, bubblewrap, sandbox }: HoldDeps): ToolHold {
  const mayHold = !exposed && sandbox === undefined;
  let isKnown = false;
  return {
    keyFound() {
      if (isKnown) return;
      isKnown = true;
      if (!mayHold) return;
      if (bubblewrap.kind === "found") logger.info("There is a key now: tools run in a sandbox or not at all", {});
      else logger.warn("No job is claimed from now on", { reason: heldReason, sandbox: bubblewrap.reason });
    },
    isExposed: () => exposed || isKnown,
    reason: () => (mayHold && isKnown && bubblewrap.kind === "missing" ? heldReason : undefined),
  };
}
