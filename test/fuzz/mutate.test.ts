import { expect, test } from "bun:test";
import { httpKinds } from "./http-kinds.ts";
import { mutateBytes, mutateJson, mutateText, shrink } from "./mutate.ts";
import { processKinds } from "./process-kinds.ts";
import { createRandom } from "./random.ts";

test("the same seed makes the same cases, another one others", () => {
  const casesOf = (seed: number) => {
    const random = createRandom(seed);
    return [...httpKinds, ...processKinds].map((kind) => kind.make(random));
  };
  expect(casesOf(7)).toEqual(casesOf(7));
  expect(casesOf(7)).not.toEqual(casesOf(8));
});

test("changes leave what they were given alone, and give something else sooner or later", () => {
  const random = createRandom(1);
  const value = { a: ["b", { c: 1 }], d: "text" };
  const before = JSON.stringify(value);
  const bytes = new Uint8Array([1, 2, 3]);
  const changed = Array.from({ length: 50 }, () => [
    mutateText(random, "abc") !== "abc",
    JSON.stringify(mutateJson(random, value)) !== before,
    Buffer.compare(mutateBytes(random, bytes), bytes) !== 0,
  ]);
  for (const column of [0, 1, 2]) expect(changed.some((row) => row[column] === true)).toBe(true);
  expect([JSON.stringify(value), [...bytes]]).toEqual([before, [1, 2, 3]]);
});

test("an input that fails is made as small as it still fails", async () => {
  const fails = async (text: string) => text.includes("bad");
  expect(await shrink(`${"x".repeat(200)}bad${"y".repeat(100)}`, fails)).toBe("bad");
});
