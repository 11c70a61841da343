import { expect, test } from "bun:test";
import { inputLines, toldInputs } from "../../../src/domain/values/input-lines.ts";
import { parseExact } from "../../../src/domain/values/json.ts";
import type { InputItem, Inputs } from "../../../src/domain/values/values.ts";

const value = (given: Parameters<typeof JSON.stringify>[0]): InputItem => ({ kind: "value", value: given });
const group = "/terrain";

function lineOf(inputs: Inputs, defaults: Inputs = {}): string | undefined {
  return inputLines([{ id: "one", group, inputs, defaults }]).get("one");
}

const cases: readonly (readonly [string, Inputs, string])[] = [
  ["a text", { text: value("hello") }, "text: hello"],
  ["a text on several lines", { text: value(" a\n\n b ") }, "text: a b"],
  ["numbers", { a: value(3), b: value(0.25), c: value(-0) }, "a: 3 · b: 0.25 · c: 0"],
  ["a number as it was written", { a: value(parseExact("1.50")) }, "a: 1.50"],
  ["a switch and nothing", { a: value(true), b: value(null) }, "a: true · b: null"],
  ["several occurrences", { band: [value("B4"), value("B3")] }, "band: B4, B3"],
  ["a list", { bands: value(["B4", "B3"]) }, "bands: B4, B3"],
  ["an object", { at: value({ x: 1, y: [2, 3] }) }, "at: x 1, y 2, 3"],
  ["a box", { area: { kind: "bbox", bbox: [9.5, 54, 10, 55], crs: "CRS84" } }, "area: 9.5, 54, 10, 55"],
  ["an upload", { dem: { kind: "reference", href: "vault://abc", name: "north.tif" } }, "dem: north.tif"],
  ["an upload without a name", { dem: { kind: "reference", href: "vault://abc" } }, "dem: a file"],
  ["data in its address", { dem: { kind: "reference", href: "data:text/plain,secret" } }, "dem: data"],
  [
    "a result of another job",
    {
      dem: {
        kind: "reference",
        href: "http://server/jobs/j/results/dem",
        output: { path: "x/j/slope.tif", isDirectory: false },
      },
    },
    "dem: slope.tif",
  ],
  [
    "bytes in the request",
    { dem: { kind: "value", value: "AAAA", encoding: "base64", mediaType: "image/tiff" } },
    "dem: image/tiff",
  ],
  [
    "files in a list and a record",
    {
      tiles: {
        kind: "list",
        items: [
          { kind: "file", item: { kind: "reference", href: "https://host/a/tile%201.tif" }, isDirectory: false },
          { kind: "record", members: { mask: value("m") } },
        ],
      },
    },
    "tiles: tile 1.tif, mask m",
  ],
];

test.each(cases)("a line says %s", (_, inputs, line) => {
  expect(lineOf(inputs)).toBe(line);
});

const addresses: readonly (readonly [string, string])[] = [
  ["https://user:pw@host/data/scene.zip?X-Amz-Signature=abc#part", "scene.zip"],
  ["https://host/?token=abc", "host"],
  ["https://host/collections/items/", "items"],
  ["s3://bucket/key/file.nc?versionId=1", "file.nc"],
  ["file:///data/in/dem.tif", "dem.tif"],
  ["https://host/100%25%ZZ.txt", "100%25%ZZ.txt"],
  ["gopher://host/x?token=abc", "an address"],
];

test.each(addresses)("an address is told by its name only: %s", (href, name) => {
  expect(lineOf({ source: value(href) })).toBe(`source: ${name}`);
});

test("what equals the default is left out, and what looks like a secret", () => {
  const defaults = { method: value("ipp"), size: value(10) };
  expect(lineOf({ method: value("ipp"), size: value(12) }, defaults)).toBe("size: 12");
  expect(lineOf({ method: value("ipp") }, defaults)).toBeUndefined();
  expect(lineOf({})).toBeUndefined();
  const secrets = ["password", "apiKey", "api_key", "ACCESS-KEY", "accessToken", "client_secret", "credentials", "pwd"];
  for (const name of secrets) expect(lineOf({ [name]: value("x"), [`a ${name}`]: value("x") })).toBeUndefined();
  expect(lineOf({ login: value({ user: "ada", password: "x" }) })).toBe("login: user ada");
  expect(lineOf({ pass: value("ascending"), key: value("a") })).toBe("pass: ascending · key: a");
});

test("a long line ends with how much is left, and a long value loses its middle", () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`input${at}`, value(`value ${at}`)]));
  const line = lineOf(many) ?? "";
  expect(line.length).toBeLessThan(100);
  expect(line).toStartWith("input0: value 0 · input1: value 1");
  expect(line).toEndWith(" more");
  const scene = "S2A_MSIL2A_20230601T103631_N0509_R008_T32UNE_20230601T171205.SAFE.zip";
  const shown = lineOf({ scene: value(scene), other: value(1) });
  expect(shown).toBe("scene: S2A_MSIL2A_20230601T103631_…E_20230601T171205.SAFE.zip · other: 1");
  for (const long of ["x".repeat(1_000_000), "🌍".repeat(1000), Array.from({ length: 100_000 }, (_, at) => at)]) {
    const text = lineOf({ a: value(long) }) ?? "";
    expect(text.length).toBeLessThanOrEqual(80);
    expect(text.isWellFormed()).toBe(true);
  }
  expect((lineOf({ ["n".repeat(300)]: value("v".repeat(300)) }) ?? "").length).toBeLessThanOrEqual(82);
});

test("the values that the fewest runs of a process have are told, in one order whatever other runs there are", () => {
  const long = value("the same long text in each of them");
  const run = (id: string, at: number, of = group) => ({
    ...{ id, group: of, defaults: {} },
    inputs: { a: long, b: long, c: long, year: value(2000 + at) },
  });
  const lines = inputLines([run("1", 1), run("2", 2), run("3", 3, "/other")]);
  expect(lines.get("1")).toMatch(/^a: .* · year: 2001 · \d more$/);
  expect(lines.get("2")).toMatch(/^a: .* · year: 2002 · \d more$/);
  expect(lines.get("3")).toStartWith("a: ");
});

test("inputs stand in the order of the package; numbers are rounded, and a list or a record loses its end", () => {
  const order = ["bands", "area", "size"];
  const bands = (old: number) =>
    value([
      { name: "red", old, long: "a name that is long" },
      { name: "blue", old: 0.5 },
    ]);
  const run = (id: string, inputs: Inputs) => ({ id, group, defaults: {}, order, inputs });
  const area: InputItem = { kind: "bbox", bbox: [7.4474213121, 46.94797199, 7.5, 47], crs: "CRS84" };
  const runs = [
    run("1", { size: value(2), bands: bands(1), area }),
    run("2", { area, size: value(3), bands: bands(2) }),
  ];
  const line = /^bands: name red, old \d, … · area: 7.44742, 46.948, 7.5, 47 · size: \d/;
  for (const listed of [runs, runs.toReversed()]) {
    for (const text of inputLines(listed).values()) expect(text).toMatch(line);
  }
  for (const one of runs) expect(inputLines([one]).get(one.id)).toMatch(line);
  const numbers = [0.1 + 0.2, 1234567.8912345, 12345678901, -0.000012345678, 1e-9, 7.25];
  expect(lineOf({ n: value(numbers) })).toBe("n: 0.3, 1234568, 12345678901, -0.0000123457, 1e-9, 7.25");
  const [told] = toldInputs({ inputs: { n: value(7.4474213121) }, defaults: {} });
  expect(told?.words).toBe("7.4474213121");
});

test("a long value is shown where it differs from those of other runs", () => {
  const scenes = [
    "S2A_MSIL2A_20230601T103631_N0509_R008_T32UNE_20230601T171205.SAFE.zip",
    "S2A_MSIL2A_20230611T103631_N0509_R008_T32UNE_20230601T171205.SAFE.zip",
    "S2A_MSIL2A_20230601T103631_N0509_R008_T32UNE_20230601T171206.SAFE.zip",
  ];
  const lines = (names: readonly string[]) => {
    const runs = names.map((name, at) => ({
      id: String(at),
      group,
      defaults: {},
      inputs: { scene: value(name), n: value(1) },
    }));
    return [...inputLines(runs).values()];
  };
  expect(lines(scenes.slice(0, 2))).toEqual([
    "scene: S2A_MSIL2A_20230601T103631_…E_20230601T171205.SAFE.zip · n: 1",
    "scene: S2A_MSIL2A_20230611T103631_…E_20230601T171205.SAFE.zip · n: 1",
  ]);
  const others = { method: value("nearest neighbour"), region: value("north") };
  const beside = [...scenes.slice(0, 2), "rain.csv"].map((name, at) => ({
    ...{ id: String(at), group, defaults: {} },
    inputs: { scene: value(name), ...others },
  }));
  expect([...inputLines(beside).values()]).toEqual([
    "scene: …0601T103631_N0…71205.SAFE.zip · method: nearest neighbour · 1 more",
    "scene: …0611T103631_N0…71205.SAFE.zip · method: nearest neighbour · 1 more",
    "scene: rain.csv · method: nearest neighbour · region: north",
  ]);
  for (const pair of [scenes, [scenes[0] ?? "", scenes[2] ?? ""], [`${"x".repeat(150)}a`, `${"x".repeat(150)}b`]]) {
    expect(new Set(lines(pair)).size).toBe(pair.length);
  }
  for (const line of lines([...scenes, "🌍".repeat(90), `${"🌍".repeat(50)}x`])) {
    expect(line.isWellFormed()).toBe(true);
    expect(line.length).toBeLessThanOrEqual(80);
  }
});

test("an input that only some runs have is a difference, too", () => {
  const runs = [
    { id: "1", group, defaults: {}, inputs: { a: value(1), b: value(2) } },
    { id: "2", group, defaults: {}, inputs: { a: value(1) } },
  ];
  const lines = inputLines(runs);
  expect([lines.get("1"), lines.get("2")]).toEqual(["a: 1 · b: 2", "a: 1"]);
});

test("names that every object has are inputs like others", () => {
  const inputs: Inputs = Object.fromEntries([
    ["constructor", value("a")],
    ["__proto__", value("b")],
  ]);
  expect(lineOf(inputs, {})).toBe("constructor: a · __proto__: b");
});

test("all inputs are told with the defaults that were used; what looks like a secret has no words, files have their names alone", () => {
  const inputs: Inputs = {
    apiKey: value("k-123"),
    area: { kind: "bbox", bbox: [9.5, 54, 10, 55], crs: "CRS84" },
    dem: { kind: "reference", href: "https://user:pass@example.org/data/north.tif?token=abc" },
    login: value({ user: "ann", password: "p-456" }),
  };
  expect(toldInputs({ inputs, defaults: { hours: value(5), token: value("t-789") } })).toEqual([
    { name: "apiKey", isDefault: false },
    { name: "area", words: "9.5, 54, 10, 55", isDefault: false },
    { name: "dem", words: "north.tif", isDefault: false },
    { name: "login", words: "user ann", isDefault: false },
    { name: "hours", words: "5", isDefault: true },
    { name: "token", isDefault: true },
  ]);
});

test("a shared run tells the size and digest of its files, and what is not set, but nothing of a file that may be a secret", () => {
  const file = (name: string) => [{ name, length: 3, sha256: "5e1f" }];
  const files = new Map([
    ["dem", file("north.tif")],
    ["token", file("t.txt")],
  ]);
  const inputs: Inputs = {
    dem: { kind: "reference", href: "https://a.example/north.tif" },
    token: { kind: "reference", href: "https://a.example/t.txt" },
  };
  expect(toldInputs({ inputs, defaults: {} }, { files, unset: ["hours"] })).toEqual([
    { name: "dem", words: "north.tif", isDefault: false, files: file("north.tif") },
    { name: "token", isDefault: false },
    { name: "hours", isDefault: false, isUnset: true },
  ]);
});

test("files stand first, and are named before values that differ as well", () => {
  const file: Inputs[string] = { kind: "reference", href: "https://a.example/marsh.tif" };
  const runs = [1, 2].map((number) => ({
    ...{ id: String(number), group: "p", defaults: {} },
    inputs: {
      bbox: value(`${number}6.24126,45.2465,48.8694,47.95362`),
      bands: value(["B04", "B08", `B1${number}`]),
      threshold: value(0.33 + number),
      scene: { ...file, href: `https://a.example/marsh-${number}.tif` },
      method: value(`nearest ${number} neighbour`),
    },
  }));
  for (const line of inputLines(runs).values()) expect(line).toMatch(/^scene: marsh-\d\.tif · bbox: /);
  // A file that all runs were given tells nothing of one of them.
  const same = runs.map((run) => ({ ...run, inputs: { ...run.inputs, scene: file } }));
  for (const line of inputLines(same).values()) expect(line).toMatch(/^(scene: marsh\.tif · )?bbox: /);
});

test("a list is cut at a comma with one ellipsis, and no number inside", () => {
  const numbers = Array.from({ length: 40 }, (_, index) => 1000.5 + index * 17.25);
  for (const separator of [",", ", "]) {
    const line = lineOf({ bbox: value(numbers.join(separator)) });
    const [, told = ""] = /^bbox: (.*)…$/.exec(line ?? "") ?? [];
    expect(told.endsWith(separator)).toBe(true);
    expect(told.split(separator).slice(0, -1)).toEqual(numbers.slice(0, told.split(separator).length - 1).map(String));
  }
  expect(lineOf({ bbox: value(numbers) })).toMatch(/, …$/);
  expect(lineOf({ bands: value(Array.from({ length: 60 }, (_, index) => `B${index}`).join(",")) })).toMatch(/B\d+,…$/);
  // What is long by itself is cut, yet not in a number.
  expect(lineOf({ note: value(`${"word ".repeat(9)}a 123456789012345678901234567890, b`) })).not.toMatch(/\d…/);
});
