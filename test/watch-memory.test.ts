import { expect, test } from "bun:test";
import { watchMemory, wordActivity } from "../src/watch-memory.ts";

test("What was begun last is read, also by another view of the memory; what goes on before it stands again", () => {
  const memory = watchMemory();
  const other = watchMemory(memory.buffer);
  expect(wordActivity(other.read())).toBe("nothing that was noted");
  memory.begin("Collecting", "one");
  memory.begin("Reading", "two");
  memory.begin("Checking");
  expect(wordActivity(other.read())).toBe("Checking");
  memory.end();
  expect(wordActivity(other.read())).toBe("Reading, for job two");
  memory.end("one");
  expect(other.read()).toMatchObject({ doing: "Reading", jobId: "two" });
  expect([memory.isAt("one"), memory.isAt("two")]).toEqual([false, true]);
  memory.end("two");
  expect(other.read()).toEqual({ doing: "", jobId: "", fault: "" });
});

test("A text that is longer than its place is cut between letters and takes no other's", () => {
  const memory = watchMemory();
  memory.setFault("fault");
  memory.begin("ä".repeat(2000), "job");
  expect(memory.read()).toEqual({ doing: "ä".repeat(256), jobId: "job", fault: "fault" });
  memory.turn();
  expect(memory.turns()).toBe(1);
});
