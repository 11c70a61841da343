import { isNumber } from "../../../domain/values/exact-number.ts";
import { isJsonObject, isList, type Json } from "../../../domain/values/json.ts";
import { type Execution, executionUrl, goingOn, jobsUrl, setKeyWords, uploadUrl, waits } from "./execution.ts";
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
    ...(waits(execution)
      ? ["print(answer.text)"]
      : waitingLines(execution, { job: 'answer.headers["Location"]', status: "answer.json()" })),
  ].join("\n");
}

/** Writes a program in Python that executes with OWSLib, which sends nothing but inputs and outputs. */
export function owslibText(execution: Execution): string {
  const { request, files, baseUrl, name, needsKey } = execution;
  const { inputs = {}, outputs, mode: _, ...others } = request;
  const left = Object.keys(others);
  return [
    ...importLines(execution),
    ...(files.length > 0 || !waits(execution) ? ["import requests"] : []),
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
    ...(waits(execution)
      ? ["print(answer)"]
      : waitingLines(execution, {
          job: `${JSON.stringify(`${jobsUrl(execution)}/`)} + answer["jobID"]`,
          status: "answer",
        })),
  ].join("\n");
}

/** Waits for the end of a job: what failed ends the program with its message, what was successful is written. */
function waitingLines(
  { needsKey }: Execution,
  { job, status }: { readonly job: string; readonly status: string },
): readonly string[] {
  const headers = needsKey ? ", headers=headers" : "";
  return [
    "",
    `job = ${job}`,
    `status = ${status}`,
    `while status["status"] in (${goingOn}):`,
    "    time.sleep(1)",
    `    asked = requests.get(job${headers})`,
    "    asked.raise_for_status()",
    "    status = asked.json()",
    'if status["status"] != "successful":',
    "    raise SystemExit(f\"{job} {status['status']}: {status.get('message')}\")",
    `results = requests.get(job + "/results"${headers})`,
    "results.raise_for_status()",
    "print(results.text)",
  ];
}

function importLines(execution: Execution): readonly string[] {
  const { files, needsKey } = execution;
  return [
    ...(needsKey ? ["import os"] : []),
    ...(waits(execution) ? [] : ["import time"]),
    ...(files.length > 0 ? ["from pathlib import Path"] : []),
  ];
}

function keyLines({ needsKey }: Execution): readonly string[] {
  if (!needsKey) return [];
  return [setKeyWords, 'headers = {"Authorization": "Bearer " + os.environ["HEDDLE_KEY"]}'];
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
