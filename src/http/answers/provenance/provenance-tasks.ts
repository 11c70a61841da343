import { taskId } from "../../../domain/jobs/attempts.ts";
import type { ServerFacts, TaskFacts } from "../../../domain/jobs/provenance.ts";
import { addValue } from "./provenance-entities.ts";
import { used } from "./provenance-inputs.ts";
import { type Attributes, type ProvWriter, provName, provTime } from "./provenance-records.ts";

/** Where tasks are told: all attempts of a job write into one document. */
export type TaskPlace = {
  readonly prov: ProvWriter;
  /** The activity that the tasks belong to: the job, or an attempt of it. */
  readonly within: string;
  /** Its number, where the job has several. */
  readonly attempt?: number | undefined;
  /** What ran the attempt. */
  readonly server?: ServerFacts | undefined;
  /** Which task made an entity; none for what was given to the job. */
  readonly makers: Map<string, string | undefined>;
  /** Whether whoever asks may see a job. */
  readonly maySee: (jobId: string) => boolean;
  /** Names the files of an attempt: those of another one, with the same name and bytes, were made by another task. */
  readonly files: AttemptFiles;
};

/** The keys of files in one attempt, by their keys in a run. */
export type AttemptFiles = {
  readonly keyOf: (key: string) => string;
  /** Told which files a task names. */
  readonly note: (task: TaskFacts, keys: ReadonlyMap<string, string>) => void;
};

/** Begins the key of each file. */
const fileSign = "file ";

/** Gives a writer for which a file of an attempt is another one than that of the attempt before; it tells each that it names. */
export function writerOfAttempt(
  prov: ProvWriter,
  keyOf: AttemptFiles["keyOf"],
  named: Map<string, string>,
): ProvWriter {
  return {
    ...prov,
    element(kind, key, attributes) {
      if (kind !== "entity" || !key.startsWith(fileSign)) return prov.element(kind, key, attributes);
      const own = keyOf(key);
      named.set(key, own);
      return prov.element(kind, own, attributes);
    },
  };
}

/** Adds the tasks of one attempt, in the order of their starts. Returns the activity of the process itself; undefined for a workflow. */
export function addTasks(place: TaskPlace, tasks: readonly TaskFacts[]): string | undefined {
  const activities = new Map<string, string>();
  let main: string | undefined;
  for (const task of tasks) {
    // The workflow is the job itself.
    if (task.step === "" && task.kind === "workflow") continue;
    const named = new Map<string, string>();
    const prov = writerOfAttempt(place.prov, place.files.keyOf, named);
    const activity = addTask({ ...place, prov }, task, activities);
    place.files.note(task, named);
    if (task.step === "") main = activity;
  }
  return main;
}

/** `activities` are those of workflows that are steps, by their paths. */
function addTask(place: TaskPlace, task: TaskFacts, activities: Map<string, string>): string {
  const { prov, within, makers, maySee } = place;
  const name = task.step === "" ? "main" : task.step;
  const key = `task ${taskId(task)}`;
  const activity = prov.element("activity", key, {
    ...taskFacts(task, name),
    ...cacheFacts(task, maySee),
    "heddle:attempt": place.attempt,
  });
  if (task.kind === "workflow") activities.set(task.step, activity);
  const informants = new Set([around(task.step, activities) ?? within]);
  prov.relate("wasAssociatedWith", { "prov:activity": activity, ...executing(place, task) });
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
  if (task.kind !== "workflow") addMade(place, task, { key, activity });
  return activity;
}

/** A file has one maker: what an expression or a tool hands on was made before, or given to the job. */
function addMade(
  { prov, makers }: Pick<TaskPlace, "prov" | "makers">,
  task: TaskFacts,
  { key, activity }: { readonly key: string; readonly activity: string },
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
  const { kind, command, exitCode, tries, software, isCached, ranAt, failure, unusedImage } = task;
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
    "heddle:namesImage": unusedImage === undefined ? undefined : unusedImage !== null,
    "heddle:unusedImage": unusedImage ?? undefined,
    "heddle:ranAt": ranAt,
    "heddle:failure": failure,
  };
}

/** Which job made what was taken from the cache: its id is told to who may see it. */
function cacheFacts({ cachedFrom }: TaskFacts, maySee: TaskPlace["maySee"]): Attributes {
  if (cachedFrom === undefined) return {};
  const isSeen = maySee(cachedFrom.job);
  return {
    "heddle:cachedFromJob": isSeen ? cachedFrom.job : undefined,
    "heddle:withheld": isSeen ? undefined : "the job that made it",
    "heddle:cachedAt": provTime(cachedFrom.at),
  };
}

/** Who ran a task, by which plan. */
function executing({ prov, server }: TaskPlace, { process, executor, host, step }: TaskFacts): Attributes {
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
