import type { JsonObject } from "../../domain/values/json.ts";
import { geoJsonSchemas } from "./known-geojson.ts";
import { ogcSchemas } from "./known-ogc.ts";

/** Where GeoJSON's schemas are: one file each. */
const geoJsonFile = /^https?:\/\/(?:www\.)?geojson\.org\/schema\/(\w+)\.json$/i;

/** Where OGC's schemas are: one file each, or whole API documents that have them as components. */
const ogcFile =
  /^https?:\/\/(?:beta\.)?schemas\.opengis\.net\/ogcapi\/(?:processes|features|common|records)\/(?:[\w.-]+\/)*(\w[\w-]*)\.(?:ya?ml|json)$/i;
const ogcDocument = /^ogcapi-(?:processes|features|common|records)/i;

/**
 * Finds a published schema of OGC or GeoJSON by its address, from what is inside this program; nothing is fetched.
 * `http`, `https`, and any version are the same. Undefined for any other address.
 */
export function knownSchema(address: string): JsonObject | undefined {
  const geoJson = geoJsonFile.exec(address)?.[1];
  if (geoJson !== undefined) return ownMember(geoJsonSchemas, geoJson);
  const ogc = ogcFile.exec(address)?.[1];
  if (ogc === undefined) return undefined;
  return ogcDocument.test(ogc) ? wholeDocument : ownMember(ogcSchemas, ogc);
}

const wholeDocument: JsonObject = { components: { schemas: ogcSchemas } };

function ownMember(schemas: Readonly<Record<string, JsonObject>>, name: string): JsonObject | undefined {
  return Object.hasOwn(schemas, name) ? schemas[name] : undefined;
}
