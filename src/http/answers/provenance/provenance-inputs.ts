import type { TaskFacts } from "../../../domain/jobs/provenance.ts";
import { type InputItem, itemsOf, type PlainPart, plainParts } from "../../../domain/values/values.ts";
import type { Provenance } from "../../../operations/runs/read-provenance.ts";
import { addValue, occurrences, shortValue } from "./provenance-entities.ts";
import { type Attributes, type ProvWriter, provName } from "./provenance-records.ts";

/** Inputs as the run resolved them, else as they were given. */
export function addJobInputs(
  prov: ProvWriter,
  { inputs, tasks }: Pick<Provenance, "inputs" | "tasks">,
  job: string,
): readonly string[] {
  const own: TaskFacts | undefined = tasks.findLast(({ step }) => step === "");
  const files: string[] = [];
  const resolved = own?.inputs ?? {};
  for (const [id, value] of Object.entries(resolved)) {
    const hrefs = hrefsOf(inputs[id]);
    for (const [index, one] of occurrences(value).entries()) {
      const added = addValue(prov, one, `input ${id} ${index}`, { "heddle:input": id, ...located(hrefs[index]) });
      if (added === undefined) continue;
      prov.relate("used", used(job, added.entity, id));
      files.push(...added.parts);
    }
  }
  for (const [id, given] of Object.entries(inputs)) {
    if (Object.hasOwn(resolved, id)) continue;
    for (const [index, item] of itemsOf(given).flatMap(plainParts).entries()) {
      const entity = prov.element("entity", `input ${id} ${index}`, { "prov:label": id, ...givenFacts(item) });
      prov.relate("used", used(job, entity, id));
    }
  }
  return files;
}

function located(href: string | undefined): Attributes {
  return href === undefined ? {} : { "prov:atLocation": href };
}

function hrefsOf(given: InputItem | readonly InputItem[] | undefined): readonly (string | undefined)[] {
  return given === undefined ? [] : itemsOf(given).map((item) => (item.kind === "reference" ? item.href : undefined));
}

function givenFacts(item: PlainPart): Attributes {
  switch (item.kind) {
    case "reference":
      return {
        "prov:type": provName("heddle:Reference"),
        "prov:atLocation": item.href,
        "heddle:mediaType": item.mediaType,
      };
    case "bbox":
      return { "prov:value": JSON.stringify({ bbox: item.bbox, crs: item.crs }) };
    case "value":
      return { "prov:value": shortValue(item.value), "heddle:mediaType": item.mediaType };
    default:
      return item satisfies never;
  }
}

/** Builds the relation of an activity to what it used as `role`. */
export function used(activity: string, entity: string, role: string): Attributes {
  return { "prov:activity": activity, "prov:entity": entity, "prov:role": role };
}
