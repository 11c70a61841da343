import { isNumber } from "../../../domain/exact-number.ts";
import { isJsonObject, isList, type Json } from "../../../domain/json.ts";
import { type Execution, executionUrl, uploadUrl, waits } from "./execution.ts";
import { fileAt, type UsedFile, variable, wordsToPut } from "./used-files.ts";

/** Writes a program in Python that executes with requests. */
export function requestsText(execution: Execution): string {
  const { request, files, needsKey } = execution;
  const preferred = `{${needsKey ? "**headers, " : ""}"Prefer": "respond-async"}`;
  const headers = waits(execution) ? (needsKey ? ["    headers=headers,"] : []) : [`    headers=${preferred},`];
  return [
    ...importLines(execution),
    "import requests",
    "",
    ...keyLines(execution),
    ...uploadLines(execution),
    "answer = requests.post(",
    `    ${JSON.stringify(executionUrl(execution))},`,
    `    json=${pythonValue(request, files)},`,
    ...headers,
    ")",
    "answer.raise_for_status()",
    waits(execution) ? "print(answer.text)" : 'print(answer.headers["Location"])',
  ].join("\n");
}

/** Writes a program in Python that executes with OWSLib, which sends nothing but inputs and outputs. */
export function owslibText(execution: Execution): string {
  const { request, files, baseUrl, name, needsKey } = execution;
  const { inputs = {}, outputs, mode: _, ...others } = request;
  const left = Object.keys(others);
  return [
    ...importLines(execution),
    ...(files.length > 0 ? ["import requests"] : []),
    "from owslib.ogcapi.processes import Processes",
    "",
    ...keyLines(execution),
    ...uploadLines(execution),
    ...(left.length === 0 ? [] : [`# OWSLib sends inputs and outputs: ${left.join(", ")} of the form is left out.`]),
    `service = Processes(${JSON.stringify(baseUrl)}${needsKey ? ", headers=headers" : ""})`,
    "answer = service.execute(",
    `    ${JSON.stringify(name)},`,
    `    inputs=${pythonValue(inputs, files)},`,
    ...(outputs === undefined ? [] : [`    outputs=${pythonValue(outputs, files)},`]),
    `    async_=${waits(execution) ? "False" : "True"},`,
    ")",
    "print(answer)",
  ].join("\n");
}

function importLines({ files, needsKey }: Execution): readonly string[] {
  return [...(needsKey ? ["import os"] : []), ...(files.length > 0 ? ["from pathlib import Path"] : [])];
}

function keyLines({ needsKey }: Execution): readonly string[] {
  if (!needsKey) return [];
  return [
    "# Put your key into the variable HEDDLE_KEY first.",
    'headers = {"Authorization": "Bearer " + os.environ["HEDDLE_KEY"]}',
  ];
}

function uploadLines(execution: Execution): readonly string[] {
  const { files, needsKey } = execution;
  return files.flatMap((file) => {
    const [path, href] = [variable("file", files, file), variable("href", files, file)];
    const { name, mediaType, isToPut } = file;
    const part = [`${path}.name`, "content", ...(mediaType === undefined ? [] : [JSON.stringify(mediaType)])].join(
      ", ",
    );
    const headers = needsKey ? ", headers=headers" : "";
    return [
      ...(isToPut === true ? [`# ${wordsToPut(file)}`] : []),
      `${path} = Path(${JSON.stringify(name)})`,
      `with ${path}.open("rb") as content:`,
      `    uploaded = requests.post(${JSON.stringify(uploadUrl(execution))}, files={"file": (${part})}${headers})`,
      "uploaded.raise_for_status()",
      `${href} = uploaded.json()["href"]`,
      "",
    ];
  });
}

function pythonValue(value: Json, files: readonly UsedFile[]): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (isNumber(value)) return String(value);
  if (isList(value)) return `[${value.map((item) => pythonValue(item, files)).join(", ")}]`;
  if (!isJsonObject(value)) {
    const file = fileAt(files, value);
    return file === undefined ? JSON.stringify(value) : variable("href", files, file);
  }
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}: ${pythonValue(member, files)}`)
    .join(", ")}}`;
}
