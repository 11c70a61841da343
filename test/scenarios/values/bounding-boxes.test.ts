import { beforeAll, describe, expect, test } from "bun:test";
import type { Json, JsonObject } from "../../../src/domain/values/json.ts";
import { serveFile } from "../../support/servers/file-server.ts";

const server = await serveFile();

const types = "https://raw.githubusercontent.com/eoap/schemas/main/ogc.yaml";
/** Gives back what the tool was given as text, and the box itself. */
const unitOf = (type: string) => ({
  cwlVersion: "v1.2",
  class: "ExpressionTool",
  requirements: {
    InlineJavascriptRequirement: {},
    SchemaDefRequirement: { types: [{ $import: types }] },
  },
  inputs: { aoi: type },
  outputs: { said: "string", same: type },
  expression: "$({said: JSON.stringify(inputs.aoi), same: inputs.aoi})",
});

function send(path: string, body: unknown, type = "application/json"): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": type },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function deploy(id: string, type = `${types}#BBox`, schema?: JsonObject): Promise<void> {
  const description = { id, ...(schema === undefined ? {} : { inputs: { aoi: { schema } } }) };
  const response = await send("/processes", { processDescription: description, executionUnit: { unit: unitOf(type) } });
  if (response.status !== 201) throw new Error(`It was not deployed: ${response.status} ${await response.text()}`);
}

beforeAll(async () => {
  await deploy("box");
});

async function byJson(aoi: Json, id = "box", outputs: JsonObject = { said: {} }): Promise<string> {
  const answer = await send(`/processes/${id}/execution`, { inputs: { aoi }, outputs, response: "raw" });
  const text = await answer.text();
  return answer.status === 200 ? text : `${answer.status} ${text}`;
}

async function byQuery(bbox: readonly number[], crs: string | undefined): Promise<string> {
  const named = crs === undefined ? "" : `&aoi[crs]=${encodeURIComponent(crs)}`;
  const url = `${server.url}/processes/box/execution?aoi=${bbox.join(",")}${named}&said[include]=true&response=raw`;
  const answer = await fetch(url);
  const text = await answer.text();
  return answer.status === 200 ? text : `${answer.status} ${text}`;
}

function corners(bbox: readonly number[]): string {
  const half = bbox.length / 2;
  return `<ows:LowerCorner>${bbox.slice(0, half).join(" ")}</ows:LowerCorner><ows:UpperCorner>${bbox.slice(half).join(" ")}</ows:UpperCorner>`;
}

async function byWps1(bbox: readonly number[], crs: string | undefined): Promise<string> {
  const named = crs === undefined ? "" : ` crs="${crs}"`;
  const body = `<wps:Execute service="WPS" version="1.0.0" xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1">
<ows:Identifier>box</ows:Identifier><wps:DataInputs><wps:Input><ows:Identifier>aoi</ows:Identifier><wps:Data><wps:BoundingBoxData${named}>${corners(bbox)}</wps:BoundingBoxData></wps:Data></wps:Input></wps:DataInputs>
<wps:ResponseForm><wps:RawDataOutput><ows:Identifier>said</ows:Identifier></wps:RawDataOutput></wps:ResponseForm></wps:Execute>`;
  const answer = await send("/wps", body, "text/xml");
  const text = await answer.text();
  return answer.status === 200 ? text : `${answer.status} ${text}`;
}

async function byWps2(bbox: readonly number[], crs: string | undefined): Promise<string> {
  const named = crs === undefined ? "" : ` crs="${crs}"`;
  const body = `<wps:Execute service="WPS" version="2.0.0" response="raw" mode="sync" xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0">
<ows:Identifier>box</ows:Identifier><wps:Input id="aoi"><wps:Data><ows:BoundingBox${named}>${corners(bbox)}</ows:BoundingBox></wps:Data></wps:Input>
<wps:Output id="said" transmission="value"/></wps:Execute>`;
  const answer = await send("/wps", body, "text/xml");
  const text = await answer.text();
  return answer.status === 200 ? text : `${answer.status} ${text}`;
}

async function byWps1Query(bbox: readonly number[], crs: string | undefined): Promise<string> {
  const inputs = encodeURIComponent(`aoi=${bbox.join(",")}${crs === undefined ? "" : `,${crs}`}`);
  const answer = await fetch(
    `${server.url}/wps?service=WPS&version=1.0.0&request=Execute&identifier=box&DataInputs=${inputs}&RawDataOutput=said`,
  );
  const text = await answer.text();
  return answer.status === 200 ? text : `${answer.status} ${text}`;
}

const west = [-5, 40, 10, 50];
const south = [40, -5, 50, 10];
const given = JSON.stringify({ bbox: west, crs: "CRS84" });

describe("a tool gets the same four numbers, however the place is written", () => {
  const spellings: readonly (readonly [string | undefined, readonly number[]])[] = [
    [undefined, west],
    ["http://www.opengis.net/def/crs/OGC/1.3/CRS84", west],
    ["https://www.opengis.net/def/crs/OGC/1.3/CRS84", west],
    ["http://www.opengis.net/def/crs/OGC/0/CRS84", west],
    ["urn:ogc:def:crs:OGC:1.3:CRS84", west],
    ["urn:ogc:def:crs:OGC::CRS84", west],
    ["OGC:CRS84", west],
    ["[OGC:CRS84]", west],
    ["CRS84", west],
    ["EPSG:4326", west],
    ["urn:ogc:def:crs:EPSG::4326", south],
    ["urn:ogc:def:crs:EPSG:6.9:4326", south],
    ["urn:x-ogc:def:crs:EPSG:4326", south],
    ["http://www.opengis.net/def/crs/EPSG/0/4326", south],
    ["https://www.opengis.net/def/crs/EPSG/0/4326", south],
  ];
  for (const [crs, bbox] of spellings) {
    test(crs ?? "without a reference system", async () => {
      const box = { bbox, ...(crs === undefined ? {} : { crs }) };
      expect(await byJson(box)).toBe(given);
      expect(await byJson({ value: box })).toBe(given);
      expect(await byJson({ href: `data:application/json,${encodeURIComponent(JSON.stringify(box))}` })).toBe(given);
      expect(await byQuery(bbox, crs)).toBe(given);
      expect(await byWps1(bbox, crs)).toBe(given);
      expect(await byWps2(bbox, crs)).toBe(given);
      expect(await byWps1Query(bbox, crs)).toBe(given);
    });
  }

  test("heights stay where they are", async () => {
    const expected = JSON.stringify({ bbox: [-5, 40, 0, 10, 50, 9], crs: "CRS84h" });
    const h = "http://www.opengis.net/def/crs/OGC/0/CRS84h";
    expect(await byJson({ bbox: [-5, 40, 0, 10, 50, 9], crs: h })).toBe(expected);
    expect(await byJson({ bbox: [40, -5, 0, 50, 10, 9], crs: "urn:ogc:def:crs:EPSG::4326" })).toBe(expected);
  });

  test("west may be greater than east: the antimeridian", async () => {
    expect(await byJson({ bbox: [170, -10, -170, 10] })).toBe(
      JSON.stringify({ bbox: [170, -10, -170, 10], crs: "CRS84" }),
    );
  });
});

for (const crs of [
  "EPSG:3857",
  "http://www.opengis.net/def/crs/EPSG/0/3857",
  "http://example.org/CRS84",
  "urn:ogc:def:crs:EPSG::32633",
  "",
  "CRS84x",
  "http://www.opengis.net/def/crs/OGC/1.3/CRS83",
]) {
  test(`another reference system is refused with the request: "${crs}"`, async () => {
    expect(await byJson({ bbox: west, crs })).toStartWith("400");
    expect(await byJson({ value: { bbox: west, crs } })).toStartWith("400");
    expect(await byQuery(west, crs)).toStartWith("400");
    expect(await byWps1(west, crs)).toStartWith("400");
    expect(await byWps2(west, crs)).toStartWith("400");
  });
}

test("descriptions name the systems, and boxes come out with the address of theirs", async () => {
  const description = JSON.parse(await (await fetch(`${server.url}/processes/box`)).text());
  const { schema } = description.inputs.aoi;
  expect(schema.allOf[0]).toEqual({ format: "ogc-bbox" });
  const offered: readonly string[] = schema.allOf[1].properties.crs.enum;
  expect(offered).toContain("http://www.opengis.net/def/crs/OGC/1.3/CRS84");
  for (const version of ["1.0.0", "2.0.0"]) {
    const url = `${server.url}/wps?service=WPS&version=${version}&request=DescribeProcess&identifier=box`;
    const xml = await (await fetch(url)).text();
    const listed = [...xml.matchAll(/<(?:wps:)?(?:CRS|SupportedCRS)[^>]*>([^<]*)</g)].map(([, crs = ""]) => crs);
    expect([...new Set(listed)]).toEqual([...offered]);
  }
  const out = JSON.parse(await byJson({ bbox: south, crs: "urn:ogc:def:crs:EPSG::4326" }, "box", { same: {} }));
  expect(out).toEqual({ bbox: west, crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" });
});

test("a list of boxes, and one that may be left out", async () => {
  await deploy("boxes", `${types}#BBox[]`);
  const said = await byJson([{ bbox: west }, { bbox: south, crs: "urn:ogc:def:crs:EPSG::4326" }], "boxes");
  expect(said).toBe(`[${given},${given}]`);
  expect(await byJson([{ bbox: west, crs: "EPSG:3857" }], "boxes")).toStartWith("400");
});

test("a deployer may describe the box in other words, and leave systems out, but add none", async () => {
  const box = "http://schemas.opengis.net/ogcapi/processes/part1/1.0/openapi/schemas/bbox.yaml";
  await deploy("published", undefined, { $ref: box });
  expect(await byJson({ bbox: west, crs: "OGC:CRS84" }, "published")).toBe(given);
  expect(await byJson({ bbox: west, crs: "EPSG:3857" }, "published")).toStartWith("400");
  const only = (crs: string) => ({
    allOf: [{ format: "ogc-bbox" }, { type: "object", properties: { crs: { type: "string", enum: [crs] } } }],
  });
  await deploy("narrow", undefined, only("urn:ogc:def:crs:OGC:1.3:CRS84"));
  expect(await byJson({ bbox: west, crs: "CRS84" }, "narrow")).toBe(given);
  expect(await byJson({ bbox: south, crs: "urn:ogc:def:crs:EPSG::4326" }, "narrow")).toStartWith("400");
  expect(deploy("wide", undefined, only("EPSG:3857"))).rejects.toThrow("/processDescription/inputs/aoi/schema");
});
