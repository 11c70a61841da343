import { defined } from "../../../domain/defined.ts";
import { jobUrl, resultUrl } from "../../../domain/links.ts";
import { isOwn, mayDo, type Principal } from "../../../domain/people/access.ts";
import type { Process } from "../../../domain/processes/process.ts";
import { absoluteReference, type OutputLocations } from "../../../domain/values/results.ts";
import type { PublishedOutput } from "../../../domain/values/values.ts";
import {
  findKeptOutputs,
  type KeptOutput,
  listKeptOutputs,
  pathOfReference,
} from "../../../operations/results/list-outputs.ts";
import { type ListedProcesses, readListedProcesses } from "../../../operations/runs/read-ran-process.ts";
import { findNamedOutputs } from "../../../operations/submit/own-references.ts";
import { vaultPrefix } from "../../../operations/uploads/references.ts";
import { type FormValues, parts } from "../../../pages/form/field.ts";
import type { FormState, OfferedOutput } from "../../../pages/form/state.ts";
import type { RouteContext } from "../../route.ts";
import { outputLocations } from "../results/results-context.ts";
import { type FormUploadDeps, holdFiles } from "./form-uploads.ts";

type OutputSettings = Parameters<typeof outputLocations>[0]["settings"];
export type FormOutputDeps = FormUploadDeps &
  Parameters<typeof findNamedOutputs>[0] &
  Parameters<typeof readListedProcesses>[0] & { readonly settings: OutputSettings };

/** A list of more is longer than anybody reads. */
const maxOffered = 50;

/**
 * Adds to a form the outputs of earlier jobs that its files may be, and what is known of those that it names. A process that runs
 * elsewhere is given none: its server fetches files itself, without the caller's rights.
 */
export async function withOutputs(
  deps: FormOutputDeps,
  { caller, baseUrl, calledUrl }: Pick<RouteContext, "caller" | "baseUrl" | "calledUrl">,
  process: Process,
  form: FormState,
): Promise<FormState> {
  if (process.definition.kind === "remote" || !holdFiles(form.fields)) return form;
  if (caller === undefined || !mayDo(caller, "execute") || !mayDo(caller, "read-own-jobs")) return form;
  const locations = outputLocations(deps, baseUrl);
  const { outputsPath, outputsUrl } = deps.settings;
  const places = { sites: [baseUrl, calledUrl], outputsPath, ...defined({ outputsUrl }) };
  const hrefs = [...form.values].flatMap(([name, [text = ""]]) => (isAddress(name, text) ? [text.trim()] : []));
  const named = await findNamedOutputs(deps, caller, { hrefs, places });
  const recent = await listKeptOutputs(deps, caller, maxOffered);
  const paths = [...named.values()].flatMap((output) => (output === undefined ? [] : [output.path]));
  const older = await findKeptOutputs(deps, caller, without(paths, recent));
  const kept = await offersOf(deps, caller, [...recent, ...older], { baseUrl, locations });
  const known = new Map([...named].map(([href, output]) => [href, output && knownOf(href, output, kept)] as const));
  return {
    ...form,
    values: withChosen(form.values, known),
    outputs: {
      offered: recent.flatMap(({ reference }) => kept.get(pathOfReference(reference)) ?? []),
      named: new Map([...known].map(([href, output]) => [output?.reference ?? href, output])),
    },
  };
}

function without(paths: readonly string[], outputs: readonly KeptOutput[]): readonly string[] {
  const known = new Set(outputs.map(({ reference }) => pathOfReference(reference)));
  return paths.filter((path) => !known.has(path));
}

type OutputPlace = { readonly baseUrl: string; readonly locations: OutputLocations };

/** Words outputs as a form offers them, by their paths below the output directory. */
async function offersOf(
  deps: FormOutputDeps,
  caller: Principal,
  outputs: readonly KeptOutput[],
  place: OutputPlace,
): Promise<ReadonlyMap<string, OfferedOutput>> {
  const jobs = new Map(outputs.map(({ job }) => [job.id, job]));
  const listed = await readListedProcesses(deps, caller, [...jobs.values()]);
  return new Map(
    outputs.map((output) => [pathOfReference(output.reference), offeredOf(output, caller, { ...place, listed })]),
  );
}

function offeredOf(
  { job, outputId, reference, name, mediaType: type, sizeBytes: length }: KeptOutput,
  caller: Principal,
  { baseUrl, locations, listed }: OutputPlace & { readonly listed: ListedProcesses },
): OfferedOutput {
  const process = listed.titles.get(`${job.providerId ?? ""}/${job.processId}`) ?? job.processId;
  const made = {
    type,
    outputId,
    title: job.request.title ?? process,
    jobUrl: `${jobUrl(baseUrl, job.id)}?f=html`,
    look: `${resultUrl(baseUrl, job.id, outputId)}?f=html`,
    finished: new Date(job.finishedAt ?? job.updatedAt).toISOString(),
    ...defined({ length, line: listed.lines.get(job.id), user: isOwn(caller, job.user) ? undefined : job.user }),
  };
  return { reference: absoluteReference(reference, locations), name, made };
}

/** What is offered is named as it is there, however its address was written. */
function knownOf(href: string, { path }: PublishedOutput, kept: ReadonlyMap<string, OfferedOutput>): OfferedOutput {
  return kept.get(path) ?? { reference: href, name: path.split("/").at(-1) ?? path };
}

function isAddress(name: string, text: string): boolean {
  const isOfFile = name.endsWith(parts.address) || name.endsWith(parts.stored);
  return isOfFile && text.trim() !== "" && !text.trim().startsWith(vaultPrefix);
}

/** The address of what is offered becomes the choice of it; what cannot be chosen, and is no result, is an address. */
function withChosen(values: FormValues, known: ReadonlyMap<string, OfferedOutput | undefined>): FormValues {
  const changed = new Map<string, readonly string[]>(values);
  for (const [name, [given = ""]] of values) {
    const text = given.trim();
    if (!isAddress(name, text)) continue;
    const output = known.get(text);
    const [address, stored] = namesOf(name);
    const isChosen = name === stored;
    if (isChosen && !known.has(text)) move(changed, stored, address, text);
    if (output === undefined) continue;
    if (isChosen) changed.set(stored, [output.reference]);
    else if (output.made !== undefined) move(changed, address, stored, output.reference);
  }
  return changed;
}

function namesOf(name: string): readonly [address: string, stored: string] {
  const end = name.endsWith(parts.address) ? parts.address : parts.stored;
  const field = name.slice(0, -end.length);
  return [field + parts.address, field + parts.stored];
}

/** Where something else stands already, both stay: that is told beside the field. */
function move(values: Map<string, readonly string[]>, from: string, to: string, text: string): void {
  if ((values.get(to)?.[0] ?? "") !== "") return;
  values.delete(from);
  values.set(to, [text]);
}
