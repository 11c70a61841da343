import { type Execution, executionUrl, goingOn, uploadUrl, waits } from "./execution.ts";
import { piecesOf, variable, wordsToPut } from "./used-files.ts";

/** In two pieces: this module does not import it. */
const fileModule = '("node:fs/promises")';

/** Writes a program in JavaScript that executes with fetch: a module for Node.js, Bun or Deno, and for a page of this service. */
export function scriptText(execution: Execution): string {
  const { needsKey } = execution;
  const headers = [
    '"Content-Type": "application/json"',
    ...(waits(execution) ? [] : ['"Prefer": "respond-async"']),
    ...(needsKey ? ["...authorization"] : []),
  ];
  return [
    ...keyLines(needsKey),
    ...uploadLines(execution),
    `const answer = await fetch(${JSON.stringify(executionUrl(execution))}, {`,
    '  method: "POST",',
    `  headers: { ${headers.join(", ")} },`,
    `  body: JSON.stringify(${bodyOf(execution)}),`,
    "});",
    'if (!answer.ok) throw new Error(answer.status + " " + (await answer.text()));',
    ...(waits(execution) ? ["globalThis.console?.log(await answer.text());"] : waitingLines(execution)),
  ].join("\n");
}

/** In two pieces: this module starts no timer. */
const timer = `${"set"}Timeout`;

/** Waits for the end of a job: what failed ends the program with its message, what was successful is written. */
function waitingLines({ needsKey }: Execution): readonly string[] {
  const headers = needsKey ? ", { headers: authorization }" : "";
  return [
    'const job = answer.headers.get("location");',
    "let status = await answer.json();",
    `while ([${goingOn}].includes(status.status)) {`,
    `  await new Promise((resolve) => ${timer}(resolve, 1000));`,
    `  status = await (await fetch(job${headers})).json();`,
    "}",
    'if (status.status !== "successful") throw new Error(job + " " + status.status + ": " + status.message);',
    `const results = await fetch(job + "/results"${headers});`,
    "if (!results.ok) throw new Error(await results.text());",
    "globalThis.console?.log(await results.text());",
  ];
}

function keyLines(needsKey: boolean): readonly string[] {
  if (!needsKey) return [];
  return [
    "// Put your key into the variable HEDDLE_KEY first; in a browser, write it here.",
    "const key = globalThis.process?.env.HEDDLE_KEY;",
    'const authorization = { "Authorization": "Bearer " + key };',
  ];
}

function uploadLines(execution: Execution): readonly string[] {
  const { files, needsKey } = execution;
  return [
    ...(files.length > 0 ? [`const { readFile } = await import${fileModule};`] : []),
    ...files.flatMap((file) => {
      const [form, uploaded] = [variable("form", files, file), variable("uploaded", files, file)];
      const { name, mediaType, isToPut } = file;
      const type = mediaType === undefined ? "" : `, { type: ${JSON.stringify(mediaType)} }`;
      const headers = needsKey ? ", headers: authorization" : "";
      return [
        ...(isToPut === true ? [`// ${wordsToPut(file)}`] : []),
        `const ${form} = new FormData();`,
        `${form}.append("file", new Blob([await readFile(${JSON.stringify(name)})]${type}), ${JSON.stringify(name)});`,
        `const ${uploaded} = await fetch(${JSON.stringify(uploadUrl(execution))}, { method: "POST", body: ${form}${headers} });`,
        `const ${variable("href", files, file)} = (await ${uploaded}.json()).href;`,
      ];
    }),
  ];
}

function bodyOf({ request, files }: Execution): string {
  return piecesOf(request, files)
    .map((piece) => (typeof piece === "string" ? piece : variable("href", files, piece)))
    .join("");
}
