import { expect, test } from "bun:test";
import { createStrangerLines } from "../../../src/assembly/listening/stranger-lines.ts";

/** Notes what is written, as "address subject". */
function openLines(milliseconds = 60_000) {
  const written: string[] = [];
  const lines = createStrangerLines({
    clock: { now: () => 0 },
    milliseconds,
    write: ({ address, subject }) => written.push(`${address} ${subject}`),
  });
  const note = (plain: string, address: string, named = plain) =>
    lines.note({ plain, named }, { address, requestId: "r", traceparent: "00-0-0-00" });
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

test("of the processes that one address asks for, the first few are named, and what is alike is counted", () => {
  const { written, lines, note } = openLines();
  const plain = "POST /processes/:processId/execution (without a key)";
  const ask = (id: number) => note(plain, "10.0.0.1", `POST /processes/p${id}/execution (without a key)`);
  for (let id = 0; id < 300; id += 1) ask(id);
  ask(0);
  expect(written).toHaveLength(6);
  expect(written[4]).toContain("/processes/p4/");
  expect(written[5]).toBe(`10.0.0.1 ${plain}`);
  note("POST /a (without a key)", "10.0.0.2");
  expect(written.at(-1)).toBe("10.0.0.2 POST /a (without a key)");
  lines.flush();
  expect(written.slice(7)).toEqual([
    "10.0.0.1 POST /processes/p0/execution (without a key): 1 more within a minute",
    `10.0.0.1 ${plain}: 294 more within a minute`,
  ]);
});
