import { describe, expect, test } from "bun:test";
import { submit, untilFinished } from "../support/jobs.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { whileHealthy } from "./watch-health.ts";

type Schema = Readonly<Record<string, unknown>>;

const server = await serveFile();
let count = 0;

const packageOf = (id: string, schema: Schema) => ({
  processDescription: { id, inputs: { x: { schema } } },
  executionUnit: {
    unit: { cwlVersion: "v1.2", class: "CommandLineTool", inputs: { x: "Any" }, outputs: {}, baseCommand: "true" },
    type: "application/cwl",
  },
});

function send(path: string, body: unknown, method = "POST"): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method,
    headers: { "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify(body),
  });
}

async function deploy(schema: Schema): Promise<string> {
  count += 1;
  const id = `schema-${count}`;
  const response = await send("/processes", packageOf(id, schema));
  if (response.status !== 201) throw new Error(`It was not deployed: ${response.status} ${await response.text()}`);
  return id;
}

/** Deploys a schema and sends a value for it, while the server must answer others. */
async function check(name: string, schema: Schema, value: unknown) {
  return whileHealthy(server.url, `schemas: ${name}`, async () => {
    const response = await send(`/processes/${await deploy(schema)}/execution`, { inputs: { x: { value } } });
    const { status } = response;
    return { status, text: status === 201 ? "" : (await response.text()).slice(0, 2000) };
  });
}

const blanks = `x${" ".repeat(20_000)}x`;
const runOn = `${"a".repeat(20_000)}b`;

describe("values are checked in time that grows with them", () => {
  const cases: readonly (readonly [string, Schema, unknown, number])[] = [
    ["a pattern with three ways over blanks", { type: "string", pattern: "^\\s*(.*?)\\s*$" }, blanks, 201],
    ["a pattern of nested repetitions", { type: "string", pattern: "^(a+)+$" }, runOn, 400],
    ["the same below not", { type: "string", not: { pattern: "^(a+)+$" } }, runOn, 201],
    ["the same below oneOf", { oneOf: [{ pattern: "^(a|a)*$" }, { type: "string" }] }, runOn, 201],
    ["the same below if", { type: "string", if: { pattern: "^(a?){60}a{60}$" }, else: { maxLength: 1 } }, runOn, 400],
    ["names of members", { type: "object", patternProperties: { "^(a+)+$": false } }, { [runOn]: 1 }, 201],
    ["propertyNames", { type: "object", propertyNames: { pattern: "^(a+)+$" } }, { [runOn]: 1 }, 400],
    ["a url of labels", { type: "string", format: "url" }, `http://${"a".repeat(20_000)}!`, 400],
    ["a uri of escapes", { type: "string", format: "uri" }, `http://${"%20".repeat(20_000)}%`, 400],
    [
      "50,000 items that are all different",
      { type: "array", uniqueItems: true },
      Array.from({ length: 50_000 }, (_, index) => [index]),
      201,
    ],
    [
      "50,000 items against a pattern each",
      { type: "array", items: { type: "string", pattern: "^(a+)+$" } },
      Array.from({ length: 50_000 }, () => "aaaaab"),
      400,
    ],
  ];
  for (const [name, schema, value, status] of cases) {
    test(name, async () => {
      expect(await check(name, schema, value)).toMatchObject({ status });
    });
  }
});

describe("a check that would take too long is refused, and the answer names the bound", () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 60 }, (_, level) => {
      const next = { $ref: `#/$defs/l${level + 1}` };
      return [`l${level}`, { oneOf: [next, { allOf: [next] }] }];
    }),
  );
  const cases: readonly (readonly [string, Schema, unknown, string])[] = [
    ["alternatives that double", { $ref: "#/$defs/l0", $defs: { ...doubling, l60: false } }, 1, "4000000 steps"],
    ["a schema that is itself", { $ref: "#" }, 1, "2000 schemas inside each other"],
    ["a large pattern against a large text", { pattern: "^[ab]*a[ab]{900}[cd]" }, "ab".repeat(50_000), "4000000 steps"],
  ];
  for (const [name, schema, value, bound] of cases) {
    test(name, async () => {
      expect(await check(name, schema, value)).toMatchObject({ status: 400, text: expect.stringContaining(bound) });
    });
  }
});

test("patterns with look-around and back references are refused at deploy and replace, with their pointers", async () => {
  const schema = { type: "object", properties: { a: { pattern: "^(?!x)" } }, patternProperties: { "(a)\\1": true } };
  const id = await deploy({ type: "object" });
  for (const response of [
    await send("/processes", packageOf("looking", schema)),
    await send(`/processes/${id}`, packageOf(id, schema), "PUT"),
  ]) {
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    const text = await response.text();
    expect(text).toContain("/processDescription/inputs/x/schema/properties/a/pattern");
    expect(text).toContain("/processDescription/inputs/x/schema/patternProperties/(a)\\\\1");
    expect(text).toContain("has a look-ahead");
    expect(text).toContain("has a back reference");
  }
  const job = await submit(server.url, id, { x: { value: {} } });
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
});

test("references that lead nowhere are refused, not the server's fault", async () => {
  const inside = await send("/processes", packageOf("dangling", { $ref: "#/$defs/none" }));
  expect(inside.status).toBeLessThan(500);
  expect(await inside.text()).toContain("/processDescription/inputs/x/schema/$ref");
  const elsewhere = await send("/processes", packageOf("elsewhere", { $ref: "https://example.org/schema" }));
  expect(elsewhere.status).toBe(400);
  expect(await elsewhere.text()).toContain("/processDescription/inputs/x/schema/$ref");
});
