import { alternativesOf, isBoxSchema, typeOfSchema } from "../../domain/processes/described.ts";
import type { InputDefinition, OutputDefinition } from "../../domain/processes/process.ts";
import { isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { isWidest, unitOf } from "../form/bounds.ts";
import { Markdown } from "../shared/markdown.tsx";
import { RecordTable } from "../shared/record-table.tsx";
import { kindWords, recordMembers } from "../shared/type-words.ts";

/** An input or an output as tables show it. */
export type Described = OutputDefinition & Partial<Pick<InputDefinition, "minOccurs" | "maxOccurs" | "valuePassing">>;

/** A table of the inputs or the outputs of a process. */
export function DescribedTable({ described }: { readonly described: Readonly<Record<string, Described>> }) {
  const entries = Object.entries(described);
  if (entries.length === 0) return <p>None.</p>;
  // A column that says nothing of any of them is left out.
  const shown = columns.filter(({ words }) => entries.some(([, one]) => words(one) !== ""));
  return (
    <RecordTable label="Table">
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            {shown.map(({ title }) => (
              <th scope="col">{title}</th>
            ))}
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(([id, one]) => (
            <tr>
              <td class="name">
                <code>{id}</code>
              </td>
              {shown.map(({ words }) => (
                <td>{words(one)}</td>
              ))}
              <td class="prose">
                {one.title === undefined ? null : <strong>{one.title}</strong>}
                {one.description === undefined ? null : <Markdown text={one.description} />}
                <Members schema={one.schema} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </RecordTable>
  );
}

/** What is said of the members of a record. */
function Members({ schema }: { readonly schema: JsonObject }) {
  const told = recordMembers(schema).flatMap(({ name, schema: { title, description } }) => {
    const texts = [title, description].filter((text) => typeof text === "string");
    return texts.length === 0 ? [] : [{ name, texts }];
  });
  if (told.length === 0) return null;
  return (
    <ul>
      {told.map(({ name, texts: [first = "", ...others] }) => (
        <li>
          <code>{name}</code>: {first}
          {others.map((text) => (
            <Markdown text={text} />
          ))}
        </li>
      ))}
    </ul>
  );
}

const columns: readonly { readonly title: string; readonly words: (one: Described) => string }[] = [
  { title: "Type", words: ({ schema, maxOccurs = 1 }) => kindWords(schema, maxOccurs !== 1) },
  { title: "Wanted", words: occursWords },
  { title: "Default", words: ({ schema, minOccurs }) => (minOccurs === undefined ? "" : defaultWords(schema.default)) },
  { title: "Bounds", words: ({ schema }) => boundsWords(schema) },
  { title: "Unit", words: ({ schema }) => unitOf(schema) ?? "" },
];

/** Names the type of values exactly, as two descriptions are compared: with formats, in the words of JSON Schema. */
export function typeWords(schema: JsonObject): string {
  if (isBoxSchema(schema)) return "bounding box";
  const words = alternativesOf(schema).map((one) => {
    if (typeof one.contentMediaType === "string") return one.contentMediaType;
    if (one.contentEncoding !== undefined) return "file";
    if (Array.isArray(one.enum)) return `one of ${one.enum.slice(0, 20).map(plainText).join(", ")}`;
    const type = typeOfSchema(one) ?? "any value";
    const items = type === "array" && typeof one.items === "object" ? innerWords(one.items) : "";
    return typeof one.format === "string" ? `${type} (${one.format})` : `${type}${items}`;
  });
  return [...new Set(words)].join(" or ");
}

function innerWords(items: Json): string {
  const type = typeof items === "object" && items !== null && "type" in items ? items.type : undefined;
  return typeof type === "string" ? ` of ${type}` : "";
}

function plainText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Says whether an input is needed, and how many times; nothing of an output. */
export function occursWords({ minOccurs, maxOccurs = 1, schema }: Described): string {
  if (minOccurs === undefined) return "";
  const least = schema.default === undefined || schema.default === null ? minOccurs : 0;
  if (maxOccurs === "unbounded") return `${least} or more`;
  if (least === 0 && maxOccurs === 1) return "optional";
  if (least === 1 && maxOccurs === 1) return "required";
  return least === maxOccurs ? String(least) : `${least} to ${maxOccurs}`;
}

const longest = 200;

function defaultWords(value: Json | undefined): string {
  return value === undefined || value === null ? "" : valueWords(value);
}

/** Words a value of a description: its beginning, where it is long. */
export function valueWords(value: Json): string {
  const text = plainText(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}...`;
}

/** Bounds of a schema, and what they are called. */
export const boundNames = [
  ["minimum", "at least"],
  ["exclusiveMinimum", "more than"],
  ["maximum", "at most"],
  ["exclusiveMaximum", "less than"],
  ["multipleOf", "multiple of"],
  ["minLength", "characters at least"],
  ["maxLength", "characters at most"],
  ["minItems", "items at least"],
  ["maxItems", "items at most"],
  ["pattern", "pattern"],
] as const;

function boundsWords(schema: JsonObject): string {
  return boundNames
    .flatMap(([name, words]) => {
      const bound = schema[name];
      if (isWidest(bound)) return [];
      return bound === undefined || isList(bound) || typeof bound === "boolean" ? [] : [`${words} ${plainText(bound)}`];
    })
    .join(", ");
}
