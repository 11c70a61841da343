import { isNumber } from "../../domain/exact-number.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/json.ts";
import { processUrl } from "../../domain/links.ts";

/** What somebody copies to execute a process from somewhere else. */
export type Use = { readonly title: string; readonly text: string };

type Execution = {
  readonly baseUrl: string;
  /** The process, with its revision where it is one. */
  readonly name: string;
  readonly request: JsonObject;
  /** The texts show a key, which stands in HEDDLE_KEY. */
  readonly needsKey: boolean;
};

/** Lists a request as JSON, and the texts by which it is executed from a shell, Python and JavaScript: each runs as it stands. */
export function usesOf(execution: Execution): readonly Use[] {
  return [
    { title: "JSON", text: JSON.stringify(execution.request, null, 2) },
    { title: "curl", text: curlText(execution) },
    { title: "heddle", text: commandText(execution) },
    { title: "Python (requests)", text: pythonText(execution) },
    { title: "JavaScript (fetch)", text: scriptText(execution) },
  ];
}

function executionUrl({ baseUrl, name }: Execution): string {
  return `${processUrl(baseUrl, name)}/execution`;
}

function curlText(execution: Execution): string {
  const { request, needsKey } = execution;
  const lines = [
    `curl -X POST ${shellWord(executionUrl(execution))}`,
    ...(needsKey ? ['-H "Authorization: Bearer $HEDDLE_KEY"'] : []),
    "-H 'Content-Type: application/json'",
    "-H 'Prefer: respond-async'",
    `--data-raw ${shellWord(JSON.stringify(request))}`,
  ];
  return lines.join(" \\\n  ");
}

function commandText({ baseUrl, name, request }: Execution): string {
  // The key stands in HEDDLE_KEY for the command, too.
  const command = `heddle execute ${shellWord(name)} --url ${shellWord(baseUrl)} --follow -f -`;
  return `printf '%s' ${shellWord(JSON.stringify(request))} |\n  ${command}`;
}

/** Quotes a text so that a shell takes it as one word. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function pythonText(execution: Execution): string {
  const { request, needsKey } = execution;
  const headers = needsKey ? ', "Authorization": "Bearer " + os.environ["HEDDLE_KEY"]' : "";
  return [
    ...(needsKey ? ["import os"] : []),
    "import requests",
    "",
    "answer = requests.post(",
    `    ${JSON.stringify(executionUrl(execution))},`,
    `    json=${pythonValue(request)},`,
    `    headers={"Prefer": "respond-async"${headers}},`,
    ")",
    "answer.raise_for_status()",
    'print(answer.headers["Location"])',
  ].join("\n");
}

function pythonValue(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isNumber(value)) return String(value);
  if (isList(value)) return `[${value.map(pythonValue).join(", ")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}: ${pythonValue(member)}`)
    .join(", ")}}`;
}

function scriptText(execution: Execution): string {
  const { request, needsKey } = execution;
  const authorization = needsKey ? ', "Authorization": "Bearer " + globalThis.process?.env.HEDDLE_KEY' : "";
  return [
    `const answer = await fetch(${JSON.stringify(executionUrl(execution))}, {`,
    '  method: "POST",',
    `  headers: { "Content-Type": "application/json", "Prefer": "respond-async"${authorization} },`,
    `  body: JSON.stringify(${JSON.stringify(request)}),`,
    "});",
    'globalThis.console?.log(answer.status, answer.headers.get("location"));',
  ].join("\n");
}
