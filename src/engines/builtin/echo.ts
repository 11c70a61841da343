import type { ProcessDescription } from "../../domain/processes/process.ts";
import {
  isItemList,
  type OutputValue,
  type OutputValues,
  type PreparedInputs,
  type PreparedItem,
} from "../../domain/values/values.ts";
import { sleep } from "../../domain/waiting/timers.ts";
import type { BuiltinProcess } from "./builtin-process.ts";

const bboxSchema = {
  allOf: [
    // Readers of descriptions tell a bounding box by the format of the first member (OGC 18-062r2, 7.11.2).
    { format: "ogc-bbox" },
    {
      type: "object",
      required: ["bbox"],
      properties: {
        bbox: { type: "array", minItems: 4, maxItems: 6, items: { type: "number" } },
        crs: { type: "string" },
      },
    },
  ],
};

const mixedSchema = {
  oneOf: [
    { type: "string", contentMediaType: "application/gml+xml" },
    { type: "string", contentMediaType: "application/geo+json" },
  ],
};

const objectSchema = { oneOf: [{ type: "string", contentMediaType: "text/plain" }, { type: "object" }] };

/** What comes in goes out: each input that has an output of the same name. */
const kinds = {
  text: { title: "Any text", schema: { type: "string" } },
  array: { title: "A list of integers", schema: { type: "array", items: { type: "integer" } } },
  bbox: { title: "A bounding box", schema: bboxSchema },
  mixed: { title: "A geometry in one of two formats", schema: mixedSchema },
  object: { title: "Text or an object", schema: objectSchema },
  number: { title: "A number", schema: { type: "number" } },
  integer: { title: "A whole number", schema: { type: "integer" } },
  flag: { title: "A truth value", schema: { type: "boolean" } },
  date: { title: "A point in time", schema: { type: "string", format: "date-time" } },
  choice: { title: "One of three words", schema: { enum: ["red", "green", "blue"] } },
  image: {
    title: "An image, in base64",
    schema: { type: "string", contentMediaType: "image/png", contentEncoding: "base64" },
  },
} as const;

const description: ProcessDescription = {
  id: "echo",
  version: "1.0.0",
  title: "Echo",
  description: "Gives back what it was given: one input and one output of each kind.",
  keywords: ["test"],
  metadata: [{ role: "license", title: "Apache-2.0", href: "https://spdx.org/licenses/Apache-2.0" }],
  jobControlOptions: ["sync-execute", "async-execute", "dismiss"],
  outputTransmission: ["value", "reference"],
  inputs: {
    ...Object.fromEntries(
      Object.entries(kinds).map(([id, kind]) => [id, { ...kind, minOccurs: id === "text" ? 1 : 0, maxOccurs: 1 }]),
    ),
    pause: {
      title: "Seconds to wait before answering",
      schema: { type: "number", minimum: 0, maximum: 60 },
      minOccurs: 0,
      maxOccurs: 1,
    },
  },
  outputs: Object.fromEntries(Object.entries(kinds).map(([id, kind]) => [id, { ...kind }])),
};

function outputOf(given: PreparedItem | readonly PreparedItem[]): OutputValue {
  return isItemList(given) ? { kind: "list", items: given } : given;
}

/** The echo process, which test suites and newcomers use to try every kind of value. */
export const echo: BuiltinProcess = {
  description,
  async run(inputs: PreparedInputs, signal: AbortSignal): Promise<OutputValues> {
    const pause = inputs.pause;
    if (pause !== undefined && !isItemList(pause) && pause.kind === "value") {
      await sleep(Number(pause.value) * 1000, { signal });
    }
    const echoed = Object.entries(inputs).filter(([id]) => id in description.outputs);
    return Object.fromEntries(echoed.map(([id, given]) => [id, outputOf(given)]));
  },
};
