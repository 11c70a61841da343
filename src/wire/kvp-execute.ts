import { defined } from "../domain/defined.ts";
import { type Fault, Problem } from "../domain/problem.ts";
import { alternativesOf, isBoxSchema, typeOfSchema } from "../domain/processes/described.ts";
import type { InputDefinition, ProcessDescription } from "../domain/processes/process.ts";
import { isNumber, readNumber } from "../domain/values/exact-number.ts";
import { isJsonObject, type Json, type JsonObject, parseExact } from "../domain/values/json.ts";
import { excessOfText, jsonBounds } from "../domain/values/json-bounds.ts";
import { decodeKvp } from "./kvp.ts";

/** An execution request that came as a query: its body, and what stands for headers. */
export type KvpExecution = {
  readonly body: JsonObject;
  readonly prefer?: string;
  /** A media type or short name that stands for `Accept`. */
  readonly format?: string;
  /** Whether the request is only to be checked, as it was written; undefined where an input has this name. */
  readonly dryRun?: string;
};

const qualifiers = ["value", "mediaType", "encoding", "schema", "href", "type", "crs"] as const;
const outputQualifiers = ["include", "mediaType", "transmissionMode"] as const;
/** Parameters that say how to answer; `tags` go with the job. */
const answerNames = ["f", "prefer", "profile", "tags", "response", "dryrun"];

type Parameter = {
  readonly name: string;
  readonly qualifier: string | undefined;
  readonly value: string;
  /** The value where it is a list. */
  readonly list: readonly string[];
};

/**
 * Reads an execution request from a query, as it stands in the URL (OGC 18-062r3, requirements class kvp-execute): names of inputs do
 * not depend on case, `in[href]=...` qualifies, several values are separated by commas, arrays and objects are JSON.
 * Throws `invalid-parameter-value` naming every parameter that is neither an input nor an output.
 */
export function readKvpExecution(query: string, description: ProcessDescription): KvpExecution {
  const pairs = query.replace(/^\?/, "").split("&");
  const parameters = pairs.filter((pair) => pair !== "").map(readParameter);
  const inputs: Record<string, Json> = {};
  const outputs: Record<string, Json> = {};
  const faults: Fault[] = [];
  for (const { name, qualifier } of parameters) {
    const inputId = idOf(name, description.inputs);
    const outputId = idOf(name, description.outputs);
    const isOutput =
      outputQualifiers.some((one) => one === qualifier) && (qualifier === "include" || inputId === undefined);
    if (outputId !== undefined && isOutput) outputs[outputId] = readOutput(parameters, name);
    else if (inputId !== undefined) inputs[inputId] = readInput(parameters, name, description.inputs[inputId]);
    else if (!answerNames.includes(name.toLowerCase())) faults.push(unknownName(name, description));
  }
  if (faults.length > 0) {
    throw new Problem("invalid-parameter-value", `Cannot execute process "${description.id}": ${faults[0]?.detail}`, {
      faults,
    });
  }
  const included = Object.entries(outputs).filter(([, output]) => output !== null);
  const answer = (name: string) => answerOf(parameters, name);
  const response = parameters.find(
    (one) => one.name.toLowerCase() === "response" && one.qualifier === undefined,
  )?.value;
  const prefer = joinPreferences(answer("prefer"), answer("profile"));
  const format = answer("f");
  const dryRun = idOf("dryrun", description.inputs) === undefined ? answer("dryrun") : undefined;
  return {
    body: {
      inputs,
      ...(Object.keys(outputs).length === 0 ? {} : { outputs: Object.fromEntries(included) }),
      ...defined({ response }),
    },
    ...defined({ prefer, format, dryRun }),
  };
}

/** Leaves out what a form says of fields that were not filled in. */
export function withoutEmptyFields(form: string, description: ProcessDescription): string {
  const isMeant = (pair: string) => {
    const { name, value } = readParameter(pair);
    if (value !== "") return true;
    const id = idOf(name, description.inputs);
    return id !== undefined && (description.inputs[id]?.minOccurs ?? 0) > 0;
  };
  return form.split("&").filter(isMeant).join("&");
}

function readParameter(pair: string): Parameter {
  // URLSearchParams would put U+FFFD in the place of bytes that are not UTF-8.
  decodeKvp(pair);
  const [[key, value] = ["", ""]] = new URLSearchParams(pair);
  const [, name = key, qualifier] = /^([^[\]]+)\[([^[\]]*)\]$/.exec(key) ?? [];
  return { name, qualifier, value, list: readList(pair, value) };
}

/**
 * A comma that belongs to an item is escaped (OGC 19-072 /req/core/query-param-list-escape). Many clients escape all of
 * them: where none stands as such, the escaped ones separate.
 */
function readList(pair: string, value: string): readonly string[] {
  const written = pair.slice(pair.indexOf("=") + 1).split(",");
  if (written.length === 1) return value.split(",");
  return written.map((item) => new URLSearchParams(`item=${item}`).get("item") ?? "");
}

function idOf(name: string, described: Readonly<Record<string, unknown>>): string | undefined {
  if (Object.hasOwn(described, name)) return name;
  return Object.keys(described).find((id) => id.toLowerCase() === name.toLowerCase());
}

function unknownName(name: string, description: ProcessDescription): Fault {
  const wanted = Object.keys(description.inputs).join(", ");
  return { pointer: `/inputs/${name}`, detail: `found parameter "${name}", wanted one of the inputs ${wanted}` };
}

/** `response[f]` and `f` mean the same. */
function answerOf(parameters: readonly Parameter[], name: string): string | undefined {
  const found = parameters.find(
    (one) =>
      (one.qualifier === undefined && one.name.toLowerCase() === name) ||
      (one.qualifier === name && one.name.toLowerCase() === "response"),
  );
  return found?.value;
}

function joinPreferences(prefer: string | undefined, profile: string | undefined): string | undefined {
  const parts = [...(prefer === undefined ? [] : [prefer]), ...(profile === undefined ? [] : [`profile="${profile}"`])];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** Null for an output that is left out by `include=false`. */
function readOutput(parameters: readonly Parameter[], name: string): Json {
  const own = parameters.filter((one) => one.name === name);
  if (own.some((one) => one.qualifier === "include" && one.value.toLowerCase() === "false")) return null;
  const members = own.filter((one) => one.qualifier === "mediaType" || one.qualifier === "transmissionMode");
  return Object.fromEntries(members.map(({ qualifier = "", value }) => [qualifier, value]));
}

function readInput(parameters: readonly Parameter[], name: string, definition: InputDefinition | undefined): Json {
  const own = parameters.filter(
    (one) => one.name === name && !outputQualifiers.some((q) => q === "include" && one.qualifier === q),
  );
  const schema: JsonObject = definition?.schema ?? {};
  const plain = own.filter((one) => one.qualifier === undefined);
  const qualified = own.filter((one) => qualifiers.some((qualifier) => qualifier === one.qualifier));
  const [first] = plain;
  if (isBoxSchema(schema) && first !== undefined) return readBox(first.value, qualified);
  if (qualified.length > 0) return readQualified(qualified, schema);
  if (definition !== undefined && definition.maxOccurs !== 1) return plain.flatMap((one) => readSeveral(one, schema));
  return first === undefined ? null : readValue(first, schema);
}

function readQualified(qualified: readonly Parameter[], schema: JsonObject): Json {
  return Object.fromEntries(
    qualified.map((one) => [one.qualifier ?? "", one.qualifier === "value" ? readValue(one, schema) : one.value]),
  );
}

function readBox(text: string, qualified: readonly Parameter[]): Json {
  const crs = qualified.find((one) => one.qualifier === "crs")?.value;
  const json = readJson(text);
  if (isJsonObject(json)) return json;
  const bbox = Array.isArray(json) ? json : text.split(",").map((part) => numberOf(part));
  return { bbox, ...defined({ crs }) };
}

/** Several values of an input: a JSON array, or a list with commas. */
function readSeveral({ value: text, list }: Parameter, schema: JsonObject): readonly Json[] {
  const json = text.startsWith("[") || text.startsWith("{") ? readJson(text) : undefined;
  if (Array.isArray(json)) return json;
  if (json !== undefined) return [json];
  return list.map((item) => readValue({ value: item, list: [item] }, schema));
}

function readValue({ value: text, list }: Pick<Parameter, "value" | "list">, schema: JsonObject): Json {
  switch (typeOfSchema(schema)) {
    case "string":
      return text;
    case "number":
    case "integer":
      return numberOf(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "array": {
      const json = readJson(text);
      if (Array.isArray(json)) return json;
      const items = isJsonObject(schema.items) ? schema.items : {};
      return list.map((item) => readValue({ value: item, list: [item] }, items));
    }
    default: {
      const chosen = alternativeFor(text, list, schema);
      if (chosen !== undefined) return readValue({ value: text, list }, chosen);
      // The input takes several types: what is no JSON object or array is text.
      const json = /^[[{]/.test(text) ? readJson(text) : undefined;
      // An object is a qualified value on its own (OGC 18-062r2 /req/core/process-execute-input-inline-object).
      return isJsonObject(json) && !("value" in json || "href" in json || "bbox" in json)
        ? { value: json }
        : (json ?? text);
    }
  }
}

/** Of alternatives without text, the one whose values are written so. */
function alternativeFor(text: string, list: readonly string[], schema: JsonObject): JsonObject | undefined {
  const alternatives = alternativesOf(schema).filter((one) => one !== schema);
  const ofType = (...types: readonly string[]) =>
    alternatives.find((one) => types.some((type) => type === typeOfSchema(one)));
  if (list.length > 1) return ofType("array");
  if (ofType("string") !== undefined || /^[[{]/.test(text)) return undefined;
  return isNumber(numberOf(text)) ? ofType("number", "integer") : ofType("boolean");
}

/** Text that is no number stays text, and is refused by the input's schema. */
function numberOf(text: string): Json {
  const number = readNumber(text) ?? Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}

function readJson(text: string): Json | undefined {
  const excess = excessOfText(text, jsonBounds);
  if (excess !== undefined) {
    throw new Problem("content-too-large", `Cannot read query: found JSON of ${excess.found}, wanted a smaller value`);
  }
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}
