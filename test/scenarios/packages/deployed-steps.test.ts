import { expect, test } from "bun:test";
import * as v from "valibot";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { executeResponse, type Faults, fakeWps, xmlAnswer } from "../../support/servers/fake-wps.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Writes what it is told, after a word of its own. */
const say = (word: string) => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["printf", `${word} %s`],
  inputs: { text: { type: "string", inputBinding: { position: 1 } } },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
});

const read = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  requirements: { InlineJavascriptRequirement: {} },
  baseCommand: ["cat"],
  inputs: { file: { type: "File", inputBinding: { position: 1 } } },
  outputs: {
    text: {
      type: "string",
      outputBinding: { glob: "text.txt", loadContents: true, outputEval: "$(self[0].contents)" },
    },
  },
  stdout: "text.txt",
};

const twice = {
  cwlVersion: "v1.2",
  class: "Workflow",
  inputs: { text: "string" },
  outputs: { said: { type: "File", outputSource: "second/said" } },
  steps: {
    first: { run: "say", in: { text: "text" }, out: ["said"] },
    read: { run: "read", in: { file: "first/said" }, out: ["text"] },
    second: { run: "say", in: { text: "read/text" }, out: ["said"] },
  },
};

const all = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { SubworkflowFeatureRequirement: {}, ScatterFeatureRequirement: {} },
  inputs: { words: "string[]" },
  outputs: { said: { type: "File[]", outputSource: "twice/said" } },
  steps: {
    echo: { run: "echo", scatter: "text", in: { text: "words" }, out: ["text"] },
    twice: { run: "twice", scatter: "text", in: { text: "echo/text" }, out: ["said"] },
  },
};

const ResultsSchema = v.looseObject({ said: v.array(v.looseObject({ href: v.string() })) });

async function texts(url: string, job: string): Promise<readonly string[]> {
  const { said } = v.parse(ResultsSchema, await (await fetch(`${url}/jobs/${job}/results`)).json());
  return Promise.all(said.map(async ({ href }) => (await fetch(href)).text()));
}

test("Steps run deployed tools, workflows and built-ins in the same job, as they were when it was deployed", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const { url } = server;
  await deployCwl(url, "say", say("say"));
  await deployCwl(url, "read", read);
  await deployCwl(url, "twice", twice);
  await deployCwl(url, "all", all);
  const inputs = { words: ["red", "green", "blue"] };
  const first = await submit(url, "all", inputs);
  expect((await untilFinished(url, first)).at(-1)).toMatchObject({ status: "successful", progress: 100 });
  expect(await texts(url, first)).toEqual(["say say red", "say say green", "say say blue"]);
  const log = await (await fetch(`${url}/jobs/${first}/logs?f=text`)).text();
  expect(log).toContain('Finished step "twice (part 3)/second"');
  const replaced = await fetch(`${url}/processes/say`, {
    method: "PUT",
    headers: { "content-type": "application/cwl+json" },
    body: JSON.stringify(say("shout")),
  });
  expect(replaced.status).toBe(204);
  expect((await fetch(`${url}/processes/read`, { method: "DELETE" })).status).toBe(204);
  const second = await submit(url, "all", inputs);
  expect((await untilFinished(url, second)).at(-1)).toMatchObject({ status: "successful" });
  expect(await texts(url, second)).toEqual(["say say red", "say say green", "say say blue"]);
}, 60_000);

test("A deployed process that fails names its step, is tried again from there, and a dismissal stops it", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  const { url } = app;
  const flag = `${folder.path}/../${folder.path.split("/").at(-1)}.flag`;
  await deployCwl(url, "say", say("say"));
  await deployCwl(url, "gate", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["sh", "-c", 'test -e "$1" && cat "$2"', "gate"],
    inputs: {
      flag: { type: "string", inputBinding: { position: 1 } },
      file: { type: "File", inputBinding: { position: 2 } },
    },
    outputs: { said: { type: "stdout" } },
    stdout: "gate.txt",
  });
  await deployCwl(url, "sleep", { ...say("x"), baseCommand: ["sleep"] });
  await deployCwl(url, "flow", {
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: { text: "string", flag: "string" },
    outputs: { said: { type: "File", outputSource: "gate/said" } },
    steps: {
      say: { run: "say", in: { text: "text" }, out: ["said"] },
      gate: { run: "gate", in: { flag: "flag", file: "say/said" }, out: ["said"] },
    },
  });
  const job = await submit(url, "flow", { text: "red", flag });
  const failed = (await untilFinished(url, job)).at(-1);
  expect(failed).toMatchObject({ status: "failed" });
  expect(JSON.stringify(failed)).toContain('"step":"gate"');
  await Bun.write(flag, "");
  const retried = await fetch(`${url}/jobs/${job}/retry`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fromFailed: true }),
  });
  expect(retried.status).toBeLessThan(300);
  expect((await untilFinished(url, job)).at(-1)).toMatchObject({ status: "successful" });
  const log = await (await fetch(`${url}/jobs/${job}/logs?f=text`)).text();
  expect(log).toContain('Started step "gate"');
  expect(log).not.toContain('Started step "say"');
  await Bun.file(flag).delete();

  await deployCwl(url, "long", {
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: { text: "string" },
    outputs: { said: { type: "File", outputSource: "sleep/said" } },
    steps: { sleep: { run: "sleep", in: { text: "text" }, out: ["said"] } },
  });
  const long = await submit(url, "long", { text: "600" });
  await until("it runs", async () => (await statusOf(url, long)).progress >= 15);
  await fetch(`${url}/jobs/${long}`, { method: "DELETE" });
  expect((await untilFinished(url, long)).at(-1)).toMatchObject({ status: "dismissed" });
}, 60_000);

test("A process of a provider runs as a step by its address, with the same remote job after a restart", async () => {
  await using folder = await temporaryDirectory();
  const faults: Faults = {};
  await using remote = await fakeWps(faults);
  faults.Status = xmlAnswer(executeResponse(remote.url, "<wps:ProcessStarted>on it</wps:ProcessStarted>"));
  const flags = { allowFetch: ["127.0.0.1"] };
  const before = await startTestApp(folder.path, flags);
  const registered = await fetch(`${before.url}/providers`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      id: "birds",
      url: `${remote.url}/wps`,
      public: true,
      auth: { type: "basic", username: "ana", password: "secret" },
    }),
  });
  expect([registered.status, await registered.text()]).toMatchObject([201, expect.any(String)]);
  await deployCwl(before.url, "flow", {
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: { word: "string" },
    outputs: { file: { type: "Any", outputSource: "there/file" } },
    steps: { there: { run: `${before.url}/providers/birds/processes/faulty`, in: { word: "word" }, out: ["file"] } },
  });
  const job = await submit(before.url, "flow", { word: "red" });
  await until("its status was asked", async () => remote.requests.some((one) => one.startsWith("GET /status")));
  await before[Symbol.asyncDispose]();
  delete faults.Status;
  await using after = await startTestApp(folder.path, flags);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(remote.requests.filter((request) => request.startsWith("POST"))).toHaveLength(1);
}, 30_000);
