import { expect, test } from "bun:test";
import type { Json } from "../../../src/domain/json.ts";
import { evaluate, type Scope } from "../../../src/engines/cwl/expression.ts";
import { CwlFailure } from "../../../src/engines/cwl/failure.ts";
import { createScriptLoader, type Scripts } from "../../../src/engines/cwl/javascript.ts";
import { realClock } from "../../support/real-clock.ts";

const load = createScriptLoader(realClock, { timeMilliseconds: 300, memoryBytes: 32 * 2 ** 20 });

function scopeOf(scripts: Scripts, inputs: Scope["inputs"] = {}, library: readonly string[] = []): Scope {
  return {
    inputs,
    self: null,
    runtime: {},
    version: "v1.2",
    javascript: (body, scope) => scripts.evaluate(body, scope, library),
  };
}

async function failureOf(expression: string): Promise<string> {
  using scripts = await load();
  try {
    evaluate(expression, scopeOf(scripts));
  } catch (error) {
    if (error instanceof CwlFailure) return error.message;
    throw error;
  }
  throw new Error("it gave a value");
}

test("expressions and bodies keep their type, and a library is there for both", async () => {
  using scripts = await load();
  const scope = scopeOf(scripts, { n: [3, 4] }, ["function add(a, b) { return a + b; }"]);
  expect(evaluate("$(add(inputs.n[0], inputs.n[1]))", scope)).toBe(7);
  expect(evaluate("$" + "{ return inputs.n.map(function (n) { return {n: n}; }); }", scope)).toEqual([
    { n: 3 },
    { n: 4 },
  ]);
  expect(evaluate("$" + "{ // don't stop }\n return null; }", scope)).toBeNull();
});

test("what an expression changes in its inputs the next one does not see", async () => {
  using scripts = await load();
  const scope = scopeOf(scripts, { n: [3, 4] });
  expect(evaluate("$(inputs.n.push(5))", scope)).toBe(3);
  expect(evaluate("$(inputs.n)", scope)).toEqual([3, 4]);
});

test("an undefined member is null, a member of null an error", async () => {
  using scripts = await load();
  expect(evaluate("$(inputs.none)", scopeOf(scripts))).toBeNull();
  expect(await failureOf("$(inputs.none.more)")).toContain("TypeError");
});

test("a loop and a regular expression without end are stopped", async () => {
  expect(await failureOf("$" + "{ while (true) {} }")).toContain("still running after 300 ms");
  expect(await failureOf('$(/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"))')).toContain("still running");
});

test("memory has an end: of strings, of arrays, of buffers", async () => {
  const hungry = [
    "a.push(new Array(99999).join('x') + a.length)",
    "a = a.concat(a, [1])",
    "a.push(new ArrayBuffer(1e6))",
  ];
  for (const step of hungry) {
    const message = await failureOf(`$\{ var a = []; while (true) ${step}; }`);
    expect(message).toMatch(/more than 32 MiB|still running|out of memory|invalid array/i);
  }
});

test("a recursion without end is an error", async () => {
  expect(await failureOf("$" + "{ function f() { return f() + 1; } return f(); }")).toMatch(/stack|still running/i);
});

test("nothing of the program is in reach", async () => {
  using scripts = await load();
  const scope = scopeOf(scripts);
  const types = ["process", "Bun", "require", "fetch", "Deno", "WebAssembly", "XMLHttpRequest"];
  const found = types.map((name) => evaluate(`$(this.constructor.constructor("return typeof ${name}")())`, scope));
  expect(found).toEqual(types.map((): Json => "undefined"));
});
