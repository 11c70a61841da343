import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Inputs } from "../../../src/domain/values/values.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { parseKvp } from "../../../src/wire/kvp.ts";
import { dataOfInput } from "../../../src/wire/wps/data.ts";
import { wpsVersions } from "../../../src/wire/wps/namespaces.ts";
import { readStatus } from "../../../src/wire/wps-client/read-status.ts";
import { writeExecute } from "../../../src/wire/wps-client/write-execute.ts";
import { executePayload, locatorOf } from "../../../src/wire/wps-endpoint/execute-payload.ts";
import { readExecute } from "../../../src/wire/wps-endpoint/read-execute.ts";
import { readKvpRequest, readXmlRequest } from "../../../src/wire/wps-endpoint/request.ts";
import { writeExecuteResponse, writeResult, writeStatusInfo } from "../../../src/wire/wps-endpoint/write-status.ts";
import { decodeXml, parseXml, type XmlElement } from "../../../src/wire/xml.ts";

async function fixture(name: string): Promise<XmlElement> {
  return parseXml(decodeXml(await Bun.file(join(import.meta.dir, "..", "..", "fixtures", "wps", name)).bytes()));
}

const inputs: Inputs = {
  text: { kind: "value", value: "a & <b>" },
  number: [
    { kind: "value", value: 2.5 },
    { kind: "reference", href: "http://x.example/?a=1&b=2", mediaType: "text/plain" },
  ],
  bbox: { kind: "bbox", bbox: [1, 2, 3, 4], crs: "EPSG:3857" },
  xml: { kind: "value", value: '<g:p xmlns:g="urn:g">1</g:p>', mediaType: "application/gml+xml" },
  json: { kind: "value", value: { a: ["<"] } },
  image: { kind: "value", value: "aGk=", mediaType: "image/png", encoding: "base64" },
};

describe("writeExecute()", () => {
  test.each(wpsVersions)("writes every kind of input, which readExecute() reads, in version %s", (version) => {
    const written = writeExecute({
      version,
      processId: "all",
      inputs,
      inputKinds: {
        text: { kind: "literal", dataType: "string" },
        number: { kind: "literal", dataType: "double" },
        bbox: { kind: "bbox", crs: "EPSG:3857" },
        xml: { kind: "complex" },
        json: { kind: "complex", mediaType: "application/json" },
        image: { kind: "complex" },
      },
      outputs: [
        { id: "one", kind: { kind: "literal" }, asReference: false, mediaType: "text/plain" },
        { id: "two", kind: { kind: "complex" }, asReference: true, mediaType: "image/png" },
      ],
      mode: "async",
      status: true,
      language: "fr-CA",
    });
    const call = readExecute(parseXml(written));
    expect(call).toMatchObject({
      version,
      processId: "all",
      mode: "async",
      response: "document",
      language: "fr-CA",
      lineage: false,
    });
    expect(call.outputs).toEqual([
      { id: "one", asReference: false },
      { id: "two", asReference: true, mediaType: "image/png" },
    ]);
    expect(call.inputs.map(({ id }) => id)).toEqual(["text", "number", "number", "bbox", "xml", "json", "image"]);
    const [text, number, reference, box, xml, json, image] = call.inputs.map(({ data }) => data);
    expect(text).toMatchObject({ kind: "literal", text: "a & <b>", dataType: "string" });
    expect(number).toMatchObject({ kind: "literal", text: "2.5" });
    expect(reference).toEqual({ kind: "reference", href: "http://x.example/?a=1&b=2", mediaType: "text/plain" });
    expect(box).toEqual({ kind: "bbox", bbox: [1, 2, 3, 4], crs: "EPSG:3857" });
    expect(xml?.kind === "complex" ? parseXml(xml.content).namespace : undefined).toBe("urn:g");
    expect(json).toEqual({ kind: "complex", content: '{"a":["<"]}', mediaType: "application/json" });
    expect(image).toEqual({ kind: "complex", content: "aGk=", mediaType: "image/png", encoding: "base64" });
  });

  const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
  const boxes: readonly [string, readonly string[], string, readonly number[]][] = [
    ["the server knows it", [crs84], crs84, [1, 2, 3, 4]],
    ["the server says EPSG:4326", ["EPSG:4326"], "EPSG:4326", [1, 2, 3, 4]],
    [
      "the server says the URN, latitude first",
      ["urn:ogc:def:crs:EPSG::4326"],
      "urn:ogc:def:crs:EPSG::4326",
      [2, 1, 4, 3],
    ],
    ["the server has none like it", ["EPSG:3857"], crs84, [1, 2, 3, 4]],
  ];
  test.each(boxes)("sends a box in CRS84 when %s", (_, supportedCrs, crs, bbox) => {
    const data = dataOfInput({ kind: "bbox", bbox: [1, 2, 3, 4], crs: crs84 }, { kind: "bbox", supportedCrs });
    expect(data).toEqual({ kind: "bbox", bbox: [...bbox], crs });
  });
});

const execute = (inner: string) =>
  parseXml(
    `<wps:Execute xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" service="WPS" version="1.0.0">${inner}</wps:Execute>`,
  );

describe("readExecute() refuses", () => {
  const id = "<ows:Identifier>echo</ows:Identifier>";
  const input = (inner: string) =>
    `${id}<wps:DataInputs><wps:Input><ows:Identifier>text</ows:Identifier>${inner}</wps:Input></wps:DataInputs>`;
  const form = (attributes: string) =>
    `${id}<wps:ResponseForm><wps:ResponseDocument ${attributes}/></wps:ResponseForm>`;
  const cases: readonly [string, string, string][] = [
    ["no identifier", "", "identifier"],
    ["an input without data", input(""), "text"],
    ["a reference without an address", input("<wps:Reference/>"), "text"],
    [
      "a reference with a body",
      input('<wps:Reference xlink:href="http://x"><wps:Body>a</wps:Body></wps:Reference>'),
      "Body",
    ],
    ["a reference by POST", input('<wps:Reference xlink:href="http://x" method="POST"/>'), "POST"],
    [
      "a box of words",
      input("<wps:Data><wps:BoundingBoxData><ows:LowerCorner>a b</ows:LowerCorner></wps:BoundingBoxData></wps:Data>"),
      "text",
    ],
    ["status without storage", form('status="true"'), "storeExecuteResponse"],
    ["a flag that is none", form('lineage="maybe"'), "lineage"],
  ];
  test.each(cases)("%s", (_, inner, words) => {
    expect(() => readExecute(execute(inner))).toThrow(words);
  });
});

describe("executePayload()", () => {
  const query = "service=WPS&version=1.0.0&request=Execute&identifier=echo&DataInputs=";
  const payloadOf = (list: string) => {
    const asked = readKvpRequest(parseKvp(query + list));
    if (asked.request !== "Execute") throw new Error("No Execute");
    return { call: asked.call, payload: executePayload(asked.call, echo.description) };
  };

  test("gives literals the types of their schemas, and leaves text alone", () => {
    const { payload } = payloadOf("text=12;number=2.5;integer=7;flag=true;pause=x");
    expect(payload.inputs).toEqual([
      { id: "text", data: "12" },
      { id: "number", data: 2.5 },
      { id: "integer", data: 7 },
      { id: "flag", data: true },
      { id: "pause", data: "x" },
    ]);
  });

  test("reads boxes, references and complex data from KVP", () => {
    const { payload } = payloadOf(
      "bbox=1,2,3,4,EPSG:3857,2;image=@xlink:href=http%3A%2F%2Fx%2F%3Fa%3Db;array=[1,2];object=hi@mimeType=text/plain",
    );
    expect(payload.inputs).toEqual([
      { id: "bbox", bbox: [1, 2, 3, 4], crs: "EPSG:3857" },
      { id: "image", href: "http://x/?a=b" },
      { id: "array", value: [1, 2] },
      { id: "object", value: "hi", mediaType: "text/plain" },
    ]);
  });

  test("leads from a JSON pointer back to the input", () => {
    const { call } = payloadOf("text=1;number=2");
    expect(["/inputs/1/value", "/inputs/text", "/mode", ""].map((pointer) => locatorOf(call, pointer))).toEqual([
      "number",
      "text",
      "mode",
      undefined,
    ]);
  });
});

describe("readKvpRequest() and readXmlRequest() refuse", () => {
  const queries: readonly [string, string][] = [
    ["service", "request=GetCapabilities"],
    ["service", "service=WMS&request=GetCapabilities"],
    ["request", "service=WPS"],
    ["request", "service=WPS&request=Explode"],
    ["AcceptVersions", "service=WPS&request=GetCapabilities&AcceptVersions=3.0.0"],
    ["version", "service=WPS&request=DescribeProcess&version=9&identifier=a"],
    ["identifier", "service=WPS&request=DescribeProcess&version=1.0.0"],
    ["jobId", "service=WPS&request=GetStatus&version=2.0.0"],
    ["version", "service=WPS&request=GetStatus&version=1.0.0&jobId=1"],
    ["Execute 2.0.0 by GET", "service=WPS&request=Execute&version=2.0.0&identifier=a"],
    ["RawDataOutput", "service=WPS&request=Execute&identifier=a&RawDataOutput=a;b"],
    ["colour", "service=WPS&request=Execute&identifier=a&DataInputs=x=1@colour=red"],
  ];
  test.each(queries)("a wrong %s: %s", (words, query) => {
    expect(() => readKvpRequest(parseKvp(query))).toThrow(words);
  });

  test("an element that is no request", () => {
    expect(() => readXmlRequest(parseXml("<Execute xmlns='urn:other'/>"))).toThrow("request");
    expect(() => readXmlRequest(parseXml("<html/>"))).toThrow("request");
  });
});

describe("readStatus()", () => {
  test("reads an execution that runs", async () => {
    expect(readStatus(await fixture("status-started.xml"))).toEqual({
      state: "running",
      percent: 42,
      message: "reading levels",
      statusLocation: "http://gauges.example/status/7.xml",
      outputs: [],
      exceptions: [],
    });
  });

  test("reads every kind of output, and leaves out one without an address", async () => {
    const { state, outputs } = readStatus(await fixture("status-succeeded.xml"));
    expect(state).toBe("succeeded");
    expect(outputs.map(({ id, data }) => [id, data])).toEqual([
      ["level", { kind: "literal", text: "3.5", dataType: "float", uom: "metre" }],
      ["map", { kind: "reference", href: "http://gauges.example/map.tif", mediaType: "image/tiff" }],
      ["log", { kind: "reference", href: "http://gauges.example/log.txt", mediaType: "text/plain" }],
      ["shape", expect.objectContaining({ kind: "complex", mediaType: "application/gml+xml" })],
      ["table", { kind: "complex", content: '{"a": "<1>"}', mediaType: "application/json" }],
      ["extent", { kind: "bbox", bbox: [-1.5, 2, 3, 40], crs: "EPSG:4326" }],
    ]);
  });

  test("keeps code, locator and text of exceptions", async () => {
    expect(readStatus(await fixture("status-failed.xml"))).toMatchObject({
      state: "failed",
      exceptions: [
        { code: "InvalidParameterValue", locator: "count", text: "must be small; was 99" },
        { code: "NoApplicableCode", text: "" },
      ],
    });
  });

  test("refuses an unknown status and any other document", () => {
    const status = (inner: string) =>
      parseXml(`<ExecuteResponse xmlns="http://www.opengis.net/wps/1.0.0"><Status>${inner}</Status></ExecuteResponse>`);
    expect(() => readStatus(status("<ProcessPondered/>"))).toThrow("found Status with ProcessPondered");
    expect(() => readStatus(parseXml("<html/>"))).toThrow('found element "html"');
  });

  test("reads what is written of version 2.0.0", () => {
    const info = readStatus(parseXml(writeStatusInfo({ jobId: "7", state: "running", percent: 33.3, nextPollAt: 0 })));
    expect(info).toEqual({
      state: "running",
      jobId: "7",
      percent: 33,
      nextPoll: "1970-01-01T00:00:00.000Z",
      outputs: [],
      exceptions: [],
    });
    const outputs = [{ id: "a", data: { kind: "literal", text: "1", dataType: "integer" } as const }];
    expect(readStatus(parseXml(writeResult({ jobId: "7", outputs })))).toEqual({
      state: "succeeded",
      jobId: "7",
      outputs,
      exceptions: [],
    });
  });

  const states = [
    ["accepted", undefined],
    ["running", 99],
    ["paused", 99],
    ["succeeded", undefined],
    ["failed", undefined],
  ] as const;
  test.each(states)("reads what is written of version 1.0.0: %s", (state, percent) => {
    const exceptions = state === "failed" ? [{ code: "NoApplicableCode", locator: "step", text: "no" }] : [];
    const written = writeExecuteResponse({
      process: { id: "a", version: "1" },
      serviceInstance: "http://us.example/wps?",
      statusLocation: "http://us.example/outputs/1.xml",
      createdAt: 0,
      state,
      percent: 100,
      message: "so far",
      outputs: [],
      exceptions,
    });
    const read = readStatus(parseXml(written));
    expect([read.state, read.percent, read.exceptions, read.statusLocation]).toEqual([
      state,
      percent,
      exceptions,
      "http://us.example/outputs/1.xml",
    ]);
  });
});
