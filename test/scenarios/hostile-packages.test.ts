import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type RunningServer, startServer } from "../support/executable.ts";
import { submit, untilFinished } from "../support/jobs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

type Document = Readonly<Record<string, unknown>>;

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let server: RunningServer;
let count = 0;

beforeAll(async () => {
  folder = await temporaryDirectory();
  server = await startServer(join(folder.path, "data"), ["--expression-seconds", "1"]);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function deploy(unit: Document): Promise<{ id: string; status: number; text: string }> {
  count += 1;
  const id = `hostile-${count}`;
  const response = await fetch(`${server.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/ogcapppkg+json" },
    body: JSON.stringify({ processDescription: { id }, executionUnit: { unit, type: "application/cwl" } }),
  });
  return { id, status: response.status, text: await response.text() };
}

/** Runs a package to its end, and looks that the server still answers. */
async function run(unit: Document): Promise<{ status: string; message: string; log: string }> {
  const { id, status, text } = await deploy(unit);
  if (status !== 201) throw new Error(`It was not deployed: ${status} ${text}`);
  const job = await submit(server.url, id, {});
  const last = (await untilFinished(server.url, job)).at(-1);
  const log = await (await fetch(`${server.url}/jobs/${job}/log`)).text();
  expect((await fetch(`${server.url}/processes`)).status).toBe(200);
  return { status: last?.status ?? "", message: last?.message ?? "", log };
}

const tool = (members: Document): Document => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  requirements: { ShellCommandRequirement: {}, InlineJavascriptRequirement: {} },
  inputs: {},
  outputs: {},
  baseCommand: ["true"],
  ...members,
});

const shell = (script: string, outputs: Document): Document =>
  tool({ baseCommand: ["/bin/sh", "-c", script], requirements: {}, outputs });

const script = (body: string): Document => ({
  cwlVersion: "v1.2",
  class: "ExpressionTool",
  requirements: { InlineJavascriptRequirement: {} },
  inputs: {},
  outputs: { o: "Any" },
  expression: `$\{ ${body} }`,
});

const workDir = (entry: Document): Document =>
  tool({ requirements: { InlineJavascriptRequirement: {}, InitialWorkDirRequirement: { listing: [entry] } } });

const file = "file:///etc/passwd";
const anyFile = { o: { type: "File", outputBinding: { glob: "o" } } };

const failing: readonly (readonly [string, Document, RegExp])[] = [
  ["an expression that loops", script("while (true) {}"), /still running after 1000 ms/],
  [
    "an expression that allocates",
    script("var a = []; while (true) a.push(new Array(9999).join('x') + a.length);"),
    /MiB|still running/,
  ],
  [
    "an expression that looks through a list without end",
    script("return { o: Array.prototype.indexOf.call({ length: 9007199254740991 }, 1) };"),
    /still running after 1000 ms/,
  ],
  [
    "an expression that recurses",
    script("function f() { return f() + 1; } return { o: f() };"),
    /stack|still running/i,
  ],
  [
    "an expression that looks for the program",
    script("return { o: this.constructor.constructor('return process')() };"),
    /process is not defined|not defined/,
  ],
  [
    "a glob that leads out",
    tool({ outputs: { o: { type: "File[]", outputBinding: { glob: "../../*" } } } }),
    /leads out of the output directory/,
  ],
  [
    "an output that is a link to a file of the machine",
    shell("ln -s /etc/passwd o", anyFile),
    /leads out of the output directory/,
  ],
  [
    "an output directory with a link to a file of the machine",
    {
      ...shell("mkdir d; ln -s /etc/passwd d/o", {}),
      outputs: { o: { type: "Any", outputBinding: { glob: "d", outputEval: "$(self[0])" } } },
      requirements: { InlineJavascriptRequirement: {} },
    },
    /leads out of the output directory/,
  ],
  [
    "a name with slashes",
    workDir({ entry: '$({class: "File", basename: "../../x", contents: "x"})' }),
    /leads elsewhere/,
  ],
  [
    "a working directory's entry outside",
    workDir({ entryname: "../../x", entry: "text" }),
    /leads out of the working directory/,
  ],
  [
    "a working directory's entry at an absolute path",
    workDir({ entryname: "/tmp/x", entry: "text" }),
    /leads out of the working directory/,
  ],
  [
    "a location in a working directory's expression",
    workDir({ entry: `$({class: "File", location: "${file}"})` }),
    /expected a file of this execution/,
  ],
  [
    "a location in an expression's result",
    script(`return { o: { class: "File", location: "${file}" } };`),
    /expected a file of this execution/,
  ],
  [
    "a location in cwl.output.json",
    shell(`echo '{"o": {"class": "File", "location": "${file}"}}' > cwl.output.json`, { o: "File" }),
    /leads out of the output directory/,
  ],
  [
    "a location in a step's valueFrom",
    {
      cwlVersion: "v1.2",
      class: "Workflow",
      requirements: { InlineJavascriptRequirement: {}, StepInputExpressionRequirement: {} },
      inputs: {},
      outputs: { o: { type: "string", outputSource: "s/o" } },
      steps: {
        s: {
          in: { f: { valueFrom: `$({class: "File", location: "${file}"})` } },
          out: ["o"],
          run: {
            class: "ExpressionTool",
            inputs: { f: { type: "File", loadContents: true } },
            outputs: { o: "string" },
            expression: "$({o: inputs.f.contents})",
          },
        },
      },
    },
    /expected a file of this execution/,
  ],
  [
    "more than 10000 shards",
    {
      cwlVersion: "v1.2",
      class: "Workflow",
      requirements: {
        InlineJavascriptRequirement: {},
        ScatterFeatureRequirement: {},
        StepInputExpressionRequirement: {},
      },
      inputs: {},
      outputs: {},
      steps: {
        many: {
          in: {},
          out: ["o"],
          run: {
            ...script("var o = []; for (var i = 0; i < 101; i++) o.push(i); return { o: o };"),
            outputs: { o: "int[]" },
          },
        },
        s: {
          in: { a: "many/o", b: "many/o" },
          scatter: ["a", "b"],
          scatterMethod: "flat_crossproduct",
          out: [],
          run: { class: "CommandLineTool", baseCommand: "true", inputs: { a: "int", b: "int" }, outputs: {} },
        },
      },
    },
    /found 10201 runs of one step, expected at most 10000/,
  ],
];

describe("a package fails, and the server goes on:", () => {
  for (const [name, document, limit] of failing) {
    test(name, async () => {
      const { status, message, log } = await run(document);
      expect(status).toBe("failed");
      expect(`${message}\n${log}`).toMatch(limit);
      expect(log).not.toContain("root:");
    });
  }
});

const refused: readonly (readonly [string, Document])[] = [
  ["a default", tool({ inputs: { f: { type: "File", default: { class: "File", location: file } } } })],
  ["$import", tool({ inputs: { $import: file } })],
  ["$include", tool({ requirements: { InlineJavascriptRequirement: { expressionLib: [{ $include: file }] } } })],
  [
    "run",
    { cwlVersion: "v1.2", class: "Workflow", inputs: {}, outputs: {}, steps: { s: { in: {}, out: [], run: file } } },
  ],
  ["a working directory's file", workDir({ class: "File", location: file })],
  [
    "a process that runs itself",
    {
      cwlVersion: "v1.2",
      $graph: [
        { id: "main", class: "Workflow", inputs: {}, outputs: {}, steps: { s: { in: {}, out: [], run: "#main" } } },
      ],
    },
  ],
];

describe("a package is not deployed that names a file of the machine, or itself, in", () => {
  for (const [name, document] of refused) {
    test(name, async () => {
      const { status, text } = await deploy(document);
      expect(status).toBe(400);
      expect(text).not.toContain("root:");
      expect((await fetch(`${server.url}/processes`)).status).toBe(200);
    });
  }
});

test("$schemas of a deployed package are never read", async () => {
  expect((await run({ ...shell("true", {}), $schemas: [file] })).status).toBe("successful");
});
