import { expect, test } from "bun:test";
import { createStrangerLines } from "../../src/assembly/stranger-lines.ts";

/** Notes what is written, as "address subject". */
function openLines(milliseconds = 60_000) {
  const written: string[] = [];
  const lines = createStrangerLines({
    clock: { now: () => 0 },
    milliseconds,
    write: ({ address, subject }) => written.push(`${address} ${subject}`),
  });
  const note = (subject: string, address: string) =>
    lines.note(subject, { address, requestId: "r", traceparent: "00-0-0-00" });
  return { written, lines, note };
}

test("of equal requests without a key from one address the first has a line, and one tells how many followed", () => {
  const { written, lines, note } = openLines();
  for (let times = 0; times < 5; times += 1) note("POST /a (without a key)", "10.0.0.1");
  note("POST /a (without a key)", "10.0.0.2");
  note("POST /b (without a key)", "10.0.0.1");
  const first = [
    "10.0.0.1 POST /a (without a key)",
    "10.0.0.2 POST /a (without a key)",
    "10.0.0.1 POST /b (without a key)",
  ];
  expect(written).toEqual(first);
  lines.flush();
  expect(written).toEqual([...first, "10.0.0.1 POST /a (without a key): 4 more within a minute"]);
  lines.flush();
  expect(written).toHaveLength(4);
  note("POST /a (without a key)", "10.0.0.1");
  expect(written.at(-1)).toBe("10.0.0.1 POST /a (without a key)");
});

test("requests from many addresses take 100 lines within the time, and one for all others", () => {
  const { written, lines, note } = openLines();
  for (let from = 0; from < 1000; from += 1) note("POST /a (without a key)", `10.0.${from >> 8}.${from & 255}`);
  expect(written).toHaveLength(100);
  lines.flush();
  expect(written.slice(100)).toEqual([
    "undefined requests from other addresses (without a key): 900 more within a minute",
  ]);
});

test("what was left out is written when the time is over, though nothing else happens", async () => {
  const { written, note } = openLines(20);
  note("POST /a (without a key)", "10.0.0.1");
  note("POST /a (without a key)", "10.0.0.1");
  while (written.length < 2) await Bun.sleep(5);
  expect(written[1]).toBe("10.0.0.1 POST /a (without a key): 1 more within a minute");
});
