import { ExactNumber, isRounded } from "../../domain/values/exact-number.ts";
import {
  isJsonObject,
  isList,
  type Json,
  type JsonObject,
  objectWithDoubles,
  withDoubles,
} from "../../domain/values/json.ts";

/** What a script sees of a scope. */
type Seen = { readonly inputs: JsonObject; readonly self: Json };

/** Gives what scripts see of a scope, in which all numbers are doubles, and says which ones are rounded by it. */
export type Doubles = {
  (body: string, scope: Seen): Seen;
  /** Looks at what a script gave. */
  result(value: Json): void;
};

/** Builds the doubles of one run; `say` is told once of each input. */
export function createDoubles(say: (line: string) => void): Doubles {
  // The same inputs stay the same object: an interpreter is made ready for them once.
  const known = new WeakMap<JsonObject, JsonObject>();
  const told = new Set<string>();
  const tell = (name: string, found: string) => {
    if (told.has(name)) return;
    told.add(name);
    say(`Warning: ${name} ${found}; a plain reference like $(inputs.id) keeps all digits`);
  };
  const tellRounded = (name: string, value: Json) => {
    const rounded = findNumber(value, (one) => one instanceof ExactNumber && isRounded(one));
    if (rounded instanceof ExactNumber)
      tell(name, `is ${rounded.text.slice(0, 60)}, which expressions see as ${rounded.double}`);
  };
  const inputsOf = (inputs: JsonObject) => {
    const seen = known.get(inputs) ?? objectWithDoubles(inputs);
    known.set(inputs, seen);
    return seen;
  };
  const doubles = (body: string, { inputs, self }: Seen): Seen => {
    const seen = { inputs: inputsOf(inputs), self: withDoubles(self) };
    if (seen.inputs !== inputs && body.includes("inputs")) {
      for (const [id, value] of Object.entries(inputs)) if (body.includes(id)) tellRounded(`input "${id}"`, value);
    }
    if (seen.self !== self && body.includes("self")) tellRounded("self", self);
    return seen;
  };
  return Object.assign(doubles, {
    result: (value: Json) => {
      const large = findNumber(value, (one) => typeof one === "number" && Number.isInteger(one) && !isSafe(one));
      if (large !== undefined) {
        tell(
          "an expression",
          `gave ${String(large)}, a whole number beyond 2^53: expressions compute with doubles, its last digits may be others`,
        );
      }
    },
  });
}

function isSafe(value: number): boolean {
  return Number.isSafeInteger(value);
}

/** Finds the first value of a kind, at any depth. */
function findNumber(value: Json, isWanted: (one: Json) => boolean): Json | undefined {
  if (isWanted(value)) return value;
  const inner = isList(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  for (const one of inner) {
    const found = findNumber(one, isWanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
