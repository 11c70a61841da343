import { join } from "node:path";
import { cases, type ResultsRow, type Row, resultsRows } from "./results/results-rows.ts";

const introduction = `# What a client sends and what it gets

Heddle serves clients of OGC API - Processes 1.0 (OGC 18-062r2) and of the 2.0 draft (18-062r3) at the same addresses. A request follows the
rules of 1.0 when it has \`response\` or a \`transmissionMode\`, which only 1.0 knows, and does not name the profile of the 2.0 results.
All other requests follow the rules of 2.0. The rules stay with the job: \`GET /jobs/{id}/results\` uses them, too. When a document follows the profile,
it has \`Content-Profile\` beside the \`Link\`. \`Preference-Applied\` names the parts of \`Prefer\` that were applied. A job answers 204 when its only
output is optional and was not made.

Every cell below is a test. The process has three outputs: the literal \`output_data\` and the files \`output_text\` and \`output_json\`; its
input is \`{"message": "test"}\`. \`bun test/http/clients-document.ts\` writes this page.

## Side by side

Each row shows the same request to \`POST /processes/{id}/execution\` in both versions, with its synchronous answer. The results of an
asynchronous job of a 1.0 client are answered in the same way. A \`-\` means that the version cannot express the request.

Every synchronous answer names its job in \`Link\` with \`rel="monitor"\`; with \`--sync-jobs never\` it has none ([durability.md](durability.md)).
`;

const later = `## Results of a job of a 2.0 client

\`GET\` below \`/jobs/{id}\`, when the job is done. \`outputs\` lists the outputs that the execution names; a row without it names none, which means all.
`;

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function headersText(headers: Readonly<Record<string, string>> | undefined): readonly string[] {
  return Object.entries(headers ?? {}).map(([name, value]) => code(`${name}: ${value}`));
}

function sentText(row: Row | undefined): string {
  return row === undefined ? "-" : [code(JSON.stringify(row.body)), ...headersText(row.headers)].join(" ");
}

function answerText(row: Omit<Row, "body"> | undefined): string {
  if (row === undefined) return "-";
  const held = (row.holds ?? []).map((part) => part.replaceAll("\r\n", " ").trim()).filter((part) => part !== "");
  const body = row.text === undefined ? [] : [row.text === "" ? "no body" : code(row.text)];
  const type = row.type === undefined ? [] : [code(row.type)];
  return [String(row.status), ...type, ...body, ...held.map(code)].join(" ");
}

function table(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  const rows = [titles, titles.map(() => "---"), ...lines];
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function resultsLine(row: ResultsRow): readonly string[] {
  const outputs = row.outputs === undefined ? [] : [code(`outputs: ${JSON.stringify(row.outputs)}`)];
  return [row.name, [...outputs, code(row.path), ...headersText(row.headers)].join(" "), answerText(row)];
}

/** Writes docs/clients.md from the rows that the tests check. */
export function clientsDocument(): string {
  const titles = ["case", "a 1.0 client sends", "and gets", "a 2.0 client sends", "and gets"];
  const lines = cases.map(({ name, first, second }) => [
    name,
    sentText(first),
    answerText(first),
    sentText(second),
    answerText(second),
  ]);
  const results = table(["case", "asked for", "status, type, body or what it holds"], resultsRows.map(resultsLine));
  return `${introduction}\n${table(titles, lines)}\n\n${later}\n${results}\n`;
}

if (import.meta.main) {
  await Bun.write(join(import.meta.dir, "..", "..", "docs", "clients.md"), clientsDocument());
}
