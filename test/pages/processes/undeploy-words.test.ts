import { expect, test } from "bun:test";
import { undeployWords } from "../../../src/pages/processes/undeploy-words.ts";

const jobs = { count: 12, open: 0, isMore: false, isPart: false };

test.each([
  [jobs, "It has 12 jobs: they stay, with their results and logs."],
  [{ ...jobs, count: 0 }, "It has no jobs."],
  [{ ...jobs, count: 1 }, "It has 1 job: it stays, with its results and its log."],
  [
    { ...jobs, count: 1, open: 1 },
    "It has 1 job: it stays, with its results and its log. It waits or runs, and goes on to its end with the revision that it was sent for.",
  ],
  [
    { ...jobs, open: 1 },
    "It has 12 jobs: they stay, with their results and logs. 1 of them waits or runs, and goes on to its end with the revision that it was sent for.",
  ],
  [
    { ...jobs, open: 3 },
    "It has 12 jobs: they stay, with their results and logs. 3 of them wait or run, and go on to their end with the revision that they were sent for.",
  ],
  [
    { ...jobs, open: 12 },
    "It has 12 jobs: they stay, with their results and logs. All of them wait or run, and go on to their end with the revision that they were sent for.",
  ],
  [{ ...jobs, count: 1000, isMore: true }, "It has 1000 jobs and more: they stay, with their results and logs."],
  [
    { ...jobs, isPart: true },
    "It has 12 jobs that you may see: they stay, with their results and logs. The jobs of others stay, too.",
  ],
  [{ ...jobs, count: 0, isPart: true }, "It has no jobs that you may see. The jobs of others stay, too."],
  [undefined, "Its jobs stay, with their results and logs."],
] as const)("the question before a process is undeployed says what becomes of its jobs: %j", (known, words) => {
  const question = undeployWords("say", { versions: 2, ...(known === undefined ? {} : { jobs: known }) });
  expect(question.words).toEndWith(` ${words}`);
});

test("it says how many versions go", () => {
  expect(undeployWords("say", { versions: 3 })).toMatchObject({
    title: "Undeploy the process say, with its 3 versions?",
    words: expect.stringMatching(/^Its 3 versions go: nobody can run say or any of its versions any more\./),
    yes: "Undeploy its 3 versions",
  });
  expect(undeployWords("say", { versions: 1 })).toMatchObject({
    title: "Undeploy the process say?",
    words: expect.stringMatching(/^Its one version goes: nobody can run say any more\./),
    yes: "Undeploy it",
  });
});
