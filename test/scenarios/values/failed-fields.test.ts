import { expect, test } from "bun:test";
import { deployCwl, readStatus, submit, untilFinished } from "../../support/jobs.ts";
import { serveFile } from "../../support/servers/file-server.ts";

const server = await serveFile();

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["touch", "reslt.txt"],
  inputs: { message: { type: "string", default: "hi" } },
  outputs: { o: { type: "File", outputBinding: { glob: "result.txt" } } },
};

const { cwlVersion: _version, ...inner } = tool;

/** Packages that fail when they run, what is wrong, and the place in the document. */
const kinds: Readonly<Record<string, readonly [Readonly<Record<string, unknown>>, string, string]>> = {
  "no-file": [
    tool,
    'nothing fits the glob "result.txt", the output directory has "reslt.txt"',
    "/outputs/o/outputBinding/glob",
  ],
  name: [
    { ...tool, arguments: ["a", { valueFrom: "$(inputs.mesage)" }] },
    'found nothing at "mesage", did you mean "message"?',
    "/arguments/1",
  ],
  "in-a-step": [
    {
      cwlVersion: "v1.2",
      class: "Workflow",
      inputs: [],
      outputs: [],
      steps: [{ id: "s", run: inner, in: [], out: ["o"] }],
    },
    "nothing fits the glob",
    "/steps/0/run/outputs/o/outputBinding/glob",
  ],
  "in-a-graph": [
    {
      cwlVersion: "v1.2",
      $graph: [
        { id: "main", class: "Workflow", inputs: [], outputs: [], steps: { s: { run: "#t", in: [], out: ["o"] } } },
        { ...inner, id: "t", requirements: [{ class: "EnvVarRequirement", envDef: { A: "$(inputs.mesage)" } }] },
      ],
    },
    'did you mean "message"?',
    "/$graph/1/requirements/0",
  ],
};

for (const [id, [document, wrong, place]] of Object.entries(kinds)) {
  test(`the field that a job failed at is named in its status, its log and by WPS: ${id}`, async () => {
    await deployCwl(server.url, id, document);
    const job = await submit(server.url, id, {});
    await untilFinished(server.url, job);
    const status = await readStatus(await fetch(`${server.url}/jobs/${job}`));
    expect([status.status, status.message]).toEqual(["failed", expect.stringContaining(`(${place})`)]);
    expect(status.message).toContain(wrong);
    const log = await (await fetch(`${server.url}/jobs/${job}/log`, { headers: { accept: "text/plain" } })).text();
    expect(log).toContain(`(${place})`);
    const query = `service=WPS&version=1.0.0&request=Execute&identifier=${id}&DataInputs=message%3Da`;
    if ("message" in Object(document.inputs)) {
      expect(await (await fetch(`${server.url}/wps?${query}`)).text()).toContain(`(${place})`);
    }
  });
}
