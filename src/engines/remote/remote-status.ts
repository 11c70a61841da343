import { defined } from "../../domain/defined.ts";
import type { Logger } from "../../domain/logger.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { pollDelaySeconds } from "../../domain/waiting/poll-plan.ts";
import type { RemoteClient, RemoteLocation, RemoteStatus } from "../../net/remote/remote.ts";
import type { EngineUpdate } from "../engine.ts";

type WatchDeps = {
  readonly client: RemoteClient;
  readonly logger: Logger;
  /** The job's log. */
  readonly log?: (message: string) => void;
  /** Waits; ends early, without an error, when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/** Status answers in a row that cannot be read, after which the job fails. */
const maxUnreadable = 5;

/** Looks at a remote job to its end, by the plan of domain/waiting/poll-plan.ts; what the remote asks for wins. */
export async function* watchRemoteJob(
  { client, logger, log, wait }: WatchDeps,
  executionId: string,
  location: RemoteLocation,
  signal: AbortSignal,
): AsyncGenerator<EngineUpdate> {
  let asked: number | undefined;
  let unread = 0;
  for (let look = 0; !signal.aborted; look += 1) {
    await wait(pollDelaySeconds(look, asked) * 1000, signal);
    if (signal.aborted) return;
    const status = await readStatus(client, location, signal);
    if (signal.aborted) return;
    if (status instanceof Problem) {
      unread += 1;
      asked = status.retryAfterSeconds;
      logger.info("Cannot read the status of a remote job", {
        executionId,
        unread,
        error: status,
      });
      if (unread < maxUnreadable) {
        log?.(`${status.message}; look ${unread + 1} of ${maxUnreadable} follows`);
        continue;
      }
      yield {
        kind: "ended",
        failure: { message: `${maxUnreadable} status answers in a row were unreadable: ${status.message}` },
      };
      return;
    }
    unread = 0;
    asked = status.askAgainSeconds;
    yield progressOf(status);
    const end = endOf(status);
    if (end !== undefined) {
      yield end;
      return;
    }
  }
}

async function readStatus(
  client: RemoteClient,
  location: RemoteLocation,
  signal: AbortSignal,
): Promise<RemoteStatus | Problem> {
  try {
    return await client.status(location, signal);
  } catch (error) {
    if (signal.aborted || error instanceof Problem) {
      return error instanceof Problem ? error : new Problem("remote-failure", errorText(error));
    }
    throw error;
  }
}

function progressOf({ state, percent, message }: RemoteStatus): EngineUpdate {
  return {
    kind: "progress",
    percent: state === "successful" ? 100 : (percent ?? 0),
    ...(message === undefined || message === "" ? {} : { message: message.slice(0, 1000) }),
  };
}

function endOf({ state, message, exception }: RemoteStatus): EngineUpdate | undefined {
  switch (state) {
    case "accepted":
    case "running":
      return undefined;
    case "successful":
      return { kind: "ended" };
    case "failed": {
      const said = exception?.text ?? message ?? "it says no more";
      const failure = { message: `The remote job failed: ${said}`, ...defined({ exception }) };
      return { kind: "ended", failure };
    }
    case "dismissed":
      return { kind: "ended", failure: { message: "The remote job was dismissed there" } };
    default:
      return state satisfies never;
  }
}
