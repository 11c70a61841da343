import { type Execution, executionUrl, goingOn, setKeyWords, uploadUrl, waits } from "./execution.ts";
import { piecesOf, variable, wordsToPut } from "./used-files.ts";

/** Writes a program in R that executes with httr2. */
export function rText(execution: Execution): string {
  const { needsKey } = execution;
  const headers = [...(needsKey ? [authorization] : []), ...(waits(execution) ? [] : ['Prefer = "respond-async"'])];
  return [
    "library(httr2)",
    "",
    ...(needsKey ? [setKeyWords, 'key <- Sys.getenv("HEDDLE_KEY")'] : []),
    ...uploadLines(execution),
    `answer <- request(${JSON.stringify(executionUrl(execution))}) |>`,
    ...(headers.length === 0 ? [] : [`  req_headers(${headers.join(", ")}) |>`]),
    `  req_body_raw(${bodyOf(execution)}, type = "application/json") |>`,
    "  req_perform()",
    ...(waits(execution) ? ['cat(resp_body_string(answer), "\\n")'] : waitingLines(execution)),
  ].join("\n");
}

/** Waits for the end of a job: what failed ends the program with its status, what was successful is written. */
function waitingLines({ needsKey }: Execution): readonly string[] {
  const key = needsKey ? ` |> req_headers(${authorization})` : "";
  return [
    "",
    'job <- resp_header(answer, "Location")',
    "repeat {",
    `  told <- request(job)${key} |> req_perform() |> resp_body_string()`,
    `  status <- sub('(?s).*?"status":"([^"]*)".*', "\\\\1", told, perl = TRUE)`,
    `  if (!status %in% c(${goingOn})) break`,
    "  Sys.sleep(1)",
    "}",
    'if (status != "successful") stop(paste(job, "failed:", told))',
    `results <- request(paste0(job, "/results"))${key} |> req_perform()`,
    'cat(resp_body_string(results), "\\n")',
  ];
}

const authorization = 'Authorization = paste("Bearer", key)';

/** What httr2 itself needs (curl) is enough for files, too. */
function uploadLines(execution: Execution): readonly string[] {
  const { files, needsKey } = execution;
  return files.flatMap((file) => {
    const [path, href] = [variable("file", files, file), variable("href", files, file)];
    const { name, mediaType, isToPut } = file;
    const type = mediaType === undefined ? "" : `, type = ${JSON.stringify(mediaType)}`;
    return [
      ...(isToPut === true ? [`# ${wordsToPut(file)}`] : []),
      `${path} <- ${JSON.stringify(name)}`,
      `uploaded <- request(${JSON.stringify(uploadUrl(execution))}) |>`,
      ...(needsKey ? [`  req_headers(${authorization}) |>`] : []),
      `  req_body_multipart(file = curl::form_file(${path}${type})) |>`,
      "  req_perform()",
      `${href} <- sub('.*"href":"([^"]*)".*', "\\\\1", resp_body_string(uploaded))`,
      "",
    ];
  });
}

/** R reads the texts of JSON as JSON writes them. */
function bodyOf({ request, files }: Execution): string {
  const words = piecesOf(request, files).map((piece) =>
    typeof piece === "string" ? JSON.stringify(piece) : `'"', ${variable("href", files, piece)}, '"'`,
  );
  const [only = ""] = words;
  return words.length === 1 ? only : `paste0(${words.join(", ")})`;
}
