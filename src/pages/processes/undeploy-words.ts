/** What a question about undeploying a process tells in numbers. */
type Facts = {
  readonly versions: number;
  readonly jobs?: {
    readonly count: number;
    readonly open: number;
    readonly isMore: boolean;
    readonly isPart: boolean;
  };
};

/** Words the question whether a process is to be undeployed: how many versions go, and what becomes of its jobs. */
export function undeployWords(id: string, { versions, jobs }: Facts) {
  const isOne = versions === 1;
  const go = isOne
    ? `Its one version goes: nobody can run ${id} any more.`
    : `Its ${versions} versions go: nobody can run ${id} or any of its versions any more.`;
  const back =
    "It leaves the list of processes; whoever may deploy finds it below that list, among the undeployed processes, and can go back to a revision later.";
  return {
    title: `Undeploy the process ${id}${isOne ? "" : `, with its ${versions} versions`}?`,
    words: [go, back, jobsText(jobs)].join(" "),
    yes: isOne ? "Undeploy it" : `Undeploy its ${versions} versions`,
    no: "Keep it",
  };
}

/** Says how many jobs there are, and that nothing of them goes. */
function jobsText(jobs: Facts["jobs"]): string {
  if (jobs === undefined) return "Its jobs stay, with their results and logs.";
  const { count, open, isMore, isPart } = jobs;
  const others = isPart ? " The jobs of others stay, too." : "";
  if (count === 0) return isPart ? `It has no jobs that you may see.${others}` : "It has no jobs.";
  const seen = isPart ? " that you may see" : "";
  const all = isMore ? `${count} jobs and more` : count === 1 ? "1 job" : `${count} jobs`;
  const stay = count === 1 ? "it stays, with its results and its log" : "they stay, with their results and logs";
  return `It has ${all}${seen}: ${stay}.${openText(count, open)}${others}`;
}

function openText(count: number, open: number): string {
  if (open === 0) return "";
  if (count === 1) return " It waits or runs, and goes on to its end with the revision that it was sent for.";
  if (open === 1) return " 1 of them waits or runs, and goes on to its end with the revision that it was sent for.";
  return ` ${open === count ? "All" : open} of them wait or run, and go on to their end with the revision that they were sent for.`;
}
