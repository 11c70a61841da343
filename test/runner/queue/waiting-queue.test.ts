import { expect, test } from "bun:test";
import { createWaitingQueue, type TakeRules } from "../../../src/runner/queue/waiting-queue.ts";
import { newJob } from "../../support/jobs-in-store.ts";

const job = (id: string, createdAt: number, priority = 0) => newJob({ id, user: id.slice(0, 1), createdAt, priority });

function queueOf(ids: readonly (string | [string, number])[], capacity?: number) {
  const queue = createWaitingQueue(capacity);
  for (const [at, one] of ids.entries()) queue.add(typeof one === "string" ? job(one, at) : job(one[0], at, one[1]));
  return queue;
}

const idsOf = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);

test("clients take turns, and a client's own jobs come by age", () => {
  const queue = queueOf(["a1", "a2", "a3", "b1", "c1", "c2"]);
  expect(idsOf(queue.take(10))).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
  expect(queue.size).toBe(0);
});

test("a higher priority comes before a turn, and turns are taken within it", () => {
  const queue = queueOf([["a1", -1], "a2", "b1", ["b2", 3], ["a3", 3], ["a4", 3]]);
  expect(idsOf(queue.take(10))).toEqual(["b2", "a3", "a4", "b1", "a2", "a1"]);
});

test("a client that comes back after each job does not push in front of who waits", () => {
  const queue = queueOf(["a1", "a2", "a3", "b1"]);
  const order: string[] = [];
  for (let n = 2; order.length < 6; n += 1) {
    order.push(...idsOf(queue.take(1)));
    queue.add(job(`b${n}`, 10 + n));
  }
  expect(order.map((id) => id.slice(0, 1)).join("")).toBe("ababab");
});

test("who has fewer jobs running comes first", () => {
  const queue = queueOf(["a1", "a2", "b1", "b2"]);
  const running = (client: string) => (client === "user:a" ? 2 : 0);
  expect(idsOf(queue.take(3, { running }))).toEqual(["b1", "b2", "a1"]);
});

test("what may not run is left, and what was taken just before counts", () => {
  const taken = new Map<string, number>();
  const rules: TakeRules = {
    accepts: ({ user = "" }) => (taken.get(user) ?? 0) < 1,
    onTaken: ({ user = "" }) => void taken.set(user, (taken.get(user) ?? 0) + 1),
  };
  const queue = queueOf(["a1", "a2", "b1"]);
  expect(idsOf(queue.take(10, rules))).toEqual(["a1", "b1"]);
  expect(idsOf(queue.take(10))).toEqual(["a2"]);
});

test("in a full queue the last of the longest line makes room for others, but not for its own", () => {
  const queue = queueOf(["a1", "a2", "a3", "a4"], 4);
  expect(queue.add(job("a5", 5))).toBe(false);
  expect([queue.add(job("b1", 6)), queue.add(job("b2", 7)), queue.add(job("b3", 8))]).toEqual([true, true, false]);
  expect(queue.size).toBe(4);
  expect(idsOf(queue.take(10))).toEqual(["a1", "b1", "a2", "b2"]);
});

test("jobs that were removed are not taken, and one that is known is not added again", () => {
  const queue = queueOf(["a1", "a2", "b1"]);
  queue.remove("a1");
  expect(queue.add(job("a2", 9, 5))).toBe(true);
  expect(idsOf(queue.take(10))).toEqual(["a2", "b1"]);
});
