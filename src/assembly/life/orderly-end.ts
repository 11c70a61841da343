import type { Config } from "../../config/config.ts";
import type { Logger } from "../../domain/logger.ts";
import type { FilePool } from "../../runner/walk/file-pool.ts";
import type { Database } from "../../store/database/database.ts";
import type { Auditing } from "../listening/auditing.ts";
import type { Listener } from "../listening/listener.ts";
import { endUnlessStuck } from "./program-end.ts";

type OrderlyEndDeps = {
  readonly listener: Pick<Listener, "drain">;
  readonly auditing: Pick<Auditing, "note">;
  readonly database: Pick<Database, "figures">;
  readonly logger: Logger;
  readonly filePool: Pick<FilePool, "isStuck" | "answers">;
  /** Ends the program without what is stuck. */
  readonly abandon: ((exitCode: number) => void) | undefined;
  /** All that is held open. */
  readonly held: AsyncDisposable;
  readonly version: string;
  /** How long open requests are waited for. */
  readonly drainSeconds: Config["drainSeconds"];
};

/** Ends a service that has stopped to take work: answers what is open, notes the end in the audit, and closes what is held. */
export async function endOrderly(deps: OrderlyEndDeps): Promise<void> {
  const { listener, auditing, database, logger, filePool, abandon, held, version, drainSeconds } = deps;
  const end = async () => {
    await listener.drain(drainSeconds);
    await auditing.note("stop", version).catch((error: unknown) => logger.warn("Cannot add to the audit", { error }));
    logger.info("Stopping", await database.figures());
    await held[Symbol.asyncDispose]();
  };
  await endUnlessStuck({ filePool, logger, abandon, seconds: drainSeconds }, end);
}
