import { describe, expect, test } from "bun:test";
import { extensionOf, isJsonType, isTextType, mediaTypeOf } from "../../../src/domain/values/media-type.ts";

describe("mediaTypeOf()", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["scene.tif", "image/tiff; application=geotiff"],
    ["SCENE.TIFF", "image/tiff; application=geotiff"],
    ["grid.nc", "application/x-netcdf"],
    ["places.geojson", "application/geo+json"],
    ["places.gpkg", "application/geopackage+sqlite3"],
    ["summary.json", "application/json"],
    ["table.csv", "text/csv"],
    ["chart.svg", "image/svg+xml"],
    ["tool.cwl", "application/cwl"],
    ["job.log", "text/plain"],
    ["status.xml", "application/xml"],
    ["bundle.tar.gz", "application/gzip"],
    ["a.b.c/readme", "application/octet-stream"],
    ["folder.json/page.txt", "text/plain"],
    ["unknown.xyzzy", "application/octet-stream"],
    ["dot.", "application/octet-stream"],
    [".json", "application/octet-stream"],
    ["", "application/octet-stream"],
    ["x.constructor", "application/octet-stream"],
  ];
  test.each(cases)("of %p is %s", (name, mediaType) => {
    expect(mediaTypeOf(name)).toBe(mediaType);
  });
});

describe("extensionOf()", () => {
  test("gives the usual extension, whatever the parameters and the case", () => {
    expect(extensionOf("application/json")).toBe(".json");
    expect(extensionOf("Text/Plain; charset=utf-8")).toBe(".txt");
    expect(extensionOf("image/tiff")).toBe(".tif");
    expect(extensionOf("application/x-unheard-of")).toBe("");
  });
});

describe("isJsonType() and isTextType() tell JSON, other text and the rest apart:", () => {
  const json = ["application/json", "application/geo+json", "application/json; charset=utf-8"];
  const text = ["text/plain", "text/csv; header=present", "image/svg+xml", "application/xml", "application/yaml"];
  test.each([...json, ...text, "image/png", "application/octet-stream", "application/jsonx"])("%s", (type) => {
    expect([isJsonType(type), isTextType(type)]).toEqual([json.includes(type), text.includes(type)]);
  });
});
