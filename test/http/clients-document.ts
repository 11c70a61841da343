import { join } from "node:path";
import { firstRows, type Row, secondRows } from "./results-rows.ts";

const introduction = `# What a client sends and what it gets

Heddle serves clients of OGC API - Processes 1.0 (OGC 18-062r2) and of the 2.0 draft (18-062r3) at the same addresses. A request follows the
rules of 1.0 when it has \`response\` or a \`transmissionMode\`, which are words of 1.0 only; otherwise those of 2.0. The rules stay with the
job: \`GET /jobs/{id}/results\` answers by them too.

Every row below is a test. The process has three outputs: the literal \`output_data\` and the files \`output_text\` and \`output_json\`; its
input is \`{"message": "test"}\`. Written by \`bun test/http/clients-document.ts\`.
`;

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

function line(row: Row): string {
  const headers = Object.entries(row.headers ?? {}).map(([name, value]) => code(`${name}: ${value}`));
  const visible = (row.holds ?? []).map((part) => part.replaceAll("\r\n", " ").trim()).filter((part) => part !== "");
  const answer = row.text === undefined ? visible.map(code).join(" ") : row.text === "" ? "no body" : code(row.text);
  const type = row.type === undefined ? "" : ` ${code(row.type)}`;
  const sent = [code(JSON.stringify(row.body)), ...headers].join(" ");
  return `| ${row.name} | ${sent} | ${row.status}${type} | ${answer} |`;
}

function table(rows: readonly Row[]): string {
  return ["| case | sent | status and type | body or links hold |", "|---|---|---|---|", ...rows.map(line)].join("\n");
}

/** Writes docs/clients.md from the rows that the tests check. */
export function clientsDocument(): string {
  return `${introduction}\n## A 1.0 client\n\n${table(firstRows)}\n\n## A 2.0 client\n\n${table(secondRows)}\n`;
}

if (import.meta.main) {
  await Bun.write(join(import.meta.dir, "..", "..", "docs", "clients.md"), clientsDocument());
}
