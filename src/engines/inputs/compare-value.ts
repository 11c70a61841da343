import { fault, found } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import type { Json, JsonObject } from "../../domain/values/json.ts";
import { isBase64 } from "../../domain/words/text.ts";
import type { Misfit, SchemaBudget } from "../json-schema/check.ts";
import type { Outcome } from "../json-schema/schema.ts";

const wantedBase64 = "text in base64";

/** One of the schemas that an input takes values of. */
export type Alternative = {
  readonly schema: JsonObject;
  readonly mediaType?: string;
  readonly validate: (value: Json, budget: SchemaBudget) => Outcome;
};

/** A value, where it stands in the request, and what may be spent on checking it. */
export type Given = { readonly value: Json; readonly pointer: string; readonly budget: SchemaBudget };

/** Compares a value with each alternative; `unknown` says why, where none took it and one could not be asked. */
export function compareValue(
  alternatives: readonly Alternative[],
  { value, pointer, budget }: Given,
): { readonly faults: readonly Fault[]; readonly unknown?: string } {
  const faults: Fault[] = [];
  let unknown: string | undefined;
  for (const { validate, schema } of alternatives) {
    const outcome = validate(value, budget);
    switch (outcome.kind) {
      case "fits":
        if (isDecodable(value, schema)) return { faults: [] };
        faults.push(fault(pointer, value, wantedBase64));
        break;
      case "misfit":
        faults.push(misfitFault(outcome, schema, { value, pointer }));
        break;
      case "unknown":
        unknown ??= outcome.reason;
        break;
      case "exhausted": {
        const detail = `found a value that takes ${outcome.reason}, wanted a smaller one, or a simpler schema of the input`;
        return { faults: [{ pointer, detail }] };
      }
      default:
        return outcome satisfies never;
    }
  }
  if (unknown !== undefined) {
    const detail = `${unknown}, so that no value can be checked; wanted a process whose description can be honoured`;
    return { faults: [{ pointer, detail }], unknown };
  }
  if (faults.length < 2) return { faults };
  // Of a value that is of one kind, and wrong inside, no other kind was meant.
  const inside = faults.filter((one) => one.pointer !== pointer);
  if (inside.length === 1) return { faults: inside };
  const wanted = alternatives.map(({ schema }) => wantedOf(schema, "")).join(" or ");
  return { faults: [fault(pointer, value, wanted)] };
}

function misfitFault(
  { place, reason, missing }: Misfit,
  schema: JsonObject,
  { value, pointer }: Pick<Given, "value" | "pointer">,
): Fault {
  if (missing !== undefined) return { pointer: pointer + place, detail: `${missing} is missing` };
  return fault(pointer + place, valueAt(value, place), `${wantedOf(schema, place)} (${reason})`);
}

/** The validator does not look at encodings: JSON Schema 2020-12 makes them annotations. */
function isDecodable(value: Json, schema: JsonObject): boolean {
  return schema.contentEncoding !== "base64" || typeof value !== "string" || isBase64(value);
}

/** Names what a schema wants by the keywords that restrict, not by those that only describe. */
function wantedOf(schema: JsonObject, place: string): string {
  if (place !== "") return "a value that fits the schema";
  const { title, description, default: fallback, examples, ...restricting } = schema;
  return found(restricting);
}

function valueAt(value: Json, place: string): Json | undefined {
  let found: unknown = value;
  for (const token of place.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    found = typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined;
  }
  return isJson(found) ? found : undefined;
}

function isJson(value: unknown): value is Json {
  return value !== undefined;
}
