import * as v from "valibot";
import { jobStatuses } from "../../domain/jobs/job-state.ts";
import { stageNames } from "../../domain/jobs/progress.ts";
import { actions, roles } from "../../domain/people/access.ts";
import { auditActions, auditOutcomes } from "../../domain/people/audit.ts";
import { noticeEvents } from "../../domain/people/notices.ts";
import { jobControlOptions, obstacles, transmissionModes } from "../../domain/processes/process.ts";
import { remoteTypes } from "../../domain/processes/remote-type.ts";
import { comparisonMembers } from "./comparison-schema.ts";
import { ShownShare } from "./share-schema.ts";

const Link = v.looseObject({
  href: v.string(),
  rel: v.string(),
  type: v.optional(v.string()),
  title: v.optional(v.string()),
});

const Exception = v.looseObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  errors: v.optional(v.array(v.object({ pointer: v.string(), detail: v.string() }))),
});

const ProcessSummary = v.looseObject({
  id: v.string(),
  version: v.string(),
  title: v.optional(v.string()),
  description: v.optional(v.string()),
  keywords: v.optional(v.array(v.string())),
  jobControlOptions: v.array(v.picklist(jobControlOptions)),
  outputTransmission: v.array(v.picklist(transmissionModes)),
  mutable: v.boolean(),
  cannotRun: v.optional(v.picklist(obstacles)),
  links: v.array(Link),
});

const Revision = v.looseObject({
  version: v.string(),
  revision: v.string(),
  state: v.picklist(["current", "deployed", "withdrawn"]),
  deployed: v.pipe(v.string(), v.isoTimestamp()),
  currentSince: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  withdrawn: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  links: v.array(Link),
});

const StatusInfo = v.looseObject({
  jobID: v.string(),
  id: v.string(),
  type: v.literal("process"),
  processingEntityType: v.literal("ogc-api-processes"),
  processID: v.string(),
  title: v.optional(v.string()),
  providerID: v.optional(v.string()),
  remoteJobID: v.optional(v.string()),
  status: v.picklist(jobStatuses),
  message: v.string(),
  progress: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
  stage: v.optional(v.picklist(stageNames)),
  created: v.pipe(v.string(), v.isoTimestamp()),
  started: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  finished: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  updated: v.pipe(v.string(), v.isoTimestamp()),
  waitsFor: v.optional(v.string()),
  queuePosition: v.optional(v.number()),
  waitingSeconds: v.optional(v.number()),
  runningSeconds: v.optional(v.number()),
  user: v.optional(v.string()),
  dismissedBy: v.optional(v.string()),
  retriedBy: v.optional(v.string()),
  kept: v.optional(v.looseObject({ since: v.pipe(v.string(), v.isoTimestamp()), by: v.optional(v.string()) })),
  attempt: v.number(),
  executionId: v.optional(v.string()),
  processRevision: v.string(),
  tags: v.optional(v.array(v.string())),
  exception: v.optional(Exception),
  links: v.array(Link),
});

const Provider = v.looseObject({
  id: v.string(),
  url: v.string(),
  type: v.picklist(remoteTypes),
  public: v.boolean(),
  auth: v.boolean(),
  forwardHeaders: v.array(v.string()),
  status: v.picklist(["up", "down", "unknown"]),
  checked: v.pipe(v.string(), v.isoTimestamp()),
  refusedForKey: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  links: v.array(Link),
});

const Key = v.looseObject({
  id: v.string(),
  user: v.string(),
  role: v.picklist(roles),
  service: v.boolean(),
  label: v.optional(v.string()),
  actions: v.optional(v.array(v.picklist(actions))),
  processes: v.optional(v.array(v.string())),
  state: v.picklist(["valid", "expired", "revoked"]),
  created: v.pipe(v.string(), v.isoTimestamp()),
  expires: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  lastUsed: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  revoked: v.optional(v.pipe(v.string(), v.isoTimestamp())),
});

/** The documents that the service answers with, by the names that its API description gives them. */
const AuditLine = v.object({
  number: v.number(),
  time: v.string(),
  user: v.optional(v.string()),
  role: v.optional(v.string()),
  address: v.optional(v.string()),
  keyID: v.optional(v.string()),
  client: v.optional(v.string()),
  requestID: v.optional(v.string()),
  action: v.picklist(auditActions),
  subject: v.string(),
  jobID: v.optional(v.string()),
  outcome: v.picklist(auditOutcomes),
});

const UploadUse = v.object({
  jobID: v.string(),
  processID: v.string(),
  status: v.picklist(jobStatuses),
  title: v.optional(v.string()),
  href: v.string(),
});

export const documentSchemas = {
  AuditList: v.object({ entries: v.array(AuditLine), links: v.array(Link) }),
  Link,
  Exception,
  LandingPage: v.looseObject({ title: v.string(), description: v.string(), links: v.array(Link) }),
  ConformanceClasses: v.object({ conformsTo: v.array(v.string()) }),
  ProcessSummary,
  ProcessList: v.object({ processes: v.array(ProcessSummary), links: v.array(Link) }),
  Process: v.looseObject({
    ...ProcessSummary.entries,
    revision: v.string(),
    inputs: v.record(v.string(), v.looseObject({ schema: v.looseObject({}) })),
    outputs: v.record(v.string(), v.looseObject({ schema: v.looseObject({}) })),
  }),
  RevisionList: v.object({ revisions: v.array(Revision), links: v.array(Link) }),
  StatusInfo,
  JobList: v.union([
    v.object({ jobs: v.array(StatusInfo), links: v.array(Link) }),
    v.object({ jobs: v.array(v.string()), links: v.array(Link) }),
    v.object({
      groups: v.array(
        v.object({
          category: v.record(v.string(), v.nullable(v.string())),
          count: v.number(),
          jobs: v.array(v.union([StatusInfo, v.string()])),
        }),
      ),
      links: v.array(Link),
    }),
  ]),
  DismissedJobs: v.object({
    jobs: v.array(v.union([StatusInfo, v.object({ jobID: v.string(), exception: Exception })])),
    links: v.array(Link),
  }),
  Results: v.record(v.string(), v.unknown()),
  JobInputs: v.looseObject({
    inputs: v.record(v.string(), v.unknown()),
    outputs: v.record(v.string(), v.unknown()),
    links: v.array(Link),
  }),
  JobExceptions: v.object({ exceptions: v.array(Exception), links: v.array(Link) }),
  Provenance: v.looseObject({
    prefix: v.record(v.string(), v.string()),
    entity: v.record(v.string(), v.looseObject({})),
    activity: v.record(v.string(), v.looseObject({})),
    agent: v.record(v.string(), v.looseObject({})),
  }),
  JobComparison: v.object({ a: StatusInfo, b: StatusInfo, ...comparisonMembers, links: v.array(Link) }),
  JobStatistics: v.looseObject({
    attempts: v.number(),
    waitingSeconds: v.number(),
    runningSeconds: v.number(),
    firstTool: v.optional(
      v.object({
        started: v.pipe(v.string(), v.isoTimestamp()),
        waitingSeconds: v.number(),
        executor: v.optional(v.string()),
      }),
    ),
    steps: v.array(
      v.looseObject({
        step: v.string(),
        tools: v.number(),
        exitCode: v.number(),
        cpuSeconds: v.number(),
        peakMemoryBytes: v.optional(v.number()),
      }),
    ),
    links: v.array(Link),
  }),
  JobNotifications: v.object({
    notifications: v.array(
      v.looseObject({
        id: v.string(),
        event: v.picklist(["inProgress", "success", "failed"]),
        channel: v.picklist(["callback", "mail"]),
        address: v.string(),
        status: v.picklist(["waiting", "delivered", "abandoned"]),
        attempt: v.number(),
        created: v.pipe(v.string(), v.isoTimestamp()),
        nextTry: v.optional(v.pipe(v.string(), v.isoTimestamp())),
        tries: v.array(
          v.object({
            at: v.pipe(v.string(), v.isoTimestamp()),
            status: v.optional(v.number()),
            error: v.optional(v.string()),
          }),
        ),
      }),
    ),
    links: v.array(Link),
  }),
  UploadList: v.object({
    uploads: v.array(
      v.looseObject({
        id: v.string(),
        href: v.string(),
        name: v.string(),
        mediaType: v.string(),
        sizeBytes: v.number(),
        sha256: v.string(),
        user: v.optional(v.string()),
        created: v.pipe(v.string(), v.isoTimestamp()),
        expires: v.pipe(v.string(), v.isoTimestamp()),
        held: v.boolean(),
        keptBy: v.optional(v.array(UploadUse)),
        heldBy: v.optional(v.array(v.object({ ...UploadUse.entries, kept: v.boolean() }))),
        jobs: v.array(UploadUse),
        links: v.array(Link),
      }),
    ),
    links: v.array(Link),
  }),
  Provider,
  ProviderList: v.object({ providers: v.array(Provider), links: v.array(Link) }),
  ProviderProcessList: v.object({
    processes: v.array(v.looseObject({ id: v.string(), links: v.array(Link) })),
    links: v.array(Link),
  }),
  System: v.looseObject({
    version: v.string(),
    started: v.pipe(v.string(), v.isoTimestamp()),
    queue: v.object({ running: v.number(), waiting: v.number() }),
    beginsJobs: v.boolean(),
    settings: v.array(
      v.looseObject({
        name: v.string(),
        about: v.string(),
        value: v.optional(v.unknown()),
        inForce: v.optional(v.string()),
        origin: v.string(),
        flag: v.string(),
        variable: v.string(),
        takenInBy: v.picklist(["reload", "restart"]),
      }),
    ),
    retention: v.array(v.looseObject({ what: v.string(), settings: v.array(v.string()) })),
    space: v.optional(v.looseObject({})),
    links: v.array(Link),
  }),
  ShareList: v.object({
    shares: v.array(ShownShare),
    hasMore: v.boolean(),
    links: v.array(Link),
  }),
  Notices: v.looseObject({
    address: v.optional(v.string()),
    events: v.optional(v.array(v.picklist(noticeEvents))),
    sendsMail: v.boolean(),
    mailTo: v.optional(v.array(v.string())),
    links: v.array(Link),
  }),
  KeyList: v.object({ keys: v.array(Key), links: v.array(Link) }),
  NewKey: v.looseObject({ ...Key.entries, key: v.string() }),
  UploadedFile: v.looseObject({ id: v.string(), token: v.string(), href: v.string() }),
  Health: v.looseObject({ status: v.string() }),
} as const satisfies Record<string, v.GenericSchema>;

export type DocumentName = keyof typeof documentSchemas;
