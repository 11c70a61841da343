import { type Execution, executionUrl, setKeyWords, uploadUrl, waits } from "./execution.ts";
import { piecesOf, type UsedFile, variable, wordsToPut } from "./used-files.ts";

/** Writes the commands by which a shell executes with curl. */
export function curlText(execution: Execution): string {
  const { needsKey } = execution;
  const key = needsKey ? [`-H "Authorization: Bearer \${HEDDLE_KEY:?Put your key into this variable first}"`] : [];
  const upload = (file: UsedFile, path: string) => {
    const { mediaType } = file;
    const answer = variable("answer", execution.files, file);
    const type = mediaType === undefined ? "" : `;type=${mediaType}`;
    const quoted = /["\\]/.test(file.name) ? quotedForCurl(path) : path;
    const words = [`curl -sS ${shellWord(uploadUrl(execution))}`, ...key, `-F "file=@\\"${quoted}\\"${type}"`].join(
      " ",
    );
    const href = variable("href", execution.files, file);
    // What was refused says why, and nothing is pasted into the request.
    return [
      `${answer}=$(if test -r "${path}"; then ${words}; else printf 'Cannot read the file %s: put it here first' "${path}"; fi)`,
      `${href}=$(printf '%s' "$${answer}" | sed -n 's/.*"href":"\\([^"]*\\)".*/\\1/p')`,
      `test -n "$${href}" || printf '%s\\n' "$${answer}" >&2`,
    ];
  };
  const lines = [
    `curl -X POST ${shellWord(executionUrl(execution))}`,
    ...key,
    "-H 'Content-Type: application/json'",
    ...(waits(execution) ? [] : ["-H 'Prefer: respond-async'"]),
    `--data-raw ${requestWord(execution)}`,
  ];
  return [
    ...(needsKey ? [setKeyWords] : []),
    ...missingLines(execution),
    ...uploadLines(execution, upload),
    guard(execution) + lines.join(" \\\n  "),
  ].join("\n");
}

/** In the name of a file between quotes, curl reads a backslash before each quote and each backslash. */
function quotedForCurl(path: string): string {
  return String.raw`$(printf '%s' "${path}" | sed 's/["\\]/\\&/g')`;
}

/** Writes the commands by which a shell executes with our own command line, which reads the key from HEDDLE_KEY by itself. */
export function commandText(execution: Execution): string {
  const { baseUrl, name, provider, needsKey } = execution;
  const url = `--url ${shellWord(baseUrl)}`;
  const upload = (file: UsedFile, path: string) => [
    `${variable("href", execution.files, file)}=$(heddle upload "${path}" ${url} --format '{href}')`,
  ];
  const words = provider === undefined ? shellWord(name) : `${shellWord(name)} --provider ${shellWord(provider)}`;
  const command = `heddle execute ${words} ${url} --follow -f -`;
  return [
    ...(needsKey ? ["# Your key stands in HEDDLE_KEY, or heddle login has kept it."] : []),
    ...missingLines(execution),
    ...uploadLines(execution, upload),
    `${guard(execution)}printf '%s' ${requestWord(execution)} |\n  ${command}`,
  ].join("\n");
}

/** What was not uploaded is not executed with. A text is pasted into a shell, which stays open. */
function guard({ files }: Execution): string {
  return files.map((file) => `test -n "$${variable("href", files, file)}" &&\n`).join("");
}

/** An id of an input may hold anything: here it only names one. */
function missingLines({ missing = [] }: Execution): readonly string[] {
  if (missing.length === 0) return [];
  return [`# Required and not filled in yet: ${missing.map((id) => id.replaceAll(/[^\w.-]/g, "_")).join(", ")}`];
}

/** The comments have no quotes: some shells read them as commands when they are pasted. */
function uploadLines(
  { files }: Execution,
  upload: (file: UsedFile, path: string) => readonly string[],
): readonly string[] {
  return files.flatMap((file) => {
    const path = variable("file", files, file);
    return [
      ...(file.isToPut === true ? [`# ${wordsToPut(file)}`] : []),
      `${path}=${shellWord(file.name)}`,
      ...upload(file, `$${path}`),
    ];
  });
}

function requestWord({ request, files }: Execution): string {
  return piecesOf(request, files)
    .map((piece) => (typeof piece === "string" ? shellWord(piece) : `'"'"$${variable("href", files, piece)}"'"'`))
    .join("");
}

/** Quotes a text so that a shell takes it as one word. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
