/** So many jobs of a list can be dismissed or retried at once: those of one page. */
export const maxChosen = 100;

/** What was done to jobs that were chosen in a list. */
export const deeds = ["stopped", "unqueued", "removed", "resumed", "retried"] as const;
export type Deed = (typeof deeds)[number];

/** Why a job that was chosen was left as it is. */
export const leftReasons = [
  "unknown",
  "gone",
  "forbidden",
  "kept",
  "ended",
  "again",
  "state",
  "changing",
  "upload",
  "provider",
  "full",
  "other",
] as const;
export type LeftReason = (typeof leftReasons)[number];

/** Jobs that were left, by the ends of their ids, with the one reason. */
export type LeftJobs = { readonly reason: LeftReason; readonly names: readonly string[] };

/** What became of all the jobs that were chosen. */
export type ChosenOutcome = {
  readonly done: Readonly<Partial<Record<Deed, number>>>;
  readonly left: readonly LeftJobs[];
};

/** What became of one of them. */
export type ChosenFate = { readonly jobId: string } & ({ readonly deed: Deed } | { readonly reason: LeftReason });

/** Counts what was done, and names what was left by its reason. */
export function outcomeOf(fates: readonly ChosenFate[]): ChosenOutcome {
  const done = deeds.map(
    (deed) => [deed, fates.filter((fate) => "deed" in fate && fate.deed === deed).length] as const,
  );
  const left = leftReasons.map((reason) => ({
    reason,
    names: fates.filter((fate) => "reason" in fate && fate.reason === reason).map(({ jobId }) => nameOf(jobId)),
  }));
  return {
    done: Object.fromEntries(done.filter(([, count]) => count > 0)),
    left: left.filter(({ names }) => names.length > 0),
  };
}

/** Joins what was left before with what became of the others. */
export function withLeft({ done, left }: ChosenOutcome, before: readonly LeftJobs[]): ChosenOutcome {
  const all = leftReasons.map((reason) => ({
    reason,
    names: [...before, ...left].filter((one) => one.reason === reason).flatMap(({ names }) => names),
  }));
  return { done, left: all.filter(({ names }) => names.length > 0) };
}

/** The end of an id tells jobs apart; what no id of a job holds is not repeated. */
function nameOf(jobId: string): string {
  return jobId.replace(/[^0-9A-Za-z-]/g, "").slice(-nameLength) || "?";
}

const nameLength = 8;

/** Writes an outcome as words for an address: "stopped:2", "ended:1f2e3d4c,5b6a7988". */
export function writeOutcome({ done, left }: ChosenOutcome): readonly string[] {
  return [
    ...deeds.flatMap((deed) => (done[deed] === undefined ? [] : [`${deed}:${done[deed]}`])),
    ...left.map(({ reason, names }) => `${reason}:${names.join(",")}`),
  ];
}

/** Reads an outcome of an address. Anybody may have written it: what is no count, no reason and no name is passed over. */
export function readOutcome(words: readonly string[]): ChosenOutcome {
  const pairs = words.slice(0, deeds.length + leftReasons.length).map((word) => word.split(":"));
  const textOf = (wanted: string) => pairs.find(([name]) => name === wanted)?.[1] ?? "";
  const done = deeds.map((deed) => [deed, /^[1-9]\d{0,2}$/.test(textOf(deed)) ? Number(textOf(deed)) : 0] as const);
  const left = leftReasons.map((reason) => ({
    reason,
    names: textOf(reason).split(",").filter(isName).slice(0, maxChosen),
  }));
  return {
    done: Object.fromEntries(done.filter(([, count]) => count > 0)),
    left: left.filter(({ names }) => names.length > 0),
  };
}

function isName(text: string): boolean {
  return text === "?" || /^[0-9A-Za-z-]{1,8}$/.test(text);
}

/** Tells whether an outcome says nothing: nobody chose anything. */
export function isNothing({ done, left }: ChosenOutcome): boolean {
  return left.length === 0 && Object.keys(done).length === 0;
}
