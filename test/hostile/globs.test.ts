import { beforeAll, describe, expect, test } from "bun:test";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { whileHealthy } from "./watch-health.ts";

const longName = `${"a".repeat(60)}b`;

const server = await serveFile();

beforeAll(async () => {
  await deployCwl(server.url, "globs", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    inputs: { patterns: "string[]" },
    outputs: { count: { type: "int", outputBinding: { glob: "$(inputs.patterns)", outputEval: "$(self.length)" } } },
    baseCommand: ["/bin/sh", "-c", `mkdir d; : > ${longName}; : > d/${longName}; : > ${"x".repeat(255)}`],
  });
});

async function collect(name: string, patterns: readonly string[]) {
  const { url } = server;
  return whileHealthy(url, `globs: ${name}`, async () => {
    const job = await submit(url, "globs", { patterns });
    const last = (await untilFinished(url, job)).at(-1);
    const count = await fetch(`${url}/jobs/${job}/results/count`);
    return { status: last?.status, message: last?.message, count: Number(await count.text()) };
  });
}

describe("a pattern that can be tried in very many ways is tried in one", () => {
  const cases: readonly (readonly [string, readonly string[], number])[] = [
    ["stars and a letter that is not there", [`${"*a".repeat(12)}*c`], 0],
    ["more stars", [`${"*a".repeat(59)}*c`], 0],
    ["stars and sets", [`${"*[a-b]".repeat(50)}*c`], 0],
    ["stars and classes", [`${"*[[:alpha:]]".repeat(50)}*[[:digit:]]`], 0],
    ["stars and question marks", [`${"*?".repeat(60)}*c`], 0],
    ["stars below a directory", [`*/${"*a".repeat(50)}*c`], 0],
    ["stars against the longest name", [`${"*x".repeat(200)}*y`], 0],
    ["very many brackets", ["[".repeat(4000)], 0],
    ["a set whose end stands before its begin", ["[z-a]*"], 0],
    ["stars that fit", [`${"*a".repeat(30)}*b`], 1],
  ];
  for (const [name, patterns, count] of cases) {
    test(name, async () => {
      expect(await collect(name, patterns)).toMatchObject({ status: "successful", count });
    });
  }
});

test("a pattern longer than a path can be, or deeper than a package is, fails and says so", async () => {
  const long = await collect("a long pattern", ["*a".repeat(2500)]);
  expect(long).toMatchObject({ status: "failed", message: expect.stringContaining("wanted at most 4096") });
  const deep = await collect("a deep pattern", ["*/".repeat(100)]);
  expect(deep).toMatchObject({ status: "failed", message: expect.stringContaining("wanted at most 64") });
});
