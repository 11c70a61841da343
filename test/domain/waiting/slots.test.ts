import { expect, test } from "bun:test";
import { createSlots } from "../../../src/domain/waiting/slots.ts";

const never = new AbortController().signal;
const small = { cores: 0, memoryMebibytes: 0 };
const large = { cores: 1, memoryMebibytes: 8192 };

/** Tells whether a wait has come to its turn. */
async function hasTurn(wait: Promise<Disposable>): Promise<boolean> {
  return (await Promise.race([wait, Bun.sleep(1).then(() => undefined)])) !== undefined;
}

test("two tools of 8 GiB do not run at once on a machine of 12", async () => {
  const slots = createSlots({ slots: 4, cores: 4, memoryMebibytes: 12_288 });
  const first = await slots.take(large, never);
  const second = slots.take(large, never);
  expect(await hasTurn(second)).toBe(false);
  first[Symbol.dispose]();
  expect(await hasTurn(second)).toBe(true);
});

test("who waits longest is next, even when a smaller one would fit", async () => {
  const slots = createSlots({ slots: 4, cores: 4, memoryMebibytes: 12_288 });
  const first = await slots.take(large, never);
  const second = slots.take(large, never);
  const third = slots.take(small, never);
  expect(await hasTurn(third)).toBe(false);
  first[Symbol.dispose]();
  expect(await hasTurn(third)).toBe(true);
  expect(await hasTurn(second)).toBe(true);
});

test("a tool that wants more than the machine has runs alone among those that want something", async () => {
  const slots = createSlots({ slots: 4, cores: 2, memoryMebibytes: 100 });
  const huge = await slots.take({ cores: 64, memoryMebibytes: 10_000 }, never);
  const other = slots.take({ cores: 1, memoryMebibytes: 1 }, never);
  expect(await hasTurn(other)).toBe(false);
  huge[Symbol.dispose]();
  expect(await hasTurn(other)).toBe(true);
});

test("tools that run already are counted, and one that gives up lets the next one in", async () => {
  const slots = createSlots({ slots: 2, cores: 4, memoryMebibytes: 12_288 });
  const found = slots.occupy(large);
  const given = new AbortController();
  const tooLarge = slots.take(large, given.signal);
  const next = slots.take(small, never);
  expect(await hasTurn(next)).toBe(false);
  given.abort("dismissed");
  expect(tooLarge).rejects.toBe("dismissed");
  expect(await hasTurn(next)).toBe(true);
  expect(await hasTurn(slots.take(small, never))).toBe(false);
  found[Symbol.dispose]();
  found[Symbol.dispose]();
});
