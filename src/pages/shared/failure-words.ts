import type { JobDocument } from "../../domain/documents/job.ts";
import { stages } from "../../domain/jobs/progress.ts";
import { stepWords } from "../../domain/jobs/step-words.ts";
import { tellingLine } from "../../domain/jobs/telling-line.ts";
import { saysWantedKey } from "../../domain/people/wanted-key.ts";
import { imageSentence } from "../job/image-words.ts";
import { stageWords } from "./words.ts";

/** What a failed job says of its failure. */
export type Exception = Readonly<Record<string, unknown>>;

/** Words where a job failed, and with which exit code. */
export function sentenceOf({ stage, step, exitCode }: Exception): string {
  const where = typeof step === "string" ? ` in step ${stepWords(step)}` : "";
  const when = isStage(stage) ? ` while it was ${stageWords[stage].toLowerCase()}` : "";
  const code = typeof exitCode === "number" ? `, with exit code ${exitCode}` : "";
  return `The job failed${where}${when}${code}.`;
}

/** Words that the provider of a job wants a key. */
export const wantedKeyWords = "The provider wants a key, or another one than it is given.";

/** So much of a cause stands in a list, in characters. */
const longestCause = 160;

/**
 * Words in a short sentence why a job failed, with its exit code; undefined for one that did not. The line of its tool that tells most tells more
 * than that it ended: it stands in the place of the sentence where there is some. The page of the job says all of it.
 */
export function shortFailure({ status, message, exception, providerID }: JobDocument): string | undefined {
  if (status !== "failed") return undefined;
  const { detail, exitCode, step, stderrTail } = exception ?? {};
  if (providerID !== undefined && saysWantedKey(typeof detail === "string" ? detail : message)) return wantedKeyWords;
  const told = typeof detail === "string" ? detail : message;
  const [first = ""] = (imageSentence(told) ?? told).trim().split(/[\r\n]/, 1);
  const line = (typeof stderrTail === "string" ? tellingLine(stderrTail) : undefined) ?? first.trimEnd();
  const cause = line.length > longestCause ? `${line.slice(0, longestCause - 1).trimEnd()}…` : line;
  // Most messages name both already.
  const where =
    typeof step === "string" && !namesStep(cause, step) ? `step ${stepWords(step).slice(0, longestCause)}` : "";
  const code = typeof exitCode === "number" && !namesCode(cause, exitCode) ? `exit code ${exitCode}` : "";
  const facts = [where, code].filter((fact) => fact !== "").join(", ");
  return facts === "" ? cause : `${cause} (${facts})`;
}

/** Tells whether a text names a step by a word of its own: a short name stands inside of other words, too. */
function namesStep(text: string, step: string): boolean {
  const isPart = (beside: string | undefined) => beside !== undefined && /[\p{Letter}\p{Number}_]/u.test(beside);
  if (step === "") return true;
  for (let at = text.indexOf(step); at !== -1; at = text.indexOf(step, at + 1)) {
    if (!isPart(text[at - 1]) && !isPart(text[at + step.length])) return true;
  }
  return false;
}

/** Tells whether a text names an exit code: other numbers, and those in names, may have its digits. */
function namesCode(text: string, exitCode: number): boolean {
  return [...text.matchAll(/\b(?:code|status|exit(?:ed)?)\b\D{0,8}(\d+)/gi)].some(
    ([, digits]) => Number(digits) === exitCode,
  );
}

/** Tells whether a value is the name of a stage. */
export function isStage(stage: unknown): stage is keyof typeof stages {
  return typeof stage === "string" && Object.hasOwn(stages, stage);
}
