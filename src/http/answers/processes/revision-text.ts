import { stringify } from "yaml";
import { type Comparison, compareLines } from "../../../domain/comparison/line-difference.ts";
import type { Process } from "../../../domain/processes/process.ts";
import { decodeText } from "../../../domain/values/charset.ts";
import { canonicalJson } from "../../../domain/values/json.ts";
import { essenceOf } from "../../../domain/values/media-type.ts";
import type { PackageOfProcess } from "../../../operations/deploy/read-package.ts";
import { filesMediaTypes } from "../../request/deployment-files.ts";

type Written = Pick<PackageOfProcess, "source"> & { readonly process: Pick<Process, "description" | "definition"> };

/** Compares two revisions line by line: as their authors wrote them where both are texts of lines, else as they are kept. */
export function compareRevisions(before: Written, after: Written): Comparison {
  const [old, now] = [authorsText(before), authorsText(after)];
  if (old !== undefined && now !== undefined && old !== now) return compareLines(old, now);
  return compareLines(revisionText(before), revisionText(after));
}

/** JSON is written by programs, and in any order. */
function authorsText({ source }: Written): string | undefined {
  if (source === undefined || filesMediaTypes.includes(essenceOf(source.mediaType))) return undefined;
  const decoded = decodeText(source.bytes);
  const text = decoded.kind === "text" ? decoded.text.replaceAll("\r\n", "\n").trimEnd() : "";
  return text === "" || text.trimStart().startsWith("{") ? undefined : text;
}

/** Writes what a revision says and runs, in one order of its members, so that only what was changed differs. */
function revisionText({ process: { description, definition } }: Written): string {
  const unit = definition.kind === "cwl" ? definition.document : definition;
  const said = JSON.stringify({ processDescription: description, executionUnit: unit });
  return stringify(JSON.parse(canonicalJson(JSON.parse(said)))).trimEnd();
}
