import type { ProvDocument } from "../../domain/documents/provenance.ts";
import { jobUrl } from "../../domain/links.ts";
import type { TaskFacts } from "../../domain/provenance.ts";
import type { OutputLocations } from "../../domain/results.ts";
import { type InputItem, itemsOf, type PlainPart, plainParts } from "../../domain/values.ts";
import type { Provenance } from "../../operations/read-provenance.ts";
import { addResult, addValue, isFile, occurrences, shortValue } from "./provenance-entities.ts";
import { type Attributes, createProvWriter, type ProvWriter, provName, provTime } from "./provenance-records.ts";

type Writing = Provenance & { readonly prov: ProvWriter; readonly locations: OutputLocations };

/**
 * Builds the provenance of a job as PROV-JSON: the job and each of its tasks as activities, what they used and made as
 * entities, who asked and what ran as agents, and the processes as plans.
 */
export function provenanceDocument(known: Provenance, baseUrl: string, locations: OutputLocations): ProvDocument {
  const prov = createProvWriter(`${jobUrl(baseUrl, known.job.id)}/prov`);
  const writing: Writing = { ...known, prov, locations };
  const job = addJob(writing);
  const own = known.tasks.findLast(({ step }) => step === "");
  const makers = new Map<string, string | undefined>();
  for (const given of addJobInputs(writing, job, own)) makers.set(given, undefined);
  const activities = new Map<string, string>();
  let maker = job;
  for (const task of known.tasks) {
    // The workflow is the job itself.
    if (task.step === "" && task.kind === "workflow") continue;
    const activity = addTask(writing, task, { job, makers, activities });
    if (task.step === "") maker = activity;
  }
  addResults(writing, maker);
  return prov.document();
}

/** A result of a workflow is the file of a step under another name. */
function addResults({ prov, locations, job, results, tasks }: Writing, maker: string): void {
  const made = madeFiles(prov, tasks);
  for (const [outputId, result] of Object.entries(results)) {
    const entity = addResult({ prov, locations }, result, `result ${outputId}`, outputId);
    const time = provTime(job.finishedAt);
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

function addJob({ prov, job, process, documentDigest, server, notRecorded, tasks }: Writing): string {
  const activity = prov.element("activity", "job", {
    "prov:startTime": provTime(job.startedAt),
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
    "heddle:failure": job.failure?.message,
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
  const service = prov.element("agent", "service", {
    "prov:type": provName("prov:SoftwareAgent"),
    "prov:label": server === undefined ? "Heddle" : `Heddle ${server.version}`,
    "heddle:version": server?.version,
    "heddle:host": server?.host,
  });
  const requester = prov.element("agent", "requester", {
    "prov:type": job.user === undefined ? provName("heddle:Anonymous") : provName("prov:Person"),
    "prov:label": job.user ?? "anonymous",
  });
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

/** Inputs as the run resolved them, else as they were given. */
function addJobInputs(writing: Writing, job: string, own: TaskFacts | undefined): readonly string[] {
  const { prov, inputs } = writing;
  const files: string[] = [];
  const resolved = own?.inputs ?? {};
  for (const [id, value] of Object.entries(resolved)) {
    const hrefs = hrefsOf(inputs[id]);
    for (const [index, one] of occurrences(value).entries()) {
      const added = addValue(prov, one, `input ${id} ${index}`, { "heddle:input": id, ...located(hrefs[index]) });
      if (added === undefined) continue;
      prov.relate("used", used(job, added.entity, id));
      files.push(...added.parts);
    }
  }
  for (const [id, given] of Object.entries(inputs)) {
    if (Object.hasOwn(resolved, id)) continue;
    for (const [index, item] of itemsOf(given).flatMap(plainParts).entries()) {
      const entity = prov.element("entity", `input ${id} ${index}`, { "prov:label": id, ...givenFacts(item) });
      prov.relate("used", used(job, entity, id));
    }
  }
  return files;
}

function located(href: string | undefined): Attributes {
  return href === undefined ? {} : { "prov:atLocation": href };
}

function hrefsOf(given: InputItem | readonly InputItem[] | undefined): readonly (string | undefined)[] {
  return given === undefined ? [] : itemsOf(given).map((item) => (item.kind === "reference" ? item.href : undefined));
}

function givenFacts(item: PlainPart): Attributes {
  switch (item.kind) {
    case "reference":
      return {
        "prov:type": provName("heddle:Reference"),
        "prov:atLocation": item.href,
        "heddle:mediaType": item.mediaType,
      };
    case "bbox":
      return { "prov:value": JSON.stringify({ bbox: item.bbox, crs: item.crs }) };
    case "value":
      return { "prov:value": shortValue(item.value), "heddle:mediaType": item.mediaType };
    default:
      return item satisfies never;
  }
}

function used(activity: string, entity: string, role: string): Attributes {
  return { "prov:activity": activity, "prov:entity": entity, "prov:role": role };
}

type Known = {
  readonly job: string;
  /** Which task made an entity; none for what was given to the job. */
  readonly makers: Map<string, string | undefined>;
  /** Of workflows that are steps, by their paths. */
  readonly activities: Map<string, string>;
};

function addTask({ prov, ...writing }: Writing, task: TaskFacts, { job, makers, activities }: Known): string {
  const name = task.step === "" ? "main" : task.step;
  const key = `task ${task.step} ${task.startedAt} ${task.endedAt}`;
  const activity = prov.element("activity", key, taskFacts(task, name));
  if (task.kind === "workflow") activities.set(task.step, activity);
  const informants = new Set([around(task.step, activities) ?? job]);
  prov.relate("wasAssociatedWith", { "prov:activity": activity, ...executing({ prov, ...writing }, task) });
  if (task.image !== undefined) prov.relate("used", used(activity, addImage(prov, task.image), "image"));
  for (const [id, value] of Object.entries(task.inputs ?? {})) {
    const added = addValue(prov, value, `${key} in ${id}`, { "prov:label": id });
    if (added === undefined) continue;
    prov.relate("used", used(activity, added.entity, id));
    for (const maker of added.parts.flatMap((part) => makers.get(part) ?? [])) informants.add(maker);
  }
  for (const informant of informants) {
    prov.relate("wasInformedBy", { "prov:informed": activity, "prov:informant": informant });
  }
  // What a workflow gives was made by its steps.
  if (task.kind !== "workflow") addMade(prov, task, { key, activity, makers });
  return activity;
}

/** A file has one maker: what an expression or a tool hands on was made before, or given to the job. */
function addMade(
  prov: ProvWriter,
  task: TaskFacts,
  { key, activity, makers }: Pick<Known, "makers"> & { readonly key: string; readonly activity: string },
): void {
  const time = provTime(task.endedAt);
  for (const [id, value] of Object.entries(task.outputs ?? {})) {
    const added = addValue(prov, value, `${key} out ${id}`, { "prov:label": id });
    for (const part of added?.parts ?? []) {
      if (makers.has(part)) continue;
      makers.set(part, activity);
      prov.relate("wasGeneratedBy", {
        "prov:entity": part,
        "prov:activity": activity,
        "prov:time": time,
        "prov:role": id,
      });
    }
  }
}

/** The workflow around a step, of those that are steps themselves. */
function around(step: string, activities: ReadonlyMap<string, string>): string | undefined {
  const parents = [...activities.keys()].filter((one) => step.startsWith(`${one}/`));
  const nearest = parents.toSorted((one, other) => other.length - one.length)[0];
  return nearest === undefined ? undefined : activities.get(nearest);
}

function taskFacts(task: TaskFacts, name: string): Attributes {
  const { kind, command, exitCode, tries, software, isCached, ranAt, failure } = task;
  return {
    "prov:startTime": provTime(task.startedAt),
    "prov:endTime": provTime(task.endedAt),
    "heddle:ready": provTime(task.readyAt),
    "prov:type": provName(`heddle:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`),
    "prov:label": name,
    "heddle:step": name,
    "heddle:command": command === undefined ? undefined : JSON.stringify(command),
    "heddle:exitCode": exitCode,
    "heddle:tries": tries,
    "heddle:software": software,
    "heddle:fromCache": isCached,
    "heddle:ranAt": ranAt,
    "heddle:failure": failure,
  };
}

/** Who ran a task, by which plan. */
function executing({ prov, server }: Writing, { process, executor, host, step }: TaskFacts): Attributes {
  const where = host ?? server?.host;
  const agent = prov.element("agent", `executor ${executor} ${where}`, {
    "prov:type": provName("prov:SoftwareAgent"),
    "prov:label": [executor === undefined ? "engine" : `executor ${executor}`, where].filter(Boolean).join(" on "),
    "heddle:executor": executor,
    "heddle:host": where,
  });
  const [, id, revision] = /^(.*)@(sha256:[0-9a-f]{64})$/.exec(process) ?? [];
  const plan =
    step === ""
      ? prov.element("entity", "process", {})
      : prov.element("entity", `plan ${process}`, {
          "prov:type": provName("prov:Plan"),
          "prov:label": `process ${id ?? process}`,
          "heddle:processID": id ?? process,
          "heddle:revision": revision,
        });
  return { "prov:agent": agent, "prov:plan": plan, "prov:role": "executor" };
}

function addImage(prov: ProvWriter, { name, digest }: NonNullable<TaskFacts["image"]>): string {
  return prov.element("entity", `image ${name} ${digest}`, {
    "prov:type": provName("heddle:ContainerImage"),
    "prov:label": name,
    "heddle:digest": digest,
  });
}
