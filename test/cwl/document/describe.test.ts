import { expect, test } from "bun:test";
import { join } from "node:path";
import { describeDocument, descriptionFaults } from "../../../src/cwl/document/describe.ts";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import { packageReader, packDocument } from "../../../src/cwl/document/pack/pack.ts";

const example = join(import.meta.dir, "../../../examples/climate");

function load(parameters: string) {
  return loadText(`cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: x\n${parameters}`, "p.cwl").cwl;
}

test("types become JSON Schema", () => {
  const { inputs } = describeDocument(
    load(`outputs: []
$namespaces: { iana: "https://www.iana.org/assignments/media-types/", edam: "http://edamontology.org/" }
inputs:
  flag: boolean
  count: { type: int, default: 3, label: Count, doc: How many }
  ratio: double?
  names: string[]
  files: { type: "File[]?", format: [iana:text/csv, edam:format_3464] }
  grid: { type: File }
  color: { type: { type: enum, symbols: [red, blue] } }
  matrix: { type: { type: array, items: { type: array, items: int } } }
  point: { type: { type: record, fields: { x: float, name: string? } } }
  either: { type: [string, int] }
`),
  );
  expect(inputs.flag).toEqual({ schema: { type: "boolean" }, minOccurs: 1, maxOccurs: 1 });
  expect(inputs.count).toEqual({
    title: "Count",
    description: "How many",
    schema: { type: "integer", format: "int32", minimum: -2147483648, maximum: 2147483647, default: 3 },
    minOccurs: 0,
    maxOccurs: 1,
  });
  expect(inputs.ratio).toEqual({ schema: { type: "number", format: "double" }, minOccurs: 0, maxOccurs: 1 });
  expect(inputs.names).toEqual({ schema: { type: "string" }, minOccurs: 1, maxOccurs: "unbounded" });
  const binary = { type: "string", contentEncoding: "binary" };
  expect(inputs.files).toEqual({
    schema: {
      oneOf: [
        { ...binary, contentMediaType: "text/csv" },
        { ...binary, contentMediaType: "application/json" },
      ],
    },
    minOccurs: 0,
    maxOccurs: "unbounded",
  });
  expect(inputs.grid?.schema).toEqual({ ...binary, contentMediaType: "application/octet-stream" });
  expect(inputs.color?.schema).toEqual({ type: "string", enum: ["red", "blue"] });
  expect(inputs.matrix).toMatchObject({
    schema: { type: "array", items: { type: "integer" } },
    maxOccurs: "unbounded",
  });
  expect(inputs.point?.schema).toEqual({
    type: "object",
    properties: { x: { type: "number", format: "float" }, name: { type: "string" } },
    required: ["x"],
  });
  expect(inputs.either?.schema).toMatchObject({ anyOf: [{ type: "string" }, { type: "integer" }] });
});

test("the climate example is described", async () => {
  const { cwl } = await packDocument(join(example, "climate.cwl"), packageReader(example));
  const description = describeDocument(cwl);
  expect(description).toMatchObject({
    suggestedId: "climate",
    title: "Climate of a weather station",
    version: "1.0.0",
    keywords: ["climate", "weather", "precipitation", "temperature"],
    isWorkflow: true,
    fileInputs: ["observations"],
  });
  expect(Object.keys(description.outputs)).toEqual(["monthly", "chart", "summary", "report", "headline"]);
  expect(description.outputs.chart?.schema.contentMediaType).toBe("image/svg+xml");
  expect(descriptionFaults(cwl)).toEqual([]);
});

test("inputs and outputs may be whatever holds files", () => {
  const cwl = load(
    "inputs: { d: { type: { type: record, fields: { f: File } } } }\noutputs: { r: { type: { type: record, fields: { f: File } } } }",
  );
  expect(descriptionFaults(cwl)).toEqual([]);
  const { inputs, fileInputs } = describeDocument(cwl);
  const file = { type: "string", contentEncoding: "binary", contentMediaType: "application/octet-stream" };
  expect(inputs.d?.schema).toEqual({ type: "object", properties: { f: file }, required: ["f"] });
  expect(fileInputs).toEqual([]);
});

test("what needs a container is offered: the image may come after it", () => {
  const cwl = load("inputs: []\noutputs: []\nrequirements: { DockerRequirement: { dockerPull: alpine } }");
  expect(descriptionFaults(cwl)).toEqual([]);
});

test("a format with parameters becomes a media type as it is usually written", () => {
  const { outputs } = describeDocument(
    load(`inputs: []
$namespaces: { iana: "https://www.iana.org/assignments/media-types/" }
outputs:
  map: { type: File, format: iana:image/tiff;application=geotiff, outputBinding: { glob: map.tif } }
`),
  );
  expect(outputs.map?.schema).toMatchObject({ contentMediaType: "image/tiff; application=geotiff" });
});
