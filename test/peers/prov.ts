import { join } from "node:path";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import type { Peer } from "./peer.ts";

/** Writes what it is told, for the next step to read. */
const say = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["printf", "%s"],
  inputs: { text: { type: "string", inputBinding: { position: 1 } } },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
};

const flow = {
  cwlVersion: "v1.2",
  class: "Workflow",
  inputs: { words: "string[]", more: "File" },
  requirements: { ScatterFeatureRequirement: {} },
  outputs: { all: { type: "File", outputSource: "join/all" }, each: { type: "File[]", outputSource: "say/said" } },
  steps: {
    say: { run: "say", scatter: "text", in: { text: "words" }, out: ["said"] },
    join: {
      run: {
        class: "CommandLineTool",
        baseCommand: ["cat"],
        inputs: {
          files: { type: "File[]", inputBinding: { position: 1 } },
          more: { type: "File", inputBinding: { position: 2 } },
        },
        outputs: { all: { type: "stdout" } },
        stdout: "all (joined).txt",
      },
      in: { files: "say/said", more: "more" },
      out: ["all"],
    },
  },
};

/** The library of the W3C's PROV data model: it reads the provenance of a job, and writes it in other forms. */
export const prov: Peer = {
  name: "prov",
  packages: { python: ["prov==2.1.1", "lxml==6.0.2", "rdflib==7.6.0"] },
  async run({ url, python, runChecks }) {
    await deployCwl(url, "say", say);
    await deployCwl(url, "flow", flow);
    const more = { value: 'a "quoted"\nline', mediaType: "text/plain" };
    const job = await submit(url, "flow", { words: ["red", 'gr"een\\', "bl\nue"], more });
    await untilFinished(url, job);
    const echoed = await submit(url, "echo", { text: 'hel"lo\\\n' });
    await untilFinished(url, echoed);
    await runChecks([python, join(import.meta.dir, "prov_documents.py"), url, job, echoed]);
    return undefined;
  },
};
