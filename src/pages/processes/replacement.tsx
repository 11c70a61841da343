import { changedParts } from "../../domain/comparison/changed-part.ts";
import { compareTexts } from "../../domain/comparison/text-difference.ts";
import { compareDefinitions, type ToolChange } from "../../domain/comparison/tool-changes.ts";
import type { Process, ProcessDescription } from "../../domain/processes/process.ts";
import { LineDifference } from "../comparison/difference.tsx";
import { describedChanges, isNeeded, shapeWords } from "./described-changes.ts";
import type { Described } from "./process-tables.tsx";

type Replaced = Pick<Process, "description" | "definition" | "isWorkflow">;

/** Says what a new revision changes for who uses the process: its kind, its inputs and outputs, and what it runs. */
export function Replacement({
  before,
  after,
  isPart = true,
}: {
  readonly before: Replaced;
  readonly after: Replaced;
  /** It stands below a heading of a part of the page; else right below that of the page. */
  readonly isPart?: boolean;
}) {
  const inputs = changesOf("Input", before.description.inputs, after.description.inputs);
  const outputs = changesOf("Output", before.description.outputs, after.description.outputs);
  const changes = [...inputs, ...outputs];
  const tools = compareDefinitions(before.definition, after.definition);
  const gone = changes.filter(({ isGone }) => isGone);
  const narrower = changes.filter(({ isNarrower }) => isNarrower);
  const isOtherKind = before.isWorkflow !== after.isWorkflow;
  return (
    <>
      {isPart ? <h3>What changes</h3> : <h2>What changes</h2>}
      {gone.length === 0 ? null : (
        <p class="notice">
          {`What the version before has goes away: ${namesOf(gone)}. Who uses it must change their requests.`}
        </p>
      )}
      {narrower.length === 0 ? null : (
        <p class="notice">
          {`What fitted the version before may not fit this one, because of ${namesOf(narrower)}. Who uses the process must look at it.`}
        </p>
      )}
      {isOtherKind || changes.length > 0 ? (
        <ul class="changes">
          {isOtherKind ? <li>{`It is a ${kindOf(after)} now, and was a ${kindOf(before)}.`}</li> : null}
          {changes.map(({ what, id, words }) => (
            <li>
              {what} <code>{id}</code> {words}
            </li>
          ))}
        </ul>
      ) : (
        <p>Inputs and outputs keep their names, types, defaults and bounds.</p>
      )}
      <Words before={before.description} after={after.description} />
      <Tools changes={tools} />
    </>
  );
}

/** What a process says of itself, by the words for it. */
const said: readonly (readonly [string, (description: ProcessDescription) => unknown])[] = [
  ["its title", ({ title }) => title],
  ["its description", ({ description }) => description],
  ["its keywords", ({ keywords }) => keywords],
  ["its author, licence or source", ({ metadata }) => metadata],
  ["words of its inputs or outputs", ({ inputs, outputs }) => [wordsOfAll(inputs), wordsOfAll(outputs)]],
];

/** What is new is told by itself: only those of both are compared. */
function Words({ before, after }: { readonly before: ProcessDescription; readonly after: ProcessDescription }) {
  const kept = {
    ...after,
    inputs: common(after.inputs, before.inputs),
    outputs: common(after.outputs, before.outputs),
  };
  const was = {
    ...before,
    inputs: common(before.inputs, after.inputs),
    outputs: common(before.outputs, after.outputs),
  };
  const changed = said.filter(([, of]) => JSON.stringify(of(was) ?? "") !== JSON.stringify(of(kept) ?? ""));
  return changed.length === 0 ? null : (
    <p>{`It says other words of itself: ${changed.map(([name]) => name).join(", ")}.`}</p>
  );
}

function common<Value>(one: Readonly<Record<string, Value>>, other: object): Record<string, Value> {
  return Object.fromEntries(Object.entries(one).filter(([id]) => Object.hasOwn(other, id)));
}

function wordsOfAll(described: Readonly<Record<string, Described>>): readonly unknown[] {
  return Object.keys(described)
    .toSorted()
    .map((id) => [described[id]?.title, described[id]?.description]);
}

/** More are counted: a packed workflow may have hundreds. */
const mostTools = 50;

function Tools({ changes }: { readonly changes: readonly ToolChange[] }) {
  if (changes.length === 0) return <p>It runs what it ran before.</p>;
  const left = changes.length - mostTools;
  return (
    <>
      <p>What it runs changes:</p>
      <ul class="changes">
        {changes.slice(0, mostTools).map((change) => (
          <li>
            {change.tool === undefined ? null : (
              <>
                <code>{change.tool}</code>:{" "}
              </>
            )}
            {change.what} <ToolWords change={change} />
          </li>
        ))}
        {left > 0 ? <li>{`${left} more changes`}</li> : null}
      </ul>
    </>
  );
}

function ToolWords({ change: { was, is, more } }: { readonly change: ToolChange }) {
  if (more !== undefined) return <>{`differs in ${more} more ${more === 1 ? "place" : "places"}.`}</>;
  if (was === undefined) return is === "new" ? <>is new.</> : <Told words="there was none, and it is" text={is} />;
  if (is === undefined) return was === "there" ? <>goes away.</> : <Told words="goes away. It was" text={was} />;
  if (was.includes("\n") || is.includes("\n")) return <LinesOf was={was} is={is} />;
  const [[before, old, after], [, now]] = changedParts(was, is);
  // Where nothing is the same, a mark tells nothing.
  const marks = before !== "" || after !== "";
  return (
    <>
      was{" "}
      <code>
        {before}
        {marks && old !== "" ? <del>{old}</del> : old}
        {after}
      </code>
      , is{" "}
      <code>
        {before}
        {marks && now !== "" ? <ins>{now}</ins> : now}
        {after}
      </code>
      .
    </>
  );
}

/** So many lines of one text are shown. */
const mostLines = 400;

/** A script is told line by line. */
function LinesOf({ was, is }: { readonly was: string; readonly is: string }) {
  const { lines, isExact, more } = compareTexts(was, is, mostLines);
  return (
    <>
      changes in these lines: those that go have -, those that come have +.
      <LineDifference lines={lines} isExact={isExact} />
      {more === 0 ? null : `${more} more lines are not shown.`}
    </>
  );
}

function Told({ words, text }: { readonly words: string; readonly text: string | undefined }) {
  return (
    <>
      {words} <code>{text}</code>.
    </>
  );
}

function kindOf({ isWorkflow }: Replaced): string {
  return isWorkflow ? "workflow" : "tool";
}

function namesOf(changes: readonly Change[]): string {
  return changes.map(({ what, id }) => `${what.toLowerCase()} ${id}`).join(", ");
}

type Change = {
  readonly what: "Input" | "Output";
  readonly id: string;
  readonly words: string;
  readonly isGone: boolean;
  readonly isNarrower: boolean;
};
type Members = Readonly<Record<string, Described>>;

function changesOf(what: Change["what"], before: Members, after: Members): readonly Change[] {
  const old = new Map(Object.entries(before));
  const now = new Map(Object.entries(after));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((id) => {
    const change = changeOf(old.get(id), now.get(id));
    return change === undefined ? [] : [{ what, id, ...change }];
  });
}

function changeOf(
  one: Described | undefined,
  other: Described | undefined,
): Pick<Change, "words" | "isGone" | "isNarrower"> | undefined {
  if (one === undefined) {
    if (other === undefined) return undefined;
    return { words: `is new: ${shapeWords(other)}.`, isGone: false, isNarrower: isNeeded(other) };
  }
  if (other === undefined) return { words: `goes away. It was: ${shapeWords(one)}.`, isGone: true, isNarrower: false };
  const changes = describedChanges(one, other);
  if (changes.length === 0) return undefined;
  const words = `${changes.map((change) => change.words).join("; ")}.`;
  return { words, isGone: false, isNarrower: changes.some(({ isNarrower }) => isNarrower) };
}
