import type { Config } from "../config.ts";
import type { Clock } from "../domain/clock.ts";
import type { Condition } from "../domain/condition.ts";
import type { Job } from "../domain/job.ts";
import type { Logger } from "../domain/logger.ts";
import type { ServiceMetrics } from "../domain/service-metrics.ts";
import { sentResults } from "../http/answers/results-answer.ts";
import type { AnswerDeps } from "../http/answers/results-context.ts";
import { statusDocument } from "../http/answers/status-document.ts";
import type { Gate } from "../net/fetch.ts";
import { createMailer } from "../net/mail.ts";
import { type ReadResultsDeps, resultsOfJob } from "../operations/read-results.ts";
import { deliver } from "../runner/deliver.ts";
import { type Notifier, startNotifier } from "../runner/notify.ts";
import type { Database } from "../store/database.ts";
import type { SecretKey } from "../store/seal.ts";
import type { Telling } from "./telling.ts";

type NotifierDeps = {
  readonly config: Config;
  readonly database: Database;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly condition: Condition;
  readonly gate: Gate;
  readonly secretKey: SecretKey;
  readonly telling: Telling;
  /** What makes the documents that are sent. */
  readonly answering: ReadResultsDeps & AnswerDeps;
  readonly serviceUrl: string;
  readonly metrics: ServiceMetrics;
};

/** Starts to tell subscribers, by callbacks and mails. */
export function startTelling({ config, database, logger, clock, metrics, ...deps }: NotifierDeps): Notifier {
  const { answering, serviceUrl } = deps;
  const { mailServer, signingKey } = deps.telling;
  const delivering = {
    database,
    clock,
    secretKey: deps.secretKey,
    callbacks: { gate: deps.gate, ...(signingKey === undefined ? {} : { signingKey }) },
    ...(mailServer === undefined ? {} : { mailer: createMailer(mailServer) }),
    documents: {
      status: (job: Job) => statusDocument(job, serviceUrl),
      results: async (job: Job) => sentResults(answering, await resultsOfJob(answering, job), serviceUrl),
    },
    settings: { serviceUrl, tryMilliseconds: config.notifySeconds * 1000 },
  };
  return startNotifier({
    database,
    clock,
    logger,
    condition: deps.condition,
    deliver: (delivery, signal) => deliver(delivering, delivery, signal),
    onTried: (channel, outcome) => metrics.notifications.add([channel, outcome]),
    settings: {
      tries: config.notifyTries,
      patienceMilliseconds: config.notifyHours * 3_600_000,
      firstPauseMilliseconds: config.notifyPauseSeconds * 1000,
    },
  });
}
