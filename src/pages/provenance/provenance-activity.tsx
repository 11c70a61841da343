import type { ProvAttributes, ProvRecords, ProvValue } from "../../domain/documents/provenance.ts";
import { stepWords } from "../../domain/jobs/step-words.ts";
import { hiddenWords, looksSecret, withoutSecrets } from "../../domain/people/secret-names.ts";
import { durationText } from "../../domain/words/spans.ts";
import { isStage } from "../shared/failure-words.ts";
import { areNear, Time } from "../shared/parts.tsx";
import { quoted } from "../shared/shell-words.ts";
import { shortId, stageWords } from "../shared/words.ts";

type ActivityProps = {
  readonly attributes: ProvAttributes;
  /** All activities of the job, by their names. */
  readonly all: ProvRecords;
  /** The address of all jobs. */
  readonly jobsUrl: string;
};

/** Says what an activity was, when it was, and how it ended. */
export function Activity({ attributes, all, jobsUrl }: ActivityProps) {
  const label = textOf(attributes["prov:label"]);
  const number = attributes["heddle:attempt"];
  const isTask = attributes["heddle:step"] !== undefined;
  return (
    <>
      {label === "main" ? "the tool" : isTask ? stepWords(label ?? "") : label}
      {isTask && typeof number === "number" ? <span class="muted">{` in attempt ${number}`}</span> : null}
      <When attributes={attributes} all={all} />
      <Cached attributes={attributes} jobsUrl={jobsUrl} />
      <Ending attributes={attributes} />
      <Kept attributes={attributes} />
    </>
  );
}

/** Steps follow each other within parts of a second: they are told from the begin of the job, or of their attempt. */
function When({ attributes, all }: Pick<ActivityProps, "attributes" | "all">) {
  const [start, end, ready] = ["prov:startTime", "prov:endTime", "heddle:ready"].map((name) =>
    textOf(attributes[name]),
  );
  if (start === undefined) return null;
  const waited = ready === undefined ? 0 : startOf(attributes) - Date.parse(ready);
  const isMoment = textOf(attributes["prov:type"]) === "heddle:Retry";
  return (
    <p class="muted">
      <Time at={start} isPrecise={end === undefined || areNear(Date.parse(start), Date.parse(end))} />
      {afterText(attributes, all)}
      {waited > 0 ? `, had waited ${durationText(waited / 1000)} to start` : ""}
      {isMoment ? "" : tookText(attributes, start, end)}
    </p>
  );
}

function tookText(attributes: ProvAttributes, start: string, end: string | undefined): string {
  if (end !== undefined) return `, took ${durationText((Date.parse(end) - Date.parse(start)) / 1000)}`;
  const isOver = ["successful", "failed", "dismissed"].includes(textOf(attributes["heddle:status"]) ?? "");
  return isOver ? ", when it ended was not kept" : "";
}

function afterText(attributes: ProvAttributes, all: ProvRecords): string {
  if (attributes["heddle:step"] === undefined) return "";
  const number = attributes["heddle:attempt"];
  const whole = Object.values(all).find((one) =>
    typeof number === "number"
      ? textOf(one["prov:type"]) === "heddle:Attempt" && one["heddle:attempt"] === number
      : textOf(one["prov:type"]) === "heddle:Job",
  );
  const after = whole === undefined ? 0 : startOf(attributes) - startOf(whole);
  if (!(after > 0)) return "";
  return `, ${durationText(after / 1000)} after ${typeof number === "number" ? `attempt ${number}` : "the job"} began`;
}

/** Says of a step that nothing ran for it, and which job had made what it gave. */
function Cached({ attributes, jobsUrl }: Pick<ActivityProps, "attributes" | "jobsUrl">) {
  if (attributes["heddle:fromCache"] !== true) return null;
  const [job, at] = ["heddle:cachedFromJob", "heddle:cachedAt"].map((name) => textOf(attributes[name]));
  if (at === undefined) return <p>From the cache: nothing was run. The job that made it is not recorded.</p>;
  return (
    <p>
      From the cache: nothing was run. Made by{" "}
      {job === undefined ? (
        "a job that was removed, or that you may not see,"
      ) : (
        <a href={`${jobsUrl}/${encodeURIComponent(job)}?f=html`}>{`job ${shortId(job)}`}</a>
      )}{" "}
      on <Time at={at} />.
    </p>
  );
}

/** Says how it ended where that is known: a state, an exit code, and why it failed. */
function Ending({ attributes }: Pick<ActivityProps, "attributes">) {
  const [status, failure, step] = ["heddle:status", "heddle:failure", "heddle:failedStep"].map((name) =>
    textOf(attributes[name]),
  );
  const exitCode = attributes["heddle:exitCode"];
  const stage = textOf(attributes["heddle:failedStage"]);
  const hasFailed = status === "failed" || failure !== undefined;
  const told = [
    status ?? (hasFailed ? "failed" : undefined),
    step === undefined ? undefined : `in step ${stepWords(step)}`,
    step === undefined && isStage(stage) ? `while ${stageWords[stage].toLowerCase()}` : undefined,
    typeof exitCode === "number" ? `exit code ${exitCode}` : undefined,
  ].filter((words) => words !== undefined);
  const missing = textsOf(attributes["heddle:notRecorded"]);
  return (
    <>
      {told.length === 0 ? null : <p class={hasFailed ? undefined : "muted"}>{told.join(", ")}</p>}
      {failure === undefined ? null : <p>{withoutSecrets(failure)}</p>}
      {missing.length === 0 ? null : <p class="muted">{`Not kept: ${missing.join(", ")}.`}</p>}
    </>
  );
}

function Kept({ attributes }: Pick<ActivityProps, "attributes">) {
  const steps = textsOf(attributes["heddle:keptSteps"]);
  const asked = textOf(attributes["heddle:asked"]);
  return (
    <>
      {asked === undefined ? null : <p class="muted">{`Begun because ${asked}.`}</p>}
      {steps.length === 0 ? null : (
        <p>{`Kept of the attempt before, and not run again: ${steps.map(stepWords).join(", ")}.`}</p>
      )}
    </>
  );
}

/** What is longer is folded up, in characters. */
const longestCommand = 80;

/** The command of a tool as a shell would have it, without what looks like a secret: that stands in the document alone. */
export function Command({
  attributes,
  secrets,
}: {
  readonly attributes: ProvAttributes;
  /** Values that it does not show. */
  readonly secrets: readonly string[];
}) {
  const text = textOf(attributes["heddle:command"]);
  const words: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!Array.isArray(words)) return null;
  const shownWords = words.map(String).map((word, index, all) => shownWord(word, all[index - 1] ?? "", secrets));
  const line = withoutSecrets(shownWords.map(quoted).join(" "));
  const shown = <pre class="code">{line}</pre>;
  if (line.length <= longestCommand) return shown;
  return (
    <details>
      <summary>The command</summary>
      {shown}
    </details>
  );
}

/** A word behind an option that is called as a secret is one, too. */
function shownWord(word: string, before: string, secrets: readonly string[]): string {
  if (/^--?[\w-]+$/.test(before) && looksSecret(before.replace(/^-+/, ""))) return hiddenWords;
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, hiddenWords), word);
}

/** Milliseconds since 1970; what has not begun stands last. */
export function startOf(attributes: ProvAttributes): number {
  const start = textOf(attributes["prov:startTime"]);
  return start === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(start);
}

/** Lists the texts of an attribute that may have several. */
export function textsOf(value: ProvValue | readonly ProvValue[] | undefined): readonly string[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => textOf(one) ?? []);
}

/** Returns the text of an attribute; undefined for numbers and where there is none. */
export function textOf(value: ProvValue | readonly ProvValue[] | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "object" && "$" in value ? value.$ : undefined;
}
