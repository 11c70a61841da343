import { stringify } from "yaml";
import type { CwlProcess, CwlType } from "../../cwl/document/schema.ts";
import { members, typeText } from "../../cwl/values/types.ts";
import type { Json } from "../../domain/values/json.ts";

/** Writes a job file with an example for each input; what is optional, or has a default, is commented. */
export function makeTemplate(process: CwlProcess): string {
  const lines = process.inputs.map(({ id, type, default: fallback, doc, label }) => {
    const isOptional = fallback !== undefined || members(type).some((member) => member.kind === "null");
    const about = [label, doc].filter((text) => text !== undefined).join(": ");
    const words = [typeText(type), ...(isOptional ? ["optional"] : []), ...(about === "" ? [] : [about])];
    const text = stringify({ [id]: fallback ?? example(type) });
    return `${words.join("; ").replaceAll(/^/gm, "# ")}\n${isOptional ? text.trimEnd().replaceAll(/^/gm, "# ") : text.trimEnd()}\n`;
  });
  return lines.join("\n");
}

function example(type: CwlType): Json {
  const [member = type] = members(type).filter((candidate) => candidate.kind !== "null");
  switch (member.kind) {
    case "null":
      return null;
    case "boolean":
      return false;
    case "int":
    case "long":
      return 0;
    case "float":
    case "double":
      return 0.1;
    case "string":
    case "Any":
      return "a string";
    case "File":
    case "Directory":
      return { class: member.kind, path: "a/path" };
    case "enum":
      return member.symbols[0] ?? "";
    case "array":
      return [example(member.items)];
    case "record":
      return Object.fromEntries(member.fields.map((field) => [field.name, example(field.type)]));
    default:
      return null;
  }
}
