import { expect, test } from "bun:test";
import { describeDocument } from "../../../src/engines/cwl/describe.ts";
import { loadJson, type Package } from "../../../src/engines/cwl/load.ts";
import { createHarness, plainOutputs, runPackage, value } from "./harness.ts";

const address = "https://raw.githubusercontent.com/eoap/schemas/main";

function packageOf(): Package {
  return loadJson({
    cwlVersion: "v1.2",
    class: "ExpressionTool",
    requirements: {
      InlineJavascriptRequirement: {},
      SchemaDefRequirement: {
        types: [{ $import: `${address}/ogc.yaml` }, { $import: `${address}/string_format.yaml` }],
      },
    },
    inputs: { aoi: `${address}/ogc.yaml#BBox`, day: `${address}/string_format.yaml#Date?` },
    outputs: { said: "string", same: `${address}/string_format.yaml#Date` },
    expression: `$({said: inputs.aoi.bbox.join(" ") + " " + inputs.aoi.crs, same: inputs.day})`,
  });
}

test("types of Earth-observation packages are described without asking the web", () => {
  const { inputs } = describeDocument(packageOf().cwl);
  expect(inputs.aoi?.schema).toMatchObject({ allOf: [{ format: "ogc-bbox" }, { type: "object" }] });
  expect(inputs.day?.schema).toEqual({ type: "string", format: "date" });
});

test("a client's bounding box and date reach the package as its records, and come back as they were", async () => {
  await using harness = await createHarness();
  const bbox = { bbox: [1, 2, 3, 4], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" };
  const ran = await runPackage(harness, packageOf(), { aoi: value(bbox), day: value("2021-03-02") });
  expect(ran.failure).toBeUndefined();
  expect(plainOutputs(ran.outputs)).toEqual({ said: "1 2 3 4 CRS84", same: "2021-03-02" });
});
