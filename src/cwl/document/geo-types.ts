import { defined } from "../../domain/defined.ts";
import type { CwlType, RecordField } from "./schema.ts";

/** Types of Earth-observation packages, by the file that they are imported from and their name in it. */
export type TypeFiles = Readonly<Record<string, Readonly<Record<string, CwlType>>>>;

const demands = { formats: [], secondaryFiles: [], loadContents: false } as const;
const text: CwlType = { kind: "string" };
const whole: CwlType = { kind: "long" };
const anything: CwlType = { kind: "Any" };
const position = listOf({ kind: "double" });

function listOf(items: CwlType): CwlType {
  return { kind: "array", items };
}

function optional(type: CwlType): CwlType {
  return { kind: "union", members: [{ kind: "null" }, type] };
}

function constant(...symbols: readonly string[]): CwlType {
  return { kind: "enum", symbols: [...symbols] };
}

function fieldsOf(types: Readonly<Record<string, CwlType>>): readonly RecordField[] {
  return Object.entries(types).map(([name, type]) => ({ name, type, ...demands }));
}

function recordOf(
  required: Readonly<Record<string, CwlType>>,
  more: readonly string[] | Readonly<Record<string, CwlType>> = {},
  format?: string,
): CwlType {
  const others = Array.isArray(more) ? Object.fromEntries(more.map((name: string) => [name, text])) : more;
  const optionals = Object.fromEntries(Object.entries(others).map(([name, type]) => [name, optional(type)]));
  const fields = [...fieldsOf(required), ...fieldsOf(optionals)];
  return { kind: "record", isForeign: true, fields, ...defined({ format }) };
}

/** RFC 7946, 3.1: a geometry of one kind, by how deep its positions lie. */
function geometry(name: string, depth: number): CwlType {
  let coordinates = position;
  for (let level = 0; level < depth; level += 1) coordinates = listOf(coordinates);
  return recordOf({ type: constant(name), coordinates }, { bbox: position }, "geojson-geometry");
}

const shapes: Readonly<Record<string, number>> = {
  Point: 0,
  LineString: 1,
  Polygon: 2,
  MultiPoint: 1,
  MultiLineString: 2,
  MultiPolygon: 3,
};
const geometries = Object.fromEntries(Object.entries(shapes).map(([name, depth]) => [name, geometry(name, depth)]));
const collection = recordOf(
  { type: constant("GeometryCollection") },
  { geometries: listOf({ kind: "union", members: Object.values(geometries) }), bbox: position },
  "geojson-geometry",
);
const anyGeometry: CwlType = { kind: "union", members: [{ kind: "null" }, ...Object.values(geometries), collection] };
const identifier: CwlType = { kind: "union", members: [text, { kind: "double" }] };
const link = recordOf({ href: text }, { rel: text, type: text, hreflang: text, title: text, length: whole });
const featureFields = { id: identifier, properties: anything, bbox: position, links: listOf(link) };
const feature = recordOf({ type: constant("Feature"), geometry: anyGeometry }, featureFields, "geojson-feature");
const features = recordOf(
  { type: constant("FeatureCollection"), features: listOf(feature) },
  { links: listOf(link), timeStamp: text, numberMatched: whole, numberReturned: whole, bbox: position },
  "geojson-feature-collection",
);
const geojson = {
  ...geometries,
  ...Object.fromEntries(
    [...Object.keys(shapes), "GeometryCollection", "Feature", "FeatureCollection"].map((name) => [
      `${name}Type`,
      constant(name),
    ]),
  ),
  GeometryCollection: collection,
  Feature: feature,
  FeatureCollection: features,
  Link: link,
};

const role = constant("producer", "licensor", "processor", "host");
const provider = recordOf({ name: text }, { description: text, roles: listOf(role), url: text });
const spatial = recordOf({ bbox: listOf(position) });
const temporal = recordOf({ interval: listOf(listOf(optional(text))) });
const extents = recordOf({ spatial, temporal });
const asset = recordOf({ href: text }, { type: text, title: text, description: text, roles: listOf(text) });
const stacLink = recordOf({ href: text, rel: text }, ["type", "title"]);
const bound: CwlType = { kind: "union", members: [{ kind: "double" }, text] };
/** What the kinds of STAC documents have in common; their own members follow the STAC specification, 1.0 and 1.1. */
const common = { stac_version: text, id: text, links: listOf(stacLink) };
const extensions = { stac_extensions: listOf(text) };
const stac = {
  ...geojson,
  Link: stacLink,
  Catalog: recordOf({ type: constant("Catalog"), ...common, description: text }, { title: text, ...extensions }),
  Collection: recordOf(
    { type: constant("Collection"), ...common, description: text, license: text, extent: extents },
    {
      title: text,
      keywords: listOf(text),
      providers: listOf(provider),
      summaries: anything,
      assets: anything,
      ...extensions,
    },
  ),
  Item: recordOf(
    { type: constant("Feature"), ...common, geometry: anyGeometry, properties: anything },
    { bbox: position, assets: anything, collection: text, ...extensions },
    "geojson-feature",
  ),
  Role: role,
  Provider: provider,
  Spatial: spatial,
  Temporal: temporal,
  Extents: extents,
  Asset: asset,
  Range: recordOf({ minimum: bound, maximum: bound }),
  BasicDescriptiveFields: recordOf({}, ["title", "description"]),
  DateTime: recordOf({}, ["datetime", "start_datetime", "end_datetime", "created", "updated"]),
  Instrument: recordOf(
    {},
    { platform: text, instruments: listOf(text), constellation: text, mission: text, gsd: { kind: "double" } },
  ),
  Licensing: recordOf({}, ["license"]),
};

/** Builds the types of the files whose types are objects; `uri` is the type of a URI, which one of them has. */
export function geoTypes(uri: CwlType): TypeFiles {
  const pair = recordOf({ key: text, value: text });
  const endpoint = recordOf({ url: uri }, { headers: listOf(pair) });
  return { geojson, stac, "stac-cwl": stac, "api-endpoint": { KeyValuePair: pair, APIEndpoint: endpoint } };
}
