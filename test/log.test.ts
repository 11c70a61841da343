import { expect, test } from "bun:test";
import { nextTurn } from "../src/domain/waiting/timers.ts";
import { createEventLog, createLineBuffer, createLogger } from "../src/log.ts";

function loggerOf() {
  let level: "info" | "debug" = "info";
  const lines: string[] = [];
  let now = 0;
  const logger = createLogger({
    level: () => level,
    format: "json",
    write: (line) => lines.push(line),
    now: () => now,
  });
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  const tellAll = () => {
    level = "debug";
  };
  return { logger, pass, tellAll, messages: () => lines.map((line): string => JSON.parse(line).message) };
}

test("Equal lines are written once and counted; the count comes before the next line that is new", () => {
  const { logger, messages } = loggerOf();
  for (let count = 0; count < 12_346; count += 1) logger.error("Cannot read", { error: new Error("damaged").message });
  expect(messages()).toEqual(["Cannot read"]);
  logger.info("Stopping");
  expect(messages()).toEqual(["Cannot read", "Cannot read (repeated 12,345 times)", "Stopping"]);
});

test("Lines of several loops that fail in turn are folded too", () => {
  const { logger, messages } = loggerOf();
  for (let count = 0; count < 1000; count += 1) {
    logger.error("Cannot read");
    logger.error("Cannot claim");
  }
  expect(messages()).toEqual(["Cannot read", "Cannot claim"]);
});

test("A line that goes on is told once a minute, with its count; facts and level make a line another one", () => {
  const { logger, messages, pass } = loggerOf();
  for (let second = 0; second < 121; second += 1) {
    logger.error("Cannot read");
    pass(1000);
  }
  expect(messages()).toEqual(["Cannot read", "Cannot read (repeated 60 times)", "Cannot read (repeated 60 times)"]);
  logger.error("Cannot read", { jobId: "a" });
  logger.warn("Cannot read");
  logger.debug("Cannot read");
  expect(messages().length).toBe(5);
});

test("What is kept of lines is bounded", () => {
  const { logger, messages } = loggerOf();
  for (let count = 0; count < 1000; count += 1) logger.info(`line ${count}`);
  logger.info("line 0");
  expect(messages().length).toBe(1001);
});

test("The lowest level may change while lines are written", () => {
  const { logger, messages, tellAll } = loggerOf();
  logger.debug("before");
  tellAll();
  logger.debug("after");
  expect(messages()).toEqual(["after"]);
});

test("the log of what happens writes equal lines each for itself, from its level on", () => {
  const lines: string[] = [];
  const events = createEventLog({
    level: () => "info",
    format: "json",
    write: (line) => void lines.push(line),
    now: () => 0,
  });
  events.tell("info", "Request", { status: 200 });
  events.tell("info", "Request", { status: 200 });
  events.tell("debug", "Request", { status: 200 });
  const line = '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"Request","status":200}\n';
  expect(lines).toEqual([line, line]);
});

test.each([
  [{}, "", ""],
  [{ user: undefined }, "", ""],
  [{ user: undefined, status: 200 }, ',"status":200', " status=200"],
  [{ status: 200, user: undefined }, ',"status":200', " status=200"],
  [{ path: 'a "b"\n', n: 1 }, ',"path":"a \\"b\\"\\n","n":1', ' path="a \\"b\\"\\n" n=1'],
] as const)("a line of what happens is one object, or words, without what is undefined: %j", (facts, json, words) => {
  const lines: string[] = [];
  for (const format of ["json", "text"] as const) {
    const write = (line: string) => void lines.push(line);
    createEventLog({ level: () => "info", format, write, now: () => 0 }).tell("warn", 'Said "no"', facts);
  }
  const time = "1970-01-01T00:00:00.000Z";
  expect(lines).toEqual([
    `{"time":"${time}","level":"warn","message":"Said \\"no\\""${json}}\n`,
    `${time} warn  Said "no"${words}\n`,
  ]);
});

test("lines of one turn are written together, and what is written at once comes behind them", async () => {
  const written: string[] = [];
  const lines = createLineBuffer((text) => void written.push(text));
  lines.add("a\n");
  lines.add("b\n");
  lines.now("now\n");
  lines.add("c\n");
  expect(written).toEqual(["a\nb\n", "now\n"]);
  await nextTurn();
  expect(written).toEqual(["a\nb\n", "now\n", "c\n"]);
  lines.add("d\n");
  await nextTurn();
  expect(written.at(-1)).toBe("d\n");
});
