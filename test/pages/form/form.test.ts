import { describe, expect, test } from "bun:test";
import type { InputDefinition, ProcessDescription } from "../../../src/domain/processes/process.ts";
import { canonicalJson, type JsonObject } from "../../../src/domain/values/json.ts";
import { validateJobParameters } from "../../../src/operations/submit/check-submission.ts";
import { outputsOf } from "../../../src/pages/form/extras.ts";
import { fieldsOf } from "../../../src/pages/form/fields-of.ts";
import { fieldOfFault, readForm } from "../../../src/pages/form/read-form.ts";
import { plainForm } from "../../../src/pages/form/state.ts";
import { writeForm } from "../../../src/pages/form/write-form.ts";
import { processPage } from "../../../src/pages/processes/process.tsx";
import { createRandom } from "../../fuzz/random.ts";
import { formEntries } from "../../support/browser-form.ts";
import { frame } from "../frame.ts";
import { makeInput } from "./generated-inputs.ts";

function descriptionOf(inputs: Readonly<Record<string, InputDefinition>>): ProcessDescription {
  return { id: "made", version: "1", jobControlOptions: [], outputTransmission: [], inputs, outputs: {} };
}

const offers = { mayWait: true, maxPriority: 0, mayPin: false, sendsMail: false };

function pageOf(description: ProcessDescription, inputs: JsonObject = {}): string {
  const fields = fieldsOf(description);
  const form = plainForm(fields, writeForm(fields, inputs));
  const view = {
    ...{
      description,
      fillAction: "http://127.0.0.1/processes/p/fill-form",
      action: "/form",
      form,
      offers: { ...offers, outputs: outputsOf(description) },
      uses: [],
      ways: [],
    },
    ...{ target: { baseUrl: "", name: "made", needsKey: false }, revision: "1", descriptionUrl: "/made" },
    limits: { maxBodyBytes: 1000, maxUploadBytes: 1000, drafts: "browser" as const },
  };
  return processPage(view).render(frame, {});
}

/** Reads the request that a browser sends when it presses the button of the form at once. */
function sentBy(description: ProcessDescription, html: string) {
  const values = new Map<string, string[]>();
  formEntries(html).forEach((value, name) => {
    if (typeof value === "string") values.set(name, [...(values.get(name) ?? []), value]);
  });
  return readForm(fieldsOf(description), values);
}

function input(schema: JsonObject, more: Partial<InputDefinition> = {}): InputDefinition {
  return { schema, minOccurs: 1, maxOccurs: 1, ...more };
}

describe("the form of a process", () => {
  test("says what a star means where something has one, and nowhere else", () => {
    const inner = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    const optional = { minOccurs: 0 };
    const cases: readonly (readonly [InputDefinition, boolean])[] = [
      [input({ type: "string" }), true],
      [input({ type: "string" }, optional), false],
      [input({ type: "number", default: 1 }, optional), false],
      [input(inner, optional), true],
      [input({ ...inner, required: [] }, optional), false],
      [input({ type: "array", items: inner }, optional), true],
    ];
    for (const [made, isSaid] of cases) {
      const html = pageOf(descriptionOf({ made }));
      expect([made, html.includes("* is required."), / \*<\/(?:label|legend|span)>/.test(html)]).toEqual([
        made,
        isSaid,
        isSaid,
      ]);
      expect(html).toContain("Enter in a field runs, too.");
    }
    expect(pageOf(descriptionOf({}))).not.toContain("is required");
  });

  test("posts what the service takes, for descriptions of every kind", () => {
    let sentInputs = 0;
    for (let seed = 1; seed <= 1500; seed += 1) {
      const random = createRandom(seed);
      const made = makeInput(random);
      const description = descriptionOf({ "in/put ~x": made.input });
      const inputs = { "in/put ~x": made.value };
      const taken = validateJobParameters({ inputs }, description);
      if (taken.faults.length > 0) continue;
      const sent = sentBy(description, pageOf(description, inputs));
      expect([seed, sent.faults]).toEqual([seed, []]);
      const read = validateJobParameters(sent.request, description);
      expect([seed, made, sent.request, read.faults]).toEqual([seed, made, sent.request, []]);
      const isDefault = Object.keys(Object(sent.request.inputs)).length === 0;
      if (isDefault) {
        const { default: fallback = null } = made.input.schema;
        expect([canonicalJson(fallback), canonicalJson({ value: fallback })]).toContain(canonicalJson(made.value));
        continue;
      }
      const { request } = read;
      sentInputs += 1;
      expect([seed, canonicalJson(JSON.parse(JSON.stringify(request.inputs)))]).toEqual([
        seed,
        canonicalJson(JSON.parse(JSON.stringify(taken.request.inputs))),
      ]);
    }
    expect(sentInputs).toBeGreaterThan(500);
  }, 60_000);

  test("tells the bounds of numbers in their unit, of each value of a list too", () => {
    const html = pageOf(
      descriptionOf({
        width: input({ type: "integer", minimum: 1, maximum: 9, unit: "m" }),
        share: input({ type: "number", maximum: 1 }),
        steps: input({ type: "array", items: { type: "number", minimum: 0.5, uom: "km" } }),
        plain: input({ type: "array", items: { type: "number" } }),
      }),
    );
    expect(html).toContain("A whole number, at least 1 m, at most 9 m<");
    expect(html).toContain("A number, at most 1<");
    expect(html).toContain("Each, at least 0.5 km<");
    expect(html).toContain("steps (km) *");
    expect(html.match(/>Each,/g)).toHaveLength(1);
  });

  test("offers the reference systems that the schema of a box lists, and tells them to the map where no others are taken", () => {
    const boxWith = (crs: JsonObject) => ({
      allOf: [{ format: "ogc-bbox" }, { type: "object", properties: { crs: { type: "string", ...crs } } }],
    });
    const pageWith = (crs: JsonObject) => pageOf(descriptionOf({ box: input(boxWith(crs)) }));
    const listed = pageWith({ enum: ["CRS84", "EPSG:32632"] });
    expect(listed).toContain('name="/inputs/box/~crs" value="" list="/inputs/box/~systems"');
    expect(listed).toContain(
      '<datalist id="/inputs/box/~systems"><option value="CRS84"></option><option value="EPSG:32632">',
    );
    expect(listed).toContain('data-systems="[&quot;CRS84&quot;,&quot;EPSG:32632&quot;]"');
    expect(pageWith({ examples: ["CRS84"] })).toContain('<option value="CRS84">');
    for (const crs of [{}, { examples: ["CRS84"] }]) expect(pageWith(crs)).not.toContain("data-systems");
  });

  test("has a control for each kind of value", () => {
    const html = pageOf(
      descriptionOf({
        width: input({ type: "integer", minimum: 1, maximum: 9, unit: "m" }),
        few: input({ enum: ["a", "b"] }),
        many: input({ enum: ["a", "b", "c", "d", "e"] }),
        several: input({ type: "array", items: { enum: ["a", "b"] } }),
        flag: input({ type: "boolean" }, { minOccurs: 0 }),
        day: input({ type: "string", format: "date" }),
        time: input({ type: "string", format: "date-time" }),
        list: input({ type: "array", items: { type: "number" }, minItems: 3 }),
        group: input({ type: "object", properties: { inner: { type: "string" } } }),
        file: input({ type: "string", contentMediaType: "image/tiff", contentEncoding: "binary" }),
        box: input({ allOf: [{ format: "ogc-bbox" }, { type: "object" }] }),
        other: input({ type: "array", prefixItems: [{ type: "number" }] }),
      }),
    );
    expect(html).toMatch(/<input type="number" step="1" name="\/inputs\/width"[^>]* min="1" max="9"/);
    expect(html).toContain("width (m) *");
    expect(html.match(/<input type="radio" name="\/inputs\/few"/g)).toHaveLength(2);
    expect(html).toMatch(/<select [^>]*name="\/inputs\/many"/);
    expect(html.match(/<input type="checkbox" name="\/inputs\/several"/g)).toHaveLength(2);
    expect(html.match(/<input type="radio" name="\/inputs\/flag"/g)).toHaveLength(3);
    expect(html).toMatch(/<input type="date" name="\/inputs\/day"/);
    expect(html).toMatch(/<input type="datetime-local" name="\/inputs\/time"/);
    expect(html.match(/<input type="number" step="any" name="\/inputs\/list\/\d"/g)).toHaveLength(3);
    expect(html).toContain('<input type="text" name="/inputs/group/inner"');
    expect(html).toContain('<input type="file" name="/inputs/file/~upload"');
    expect(html).not.toContain('name="/inputs/file/~value"');
    expect(html.match(/<input type="number" step="any" name="\/inputs\/box\/\d"/g)).toHaveLength(4);
    expect(html).toContain('<textarea name="/inputs/other/~json"');
  });

  test("shows defaults, and sends them only when they were changed", () => {
    const description = descriptionOf({
      text: input({ type: "string", default: "usual" }),
      number: input({ type: "number", default: 2.5 }),
      time: input({ type: "string", format: "date-time", default: "2026-01-02T03:04:00Z" }),
    });
    const html = pageOf(description);
    expect(html).toContain("Default: &quot;usual&quot;");
    expect(sentBy(description, html).request).toEqual({ inputs: {} });
    const shortTime = html.replace("2026-01-02T03:04:00", "2026-01-02T03:04");
    expect(sentBy(description, shortTime).request).toEqual({ inputs: {} });
    const changed = pageOf(description, { text: "other" });
    expect(sentBy(description, changed).request).toEqual({ inputs: { text: "other" } });
  });

  test("the four numbers of a box in a list are named by its sides, and no others are", () => {
    const corners = (schema: JsonObject, values?: JsonObject) => {
      const html = pageOf(
        descriptionOf({ area: input({ type: "array", items: { type: "number" }, ...schema }) }),
        values,
      );
      const named = [...html.matchAll(/<span class="muted row-name">([^<]*)</g)].map(([, name]) => name);
      const heard = [...html.matchAll(/aria-label="area[^"]*, row \d \((\w+)\)"/g)].map(([, name]) => name);
      expect(heard).toEqual(named);
      return named;
    };
    const sides = ["west", "south", "east", "north"];
    expect(corners({ minItems: 4, maxItems: 4 })).toEqual(sides);
    expect(corners({ default: [7, 46, 8, 47] })).toEqual(sides);
    expect(corners({ minItems: 4, maxItems: 6 }, { area: [7, 46, 400, 8, 47, 500] })).toEqual([]);
    expect(corners({ minItems: 2, maxItems: 3 })).toEqual([]);
  });

  const fieldIn = (html: string) => html.slice(html.indexOf('id="/inputs/mode"'), html.indexOf('class="extras"'));

  test("the default of a choice stands once, is chosen at first, and is sent by sending nothing", () => {
    for (const choices of [
      ["plain", "raw", "fine"],
      ["a", "plain", "c", "d", "e", "f"],
    ]) {
      const description = descriptionOf({ mode: input({ enum: choices, default: "plain" }, { minOccurs: 0 }) });
      const html = pageOf(description);
      expect(html.match(/plain \(default\)/g)).toHaveLength(1);
      expect(fieldIn(html).match(/name="\/inputs\/mode" value=|<option value=/g)).toHaveLength(choices.length);
      expect(sentBy(description, html).request).toEqual({ inputs: {} });
      expect(sentBy(description, pageOf(description, { mode: "plain" })).request).toEqual({ inputs: {} });
      const [other = "", last = ""] = [choices.find((one) => one !== "plain"), choices.at(-1)];
      for (const one of [other, last]) {
        expect(sentBy(description, pageOf(description, { mode: one })).request).toEqual({ inputs: { mode: one } });
      }
    }
  });

  test("says what choosing nothing means: the default, where there is one", () => {
    const open = (schema: JsonObject, more: Partial<InputDefinition> = { minOccurs: 0 }) => {
      const html = fieldIn(pageOf(descriptionOf({ mode: input(schema, more) })));
      return (
        /<option value=""[^>]*>([^<]*)</.exec(html)?.[1] ??
        /name="\/inputs\/mode[^"]*" value=""[^>]*><span[^>]*>([^<]*)/.exec(html)?.[1]
      );
    };
    const many = ["a", "b", "c", "d", "fill"];
    expect(open({ enum: ["keep", "fill"], default: "fill" })).toBe("fill (default)");
    expect(open({ enum: many, default: "fill" })).toBe("fill (default)");
    expect(open({ enum: many, default: "fill" }, {})).toBe("fill (default)");
    expect(open({ enum: [1, 2], default: 2 })).toBe("2 (default)");
    expect(open({ type: "boolean", default: false })).toBe("false (default)");
    expect(open({ oneOf: [{ type: "boolean" }, { type: "array", items: { type: "boolean" } }], default: true })).toBe(
      "true (default)",
    );
    for (const schema of [
      { enum: many },
      { enum: ["keep", "fill"] },
      { type: "boolean" },
      { enum: many, default: null },
    ]) {
      expect(open(schema)).toBe("(nothing)");
    }
    const number = pageOf(descriptionOf({ count: input({ type: "integer", default: 0 }) }));
    expect(number).toMatch(/name="\/inputs\/count"[^>]* placeholder="0"/);
    expect(pageOf(descriptionOf({ count: input({ type: "integer" }) }))).not.toMatch(
      /name="\/inputs\/count"[^>]* placeholder=/,
    );
  });

  test("leaves out empty rows, and knows which row a fault is about", () => {
    const fields = fieldsOf(descriptionOf({ list: input({ type: "array", items: { type: "integer" } }) }));
    const read = readForm(
      fields,
      new Map([
        ["/inputs/list/0", [""]],
        ["/inputs/list/2", ["7"]],
        ["/inputs/list/5", ["x"]],
      ]),
    );
    expect(read.request).toEqual({ inputs: { list: [7, "x"] } });
    expect(fieldOfFault(read.places, "/inputs/list/1")).toBe("/inputs/list/5");
    expect(fieldOfFault(read.places, "/inputs/list")).toBe("/inputs/list");
    expect(fieldOfFault(read.places, "/inputs/none")).toBeUndefined();
  });

  test("runs, and adds no rows, when Enter is pressed in a field", () => {
    const html = pageOf(descriptionOf({ list: input({ type: "array", items: { type: "integer" } }) }));
    const [, first = ""] = /<button type="submit" ([^>]*)>/.exec(html) ?? [];
    expect(html).toContain('name="~more"');
    expect(first).toStartWith('name="~do" value="run"');
    // Who hears the page is told of one Run.
    expect(first).toContain('aria-hidden="true"');
  });

  test("takes the alternative that was filled in, also when it was not chosen", () => {
    const one = input({ oneOf: [{ type: "integer" }, { type: "string", format: "date" }] });
    const fields = fieldsOf(descriptionOf({ one }));
    const request = (entries: readonly (readonly [string, string])[]) =>
      readForm(fields, new Map(entries.map(([name, text]) => [name, [text]]))).request;
    const both = [
      ["/inputs/one/~of0", "3"],
      ["/inputs/one/~of1", "2026-01-02"],
    ] as const;
    expect(request([["/inputs/one/~choice", "0"], ...both])).toEqual({ inputs: { one: 3 } });
    expect(request([["/inputs/one/~choice", "1"], ...both])).toEqual({ inputs: { one: "2026-01-02" } });
    expect(request([["/inputs/one/~choice", "0"], both[1]])).toEqual({ inputs: { one: "2026-01-02" } });
    expect(request([["/inputs/one/~choice", "0"]])).toEqual({ inputs: {} });
  });

  test("has one group where alternatives only say which members are wanted", () => {
    const properties = { a: { type: "integer" }, b: { type: "integer" } };
    const one = input({ type: "object", properties, oneOf: [{ required: ["a"] }, { required: ["b"] }] });
    const [field] = fieldsOf(descriptionOf({ one }));
    expect(field?.shape).toMatchObject({ kind: "group", members: [{ id: "a" }, { id: "b" }] });
  });

  test("is about as long as the description, however alternatives are nested", () => {
    let schema: JsonObject = { type: "integer" };
    for (let depth = 0; depth < 30; depth += 1) {
      const oneOf = Array.from({ length: 8 }, () => ({ type: "object" }));
      schema = { type: "object", properties: { a: schema, b: schema }, items: schema, oneOf };
    }
    expect(
      pageOf(descriptionOf({ one: input(schema) }))
        .split("<form")[1]
        ?.split("</form>")[0]?.length,
    ).toBeLessThan(20_000);
  });

  test("takes no text for JSON that is none, and says where", () => {
    const fields = fieldsOf(descriptionOf({ any: input({}) }));
    const read = readForm(fields, new Map([["/inputs/any/~json", ["{"]]]));
    expect(read.faults).toEqual([
      { pointer: "/inputs/any", detail: expect.stringContaining('found "{", wanted JSON') },
    ]);
  });

  test("keeps numbers as they were written", () => {
    const description = descriptionOf({ big: input({ type: "integer" }) });
    const read = readForm(fieldsOf(description), new Map([["/inputs/big", ["9007199254740993"]]]));
    expect(JSON.stringify(read.request)).toBe('{"inputs":{"big":9007199254740993}}');
  });

  test("runs no markup of a hostile process", () => {
    const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)>[a](javascript:alert(1))`;
    const description = {
      ...descriptionOf({
        [evil]: input({ type: "string", default: evil, unit: evil, pattern: evil }, { title: evil, description: evil }),
        few: input({ enum: [evil, `${evil}2`] }),
        group: input({ type: "object", title: evil, properties: { [evil]: { title: evil, enum: [evil] } } }),
        file: input({ oneOf: [{ type: "string", contentMediaType: evil }] }),
        parts: input({ oneOf: [{ title: evil, type: "number" }, { type: "object" }] }),
      }),
      id: evil,
      title: evil,
      description: evil,
      keywords: [evil],
      version: evil,
    };
    const html = pageOf(description);
    expect(html).not.toMatch(/<script(?! type="module" src="http:\/\/[^"]*\/_\/console\/)|<img|="javascript:/);
    const sent = sentBy(description, html);
    expect(sent.request).toEqual({ inputs: {} });
  });
});
