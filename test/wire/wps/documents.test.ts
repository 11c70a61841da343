import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { wpsVersions } from "../../../src/wire/wps/namespaces.ts";
import { kindOfSchema } from "../../../src/wire/wps/value-kind.ts";
import { readDescriptions } from "../../../src/wire/wps-client/describe-process.ts";
import { readCapabilities } from "../../../src/wire/wps-client/read-capabilities.ts";
import { readExceptionReport } from "../../../src/wire/wps-client/read-exceptions.ts";
import { writeCapabilities } from "../../../src/wire/wps-endpoint/write-capabilities.ts";
import { writeDescriptions } from "../../../src/wire/wps-endpoint/write-descriptions.ts";
import { writeExceptionReport } from "../../../src/wire/wps-endpoint/write-exceptions.ts";
import { decodeXml, parseXml, type XmlElement } from "../../../src/wire/xml.ts";

async function fixture(name: string): Promise<XmlElement> {
  const bytes = await Bun.file(join(import.meta.dir, "..", "..", "fixtures", "wps", name)).bytes();
  return parseXml(decodeXml(bytes), { isTolerant: true });
}

describe("readCapabilities()", () => {
  test("reads version 1.0.0, whatever the prefixes, with the addresses of the operations", async () => {
    expect(readCapabilities(await fixture("capabilities-1.0.xml"))).toEqual({
      version: "1.0.0",
      title: "River gauges",
      abstract: "Levels and flows",
      languages: ["fr-CA", "en-CA"],
      processes: [
        { id: "flood_extent", title: "Flood extent", abstract: "Where the river would stand", version: "0.3" },
        { id: "gs:Level", title: "gs:Level", version: "1" },
      ],
      operations: {
        describeUrl: "http://gauges.example/describe?",
        executeGetUrl: "http://gauges.example/wps?",
        executePostUrl: "http://gauges.example/execute",
      },
    });
  });

  test("reads version 2.0.0", async () => {
    const read = readCapabilities(await fixture("capabilities-2.0.xml"));
    expect([read.version, read.processes]).toEqual(["2.0.0", [{ id: "join", title: "Join", version: "4" }]]);
    expect(read.operations).toEqual({
      executePostUrl: "http://two.example/wps",
      statusUrl: "http://two.example/status",
    });
  });

  test("reads a document with broken escapes", async () => {
    const read = readCapabilities(await fixture("capabilities-broken-escapes.xml"));
    expect(read.title).toBe("Winds & waves & more");
    expect(read.abstract).toBe("Speeds < 5 m/s\uFFFD &nbsp;\uFFFD a & b < c");
    expect(read.processes).toEqual([{ id: "calm", title: "wind <= 5", version: "1" }]);
  });

  test("refuses any other document, and words an exception report", () => {
    expect(() => readCapabilities(parseXml("<html/>"))).toThrow('found element "html"');
    const report =
      '<ExceptionReport xmlns="http://www.opengis.net/ows/1.1"><Exception exceptionCode="AccessForbidden"><ExceptionText>no</ExceptionText></Exception></ExceptionReport>';
    expect(() => readCapabilities(parseXml(report))).toThrow("found AccessForbidden: no");
  });

  test.each(wpsVersions)("reads what writeCapabilities() wrote in version %s", (version) => {
    const ours = {
      version,
      title: "T & <t>",
      languages: ["en"],
      processes: [{ id: "a", title: "A", abstract: "b", version: "3" }],
    };
    const { title, languages, processes } = ours;
    const identity = { title, languages, description: "D", keywords: [] };
    const read = readCapabilities(
      parseXml(writeCapabilities({ version, processes, identity, url: "http://us.example/wps" })),
    );
    expect(read).toMatchObject(ours);
    expect(read.operations.executePostUrl).toBe("http://us.example/wps");
  });
});

describe("readDescriptions()", () => {
  test("reads literals: types in all spellings, allowed values, ranges, units and defaults", async () => {
    const [read] = readDescriptions(await fixture("describe-literals.xml"));
    expect(read?.description).toMatchObject({
      id: "literals",
      version: "2.1",
      title: "All literals",
      description: "Each kind of literal",
      jobControlOptions: ["sync-execute", "async-execute", "dismiss"],
    });
    expect([read?.supportsStatus, read?.supportsStore]).toEqual([true, true]);
    const inputs = read?.description.inputs ?? {};
    expect(Object.fromEntries(Object.entries(inputs).map(([id, input]) => [id, input.schema]))).toEqual({
      count: { type: "integer", minimum: 0, exclusiveMaximum: 10, default: 3 },
      colour: { type: "string", enum: ["red", "dark: blue"], default: "red" },
      depth: {
        type: "number",
        anyOf: [
          { type: "number", enum: [-1] },
          { type: "number", minimum: 0.5, maximum: 9 },
        ],
      },
      day: { type: "string", format: "date" },
      deep: { type: "boolean", default: false },
      word: { type: "string" },
    });
    expect(inputs.colour).toMatchObject({ minOccurs: 0, maxOccurs: "unbounded" });
    expect(inputs.depth?.uom).toEqual({ default: "metre", supported: ["metre", "urn:ogc:def:uom:OGC:foot"] });
    expect(read?.inputKinds.count).toEqual({ kind: "literal", dataType: "integer" });
    expect(read?.description.outputs.sum?.schema).toEqual({ type: "number" });
  });

  test("reads complex data and bounding boxes, and a process without inputs", async () => {
    const [read, empty] = readDescriptions(await fixture("describe-complex.xml"));
    const { grid, area } = read?.description.inputs ?? {};
    expect(grid).toMatchObject({ minOccurs: 0, maxOccurs: 2, maximumMegabytes: 200 });
    expect(grid?.schema).toEqual({
      oneOf: [
        { type: "string", contentMediaType: "application/x-netcdf", contentEncoding: "base64" },
        { type: "string", contentMediaType: "text/xml", contentSchema: "http://schemas.example/grid.xsd" },
        { contentMediaType: "application/json" },
      ],
    });
    expect(read?.inputKinds).toEqual({
      grid: { kind: "complex", mediaType: "application/x-netcdf", encoding: "base64" },
      area: { kind: "bbox", crs: "EPSG:4326", supportedCrs: ["EPSG:4326", "EPSG:3857"] },
    });
    expect(area === undefined ? undefined : kindOfSchema(area.schema)).toEqual(read?.inputKinds.area);
    expect(read?.outputKinds.out).toEqual({ kind: "complex", mediaType: "application/gml+xml" });
    expect([read?.supportsStore, read?.supportsStatus, read?.description.outputTransmission]).toEqual([
      false,
      false,
      ["value"],
    ]);
    expect([empty?.description.id, empty?.description.inputs]).toEqual(["no-inputs", {}]);
  });

  test("reads version 2.0.0", async () => {
    const [read] = readDescriptions(await fixture("describe-2.0.xml"));
    expect(read?.description).toMatchObject({
      id: "buffer",
      version: "5",
      jobControlOptions: ["sync-execute", "async-execute", "dismiss"],
    });
    expect(read?.description.inputs.shapes).toMatchObject({ maxOccurs: "unbounded", maximumMegabytes: 3 });
    expect(read?.inputKinds).toEqual({
      shapes: { kind: "complex", mediaType: "application/json" },
      distance: { kind: "literal", dataType: "double" },
      area: {
        kind: "bbox",
        crs: "urn:ogc:def:crs:EPSG::4326",
        supportedCrs: ["urn:ogc:def:crs:EPSG::4326", "EPSG:3857"],
      },
    });
    expect(read?.description.inputs.distance?.schema).toEqual({ type: "number", exclusiveMinimum: 0, default: 1.5 });
    expect(read?.description.inputs.distance?.uom).toEqual({ default: "km", supported: ["km"] });
  });

  test.each(wpsVersions)(
    "reads the kinds, occurrences and limits that writeDescriptions() wrote in version %s",
    (version) => {
      const [read] = readDescriptions(parseXml(writeDescriptions([echo.description], version)));
      const kinds = Object.entries(echo.description.inputs).map(([id, { schema }]) => [id, kindOfSchema(schema).kind]);
      expect(Object.entries(read?.inputKinds ?? {}).map(([id, { kind }]) => [id, kind])).toEqual(kinds);
      expect(read?.description.inputs.pause?.schema).toEqual({ type: "number", minimum: 0, maximum: 60 });
      expect(read?.description.inputs.choice?.schema).toEqual({ type: "string", enum: ["red", "green", "blue"] });
      expect(read?.description.inputs.text).toMatchObject({ minOccurs: 1, maxOccurs: 1 });
      expect(read?.supportsStatus).toBe(true);
    },
  );
});

describe("writeExceptionReport()", () => {
  test.each(wpsVersions)("writes what readExceptionReport() reads in version %s", (version) => {
    const exceptions = [
      { code: "InvalidParameterValue", locator: "a<b", text: "no & never" },
      { code: "NoApplicableCode", text: "" },
    ];
    expect(readExceptionReport(parseXml(writeExceptionReport(exceptions, version)))).toEqual(exceptions);
  });

  test("an older server's report is read too", () => {
    const root = parseXml(
      '<ServiceExceptionReport xmlns="http://www.opengis.net/ogc"><ServiceException code="X" locator="y">bad</ServiceException></ServiceExceptionReport>',
    );
    expect(readExceptionReport(root)).toEqual([{ code: "X", locator: "y", text: "bad" }]);
  });
});
