import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { silentLogger } from "../../src/domain/logger.ts";
import { openDatabase } from "../../src/store/database/database.ts";
import { saveProcess } from "../../src/store/processes/processes.ts";
import { submit, untilFinished } from "../support/jobs.ts";
import { realClock } from "../support/real-clock.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { whileHealthy } from "./watch-health.ts";

type Document = Readonly<Record<string, unknown>>;

const server = await serveFile();

const namespace = "http://commonwl.org/cwltool#";
const secrets = { secrets: ["password"] };
const tool: Document = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["echo"],
  inputs: { password: { type: "string", inputBinding: {} } },
  outputs: {},
};
const workflow = (step: Document, run: Document, more: Document = {}): Document => ({
  cwlVersion: "v1.2",
  class: "Workflow",
  $namespaces: { cwltool: namespace },
  requirements: { SubworkflowFeatureRequirement: {} },
  inputs: { password: "string" },
  outputs: {},
  steps: { say: { run, in: { password: "password" }, out: [], ...step } },
  ...more,
});
const { cwlVersion: _version, ...inner } = tool;
const hint = { hints: { "cwltool:Secrets": secrets } };

const documents: Readonly<Record<string, Document>> = {
  "a hint of a tool": { ...tool, ...hint, $namespaces: { cwltool: namespace } },
  "a hint in a list": { ...tool, hints: [{ class: "cwltool:Secrets", ...secrets }] },
  "a requirement of a tool": { ...tool, requirements: { "cwltool:Secrets": secrets } },
  "a requirement in a list": { ...tool, requirements: [{ class: "cwltool:Secrets", ...secrets }] },
  "another prefix": { ...tool, $namespaces: { ct: namespace }, hints: { "ct:Secrets": secrets } },
  "a prefix that says more": { ...tool, $namespaces: { x: `${namespace}Sec` }, hints: { "x:rets": secrets } },
  "the whole address": { ...tool, hints: { [`${namespace}Secrets`]: secrets } },
  "the whole address by https": { ...tool, hints: [{ class: "https://commonwl.org/cwltool#Secrets", ...secrets }] },
  "no prefix": { ...tool, hints: { Secrets: secrets } },
  "without a value": { ...tool, hints: { "cwltool:Secrets": null } },
  "a hint of v1.0": { ...tool, cwlVersion: "v1.0", ...hint },
  "a hint of a workflow": workflow({}, inner, hint),
  "a hint of a step": workflow(hint, inner),
  "a requirement of a step": workflow({ requirements: { "cwltool:Secrets": secrets } }, inner),
  "a hint of a step's tool": workflow({}, { ...inner, ...hint }),
  "a hint of a nested workflow's tool": workflow({}, { ...workflow({}, { ...inner, ...hint }), cwlVersion: "v1.2" }),
  "a hint in a graph": {
    cwlVersion: "v1.2",
    $graph: [
      { ...inner, id: "main" },
      { ...inner, id: "other", ...hint },
    ],
  },
  "a hint beside a graph": { cwlVersion: "v1.2", $graph: [{ ...inner, id: "main" }], ...hint },
  "a hint of an expression tool": {
    cwlVersion: "v1.2",
    class: "ExpressionTool",
    inputs: { password: "string" },
    outputs: {},
    expression: "$({})",
    requirements: { InlineJavascriptRequirement: {} },
    ...hint,
  },
  "a hint beside the process of another server": {
    ...tool,
    hints: { OGCAPIRequirement: { process: "http://127.0.0.1:9/processes/x" }, "cwltool:Secrets": secrets },
  },
};

const sentence = "inputs are stored and shown in clear here";

async function deploy(method: string, path: string, type: string, body: string) {
  const response = await fetch(`${server.url}${path}`, { method, headers: { "content-type": type }, body });
  return { status: response.status, text: await response.text() };
}

describe("a package that asks for secret inputs is refused with a sentence:", () => {
  for (const [title, document] of Object.entries(documents)) {
    test(`${title}, however it comes`, async () => {
      const id = title.replaceAll(/\W/g, "-");
      const unit = { unit: document, type: "application/cwl" };
      const json = JSON.stringify({ processDescription: { id }, executionUnit: unit });
      await whileHealthy(server.url, title, async () => {
        for (const answer of [
          await deploy("POST", "/processes", "application/ogcapppkg+json", json),
          await deploy("POST", "/processes", "application/json", JSON.stringify(document)),
          await deploy("POST", "/processes", "application/cwl+yaml", stringify(document)),
        ]) {
          expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(sentence)]);
        }
      });
      const plain = JSON.stringify({
        processDescription: { id },
        executionUnit: { unit: tool, type: "application/cwl" },
      });
      expect((await deploy("POST", "/processes", "application/ogcapppkg+json", plain)).status).toBe(201);
      const put = await deploy("PUT", `/processes/${id}`, "application/ogcapppkg+json", json);
      expect([put.status, put.text]).toEqual([400, expect.stringContaining(sentence)]);
    });
  }

  test("validate and deploy refuse it here, run warns however quiet it is to be", async () => {
    const file = join(server.folder, "secret.cwl");
    const job = join(server.folder, "job.yml");
    await writeFile(job, "password: open\n");
    await writeFile(file, stringify(documents["a hint of a tool"]));
    const environment = { HEDDLE_URL: server.url, PATH: "/usr/bin:/bin" };
    for (const words of [
      ["validate", file],
      ["deploy", file],
      ["run", file, job, "--validate"],
    ]) {
      const { exitCode, talk } = await runExecutable(words, { environment, cwd: server.folder });
      expect([words, exitCode, talk]).toEqual([words, 4, expect.stringContaining(sentence)]);
    }
    const run = await runExecutable(["run", file, job, "--quiet"], { environment, cwd: server.folder });
    expect([run.exitCode, run.talk]).toEqual([0, expect.stringContaining(sentence)]);
  });
});

test("a package that was deployed before runs on, and its job's log warns", async () => {
  const data = join(server.folder, "before");
  await (await startServer(data)).stop();
  {
    const file = join(data, "heddle.db");
    await using database = await openDatabase({ file, clock: realClock, logger: silentLogger });
    const description = {
      id: "before",
      version: "1.0.0",
      jobControlOptions: ["sync-execute" as const, "async-execute" as const],
      outputTransmission: ["value" as const],
      inputs: { password: { schema: { type: "string" }, minOccurs: 1, maxOccurs: 1 } },
      outputs: {},
    };
    const process = {
      id: "before",
      revision: "sha256:before",
      description,
      definition: {
        kind: "cwl" as const,
        document: JSON.parse(JSON.stringify(documents["a hint of a tool"])),
        main: "main",
      },
      isWorkflow: false,
      isMutable: true,
      visibility: "public" as const,
      fileInputs: [],
    };
    await saveProcess(database, process, 1, { replace: false });
  }
  await using again = await startServer(data);
  const job = await submit(again.url, "before", { password: "open" });
  expect((await untilFinished(again.url, job)).at(-1)?.status).toBe("successful");
  expect(await (await fetch(`${again.url}/jobs/${job}/log`)).text()).toContain(`Warning:`);
});
