import { expect, test } from "bun:test";
import { join } from "node:path";
import { deployCwl, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const expressionTool = (body: string) => ({
  cwlVersion: "v1.2",
  class: "ExpressionTool",
  requirements: { InlineJavascriptRequirement: {} },
  inputs: {},
  outputs: { o: "Any" },
  expression: `$\{ ${body} }`,
});

/** Statements that take so many milliseconds. */
const spin = (milliseconds: number) => `var end = Date.now() + ${milliseconds}; while (Date.now() < end);`;

test("while an expression takes two seconds the server answers others", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "long", expressionTool(`${spin(2000)} return { o: "done" };`));
  const job = await submit(server.url, "long", {});
  await until("it runs", async () => (await statusOf(server.url, job)).status === "running");
  let answers = 0;
  for (let status = "running"; status === "running"; status = (await statusOf(server.url, job)).status) {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    answers += 1;
  }
  // Were the server held up, one request would take as long as the expression.
  expect(answers).toBeGreaterThan(10);
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  expect(await (await fetch(`${server.url}/jobs/${job}/results`)).json()).toEqual({ o: "done" });
}, 20_000);

test("a job is dismissed in the middle of its endless expression, and the next long one runs", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"), ["--expression-seconds", "3600"]);
  await deployCwl(server.url, "endless", expressionTool("while (true) {}"));
  await deployCwl(server.url, "long", expressionTool(`${spin(200)} return { o: 1 };`));
  const job = await submit(server.url, "endless", {});
  await until("it runs", async () => (await statusOf(server.url, job)).status === "running");
  expect((await fetch(`${server.url}/jobs/${job}`, { method: "DELETE" })).status).toBe(200);
  expect((await statusOf(server.url, job)).status).toBe("dismissed");
  const next = await submit(server.url, "long", {});
  expect((await untilFinished(server.url, next)).at(-1)?.status).toBe("successful");
  expect(await server.stop()).toBe(0);
}, 20_000);
