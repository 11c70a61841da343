import { type ChosenOutcome, type Deed, deeds, type LeftJobs, type LeftReason } from "../../domain/jobs/chosen-jobs.ts";

const deedWords: Readonly<Record<Deed, readonly [one: string, several: string]>> = {
  stopped: ["running job was cancelled", "running jobs were cancelled"],
  unqueued: ["waiting job was cancelled", "waiting jobs were cancelled"],
  removed: ["ended job was removed with its results", "ended jobs were removed with their results"],
  resumed: ["job goes on from its failed step", "jobs go on from their failed steps"],
  retried: ["job runs again from the start", "jobs run again from the start"],
};

/** Words how many jobs were done, in one sentence for each way. */
export function doneText({ done }: ChosenOutcome): string {
  const sentences = deeds.flatMap((deed) => {
    const count = done[deed];
    return count === undefined ? [] : [`${count} ${deedWords[deed][count === 1 ? 0 : 1]}.`];
  });
  return sentences.length === 0 ? "Nothing was done to the chosen jobs." : sentences.join(" ");
}

/** Each fits behind one name and behind several. */
const reasonWords: Readonly<Record<LeftReason, string>> = {
  unknown: "no job has this id, or your key may not see it",
  gone: "removed before",
  forbidden: "your key may not do this",
  kept: "kept for good; keep it no longer first, on its page",
  ended: "ended meanwhile, kept with the results",
  again: "retried meanwhile, left to run",
  state: "neither failed nor dismissed, so there is nothing to retry",
  changing: "just being stopped or changed; try again later",
  upload: "a file that was uploaded for it was removed",
  provider: "its provider was removed, or has another address now",
  full: "no more jobs may wait now; try again later",
  other: "not possible now; try again later",
};

/** Words which jobs were left as they are, and why. */
export function leftText({ reason, names }: LeftJobs): string {
  return `${names.join(", ")}: ${reasonWords[reason]}.`;
}

/** What a page asks before something is done to chosen jobs. */
type Asked = { readonly title: string; readonly words: string; readonly yes: string; readonly no: string };

/** Words the question before jobs are cancelled or removed: what happens to those that run, wait or have ended. */
export function dismissWords(counts: {
  readonly running: number;
  readonly waiting: number;
  readonly ended: number;
  /** Of them all, those of others. */
  readonly foreign: number;
}): Asked {
  const { running, waiting, ended, foreign } = counts;
  const all = running + waiting + ended;
  const sentences = [
    counted(running, "1 job runs: it is cancelled.", "jobs run: they are cancelled."),
    counted(waiting, "1 job waits: it is cancelled.", "jobs wait: they are cancelled."),
    running + waiting === 0 ? "" : "What is cancelled stays in the list as dismissed, and can be retried.",
    counted(
      ended,
      "1 job has ended: it is removed from the list with its results and its log, which cannot come back. Only its history stays, for who may read all jobs.",
      "jobs have ended: they are removed from the list with their results and logs, which cannot come back. Only their history stays, for who may read all jobs.",
    ),
    foreignText(foreign, all),
  ];
  return {
    title: `${endingText(running + waiting, ended, jobsText)}?`,
    words: sentences.filter((sentence) => sentence !== "").join(" "),
    yes: endingText(running + waiting, ended, (count) =>
      all === 1 ? "it" : count === all ? `all ${all}` : `${count}`,
    ),
    no: all === 1 ? "Keep it" : "Keep them",
  };
}

/** Words the question before jobs are retried: from where each runs. */
export function retryWords({
  resumed,
  again,
  foreign,
}: {
  readonly resumed: number;
  readonly again: number;
  readonly foreign: number;
}): Asked {
  const all = resumed + again;
  const sentences = [
    counted(
      resumed,
      "1 job goes on from its failed step, and keeps the steps that were finished.",
      "jobs go on from their failed steps, and keep the steps that were finished.",
    ),
    counted(again, "1 job runs again from the start.", "jobs run again from the start."),
    all === 1
      ? "It waits in the queue first, and keeps its id, its inputs and the revision of its process."
      : "They wait in the queue first, and each keeps its id, its inputs and the revision of its process.",
    foreignText(foreign, all),
  ];
  return {
    title: `Retry ${jobsText(all)}?`,
    words: sentences.filter((sentence) => sentence !== "").join(" "),
    yes: all === 1 ? "Retry it" : `Retry all ${all}`,
    no: all === 1 ? "Leave it" : "Leave them",
  };
}

/** Words what is done to those that have not ended, and to those that have. */
function endingText(cancelled: number, removed: number, named: (count: number) => string): string {
  if (removed === 0) return `Cancel ${named(cancelled)}`;
  return cancelled === 0 ? `Remove ${named(removed)}` : `Cancel ${named(cancelled)} and remove ${named(removed)}`;
}

function jobsText(count: number): string {
  return count === 1 ? "1 job" : `${count} jobs`;
}

function counted(count: number, one: string, several: string): string {
  if (count === 0) return "";
  return count === 1 ? one : `${count} ${several}`;
}

function foreignText(foreign: number, all: number): string {
  if (foreign === 0) return "";
  if (all === 1) return "It is not your own.";
  return foreign === all
    ? "None of them is your own."
    : `${foreign} of them ${foreign === 1 ? "is" : "are"} not your own.`;
}
