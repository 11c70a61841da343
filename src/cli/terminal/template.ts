import { isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import { UsageError } from "../command.ts";

/** A template, read: texts, and the ways to members between them. */
export type Template = readonly (string | readonly string[])[];

/**
 * Reads a template: `{jobID}` stands for a member, `{exception.detail}` for one within it, `{links.0.href}` for one of a list;
 * `\t` and `\n` for a tab and a new line, `{{` and `}}` for braces. Throws UsageError.
 */
export function readTemplate(text: string): Template {
  const parts: (string | readonly string[])[] = [];
  let rest = text;
  while (rest !== "") {
    const [whole, plain, way] = /^(?:((?:[^{}\\]|\{\{|\}\}|\\[tn\\])+)|\{([^{}\s]+)\})/.exec(rest) ?? [];
    if (whole === undefined) {
      throw new UsageError(
        `Cannot use --format: found "${rest.slice(0, 20)}" at ${text.length - rest.length}, wanted {member}, {{, }}, \\t or \\n`,
      );
    }
    parts.push(plain === undefined ? (way ?? "").split(".") : plainText(plain));
    rest = rest.slice(whole.length);
  }
  return parts;
}

function plainText(text: string): string {
  return text.replaceAll(/\{\{|\}\}|\\[tn\\]/g, (mark) => {
    if (mark === "\\t") return "\t";
    return mark === "\\n" ? "\n" : mark.slice(1);
  });
}

/** Formats a document by a template; a member that it does not have is empty. */
export function fillTemplate(template: Template, document: Json): string {
  return template
    .map((part) => {
      const value = typeof part === "string" ? part : memberAt(document, part);
      return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
    })
    .join("");
}

/** Lists the members of a template that none of the documents has. */
export function missingMembers(template: Template, documents: readonly Json[]): readonly string[] {
  return template.flatMap((part) =>
    typeof part === "string" || documents.some((document) => memberAt(document, part) !== undefined)
      ? []
      : [part.join(".")],
  );
}

function memberAt(document: Json, [name, ...rest]: readonly string[]): Json | undefined {
  if (name === undefined) return document;
  const member = isList(document) ? document[Number(name)] : isJsonObject(document) ? document[name] : undefined;
  return member === undefined ? undefined : memberAt(member, rest);
}
