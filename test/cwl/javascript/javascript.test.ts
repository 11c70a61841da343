import { afterAll, expect, test } from "bun:test";
import * as v from "valibot";
import { evaluate, type Scope } from "../../../src/cwl/javascript/expression.ts";
import { createScriptLoader, type Scripts } from "../../../src/cwl/javascript/javascript.ts";
import { CwlFailure } from "../../../src/cwl/values/failure.ts";
import type { Json } from "../../../src/domain/values/json.ts";
import { realClock } from "../../support/real-clock.ts";

const hasty = createScriptLoader(realClock, { timeMilliseconds: 300, memoryBytes: 32 * 2 ** 20 });
/** Leaves time for what takes long on purpose, also where the machine is busy. */
const patient = createScriptLoader(realClock, { timeMilliseconds: 60_000, memoryBytes: 32 * 2 ** 20 });
const nobodyStops = new AbortController().signal;

afterAll(() => {
  hasty[Symbol.dispose]();
  patient[Symbol.dispose]();
});

function scopeOf(scripts: Scripts, inputs: Scope["inputs"] = {}, library: readonly string[] = []): Scope {
  return {
    inputs,
    self: null,
    runtime: {},
    version: "v1.2",
    javascript: (body, scope) => scripts.evaluate(body, scope, library),
  };
}

/** Statements that take so many milliseconds. */
const spin = (milliseconds: number) => `var end = Date.now() + ${milliseconds}; while (Date.now() < end);`;

/** What an expression fails with that ends by itself; `by` another loader for one that is to be stopped. */
async function failureOf(expression: string, by = patient): Promise<string> {
  using scripts = await by.load();
  try {
    await scripts.evaluating(() => evaluate(expression, scopeOf(scripts)), nobodyStops);
  } catch (error) {
    if (error instanceof CwlFailure) return error.message;
    throw error;
  }
  throw new Error("it gave a value");
}

test("expressions and bodies keep their type, and a library is there for both", async () => {
  using scripts = await patient.load();
  const scope = scopeOf(scripts, { n: [3, 4] }, ["function add(a, b) { return a + b; }"]);
  const valueAt = (text: string) => scripts.evaluating(() => evaluate(text, scope), nobodyStops);
  expect(await valueAt("$(add(inputs.n[0], inputs.n[1]))")).toBe(7);
  expect(await valueAt("$" + "{ return inputs.n.map(function (n) { return {n: n}; }); }")).toEqual([
    { n: 3 },
    { n: 4 },
  ]);
  expect(await valueAt("$" + "{ // don't stop }\n return null; }")).toBeNull();
});

test("what an expression changes in its inputs the next one does not see", async () => {
  using scripts = await patient.load();
  const scope = scopeOf(scripts, { n: [3, 4] });
  const both = ["$(inputs.n.push(5))", "$(inputs.n)"];
  const values = await scripts.evaluating(() => both.map((text) => evaluate(text, scope)), nobodyStops);
  expect(values).toEqual([3, [3, 4]]);
});

test("what is no JSON is written to the console all the same, and why", async () => {
  const lines: string[] = [];
  using scripts = await patient.load((line) => lines.push(line));
  const run = (body: string) => scripts.evaluating(() => evaluate(["$", body].join(""), scopeOf(scripts)), nobodyStops);
  expect(await run("{ var a = {}; a.a = a; console.log(a, 'and'); return 1; }")).toBe(1);
  expect(await run("{ console.log(BigInt(5), {toJSON: function () { throw new Error('no'); }}); return 2; }")).toBe(2);
  expect(lines[0]).toMatch(/^console: \[object Object\] \(no JSON: circular reference[^)]*\) and$/);
  expect(lines[1]).toMatch(/^console: 5 \(no JSON: [^)]+\) \[object Object\] \(no JSON: no\)$/);
});

test("what an expression writes to its console is told once, also of one that fails, takes long or writes much", async () => {
  const lines: string[] = [];
  using scripts = await patient.load((line) => lines.push(line));
  const scope = scopeOf(scripts, { n: [3] }, ["function shout(x) { console.warn('library', x); return x; }"]);
  const run = (text: string) => scripts.evaluating(() => evaluate(text, scope), nobodyStops);
  await run("$" + "{ console.log('a', 1, [2, {b: null}], undefined); console.error('x\\ny'); return 1; }");
  await run("$(shout(inputs.n[0]))");
  await run("$(inputs.n.length + 1)");
  await run("$" + "{ console.log('before'); throw new Error('bad'); }").catch(() => {});
  await run(["$", `{ console.info('slow'); ${spin(120)} return 1; }`].join(""));
  expect(lines).toEqual([
    'console: a 1 [2,{"b":null}] undefined',
    "console: x",
    "console: y",
    "console: library 3",
    "console: before",
    "console: slow",
  ]);
  lines.length = 0;
  await run("$" + "{ for (var i = 0; i < 5000; i += 1) console.log(i); return 1; }");
  expect(lines).toHaveLength(100);
  lines.length = 0;
  expect(await run("$" + "{ __said = null; console.log('a'); return 2; }")).toBe(2);
  expect(await run("$" + "{ var console = { log: function () {} }; console.log('b'); return 3; }")).toBe(3);
  expect(await run("$" + "{ console.log('again'); return 4; }")).toBe(4);
});

test("an undefined member is null, a member of null an error", async () => {
  using scripts = await patient.load();
  const none = scripts.evaluating(() => evaluate("$(inputs.none)", scopeOf(scripts)), nobodyStops);
  expect(await none).toBeNull();
  expect(await failureOf("$(inputs.none.more)")).toContain("TypeError");
});

test("a loop and a regular expression without end are stopped", async () => {
  expect(await failureOf("$" + "{ while (true) {} }", hasty)).toContain("still running after 300 ms");
  expect(await failureOf('$(/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"))', hasty)).toContain(
    "still running",
  );
});

test("memory has an end: of strings, of arrays, of buffers; also in the other thread", async () => {
  const hungry = [
    "a.push(new Array(99999).join('x') + a.length)",
    "a = a.concat(a, [1])",
    "a.push(new ArrayBuffer(1e6))",
  ];
  for (const step of hungry) {
    for (const before of ["", spin(100)]) {
      const message = await failureOf(`$\{ ${before} var a = []; while (true) ${step}; }`, hasty);
      expect(message).toMatch(/more than 32 MiB|still running|out of memory|invalid array/i);
    }
  }
}, 30_000);

test("buffers that fill the other thread's memory end the expression, and the next one runs", async () => {
  using scripts = await patient.load();
  const evaluated = (body: string) =>
    scripts.evaluating(() => evaluate(`$\{ ${body} }`, scopeOf(scripts)), nobodyStops);
  const hungry = evaluated(`${spin(100)} var a = []; while (true) a.push(new ArrayBuffer(1e6));`);
  expect(hungry).rejects.toThrow(/more than 32 MiB/);
  expect(await evaluated(`${spin(100)} return 1;`)).toBe(1);
});

test("built-in functions that would not end in our time are stopped as well", async () => {
  const endless = [
    "Array.prototype.indexOf.call({ length: 9007199254740991 }, 1)",
    "new Array(4294967295).join('')",
    "(function () { var a = 'a'; while (a.length < 4e6) a += a; return a.indexOf(a.slice(a.length / 2) + 'b'); })()",
  ];
  for (const expression of endless) {
    expect(await failureOf(`$(${expression})`, hasty)).toContain("still running after 300 ms");
  }
}, 60_000);

test("every part of the language is there for expressions that name it", async () => {
  using scripts = await patient.load();
  const evaluated = (text: string) => scripts.evaluating(() => evaluate(text, scopeOf(scripts)), nobodyStops);
  const names = v.parse(v.array(v.string()), await evaluated("$(Object.getOwnPropertyNames(globalThis))"));
  expect(names).toContain("Map");
  for (const name of names.filter((each) => each !== "undefined"))
    expect(await evaluated(`$(typeof ${name})`)).not.toBe("undefined");
  expect(await evaluated("$(String(3n ** 5n))")).toBe("243");
  expect(await evaluated("$(typeof Map + typeof Promise)")).toBe("functionfunction");
});

test("a recursion without end is an error", async () => {
  expect(await failureOf("$" + "{ function f() { return f() + 1; } return f(); }", hasty)).toMatch(
    /stack|still running/i,
  );
});

test("nothing of the program is in reach, neither here nor in the other thread", async () => {
  using scripts = await patient.load();
  const types = ["process", "Bun", "require", "fetch", "Deno", "WebAssembly", "XMLHttpRequest", "postMessage"];
  for (const before of ["", spin(100)]) {
    const names = JSON.stringify(types);
    const look = `var get = this.constructor.constructor; return ${names}.map(function (n) { return get("return typeof " + n)(); });`;
    const found = scripts.evaluating(() => evaluate(`$\{ ${before} ${look} }`, scopeOf(scripts)), nobodyStops);
    expect(await found).toEqual(types.map((): Json => "undefined"));
  }
});

test("a long expression holds nobody up, and gives what a short one gives", async () => {
  using scripts = await patient.load();
  const inputs = { n: [1, { deep: "ä\u2028" }, null, 1e21] };
  const scope = scopeOf(scripts, inputs, ["var half = function (n) { return n / 2; };"]);
  const result = "return {inputs: inputs, self: self, runtime: runtime, half: half(3), none: undefined};";
  const evaluated = (before: string) =>
    scripts.evaluating(() => evaluate(`$\{ ${before} ${result} }`, { ...scope, self: "me" }), nobodyStops);
  const order: string[] = [];
  const long = evaluated(spin(1000)).then((value) => {
    order.push("the long one");
    return value;
  });
  const others = setInterval(() => order.push("another"), 10);
  const value = await long;
  clearInterval(others);
  expect(order.filter((what) => what === "another").length).toBeGreaterThan(2);
  expect(value).toEqual(await evaluated(""));
  expect(value).toEqual({ inputs, self: "me", runtime: {}, half: 1.5 });
});

test("the failure of a long expression is told as that of a short one", async () => {
  const thrown = (before: string) => failureOf(`$\{ ${before} throw new Error("as wanted"); }`);
  expect((await thrown(spin(100))).replace(spin(100), "")).toBe(await thrown(""));
});

test("work with many expressions, long ones among them, ends with all their values", async () => {
  using scripts = await patient.load();
  const scope = scopeOf(scripts);
  const expressions = Array.from({ length: 30 }, (_, n) => `$\{ ${spin(n % 10 === 5 ? 80 : 12)} return ${n}; }`);
  const work = () => expressions.map((text) => evaluate(text, scope));
  const [one, other] = await Promise.all([
    scripts.evaluating(work, nobodyStops),
    scripts.evaluating(async () => (await Promise.all([work()])).flat(), nobodyStops),
  ]);
  expect(one).toEqual(expressions.map((_, n): Json => n));
  expect(other).toEqual(one);
});

test("a run that is stopped waits neither for its long expression nor for one before it", async () => {
  using scripts = await patient.load();
  const endless = () => evaluate("$" + "{ while (true) {} }", scopeOf(scripts));
  const [first, second] = [new AbortController(), new AbortController()];
  const running = scripts.evaluating(endless, first.signal);
  const queued = scripts.evaluating(endless, second.signal);
  setTimeout(() => second.abort("dismissed"), 300);
  expect(await queued.catch((reason: unknown) => reason)).toBe("dismissed");
  first.abort("dismissed too");
  expect(await running.catch((reason: unknown) => reason)).toBe("dismissed too");
  const after = scripts.evaluating(() => evaluate(`$\{ ${spin(100)} return 1; }`, scopeOf(scripts)), nobodyStops);
  expect(await after).toBe(1);
});
