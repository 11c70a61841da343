import { type Inputs, itemsOf } from "../../domain/values/values.ts";
import { markup, type XmlMarkup } from "../xml-write.ts";
import { dataMarkup, dataOfInput, type WpsData } from "./data.ts";
import type { ValueKind } from "./value-kind.ts";

export type GivenInput = { readonly id: string; readonly data: WpsData };

/** Lists the values of inputs one by one, as the kinds of the inputs want them. */
export function inputData(inputs: Inputs, kinds: Readonly<Record<string, ValueKind>>): readonly GivenInput[] {
  return Object.entries(inputs).flatMap(([id, given]) =>
    itemsOf(given).map((item) => ({ id, data: dataOfInput(item, kinds[id] ?? { kind: "complex" }) })),
  );
}

/** The inputs of a WPS 1.0 request, or of a response that repeats them. */
export function dataInputsMarkup(inputs: readonly GivenInput[]): XmlMarkup | undefined {
  if (inputs.length === 0) return undefined;
  return markup(
    "wps:DataInputs",
    {},
    ...inputs.map(({ id, data }) =>
      markup("wps:Input", {}, markup("ows:Identifier", {}, id), dataMarkup(data, "1.0.0", "input")),
    ),
  );
}
