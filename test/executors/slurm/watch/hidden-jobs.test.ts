import { expect, test } from "bun:test";
import { hiddenJobsFault, hidesJobsOfOthers } from "../../../../src/executors/slurm/watch/hidden-jobs.ts";

/** As scontrol of 22.05 shows it. */
const configuration = (privateData: string) =>
  `PriorityType            = priority/basic\nPrivateData             = ${privateData}\nSlurmUser               = slurm(64030)\n`;

/** Plays `id` and `sacctmgr`, which tells this level; without one there is no accounting. */
const runWith = (level?: string) => async (words: readonly string[]) => {
  if (words[0] === "id") return { exitCode: 0, out: "heddle\n", talk: "" };
  expect(words).toEqual(["sacctmgr", "-n", "-P", "show", "user", "name=heddle", "format=AdminLevel"]);
  return level === undefined
    ? { exitCode: 1, out: "", talk: "disabled" }
    : { exitCode: 0, out: `${level}\n`, talk: "" };
};

test.each([
  ["none", undefined, 990, false],
  ["accounts,nodes", undefined, 990, false],
  ["jobs", undefined, 990, true],
  ["accounts,jobs,usage", "None", 990, true],
  ["jobs", "Operator", 990, false],
  ["jobs", "Administrator", 990, false],
  ["jobs", undefined, 64030, false],
  ["jobs", undefined, 0, false],
] as const)(
  "PrivateData=%s hides the jobs of others from level %s and user %d: %p",
  async (data, level, uid, hides) => {
    expect(await hidesJobsOfOthers(runWith(level), configuration(data), uid)).toBe(hides);
  },
);

test("what is hidden is told with what to change", () => {
  expect(hiddenJobsFault({ hidesJobs: false })).toBeUndefined();
  expect(hiddenJobsFault({ hidesJobs: true })).toContain('wanted PrivateData without "jobs" in slurm.conf, or');
});
