import type { Config } from "../../config/config.ts";
import { networkWords, readNetworkRules } from "../../domain/processes/tool-network.ts";
import { signInNote } from "../listening/door.ts";

type StartNotesDeps = {
  readonly config: Config;
  readonly hasKeys: boolean;
  /** Others may come to the service than its own user. */
  readonly exposed: boolean;
  /** What is told of tools, and of the numbers for monitoring. */
  readonly ofTools: readonly string[];
  readonly ofMetrics: readonly string[];
  readonly healthUrl: string | undefined;
};

/** Lists what the operator of a service should know when it has started: who comes in, what tools run in and reach, where it is watched. */
export function startNotes(deps: StartNotesDeps): readonly string[] {
  const { config, hasKeys, exposed, ofTools, ofMetrics, healthUrl } = deps;
  return [
    signInNote(config, hasKeys),
    ...ofTools,
    ...ofMetrics,
    networkWords(readNetworkRules(config.toolNetwork), exposed),
    ...(healthUrl === undefined ? [] : [`Health is told at ${healthUrl}`]),
  ];
}
