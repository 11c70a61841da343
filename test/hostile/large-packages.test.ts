import { describe, expect, test } from "bun:test";
import { serveFile } from "../support/servers/file-server.ts";
import { whileHealthy } from "./watch-health.ts";

type Document = Readonly<Record<string, unknown>>;

const mebibyte = 2 ** 20;
const server = await serveFile();
let count = 0;

const tool: Document = { cwlVersion: "v1.2", class: "CommandLineTool", inputs: {}, outputs: {}, baseCommand: "true" };
const many = <Made>(length: number, make: (index: number) => Made) => Array.from({ length }, (_, index) => make(index));
const members = (length: number, make: (index: number) => unknown) =>
  Object.fromEntries(many(length, (index) => [`k${index}`, make(index)]));

/** Records of which each holds the next one twice. */
const doubling = many(40, (index) => {
  const type = index === 39 ? "string" : `t${index + 1}`;
  return { name: `t${index}`, type: "record", fields: ["a", "b"].map((name) => ({ name, type })) };
});
const chain = many(5000, (index) => ({
  name: `t${index}`,
  type: "array",
  items: index === 4999 ? "string" : `t${index + 1}`,
}));
const withTypes = (types: unknown) => ({
  ...tool,
  requirements: { SchemaDefRequirement: { types } },
  inputs: { a: "t0" },
});

describe("a package of any shape is read or refused, and holds nobody up", () => {
  const cases: readonly (readonly [string, () => Document, number, string])[] = [
    ["types that hold the next one twice", () => withTypes(doubling), 400, "at most 20000 parts"],
    ["5,000 types in each other", () => withTypes(chain), 400, "64 levels"],
    [
      "a type with 100,000 brackets",
      () => ({ ...tool, inputs: { a: `int${"[]".repeat(100_000)}` } }),
      400,
      "at most 16",
    ],
    [
      "15,000 processes",
      () => ({ cwlVersion: "v1.2", $graph: many(15_000, (index) => ({ ...tool, id: `#p${index}` })) }),
      201,
      '"workflow":"p0"',
    ],
    ["50,000 wrong inputs", () => ({ ...tool, inputs: members(50_000, () => ({ type: "nonsense" })) }), 400, "more"],
    ["150,000 unknown fields", () => ({ ...tool, ...members(150_000, () => 1) }), 400, "more"],
    ["expressions that are not closed", () => ({ ...tool, arguments: ["$(".repeat(300_000)] }), 201, ""],
    ["comments that are not closed", () => ({ ...tool, arguments: [`\${${"/".repeat(500_000)}`] }), 201, ""],
    ["30,000 inputs", () => ({ ...tool, inputs: members(30_000, () => "string") }), 201, ""],
  ];
  for (const [name, unit, status, says] of cases) {
    test(name, async () => {
      count += 1;
      const body = {
        processDescription: { id: `p${count}` },
        executionUnit: { unit: unit(), type: "application/cwl" },
      };
      const answer = await whileHealthy(server.url, `large packages: ${name}`, async () => {
        const response = await fetch(`${server.url}/processes`, {
          method: "POST",
          headers: { "content-type": "application/ogcapppkg+json" },
          body: JSON.stringify(body),
        });
        return { status: response.status, text: await response.text() };
      });
      expect({ ...answer, text: answer.text.slice(0, 20_000) }).toEqual({
        status,
        text: expect.stringContaining(says),
      });
      if (status !== 201) expect(answer.text.length).toBeLessThan(mebibyte);
    }, 60_000);
  }
});
