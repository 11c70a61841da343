import type { Config } from "../config/config.ts";
import type { ServiceMetrics } from "../domain/figures/service-metrics.ts";
import type { Job } from "../domain/jobs/job.ts";
import type { Logger } from "../domain/logger.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import type { Condition } from "../domain/waiting/condition.ts";
import { statusDocument } from "../http/answers/jobs/status-document.ts";
import { sentResults } from "../http/answers/results/results-answer.ts";
import type { AnswerDeps } from "../http/answers/results/results-context.ts";
import type { Gate } from "../net/fetch.ts";
import { createMailer } from "../net/mail.ts";
import { type ReadResultsDeps, resultsOfJob } from "../operations/results/read-results.ts";
import { deliver } from "../runner/care/deliver.ts";
import { type Notifier, startNotifier } from "../runner/care/notify.ts";
import type { Database } from "../store/database/database.ts";
import type { SecretKey } from "../store/database/seal.ts";
import type { Telling } from "./facts/telling.ts";

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
