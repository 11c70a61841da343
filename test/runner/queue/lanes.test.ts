import { describe, expect, test } from "bun:test";
import { defined } from "../../../src/domain/defined.ts";
import type { Job } from "../../../src/domain/jobs/job.ts";
import { clientOf } from "../../../src/domain/people/access.ts";
import { countRunning, createLanes, type Lane, type RunningJob } from "../../../src/runner/queue/lanes.ts";
import { newJob } from "../../support/jobs-in-store.ts";

/** `t-anna-3` is the third job of anna's in the lane of tools. */
function job(name: string, processSlots?: number, maxSeconds?: number): Job {
  const [lane = "t", user = "anna", number = "1"] = name.split("-");
  const run = { run: { ...defined({ processSlots, maxSeconds }) } };
  const made = newJob({ id: name, user, createdAt: Number(number), isRemote: lane === "r", processId: `p${lane}` });
  return { ...made, request: { ...made.request, ...run } };
}

const laneOf = ({ id }: Job): Lane => (id.startsWith("q") ? "quick" : id.startsWith("r") ? "remote" : "tools");
/** With an `!` it publishes. */
const running = (name: string): RunningJob => {
  const made = job(name.replace("!", ""));
  const isPublishing = name.endsWith("!");
  return { lane: laneOf(made), processId: made.processId, client: clientOf(made), isPublishing };
};
const bounds = { slots: { quick: 9, tools: 2, remote: 1 }, toolsAhead: 0, clientSlots: 9, batch: 9, capacity: 9 };

describe("take() gives what may run now:", () => {
  const rows: readonly {
    readonly name: string;
    readonly waiting: readonly Job[];
    readonly running?: readonly string[];
    readonly bounds?: Partial<typeof bounds>;
    /** What runs is quick. */
    readonly ahead?: boolean;
    readonly taken: readonly string[];
  }[] = [
    {
      name: "each lane within its slots",
      waiting: ["t-a-1", "t-a-2", "t-a-3", "r-a-1", "r-a-2", "q-a-1"].map((one) => job(one)),
      taken: ["q-a-1", "t-a-1", "t-a-2", "r-a-1"],
    },
    {
      name: "no more than the slots that are free",
      waiting: [job("t-a-1"), job("t-a-2")],
      running: ["t-b-9"],
      taken: ["t-a-1"],
    },
    { name: "nothing where no slot is free", waiting: [job("t-a-1")], running: ["t-b-8", "t-b-9"], taken: [] },
    {
      name: "quick jobs beside tools that fill their slots",
      waiting: [job("q-a-1")],
      running: ["t-b-8", "t-b-9"],
      taken: ["q-a-1"],
    },
    {
      name: "at most a batch",
      waiting: ["q-a-1", "q-a-2", "q-a-3"].map((one) => job(one)),
      bounds: { batch: 2 },
      taken: ["q-a-1", "q-a-2"],
    },
    {
      name: "no more of a client than it may have",
      waiting: [job("t-a-1"), job("t-b-2")],
      running: ["r-a-9"],
      bounds: { clientSlots: 1 },
      taken: ["t-b-2"],
    },
    {
      name: "quick jobs of a client without a bound",
      waiting: [job("q-a-1")],
      running: ["r-a-9"],
      bounds: { clientSlots: 1 },
      taken: ["q-a-1"],
    },
    { name: "no more of a process than it may have", waiting: [job("t-a-1", 1), job("t-b-2", 1)], taken: ["t-a-1"] },
    { name: "nothing of a process whose slots are in use", waiting: [job("t-a-1", 1)], running: ["t-b-9"], taken: [] },
    {
      name: "a tool in the place of one that publishes",
      waiting: ["t-a-1", "t-a-2"].map((one) => job(one)),
      running: ["t-b-8!", "t-b-9"],
      taken: ["t-a-1"],
    },
    {
      name: "no more walks than four a slot, those that publish included",
      waiting: ["t-a-1", "t-a-2"].map((one) => job(one)),
      running: Array.from({ length: 7 }, (_, index) => `t-b-${index}!`),
      taken: ["t-a-1"],
    },
    {
      name: "a tool of a process and a client of which others only publish",
      waiting: [job("t-a-1", 1)],
      running: ["t-a-9!"],
      bounds: { clientSlots: 1 },
      taken: ["t-a-1"],
    },
    {
      name: "some ahead where quick tools have all slots",
      waiting: ["t-a-1", "t-a-2"].map((one) => job(one)),
      running: ["t-b-8", "t-b-9"],
      bounds: { toolsAhead: 1 },
      ahead: true,
      taken: ["t-a-1"],
    },
    {
      name: "none ahead where tools are not known to be quick",
      waiting: [job("t-a-1")],
      running: ["t-b-8", "t-b-9"],
      bounds: { toolsAhead: 1 },
      taken: [],
    },
    {
      name: "none ahead of what takes the last slot",
      waiting: ["t-a-1", "t-a-2"].map((one) => job(one)),
      running: ["t-b-9"],
      bounds: { toolsAhead: 1 },
      ahead: true,
      taken: ["t-a-1"],
    },
    {
      name: "no more ahead than four walks a slot",
      waiting: [job("t-a-1")],
      running: ["t-b-1", "t-b-2", ...Array.from({ length: 6 }, (_, index) => `t-b-${index + 3}!`)],
      bounds: { toolsAhead: 9 },
      ahead: true,
      taken: [],
    },
    {
      name: "none ahead beyond the slots of its process",
      waiting: [job("t-a-1", 2)],
      running: ["t-b-8", "t-b-9"],
      bounds: { toolsAhead: 9 },
      ahead: true,
      taken: [],
    },
    {
      name: "none ahead beyond the slots of its client",
      waiting: [job("t-a-1"), job("t-b-2")],
      running: ["t-a-8", "t-c-9"],
      bounds: { toolsAhead: 9, clientSlots: 1 },
      ahead: true,
      taken: ["t-b-2"],
    },
    {
      name: "none ahead whose time is limited",
      waiting: [job("t-a-1", undefined, 5), job("t-a-2")],
      running: ["t-b-8", "t-b-9"],
      bounds: { toolsAhead: 1 },
      ahead: true,
      taken: ["t-a-2"],
    },
  ];
  test.each(rows)("$name", ({ waiting, running: names = [], bounds: changes, ahead, taken }) => {
    const lanes = createLanes({ ...bounds, ...changes }, laneOf);
    for (const one of waiting) expect(lanes.add(one)).toBe(true);
    expect(lanes.take(names.map(running), ahead).map(({ id }) => id)).toEqual([...taken]);
    expect(lanes.size).toBe(waiting.length - taken.length);
  });
});

test("what has no room is refused, and what was removed is not taken", () => {
  const lanes = createLanes({ ...bounds, capacity: 1 }, laneOf);
  expect(lanes.add(job("t-a-1"))).toBe(true);
  expect(lanes.add(job("t-a-2"))).toBe(false);
  lanes.remove("t-a-1");
  expect(lanes.take([])).toEqual([]);
});

test("countRunning() counts lanes, processes and the clients that use tools or other servers", () => {
  const counts = countRunning(["q-a-1", "t-a-2", "t-b-3", "r-a-4", "t-a-5!"].map(running));
  expect(counts.lanes).toEqual({ quick: 1, tools: 2, remote: 1 });
  expect(counts.publishing).toBe(1);
  expect([...counts.processes]).toEqual([
    ["pq", 1],
    ["pt", 2],
    ["pr", 1],
  ]);
  expect([...counts.clients.values()]).toEqual([2, 1]);
});

describe("admits() lets a job run that never waited:", () => {
  test.each([
    ["when nothing of its lane waits and a slot is free", "q-a-1", [], [], true],
    ["beside others that wait in another lane", "q-a-1", ["t-a-1"], [], true],
    ["not when it would overtake one of its lane", "q-a-2", ["q-b-1"], [], false],
    ["not when no slot is free", "t-a-1", [], ["t-b-8", "t-b-9"], false],
  ] as const)("%s", (_, name, waiting, runs, admitted) => {
    const lanes = createLanes(bounds, laneOf);
    for (const one of waiting) lanes.add(job(one));
    expect(lanes.admits(job(name), runs.map(running))).toBe(admitted);
    expect(lanes.size).toBe(waiting.length);
  });

  test("not when the slots of its process are taken", () => {
    const lanes = createLanes(bounds, laneOf);
    expect(lanes.admits(job("q-a-1", 1), [running("q-b-9")])).toBe(false);
    expect(lanes.admits(job("q-a-1", 2), [running("q-b-9")])).toBe(true);
  });
});
