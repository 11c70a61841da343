import { expect, test } from "bun:test";
import { meterModule, stepsName } from "../../../src/cwl/javascript/metered-wasm.ts";

const section = (id: number, ...body: readonly number[]) => [id, body.length, ...body];
const name = (text: string) => [text.length, ...Buffer.from(text)];

/** A module with a global of its own, an imported one, and a function "run" of the given instructions. */
function moduleOf(...instructions: readonly number[]): Uint8Array<ArrayBuffer> {
  const body = [0, ...instructions, 0x0b];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 1, 0x7f, 1, 0x7f),
    ...section(2, 1, ...name("env"), ...name("g"), 3, 0x7f, 0),
    ...section(3, 1, 0),
    ...section(6, 1, 0x7f, 0, 0x41, 7, 0x0b),
    ...section(7, 1, ...name("run"), 0, 0),
    ...section(10, 1, body.length, ...body),
  ]);
}

async function instantiate(bytes: Uint8Array<ArrayBuffer>) {
  const { instance } = await WebAssembly.instantiate(bytes, { env: { g: 100 } });
  const { run, [stepsName]: steps } = instance.exports;
  if (typeof run !== "function" || !(steps instanceof WebAssembly.Global)) throw new Error("something is not exported");
  return { run, steps };
}

/** Turns as often as its argument says, then gives the sum of both globals. */
const counting = [
  ...[0x03, 0x40],
  ...[0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x41, 0, 0x4a, 0x0d, 0],
  0x0b,
  ...[0x23, 0, 0x23, 1, 0x6a],
];

test("a metered module does what it did, and counts its turns", async () => {
  const { run, steps } = await instantiate(meterModule(moduleOf(...counting)));
  steps.value = 1000;
  expect(run(10)).toBe(107);
  expect(steps.value).toBe(990);
});

test("a loop that turns too often is a trap, one without end too", async () => {
  const metered = await instantiate(meterModule(moduleOf(...counting)));
  metered.steps.value = 9;
  expect(() => metered.run(10)).toThrow(WebAssembly.RuntimeError);
  const endless = await instantiate(meterModule(moduleOf(0x03, 0x40, 0x0c, 0, 0x0b, 0x41, 0)));
  endless.steps.value = 1e6;
  expect(() => endless.run(0)).toThrow(WebAssembly.RuntimeError);
});

test("a module with instructions that are not known is refused", () => {
  expect(() => meterModule(moduleOf(0xfd, 0x0c))).toThrow("found opcode 253");
});
