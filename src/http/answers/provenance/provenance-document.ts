import type { ProvDocument } from "../../../domain/documents/provenance.ts";
import type { TaskFacts } from "../../../domain/jobs/provenance.ts";
import { jobUrl } from "../../../domain/links.ts";
import type { OutputLocations } from "../../../domain/values/results.ts";
import type { Provenance } from "../../../operations/runs/read-provenance.ts";
import { addAttempts, addPerson, addService, failureFacts } from "./provenance-attempts.ts";
import { addResult, addValue, isFile, occurrences } from "./provenance-entities.ts";
import { addJobInputs } from "./provenance-inputs.ts";
import { type Attributes, createProvWriter, type ProvWriter, provName, provTime } from "./provenance-records.ts";
import { type AttemptFiles, addTasks, writerOfAttempt } from "./provenance-tasks.ts";

type Writing = Provenance & { readonly prov: ProvWriter; readonly locations: OutputLocations };

/**
 * Builds the provenance of a job as PROV-JSON: the job, each of its attempts where it has several, and each of its tasks as
 * activities, what they used and made as entities, who asked and what ran as agents, and the processes as plans.
 */
export function provenanceDocument(known: Provenance, baseUrl: string, locations: OutputLocations): ProvDocument {
  const prov = createProvWriter(`${jobUrl(baseUrl, known.job.id)}/prov`);
  const writing: Writing = { ...known, prov, locations };
  const job = addJob(writing);
  const makers = new Map<string, string | undefined>();
  for (const given of addJobInputs(prov, known, job)) makers.set(given, undefined);
  const maySee = (jobId: string) => known.seenJobs.has(jobId);
  const { attempts, tasks, server } = known;
  const ran =
    attempts.length === 0
      ? { main: addTasks({ prov, within: job, server, makers, maySee, files: oneAttempt }, tasks), keyOf: sameKey }
      : addAttempts({ prov, makers, maySee, job, owner: known.job.user }, attempts);
  addResults(writing, ran.main ?? job, ran.keyOf);
  return prov.document();
}

const sameKey = (key: string) => key;
const oneAttempt: AttemptFiles = { keyOf: sameKey, note: () => {} };

/** A result of a workflow is the file of a step under another name. */
function addResults(
  { prov, locations, job, results, tasks }: Writing,
  maker: string,
  keyOf: AttemptFiles["keyOf"],
): void {
  const made = madeFiles(writerOfAttempt(prov, keyOf, new Map()), tasks);
  const time = provTime(madeAt({ job, tasks }));
  for (const [outputId, result] of Object.entries(results)) {
    const entity = addResult({ prov, locations }, result, `result ${outputId}`, outputId);
    prov.relate("wasGeneratedBy", {
      "prov:entity": entity,
      "prov:activity": maker,
      "prov:time": time,
      "prov:role": outputId,
    });
    const origin = result.kind === "file" ? made.get(`${result.sha256} ${result.basename}`) : undefined;
    if (origin !== undefined)
      prov.relate("wasDerivedFrom", { "prov:generatedEntity": entity, "prov:usedEntity": origin });
  }
}

/** When results were there: at the end of the tool that is the job, as nothing is made after the end of its maker (PROV-CONSTRAINTS, 6.3). */
function madeAt({ job, tasks }: Pick<Provenance, "job" | "tasks">): number | undefined {
  const main = tasks.findLast(({ step, kind }) => step === "" && kind !== "workflow");
  return main?.endedAt ?? job.finishedAt;
}

/** The files that tasks made, by digest and name. */
function madeFiles(prov: ProvWriter, tasks: readonly TaskFacts[]): ReadonlyMap<string, string> {
  const files = tasks.flatMap(({ outputs = {} }) => Object.values(outputs).flatMap((value) => occurrences(value)));
  return new Map(
    files.flatMap((file): readonly (readonly [string, string])[] => {
      if (!isFile(file) || file.sha256 === undefined || file.location === undefined) return [];
      const [entity] = addValue(prov, file, "")?.parts ?? [];
      return entity === undefined ? [] : [[`${file.sha256} ${file.basename}`, entity]];
    }),
  );
}

function addJob({ prov, job, process, documentDigest, server, notRecorded, tasks, attempts }: Writing): string {
  const begun = attempts.find(({ startedAt }) => startedAt !== undefined);
  const activity = prov.element("activity", "job", {
    "prov:startTime": provTime(begun?.startedAt ?? job.startedAt),
    "prov:endTime": provTime(job.finishedAt),
    "prov:type": provName("heddle:Job"),
    "prov:label": `job ${job.id}`,
    "heddle:jobID": job.id,
    "heddle:processID": job.processId,
    "heddle:providerID": job.providerId,
    "heddle:remoteJobID": job.remoteJobId,
    "heddle:status": job.status,
    "heddle:attempt": job.attempt,
    "heddle:created": provTime(job.createdAt),
    ...failureFacts(job.failure),
    "heddle:notRecorded": notRecorded.length === 0 ? undefined : notRecorded,
  });
  const plan = prov.element("entity", "process", {
    "prov:type": provName("prov:Plan"),
    "prov:label": `process ${job.processId}`,
    "heddle:processID": job.processId,
    "heddle:version": process?.description.version,
    "heddle:revision": job.processRevision,
    "heddle:documentDigest": documentDigest,
    ...definitionFacts(process),
  });
  const service = addService(prov, server);
  const requester = addPerson(prov, job.user);
  prov.relate("wasAssociatedWith", { "prov:activity": activity, "prov:agent": service, "prov:plan": plan });
  prov.relate("wasAssociatedWith", { "prov:activity": activity, "prov:agent": requester, "prov:role": "requester" });
  prov.relate("actedOnBehalfOf", { "prov:delegate": service, "prov:responsible": requester });
  if (tasks.length === 0 && server !== undefined && !job.isRemote) addExecutor(prov, activity, "heddle", server.host);
  return activity;
}

function definitionFacts(process: Provenance["process"]): Attributes {
  const definition = process?.definition;
  switch (definition?.kind) {
    case undefined:
      return {};
    case "builtin":
      return { "heddle:kind": "builtin" };
    case "cwl": {
      const sources = definition.sources?.map(({ href, digest }) => `${href} ${digest}`);
      return { "heddle:kind": "cwl", "heddle:source": sources };
    }
    case "remote":
      return { "heddle:kind": "remote", "prov:atLocation": `${definition.url}/processes/${definition.processId}` };
    default:
      return definition satisfies never;
  }
}

function addExecutor(prov: ProvWriter, activity: string, name: string, host: string | undefined): void {
  const agent = prov.element("agent", `executor ${name} ${host}`, {
    "prov:type": provName("prov:SoftwareAgent"),
    "prov:label": host === undefined ? `executor ${name}` : `executor ${name} on ${host}`,
    "heddle:executor": name,
    "heddle:host": host,
  });
  prov.relate("wasAssociatedWith", { "prov:activity": activity, "prov:agent": agent, "prov:role": "executor" });
}
