import { Problem } from "../../domain/problem.ts";
import { type ProcessName, parseProcessName, processNameText } from "../../domain/processes/process-name.ts";
import type { RouteContext } from "../route.ts";

/** The parameters that name a revision, beside a path that may name one. */
export const revisionQuery = {
  version: "the revision of this version, as in /processes/id:version",
  revision: "the revision of this digest, as in /processes/id@sha256:...",
} as const;

/** Reads which process, or which of its revisions, a request is about. Throws `invalid-query-parameter-value` for two revisions. */
export function processNameOf(context: Pick<RouteContext, "param" | "query">): string {
  const inPath = parseProcessName(context.param("processId"));
  const given = [
    inPath.version === undefined && inPath.revision === undefined ? undefined : inPath,
    named(inPath.id, "version", context.query("version")),
    named(inPath.id, "revision", context.query("revision")),
  ].filter((one) => one !== undefined);
  const texts = new Set(given.map(processNameText));
  const [first, ...others] = texts;
  if (others.length === 0) return first ?? inPath.id;
  const detail = `Cannot find process "${inPath.id}": found ${[...texts].join(" and ")}, wanted one of them`;
  throw new Problem("invalid-query-parameter-value", detail);
}

function named(id: string, kind: "version" | "revision", value: string | undefined): ProcessName | undefined {
  return value === undefined ? undefined : { id, [kind]: value };
}
