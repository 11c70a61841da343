import { type Execution, executionUrl, uploadUrl, waits } from "./execution.ts";
import { piecesOf, type UsedFile, variable } from "./used-files.ts";

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
    waits(execution)
      ? "globalThis.console?.log(answer.status, await answer.text());"
      : 'globalThis.console?.log(answer.status, answer.headers.get("location"));',
  ].join("\n");
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
  const reads = files.some(({ sample }) => sample === undefined);
  return [
    ...(reads ? [`const { readFile } = await import${fileModule};`] : []),
    ...files.flatMap((file) => {
      const [form, uploaded] = [variable("form", files, file), variable("uploaded", files, file)];
      const { name, mediaType, sample } = file;
      const type = mediaType === undefined ? "" : `, { type: ${JSON.stringify(mediaType)} }`;
      const headers = needsKey ? ", headers: authorization" : "";
      return [
        ...(sample === undefined
          ? []
          : [`// A small sample. With Node.js, your own is: await (await import${fileModule}).readFile("NAME")`]),
        `const ${form} = new FormData();`,
        `${form}.append("file", new Blob([${contentOf(file)}]${type}), ${JSON.stringify(name)});`,
        `const ${uploaded} = await fetch(${JSON.stringify(uploadUrl(execution))}, { method: "POST", body: ${form}${headers} });`,
        `const ${variable("href", files, file)} = (await ${uploaded}.json()).href;`,
      ];
    }),
  ];
}

function contentOf({ name, sample }: UsedFile): string {
  if (sample === undefined) return `await readFile(${JSON.stringify(name)})`;
  const text = JSON.stringify(sample.content);
  return sample.isBase64 ? `Uint8Array.from(atob(${text}), (one) => one.charCodeAt(0))` : text;
}

function bodyOf({ request, files }: Execution): string {
  return piecesOf(request, files)
    .map((piece) => (typeof piece === "string" ? piece : variable("href", files, piece)))
    .join("");
}
