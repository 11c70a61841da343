import type { InputDefinition } from "../../../src/domain/processes/process.ts";
import type { Json, JsonObject } from "../../../src/domain/values/json.ts";
import type { Random } from "../../fuzz/random.ts";

/** A schema, and a value that fits it. */
type Made = { readonly schema: JsonObject; readonly value: Json };

const texts = ["a", "two words", "<b>&amp;\"'</b>", "a\nb", "\nfirst", "a\r\nb", "", " blank ", "ä💧", "[1]", "null"];

const simple: readonly ((random: Random) => Made)[] = [
  (random) => ({ schema: { type: "string" }, value: random.pick(texts) }),
  (random) => ({ schema: { type: ["string", "null"], maxLength: 20 }, value: random.pick(texts) }),
  (random) => ({ schema: { type: "integer", minimum: -5, maximum: 900 }, value: random.below(800) }),
  (random) => ({ schema: { type: "number" }, value: random.below(1000) / 8 }),
  (random) => ({ schema: { type: "number" }, value: random.pick([1e21, -0.5, 1e-7, 0]) }),
  (random) => ({ schema: { type: "boolean" }, value: random.below(2) === 0 }),
  (random) => ({ schema: { type: "string", format: "date" }, value: `2026-01-${10 + random.below(18)}` }),
  (random) => ({
    schema: { type: "string", format: "date-time" },
    value: random.pick(["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05+02:00"]),
  }),
  (random) => ({ schema: { enum: ["red", "<i>", "x y"] }, value: random.pick(["red", "<i>", "x y"]) }),
  (random) => ({ schema: { enum: ["1", 1, "", true, "a\nb"] }, value: random.pick(["1", 1, "", true, "a\nb"]) }),
  (random) => ({ schema: { type: "integer", enum: [1, 2, 3, 5, 8, 13] }, value: random.pick([1, 5, 13]) }),
  () => ({ schema: { const: "only" }, value: "only" }),
];

const whole: readonly ((random: Random) => Made)[] = [
  ...simple,
  (random) => listOf(random, random.pick(simple)),
  (random) => groupOf(random),
  (random) => {
    const chosen = random.pick(simple)(random);
    return {
      schema: { oneOf: [{ type: "object", properties: { q: {} }, required: ["q"] }, chosen.schema] },
      value: chosen.value,
    };
  },
  (random) => {
    const chosen = random.pick(simple)(random);
    return { schema: { anyOf: [chosen.schema, { type: "null" }] }, value: chosen.value };
  },
  () => ({
    schema: { format: "ogc-bbox", type: "object" },
    value: { bbox: [-10, 1.5, 10, 2], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
  }),
  () => ({
    schema: { type: "array", items: { type: "array", items: { type: "number" } } },
    value: [[1, 2], [], [0.5]],
  }),
  () => ({ schema: { type: "object" }, value: { any: { thing: [1, null] } } }),
  () => ({ schema: {}, value: { href: 3 } }),
  () => ({ schema: { type: "string", contentMediaType: "text/csv" }, value: "a,b\n1,2" }),
  (random) => boxList(random),
  (random) => boxRecord(random),
];

function listOf(random: Random, make: (random: Random) => Made): Made {
  const { schema, value } = make(random);
  const length = random.below(4);
  return { schema: { type: "array", items: schema }, value: Array.from({ length }, () => value) };
}

const numbers: JsonObject = { type: "array", items: { type: "number" } };

/** A box as a list of numbers, in each way to say how many there are. */
function boxList(random: Random): Made {
  const value = [random.below(180), -random.below(90) / 8, 0.5, 1e-7];
  const high = [...value.slice(0, 2), 0, ...value.slice(2), 8848.86];
  const schema = random.pick<JsonObject>([
    { ...numbers, minItems: 4, maxItems: 4 },
    { ...numbers, minItems: 4, maxItems: 6 },
    { ...numbers, oneOf: [4, 6].map((count) => ({ minItems: count, maxItems: count })) },
    { ...numbers, default: [1, 2, 3, 4] },
    { ...numbers, title: "bbox" },
    { type: "array", prefixItems: value.map(() => ({ type: "number" })), items: false, minItems: 4 },
  ]);
  const takesSix = schema.maxItems !== 4 && schema.prefixItems === undefined;
  return { schema, value: takesSix && random.below(2) === 0 ? high : value };
}

const corners = [
  ["xmin", "ymin", "xmax", "ymax"],
  ["west", "south", "east", "north"],
  ["minX", "minY", "maxX", "maxY"],
  ["left", "bottom", "right", "top"],
  ["min/lon", "~lat_min", "max lon", "lat-max"],
];

/** A box as a record, perhaps with its reference system. */
function boxRecord(random: Random): Made {
  const names = random.pick(corners);
  const members = names.map((name) => [name, { type: "number" }] as const);
  const values = names.map((name, index) => [name, index * 1.5 - random.below(100)] as const);
  const system = random.pick<readonly [JsonObject, Json] | null>([
    null,
    [{ type: "string" }, "EPSG:4326"],
    [{ anyOf: [{ type: "integer" }, { type: "string" }] }, random.pick<Json>([32632, "OGC:CRS84"])],
    [{ enum: ["EPSG:4326", "EPSG:3857"] }, "EPSG:3857"],
  ]);
  const properties = Object.fromEntries([...members, ...(system === null ? [] : [["crs", system[0]] as const])]);
  return {
    schema: { type: "object", properties, required: names },
    value: Object.fromEntries([...values, ...(system === null ? [] : [["crs", system[1]] as const])]),
  };
}

function groupOf(random: Random): Made {
  const members = ["a", "b/c", "~d"].map((name) => [name, random.pick(simple)(random)] as const);
  const kept = members.filter(() => random.below(3) > 0);
  return {
    schema: { type: "object", properties: Object.fromEntries(members.map(([name, { schema }]) => [name, schema])) },
    value: Object.fromEntries(kept.map(([name, { value }]) => [name, value])),
  };
}

/** Makes an input, a value of it that the service takes, and perhaps a default. */
export function makeInput(random: Random): { readonly input: InputDefinition; readonly value: Json } {
  const { schema, value } = random.pick(whole)(random);
  const isRepeated = random.below(4) === 0 && !Array.isArray(value);
  const title = random.pick(["Title", "<script>alert(1)</script>", '"><img src=x>']);
  const described = random.below(3) === 0 ? { ...schema, default: value } : schema;
  const input = { title, schema: described, minOccurs: random.below(2), maxOccurs: isRepeated ? 5 : 1 };
  return { input, value: isRepeated ? [wrapped(value), wrapped(value)] : wrapped(value) };
}

/** An object stands for itself only in an object with nothing but a value; a box is a form of its own. */
function wrapped(value: Json): Json {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && !("bbox" in value) ? { value } : value;
}
