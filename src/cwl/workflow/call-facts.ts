import { defined } from "../../domain/defined.ts";
import type { TaskFacts } from "../../domain/jobs/provenance.ts";
import { isStoppedFor } from "../../domain/jobs/stop-reason.ts";
import { errorText } from "../../domain/problem.ts";
import { type DeployedStep, placeOfStep } from "../../domain/processes/process.ts";
import type { JsonObject } from "../../domain/values/json.ts";
import type { CwlProcess } from "../document/schema.ts";
import type { Call } from "../run/call.ts";
import type { RunContext } from "../run/run-context.ts";

/** Returns what a call returns, and keeps what is known of it when it ends, also when it fails; not when it is given up. */
export async function withFacts(
  run: RunContext,
  call: Call,
  remote: DeployedStep | undefined,
  work: () => Promise<JsonObject>,
): Promise<JsonObject> {
  const { facts, clock } = run;
  if (facts === undefined || (call.process.kind === "operation" && remote === undefined)) return work();
  const startedAt = clock.now();
  const ended = () => ({
    kind: kindOf(call.process, remote),
    startedAt,
    endedAt: clock.now(),
    ...defined({ ranAt: remote === undefined ? undefined : placeOfStep(remote) }),
  });
  try {
    const outputs = await work();
    await facts.end(call, { ...ended(), outputs });
    return outputs;
  } catch (error) {
    if (!run.signal.aborted || isStoppedFor(run.signal, "failed"))
      await facts.end(call, { ...ended(), failure: errorText(error) });
    throw error;
  }
}

function kindOf({ kind }: CwlProcess, remote: DeployedStep | undefined): TaskFacts["kind"] {
  return remote !== undefined || kind === "operation" ? "remote" : kind;
}
