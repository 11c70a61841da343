import { expect, test } from "bun:test";
import * as v from "valibot";
import { deployCwl, until } from "../../support/jobs.ts";
import { runExecutable } from "../../support/servers/executable.ts";
import { serveFile } from "../../support/servers/file-server.ts";

const server = await serveFile();
const toolOf = (word: string) => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id: "say",
  baseCommand: ["echo", word],
  inputs: {},
  outputs: { said: "stdout" },
});

async function said(): Promise<string> {
  const response = await fetch(`${server.url}/processes/say/execution`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs: {}, response: "raw" }),
  });
  return (await response.text()).trim();
}

async function replace(word: string): Promise<void> {
  const body = JSON.stringify(toolOf(word));
  const headers = { "content-type": "application/cwl+json" };
  expect((await fetch(`${server.url}/processes/say`, { method: "PUT", headers, body })).status).toBe(204);
}

function rollback(...words: readonly string[]) {
  return runExecutable(["processes", "rollback", ...words, "--data", server.data]);
}

async function current(): Promise<string> {
  const answer = await fetch(`${server.url}/processes/say`);
  return v.parse(v.object({ version: v.string() }), await answer.json()).version;
}

test("an operator brings an earlier revision back, and the running server executes it", async () => {
  await deployCwl(server.url, "say", toolOf("one"));
  await replace("two");
  await replace("three");
  expect(await said()).toBe("three");
  expect((await rollback("say")).talk).toStartWith("Process say is version 1.0.1 (sha256:");
  await until("version 1.0.1", async () => (await current()) === "1.0.1");
  expect(await said()).toBe("two");
  expect((await rollback("say", "1.0.0")).exitCode).toBe(0);
  await until("version 1.0.0", async () => (await current()) === "1.0.0");
  expect(await said()).toBe("one");
});

test("an undeployed process comes back with the revision that was current", async () => {
  expect((await fetch(`${server.url}/processes/say`, { method: "DELETE" })).status).toBe(204);
  expect((await rollback("say")).exitCode).toBe(0);
  await until("deployed", async () => (await fetch(`${server.url}/processes/say`)).status === 200);
  expect(await said()).toBe("one");
});

test.each([
  [["say", "9.9.9"], 'wanted version "9.9.9"'],
  [["nothing"], "no process has this id"],
  [["echo"], "found none, wanted a revision before the current one"],
  [["echo", "1.0.0"], "found a built-in"],
])("rollback %j says what is missing", async (words, message) => {
  const { exitCode, talk } = await rollback(...words);
  expect(exitCode).not.toBe(0);
  expect(talk).toContain(message);
});
