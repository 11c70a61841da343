import { mediaTypeOf } from "../../domain/values/media-type.ts";
import type { CwlDocument, CwlProcess, ToolOutput } from "../document/schema.ts";
import { formatMediaType } from "./formats.ts";

/**
 * Tells the media type that files of an output will have, where the document says enough: by its format, or by the ending of
 * the names that it collects, as files are told apart when they are published. Undefined when that is known only later.
 */
export function outputMediaType(document: CwlDocument, process: CwlProcess, outputId: string): string | undefined {
  return typeOf({ document, process, outputId, depth: 0 });
}

type Asked = {
  readonly document: CwlDocument;
  readonly process: CwlProcess;
  readonly outputId: string;
  readonly depth: number;
};

/** Workflows nest less deeply; one that holds itself was refused. */
const maxDepth = 32;

function typeOf({ document, process, outputId, depth }: Asked): string | undefined {
  if (depth > maxDepth) return undefined;
  if (process.kind === "workflow") {
    const output = process.outputs.find((one) => one.id === outputId);
    if (output === undefined) return undefined;
    const said = formatType(output.format);
    if (said !== undefined) return said;
    const inner = output.link.sources.map((source) => {
      const [stepId, innerId] = splitSource(source);
      const step = process.steps.find((one) => one.id === stepId);
      const run = step === undefined ? undefined : document.processes.get(step.run);
      return run === undefined || innerId === undefined
        ? undefined
        : typeOf({ document, process: run, outputId: innerId, depth: depth + 1 });
    });
    return only(inner);
  }
  const output = process.outputs.find((one) => one.id === outputId);
  if (output === undefined) return undefined;
  const said = formatType(output.format);
  if (said !== undefined || output.format?.includes("$") === true) return said;
  return process.kind === "tool" ? only(namesOf(process, output).map(typeOfName)) : undefined;
}

function formatType(format: string | undefined): string | undefined {
  return format === undefined || format.includes("$") ? undefined : formatMediaType(format);
}

function splitSource(source: string): readonly [string, string | undefined] {
  const slash = source.indexOf("/");
  return slash === -1 ? [source, undefined] : [source.slice(0, slash), source.slice(slash + 1)];
}

/** The names and patterns that an output's files have; an expression after collecting them may give any others. */
function namesOf(tool: Extract<CwlProcess, { kind: "tool" }>, output: ToolOutput): readonly string[] {
  if (output.stream !== undefined) return [tool[output.stream] ?? `${output.id}.${output.stream}`];
  const { glob, outputEval } = output.outputBinding ?? {};
  return outputEval === undefined ? (glob ?? []) : [];
}

/** The ending of a pattern counts when neither a wildcard nor an expression stands in it. */
function typeOfName(name: string): string | undefined {
  if (!/[*?[\]{}$()\\]/.test(name)) return mediaTypeOf(name);
  const ending = /[^/](\.[A-Za-z0-9]+)$/.exec(name)?.[1];
  return ending === undefined ? undefined : mediaTypeOf(`file${ending}`);
}

function only(types: readonly (string | undefined)[]): string | undefined {
  return types.every((type) => type === types[0]) ? types[0] : undefined;
}
