import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { findBubblewrap } from "../../../src/executors/sandbox/bubblewrap.ts";
import { submit, untilFinished } from "../../support/jobs.ts";
import { livingBelow } from "../../support/packages/tools.ts";
import { serveFile } from "../../support/servers/file-server.ts";

type Document = Readonly<Record<string, unknown>>;

const bubblewrap = findBubblewrap();
/** What a tool may write. */
const maxWorkBytes = 4 * 2 ** 20;

const server = await serveFile(["--max-work-bytes", String(maxWorkBytes), "--expression-seconds", "1"]);
const { data } = server;
let count = 0;

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

/** A file of the machine, and one of the service itself. */
const files = ["file:///etc/passwd", `file://${data}/secret.key`];
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
    /found 10201 runs of one step, wanted at most 10000/,
  ],
];

const locating = (file: string): readonly (readonly [string, Document, RegExp])[] => [
  [
    `a location of ${file} in a working directory's expression`,
    workDir({ entry: `$({class: "File", location: "${file}"})` }),
    /wanted a file of this execution/,
  ],
  [
    `a location of ${file} in an expression's result`,
    script(`return { o: { class: "File", location: "${file}" } };`),
    /wanted a file of this execution/,
  ],
  [
    `a location of ${file} in cwl.output.json`,
    shell(`echo '{"o": {"class": "File", "location": "${file}"}}' > cwl.output.json`, { o: "File" }),
    /leads out of the output directory/,
  ],
  [
    `a location of ${file} in a step's valueFrom`,
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
    /wanted a file of this execution/,
  ],
];

const greedy: readonly (readonly [string, Document, RegExp])[] = [
  [
    "a tool that writes one file without end",
    shell("exec cat /dev/zero >big", {}),
    /at most 4 MiB \(--max-work-bytes\)/,
  ],
  [
    "a tool that writes files without end",
    shell("i=0; while :; do i=$((i+1)); head -c 999999 /dev/zero >f$i; sleep 0.01; done", {}),
    /MiB written, wanted at most 4 MiB/,
  ],
  [
    "a tool that writes to its scratch without end",
    shell("i=0; while :; do i=$((i+1)); head -c 999999 /dev/zero >$TMPDIR/f$i; sleep 0.01; done", {}),
    /MiB written, wanted at most 4 MiB/,
  ],
  ["a tool that talks without end", shell("exec yes talk >&2", {}), /at most 4 MiB|MiB written/],
  [
    "a tool that takes more memory than it asked for",
    {
      ...shell("{ head -c 200000000 /dev/zero; sleep 100; } | tail -n 1", {}),
      requirements: { ResourceRequirement: { ramMin: 16, ramMax: 64 } },
    },
    /MiB of memory in use, wanted at most 64 MiB|exit code 137/,
  ],
  [
    "a tool that ignores SIGTERM and forks",
    {
      ...shell('trap "" TERM; while :; do { trap "" TERM; sleep 100; } & setsid sleep 100 & sleep 0.05; done', {}),
      requirements: { ToolTimeLimit: { timelimit: 1 } },
    },
    /still running after 1 s/,
  ],
];

describe("a package that takes too much is stopped with all that it started, and the server goes on:", () => {
  for (const [name, document, limit] of greedy) {
    test(name, async () => {
      const { status, message, log } = await run(document);
      expect(status).toBe("failed");
      expect(`${message}\n${log.slice(-4096)}`).toMatch(limit);
      expect(await livingBelow(join(data, "work"))).toEqual([]);
    }, 30_000);
  }
});

test.skipIf(bubblewrap.kind === "missing" || process.env.HEDDLE_TEST_SANDBOX === "off")(
  "a tool cannot read what the service keeps, and the log says why",
  async () => {
    const { status, log } = await run(shell(`cat ${data}/secret.key ${data}/heddle.db`, {}));
    expect(status).toBe("failed");
    expect(log).toContain(`The sandbox does not show "${data}/secret.key"`);
  },
);

test("ten thousand shards run to their end", async () => {
  const numbers = script("var o = []; for (var i = 0; i < 10000; i++) o.push(i); return { o: o };");
  const one = { ...script(""), inputs: { a: "int" }, outputs: { o: "int" }, expression: "$({ o: inputs.a })" };
  const { status, message } = await run({
    cwlVersion: "v1.2",
    class: "Workflow",
    requirements: { InlineJavascriptRequirement: {}, ScatterFeatureRequirement: {} },
    inputs: {},
    outputs: { o: { type: "int[]", outputSource: "s/o" } },
    steps: {
      many: { in: {}, out: ["o"], run: { ...numbers, outputs: { o: "int[]" } } },
      s: { in: { a: "many/o" }, scatter: "a", out: ["o"], run: one },
    },
  });
  expect([status, message]).toEqual(["successful", "Job complete."]);
}, 120_000);

describe("a package fails, and the server goes on:", () => {
  for (const [name, document, limit] of [...failing, ...files.flatMap(locating)]) {
    test(name, async () => {
      const { status, message, log } = await run(document);
      expect(status).toBe("failed");
      expect(`${message}\n${log}`).toMatch(limit);
      expect(log).not.toContain("root:");
    });
  }
});

const refused = (file: string): readonly (readonly [string, Document])[] => [
  ["a default", tool({ inputs: { f: { type: "File", default: { class: "File", location: file } } } })],
  ["$import", tool({ inputs: { $import: file } })],
  ["$include", tool({ requirements: { InlineJavascriptRequirement: { expressionLib: [{ $include: file }] } } })],
  [
    "run",
    { cwlVersion: "v1.2", class: "Workflow", inputs: {}, outputs: {}, steps: { s: { in: {}, out: [], run: file } } },
  ],
  ["a working directory's file", workDir({ class: "File", location: file })],
];

const itself: Document = {
  cwlVersion: "v1.2",
  $graph: [{ id: "main", class: "Workflow", inputs: {}, outputs: {}, steps: { s: { in: {}, out: [], run: "#main" } } }],
};

const places = files.flatMap((file) =>
  refused(file).map(([name, document]) => [`${file} in ${name}`, document] as const),
);

describe("a package is not deployed that names", () => {
  for (const [name, document] of [...places, ["itself", itself] as const]) {
    test(name, async () => {
      const { status, text } = await deploy(document);
      expect(status).toBe(400);
      expect(text).not.toContain("root:");
      expect((await fetch(`${server.url}/processes`)).status).toBe(200);
    });
  }
});

test("a package whose YAML would unfold to gigabytes is not deployed", async () => {
  const lines = Array.from(
    { length: 12 },
    (_, level) => `a${level}: &a${level} [${Array(10).fill(level === 0 ? "x" : `*a${level - 1}`)}]`,
  );
  const response = await fetch(`${server.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/cwl+yaml" },
    body: `cwlVersion: v1.2\nclass: CommandLineTool\ninputs: []\noutputs: []\n${lines.join("\n")}\n`,
  });
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(/alias/i);
  expect((await fetch(`${server.url}/processes`)).status).toBe(200);
});

for (const file of files) {
  test(`$schemas of a deployed package are never read: ${file}`, async () => {
    expect((await run({ ...shell("true", {}), $schemas: [file] })).status).toBe("successful");
  });
}
