import { stageNames } from "../../domain/jobs/progress.ts";
import { type Exception, isStage } from "../shared/failure-words.ts";
import { stageWords } from "../shared/words.ts";

/** What is no part of the way to results. */
const asides: readonly string[] = [stageWords.monitorError, stageWords.notify, stageWords.done];

/** The stages of a job in their order, each word once: several stages are one to who reads. */
const shown = [...new Set(stageNames.map((name) => stageWords[name]))].filter((words) => !asides.includes(words));

const marks = {
  passed: { sign: "✓", words: ", done" },
  failed: { sign: "✕", words: ": failed here" },
  left: { sign: "○", words: ", not reached" },
} as const;

/** The stages of a failed job: those that it passed, the one where it failed, and those that it did not reach. The bar says only how far it was counted. */
export function FailedStages({ exception: { stage } }: { readonly exception: Exception }) {
  const failed = isStage(stage) ? shown.indexOf(stageWords[stage]) : -1;
  if (failed === -1) return null;
  return (
    <ol class="stages" aria-label="Stages of the job">
      {shown.map((words, at) => {
        const state = at < failed ? "passed" : at === failed ? "failed" : "left";
        const { sign, words: said } = marks[state];
        return (
          <li class={`stage-${state}`}>
            <span aria-hidden="true">{sign}</span> {words}
            {state === "failed" ? said : <span class="unseen">{said}</span>}
          </li>
        );
      })}
    </ol>
  );
}
