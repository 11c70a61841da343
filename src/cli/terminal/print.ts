import { isJsonObject, type Json } from "../../domain/values/json.ts";
import { type Arguments, exitCodes, hasOption, type Io, textOption, UsageError } from "../command.ts";
import type { Option } from "../option.ts";
import { fillTemplate, missingMembers, readTemplate } from "./template.ts";

/** The option of commands that print documents, beside `--json`. */
export const formatOption = {
  type: "string",
  value: "TEMPLATE",
  about: "print a line of members for each: '{jobID}\\t{status}'",
} as const satisfies Option;

/** Documents to print, and how a person sees them. */
export type Printed = {
  /** What `--json` prints. */
  readonly document: Json;
  /** What `--format` prints a line of, each; the document itself if not given. */
  readonly items?: readonly Json[];
  /** What a person sees. */
  text(): string;
};

/** Prints documents as `--json` or `--format` say, else for a person. Throws UsageError for a template that cannot be read. */
export function printDocument(args: Arguments, io: Io, { document, items = [document], text }: Printed): number {
  const template = textOption(args, "format");
  if (template === undefined) {
    io.out(hasOption(args, "json") ? `${JSON.stringify(document)}\n` : text());
    return exitCodes.ok;
  }
  if (hasOption(args, "json")) throw new UsageError("Cannot print: found --json and --format, wanted only one of them");
  const read = readTemplate(template);
  io.out(items.map((item) => `${fillTemplate(read, item)}\n`).join(""));
  const [missing] = items.length === 0 ? [] : missingMembers(read, items);
  if (missing !== undefined) {
    const [first] = items;
    const names = isJsonObject(first) ? Object.keys(first).join(", ") : "none";
    io.talk(`--format: found no member "${missing}"; the members are ${names}\n`);
  }
  return exitCodes.ok;
}

/** Refuses a template that cannot be read, before anything is asked for. */
export function checkFormat(args: Arguments): void {
  const template = textOption(args, "format");
  if (template !== undefined) readTemplate(template);
}
