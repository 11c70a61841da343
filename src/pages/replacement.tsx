import type { Process } from "../domain/process.ts";
import { type Described, occursWords, typeWords } from "./process-tables.tsx";

type Replaced = Pick<Process, "description" | "isWorkflow">;

/** Says what a new revision changes for who uses the process: its kind, its inputs and outputs. */
export function Replacement({ before, after }: { readonly before: Replaced; readonly after: Replaced }) {
  const inputs = changesOf("Input", before.description.inputs, after.description.inputs);
  const outputs = changesOf("Output", before.description.outputs, after.description.outputs);
  const changes = [...inputs, ...outputs];
  const gone = changes.filter(({ isGone }) => isGone);
  const isOtherKind = before.isWorkflow !== after.isWorkflow;
  return (
    <>
      <h3>What changes</h3>
      {gone.length === 0 ? null : (
        <p class="notice">
          {`What the current version has goes away: ${gone.map(({ what, id }) => `${what.toLowerCase()} ${id}`).join(", ")}. Who uses it must change their requests.`}
        </p>
      )}
      {isOtherKind || changes.length > 0 ? (
        <ul>
          {isOtherKind ? <li>{`It is a ${kindOf(after)} now, and was a ${kindOf(before)}.`}</li> : null}
          {changes.map(({ what, id, words }) => (
            <li>
              {what} <code>{id}</code> {words}
            </li>
          ))}
        </ul>
      ) : (
        <p>Inputs and outputs keep their names and types.</p>
      )}
    </>
  );
}

function kindOf({ isWorkflow }: Replaced): string {
  return isWorkflow ? "workflow" : "tool";
}

type Change = { readonly what: string; readonly id: string; readonly words: string; readonly isGone: boolean };
type Members = Readonly<Record<string, Described>>;

function changesOf(what: string, before: Members, after: Members): readonly Change[] {
  const old = new Map(Object.entries(before));
  const now = new Map(Object.entries(after));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((id) => {
    const [one, other] = [old.get(id), now.get(id)];
    const words = wordsOf(one, other);
    return words === undefined ? [] : [{ what, id, words, isGone: other === undefined }];
  });
}

function wordsOf(one: Described | undefined, other: Described | undefined): string | undefined {
  if (one === undefined) return other === undefined ? undefined : `is new: ${shapeWords(other)}.`;
  if (other === undefined) return `goes away. It was: ${shapeWords(one)}.`;
  const [was, is] = [shapeWords(one), shapeWords(other)];
  return was === is ? undefined : `was: ${was}; is: ${is}.`;
}

function shapeWords(one: Described): string {
  const wanted = occursWords(one);
  return wanted === "" ? typeWords(one.schema) : `${typeWords(one.schema)}, ${wanted}`;
}
