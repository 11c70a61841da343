import { pointer } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { type InputItem, type Inputs, isItemList, itemsOf, type PreparedItem } from "../../domain/values/values.ts";
import type { InputCheck } from "./input-check.ts";
import { inlineType } from "./input-format.ts";
import { placeOfInput } from "./input-place.ts";

type Described = Pick<Process, "description" | "fileInputs">;
type Given = InputItem | readonly InputItem[];

/** Asks the engine about values that stand in the request and fit the description: it may know better. */
export function judgedFaults(process: Described, { judge }: InputCheck, inputs: Inputs): readonly Fault[] {
  if (judge === undefined) return [];
  return Object.entries(inputs).flatMap(([inputId, given]) => {
    if (process.fileInputs.includes(inputId)) return formatFaults(process, judge, inputId, given);
    const items = itemsOf(given).flatMap(plainItem);
    const [only] = items;
    // What holds files is known when they were read.
    if (only === undefined || items.length < itemsOf(given).length) return [];
    const detail = judge.input(inputId, isItemList(given) ? items : only);
    return detail === undefined ? [] : [{ pointer: pointer("/inputs", inputId), detail }];
  });
}

/** Values of a file input are the content of files, whose formats the engine knows. */
function formatFaults(
  process: Described,
  judge: NonNullable<InputCheck["judge"]>,
  inputId: string,
  given: Given,
): readonly Fault[] {
  const { formats, isDirectory } = placeOfInput(process, inputId, given);
  if (isDirectory) return [];
  return itemsOf(given).flatMap((item, index): readonly Fault[] => {
    if (item.kind !== "value") return [];
    const detail = judge.format(inputId, item.mediaType ?? inlineType(item.value, formats));
    const at = pointer("/inputs", inputId, ...(isItemList(given) ? [index] : []));
    return detail === undefined ? [] : [{ pointer: item.mediaType === undefined ? at : `${at}/mediaType`, detail }];
  });
}

function plainItem(item: InputItem): readonly PreparedItem[] {
  switch (item.kind) {
    case "bbox":
      return [{ kind: "value", value: { bbox: item.bbox, crs: item.crs } }];
    case "value":
      return [{ kind: "value", value: item.value }];
    default:
      return [];
  }
}
