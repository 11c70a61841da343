import type { JobDocument } from "../../domain/documents/job.ts";
import type { JobComparisonDocument } from "../../domain/documents/job-comparison.ts";

/** Says in one sentence what differs; of two processes first that they are two, and that only what both have is compared. */
export function Summary({ document }: { readonly document: JobComparisonDocument }) {
  const { a, b, process, revision } = document;
  const [inputs, results] = [comparable(document, document.inputs), comparable(document, document.results)];
  const told = [unlikeText(inputs, "inputs"), unlikeText(results, "results")].join(", ");
  const order = a.created === b.created ? "Both were made at the same time." : "A was made first.";
  if (process.same) {
    return <p>{`${order} They ran ${revision.same ? "the same revision" : "different revisions"}; ${told}.`}</p>;
  }
  const isAny = inputs.length + results.length > 0;
  return (
    <>
      <p class="notice">
        <strong>These are runs of different processes:</strong>
        {` A ran ${processName(a)}, B ran ${processName(b)}. `}
        {isAny
          ? "Only what both have by the same name is compared, and it may mean something else in each."
          : "They have no inputs and no results of the same name: there is nothing to compare but the runs themselves."}
      </p>
      <p>{isAny ? `${order} Of what both have, ${told}.` : order}</p>
    </>
  );
}

function processName({ processID, providerID }: JobDocument): string {
  return providerID === undefined ? processID : `${processID} at ${providerID}`;
}

type Sides = { readonly id: string; readonly a?: unknown; readonly b?: unknown };

/** Of different processes only what both have can be compared; of one process also what one run lacks is a difference. */
export function comparable<Pair extends Sides>(
  { process }: JobComparisonDocument,
  pairs: readonly Pair[],
): readonly Pair[] {
  return process.same ? pairs : pairs.filter(({ a, b }) => a !== undefined && b !== undefined);
}

/** Words that there is nothing to compare of a kind, and why. */
export function noneOf({ process, ...document }: JobComparisonDocument, what: "inputs" | "results" | "steps"): string {
  const isSome = (what === "steps" ? document.statistics : document[what]).length > 0;
  if (!process.same && isSome) return `No ${what} of both have the same name.`;
  return what === "steps" ? "Of neither it is known." : `Neither has ${what}.`;
}

/** Names what only one of two different processes has. */
export function OnlyOne({
  pairs,
  what,
  isTold,
}: {
  readonly pairs: readonly Sides[];
  readonly what: string;
  readonly isTold: boolean;
}) {
  const ofA = pairs.filter(({ b }) => b === undefined).map(({ id }) => id);
  const ofB = pairs.filter(({ a }) => a === undefined).map(({ id }) => id);
  if (!isTold || ofA.length + ofB.length === 0) return null;
  const told = [
    ...(ofA.length === 0 ? [] : [`Only A has the ${what} ${ofA.join(", ")}.`]),
    ...(ofB.length === 0 ? [] : [`Only B has the ${what} ${ofB.join(", ")}.`]),
  ];
  return <p class="muted">{`Not compared. ${told.join(" ")}`}</p>;
}

/** So many are named in a sentence. */
const mostNamed = 5;

/** Words how many of some pairs differ, and which. */
function unlikeText(pairs: readonly { readonly id: string; readonly same?: boolean }[], what: string): string {
  const unlike = pairs.filter(({ same }) => same === false).map(({ id }) => id);
  const more = unlike.length > mostNamed ? `, and ${unlike.length - mostNamed} more` : "";
  const names = unlike.length === 0 ? "" : ` (${unlike.slice(0, mostNamed).join(", ")}${more})`;
  return `${unlike.length} of ${pairs.length} ${what} differ${names}`;
}
