import { waitedUntil } from "../../domain/jobs/job-times.ts";
import { type NewNotification, tellingEvent } from "../../domain/people/notification.ts";
import type { Database } from "../database/database.ts";
import { storable } from "../database/statements.ts";
import { findMove } from "../queries/guards.ts";
import { withoutListRows } from "../queries/list-rows.ts";
import * as moving from "../queries/move-job.ts";
import { type Move, tellOfMove, won } from "./jobs.ts";

/** `by` is the user who asks for it. */
type Dismissal = Move & { readonly message: string; readonly by?: string };

/** Dismisses an unfinished job; it keeps its progress. Its execution ends only when what runs is stopped. */
export async function dismissJob(
  database: Database,
  move: Dismissal & { readonly notifications?: readonly NewNotification[] },
): Promise<"dismissed" | "lost"> {
  const { jobId, moveId, at, message, by = null } = move;
  const notifications = tellingEvent(move.notifications ?? [], 0);
  const guard = { jobId, moveId };
  const live = database.feed.live(jobId);
  const shown = {
    shownProgress: live?.progress ?? 0,
    shownStage: live?.stage ?? null,
    waited: waitedUntil(live ?? {}, at) ?? null,
  };
  const results = await database.write(
    [
      moving.dismiss({ ...guard, at, message: storable(message), by, ...shown }),
      ...tellOfMove(guard, at, notifications),
      moving.insertDismissalEvent(guard),
      moving.forgetSecretsOfMove(guard),
    ],
    [jobId],
    findMove(guard),
    database.takeIn,
  );
  if (won(results)) database.feed.ended(jobId);
  return won(results) ? "dismissed" : "lost";
}

/** Dismisses a finished job and removes its results. The history of one that was dismissed before tells its end already. */
export async function discardJob(
  database: Database,
  move: Dismissal & { readonly isDismissed?: boolean },
): Promise<"dismissed" | "lost"> {
  const { jobId, moveId, at, message, isDismissed = false, by = null } = move;
  const guard = { jobId, moveId };
  const results = await database.write(
    [
      moving.discard({ ...guard, at, message: storable(message), by }),
      moving.deleteResults(guard),
      ...(isDismissed ? [] : [moving.insertDismissalEvent(guard)]),
      ...withoutListRows(guard),
    ],
    [jobId],
    findMove(guard),
    database.takeIn,
  );
  return won(results) ? "dismissed" : "lost";
}
