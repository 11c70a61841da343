import { isList, type Json } from "../../domain/values/json.ts";
import type { Link, PickValue } from "../document/schema.ts";
import { CwlFailure } from "../values/failure.ts";

/** Gives what a link brings: the value of its source, or of all of them merged; then picked (CWL v1.2 WorkflowStepInput). */
export function linkValue(link: Link, values: ReadonlyMap<string, Json>): Json {
  const merged = mergedValue(link, values);
  return link.pickValue === undefined ? merged : pick(link.pickValue, isList(merged) ? merged : [merged]);
}

function mergedValue(link: Link, values: ReadonlyMap<string, Json>): Json {
  const found = link.sources.map((source) => values.get(source) ?? null);
  if (!link.isList) return found[0] ?? null;
  return link.linkMerge === "merge_nested" ? found : found.flatMap((value) => (isList(value) ? value : [value]));
}

function pick(how: PickValue, values: readonly Json[]): Json {
  const given = values.filter((value) => value !== null);
  const [first] = given;
  switch (how) {
    case "all_non_null":
      return given;
    case "first_non_null":
      if (first !== undefined) return first;
      throw new CwlFailure(`Cannot pick the first value: found only null, wanted at least one value`);
    case "the_only_non_null":
      if (first !== undefined && given.length === 1) return first;
      throw new CwlFailure(`Cannot pick the only value: found ${given.length} values, wanted one`);
    default:
      return how satisfies never;
  }
}
