import { comparePairs, inputMark } from "../../../domain/comparison/compare-jobs.ts";
import { type StepsOfRun, stepPairs } from "../../../domain/comparison/compare-steps.ts";
import { defined } from "../../../domain/defined.ts";
import type { JobDocument } from "../../../domain/documents/job.ts";
import type { ComparedInput, ComparedItem, JobComparisonDocument } from "../../../domain/documents/job-comparison.ts";
import type { Job } from "../../../domain/jobs/job.ts";
import { jsonLink, processUrl } from "../../../domain/links.ts";
import type { Principal } from "../../../domain/people/access.ts";
import type { Json } from "../../../domain/values/json.ts";
import { type OutlookDeps, outlookOf } from "../../../operations/jobs/job-outlook.ts";
import { peopleOf } from "../../../operations/jobs/job-people.ts";
import type { ComparedRun, ComparedRuns } from "../../../operations/runs/compare-jobs.ts";
import { inputMembers, statusDocument } from "../jobs/status-document.ts";
import type { ViewDeps } from "../results/file-view.ts";
import { resultViews, type ViewPlace } from "../results/result-views.ts";
import { contentDifferences } from "./content-difference.ts";
import { createResultMarks } from "./result-marks.ts";

/** Longer values are told by their length, in characters of JSON. */
const longestValue = 8192;

/** Builds the comparison of two jobs. */
export async function comparisonDocument(
  deps: OutlookDeps & ViewDeps,
  { runs, mayReadPackage }: ComparedRuns,
  principal: Principal,
  place: ViewPlace,
): Promise<JobComparisonDocument> {
  const { baseUrl } = place;
  const [first, second] = runs;
  const [a, b] = await Promise.all([
    statusOf(deps, first, principal, baseUrl),
    statusOf(deps, second, principal, baseUrl),
  ]);
  const isSameProcess = a.processID === b.processID && a.providerID === b.providerID;
  const address = new URLSearchParams([
    ["jobs", a.jobID],
    ["jobs", b.jobID],
  ]);
  return {
    a,
    b,
    process: { same: isSameProcess },
    revision: revisionOf(first.job, second.job, isSameProcess && mayReadPackage ? baseUrl : undefined),
    inputs: inputPairs(runs),
    statistics: stepPairs([stepsOf(first), stepsOf(second)]),
    results: await resultPairs(deps, runs, place),
    links: [
      jsonLink(`${baseUrl}/jobs/compare?${address}`, "self", "This comparison"),
      jsonLink(`${baseUrl}/jobs`, "up", "Jobs"),
    ],
  };
}

async function statusOf(
  deps: OutlookDeps,
  { job }: ComparedRun,
  who: Principal,
  baseUrl: string,
): Promise<JobDocument> {
  return statusDocument(job, baseUrl, { ...(await outlookOf(deps, job)), ...peopleOf(who, job) });
}

function revisionOf(one: Job, other: Job, baseUrl: string | undefined): JobComparisonDocument["revision"] {
  const same = one.processId === other.processId && one.processRevision === other.processRevision;
  if (same || baseUrl === undefined || one.providerId !== undefined) return { same };
  const names = new URLSearchParams({ f: "html", old: one.processRevision, new: other.processRevision });
  return { same, difference: `${processUrl(baseUrl, one.processId)}/revisions?${names}#difference` };
}

function inputPairs([first, second]: ComparedRuns["runs"]): readonly ComparedInput[] {
  const uploads = [...first.uploads, ...second.uploads];
  const digests = new Map(
    uploads.flatMap((source) => ("file" in source ? [[source.reference, source.file.sha256] as const] : [])),
  );
  const isGiven = ({ job }: ComparedRun, id: string) => Object.hasOwn(job.request.inputs, id);
  const [one, other] = [inputMembers(first.inputs), inputMembers(second.inputs)];
  return comparePairs([one, other], (value) => inputMark(value, digests)).map(({ a, b, ...pair }) => ({
    ...pair,
    ...defaultsOf(a !== undefined && !isGiven(first, pair.id), b !== undefined && !isGiven(second, pair.id)),
    ...(a === undefined ? {} : { a: shortValue(a) }),
    ...(b === undefined ? {} : { b: shortValue(b) }),
  }));
}

function defaultsOf(ofA: boolean, ofB: boolean): Pick<ComparedInput, "defaults"> {
  if (!ofA && !ofB) return {};
  return { defaults: [...(ofA ? (["a"] as const) : []), ...(ofB ? (["b"] as const) : [])] };
}

function shortValue(value: Json): Json {
  const { length } = JSON.stringify(value);
  return length > longestValue ? `(${length} characters of JSON)` : value;
}

function stepsOf({ statistics, cached }: ComparedRun): StepsOfRun {
  return { steps: statistics?.steps ?? [], cached };
}

async function resultPairs(
  deps: ViewDeps,
  [first, second]: ComparedRuns["runs"],
  place: ViewPlace,
): Promise<JobComparisonDocument["results"]> {
  const sides = [first.results?.results ?? {}, second.results?.results ?? {}] as const;
  const marks = createResultMarks();
  for (const side of sides) await marks.add(Object.values(side));
  const pairs = comparePairs(sides, marks.of);
  const [one, other] = await Promise.all([itemsOf(deps, first, place), itemsOf(deps, second, place)]);
  const unlike = pairs.flatMap(({ id, same, a, b }) =>
    same === true || a === undefined || b === undefined ? [] : [[id, [a, b]] as const],
  );
  const inside = await contentDifferences(deps, new Map(unlike), marks);
  return pairs.map(({ a, b, ...pair }) => ({
    ...pair,
    ...(a === undefined ? {} : { a: one.get(pair.id) ?? [] }),
    ...(b === undefined ? {} : { b: other.get(pair.id) ?? [] }),
    ...defined({ inside: inside.get(pair.id) }),
  }));
}

async function itemsOf(
  deps: ViewDeps,
  { results }: ComparedRun,
  place: ViewPlace,
): Promise<ReadonlyMap<string, readonly ComparedItem[]>> {
  if (results === undefined) return new Map();
  const views = await resultViews(deps, results, results.results, { ...place, withPreviews: false, withValues: true });
  return new Map(
    views.map(({ outputId, items }) => [
      outputId,
      items.map(
        ({ preview: _preview, drawing: _drawing, zip: _zip, listing: _listing, inside: _inside, ...item }) => item,
      ),
    ]),
  );
}
