import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { statusOf, until, untilFinished } from "../../support/jobs.ts";
import { type RunningServer, runExecutable, startServer } from "../../support/servers/executable.ts";
import { addProvider } from "../../support/servers/providers.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const folder = await temporaryDirectory();
let server: RunningServer;

/** Hands on what it was given as arguments, in its own output object, and shows what was staged for it. */
const tool = `cwlVersion: v1.2
class: CommandLineTool
requirements:
  InitialWorkDirRequirement:
    listing:
      - { entryname: inputs.txt, entry: $(inputs) }
      - { entryname: text.txt, entry: "id=$(inputs.id)" }
baseCommand:
  - sh
  - -c
  - >-
    printf '{"id": %s, "ratio": %s, "said": "%s %s"}' "$1" "$2" "$(tr -d '"{}' < inputs.txt)" "$(cat text.txt)" > cwl.output.json
  - sh
inputs:
  id: { type: long, inputBinding: { position: 1 } }
  ratio: { type: double, default: 12345678901234567890.5, inputBinding: { position: 2 } }
outputs:
  id: long
  ratio: double
  said: string
`;

const indented = tool.split("\n").join("\n      ");
/** The same in the steps of a workflow: scattered, linked, and by a reference. */
const workflow = `cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {}, StepInputExpressionRequirement: {} }
inputs: { ids: 'long[]', ratio: double }
outputs:
  ids: { type: 'long[]', outputSource: last/id }
  ratios: { type: 'double[]', outputSource: last/ratio }
steps:
  first:
    scatter: id
    in: { id: ids, ratio: ratio }
    out: [id, ratio]
    run:
      ${indented}
  last:
    scatter: id
    in: { id: first/id, other: ratio, ratio: { valueFrom: $(inputs.other) } }
    out: [id, ratio]
    run:
      ${indented}
`;

const scripted = {
  cwlVersion: "v1.2",
  class: "ExpressionTool",
  requirements: { InlineJavascriptRequirement: {} },
  inputs: { id: "long", plain: "long?" },
  outputs: { same: "long" },
  expression: "$({same: inputs.id})",
};

async function deploy(id: string, document: string): Promise<void> {
  const response = await fetch(`${server.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/cwl+yaml" },
    body: document.startsWith("{") ? document : `id: ${id}\n${document}`,
  });
  if (response.status !== 201) throw new Error(await response.text());
}

beforeAll(async () => {
  server = await startServer(join(folder.path, "data"));
  await deploy("numbers", tool);
  await deploy("steps", workflow);
  await deploy("scripted", JSON.stringify({ id: "scripted", ...scripted }));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Sends a request as it is written: nothing that is written here goes through a double. */
function execute(inputs: string, process = "numbers", more = "", headers: Record<string, string> = {}) {
  return fetch(`${server.url}/processes/${process}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: `{"inputs":${inputs}${more}}`,
  });
}

async function resultsOf(answer: Response): Promise<string> {
  const text = await answer.text();
  return answer.status === 200 ? text.replaceAll(/\s/g, "") : `${answer.status} ${text}`;
}

const ids = ["9007199254740993", "-9223372036854775808", "9223372036854775807", "5", "-7"];
const ratios = ["1.0", "12345678901234567890.5", "0.1", "0.10", "9007199254740993", "2.50", "7"];

describe("a number keeps its text from the request to the result", () => {
  test("in JSON, of a tool and of a workflow that scatters", async () => {
    for (const id of ids) {
      const text = await resultsOf(await execute(`{"id":${id},"ratio":1.0}`));
      expect(text).toContain(`"id":${id},"ratio":1.0,`);
      expect(text).toContain(`id:${id},ratio:1.0id=${id}`);
    }
    for (const ratio of ratios) {
      expect(await resultsOf(await execute(`{"id":{"value":1},"ratio":{"value":${ratio}}}`))).toContain(
        `"ratio":${ratio},`,
      );
    }
    const text = await resultsOf(await execute(`{"ids":[${ids.join(",")}],"ratio":1.0}`, "steps"));
    expect(text).toBe(`{"ids":[${ids.join(",")}],"ratios":[1.0,1.0,1.0,1.0,1.0]}`);
  });

  test("a power of ten is written in full for a tool, and stays what it is in JSON", async () => {
    expect(await resultsOf(await execute('{"id":1,"ratio":1e21}'))).toContain('"ratio":1000000000000000000000,');
    const answer = await execute('{"id":1,"ratio":1e21}', "numbers", "", { prefer: "respond-async" });
    const { jobID } = JSON.parse(await answer.text());
    expect(await (await fetch(`${server.url}/jobs/${jobID}/inputs`)).text()).toContain("1e21");
  });

  test("where only whole numbers are taken, 1.0 is 1", async () => {
    expect(await resultsOf(await execute('{"id":1.0,"ratio":2}'))).toContain('"id":1,"ratio":2,');
    expect(await resultsOf(await execute('{"id":9007199254740993.0,"ratio":2}'))).toContain('"id":9007199254740993,');
    expect(await resultsOf(await execute('{"id":1e3,"ratio":2}'))).toContain('"id":1000,');
  });

  test("in each answer: raw, multipart, the results, the page, the inputs", async () => {
    const more = ',"outputs":{"id":{}},"response":"raw"';
    expect(await resultsOf(await execute('{"id":9007199254740993}', "numbers", more))).toBe("9007199254740993");
    const several = ',"outputs":{"id":{},"ratio":{}},"response":"raw"';
    const parts = await resultsOf(await execute('{"id":9007199254740993,"ratio":1.0}', "numbers", several));
    expect(parts).toContain("9007199254740993");
    expect(parts).toContain("1.0");
    const accepted = await execute('{"id":9007199254740993}', "numbers", "", { prefer: "respond-async" });
    const { jobID } = JSON.parse(await accepted.text());
    await untilFinished(server.url, jobID);
    for (const place of [`jobs/${jobID}/results`, `jobs/${jobID}/results?f=html`, `jobs/${jobID}/inputs`]) {
      expect(await (await fetch(`${server.url}/${place}`)).text()).toContain("9007199254740993");
    }
    const page = await fetch(`${server.url}/jobs/${jobID}/results`, { headers: { accept: "text/html" } });
    expect(await page.text()).toContain("12345678901234567890.5");
  });

  test("in a query and in a form", async () => {
    const url = `${server.url}/processes/numbers/execution`;
    for (const id of ids) {
      expect(await resultsOf(await fetch(`${url}?id=${id}&ratio=1.0`))).toContain(`"id":${id},"ratio":1.0,`);
      const form = new URLSearchParams({ id, ratio: "12345678901234567890.5" });
      const answer = await fetch(url, {
        method: "POST",
        body: form,
        headers: { accept: "application/json", origin: server.url },
      });
      const job = /\/jobs\/([\w-]+)/.exec(await answer.text())?.[1] ?? "";
      await untilFinished(server.url, job);
      const results = await fetch(`${server.url}/jobs/${job}/results`);
      expect(await resultsOf(results)).toContain(`"id":${id},"ratio":12345678901234567890.5,`);
    }
  });

  test("in a dry run", async () => {
    const answer = await fetch(`${server.url}/processes/numbers/execution?dryRun=true`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"inputs":{"id":9007199254740993,"ratio":1.0}}',
    });
    expect(await answer.text()).toMatch(/9007199254740993.*1\.0/s);
  });

  test("a file of JSON that is given by value", async () => {
    const writer = {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      id: "writer",
      baseCommand: ["printf", "[9007199254740993,1.0,0.1]"],
      inputs: {},
      outputs: { made: { type: "stdout", format: "iana:application/json" } },
      stdout: "made.json",
      $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
    };
    await deploy("writer", JSON.stringify(writer));
    const more = ',"outputs":{"made":{"transmissionMode":"value"}},"response":"document"';
    expect(await resultsOf(await execute("{}", "writer", more))).toContain("[9007199254740993,1.0,0.1]");
  });

  test("at a server that a provider leads to, by OGC API and by both WPS", async () => {
    await using here = await startServer(join(folder.path, "here"), ["--allow-fetch", "127.0.0.1"]);
    for (const provider of [
      { id: "api", url: server.url },
      { id: "wps1", url: `${server.url}/wps`, type: "wps-1.0.0" },
      { id: "wps2", url: `${server.url}/wps`, type: "wps-2.0.0" },
    ]) {
      await addProvider(here.url, { ...provider, public: true });
      for (const id of ids.slice(0, 2)) {
        const answer = await fetch(`${here.url}/providers/${provider.id}/processes/numbers/execution`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: `{"inputs":{"id":${id},"ratio":1.0}}`,
        });
        expect([provider.id, await resultsOf(answer)]).toEqual([
          provider.id,
          expect.stringContaining(`"id":${id},"ratio":1.0,`),
        ]);
      }
      const description = await fetch(`${here.url}/providers/${provider.id}/processes/numbers`);
      expect(await description.text()).toContain("12345678901234567890.5");
    }
  }, 30_000);

  test("in WPS 1.0 and 2.0", async () => {
    for (const id of ids) {
      const inputs = encodeURIComponent(`id=${id};ratio=1.0`);
      const query = `service=WPS&version=1.0.0&request=Execute&identifier=numbers&DataInputs=${inputs}`;
      const document = await (await fetch(`${server.url}/wps?${query}`)).text();
      expect(document).toContain(`>${id}<`);
      expect(document).toContain(">1.0<");
      const one = `<wps:Execute service="WPS" version="1.0.0" xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1">
<ows:Identifier>numbers</ows:Identifier><wps:DataInputs><wps:Input><ows:Identifier>id</ows:Identifier><wps:Data><wps:LiteralData>${id}</wps:LiteralData></wps:Data></wps:Input></wps:DataInputs>
<wps:ResponseForm><wps:RawDataOutput><ows:Identifier>id</ows:Identifier></wps:RawDataOutput></wps:ResponseForm></wps:Execute>`;
      const two = `<wps:Execute service="WPS" version="2.0.0" response="raw" mode="sync" xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0">
<ows:Identifier>numbers</ows:Identifier><wps:Input id="id"><wps:Data><wps:LiteralValue>${id}</wps:LiteralValue></wps:Data></wps:Input>
<wps:Output id="id" transmission="value"/></wps:Execute>`;
      for (const body of [one, two]) {
        const answer = await fetch(`${server.url}/wps`, {
          method: "POST",
          headers: { "content-type": "text/xml" },
          body,
        });
        expect(await answer.text()).toBe(id);
      }
    }
  });

  test("by reference to JSON", async () => {
    const href = `data:application/json,${encodeURIComponent("9007199254740993")}`;
    expect(await resultsOf(await execute(`{"id":{"href":"${href}"}}`))).toContain('"id":9007199254740993,');
  });

  test("a default, in the answer and in the description", async () => {
    expect(await resultsOf(await execute('{"id":1}'))).toContain('"ratio":12345678901234567890.5,');
    expect(await (await fetch(`${server.url}/processes/numbers`)).text()).toContain('"default":12345678901234567890.5');
  });

  test("bounds, choices and defaults of a description, and a version that is a number", async () => {
    const unit = `{"cwlVersion":"v1.2","class":"CommandLineTool","baseCommand":["echo"],"stdout":"o.txt",
      "inputs":{"id":{"type":"long","inputBinding":{"position":1.0}},"e":{"type":"long?","inputBinding":{"position":2}}},
      "outputs":{"o":"stdout"},"$namespaces":{"s":"https://schema.org/"},"s:softwareVersion":1.0}`;
    const inputs = `{"id":{"schema":{"type":"integer","minimum":9007199254740993,"maximum":9007199254740995,"default":9007199254740994}},
      "e":{"minOccurs":0.0,"schema":{"type":"integer","enum":[9007199254740993,7]}}}`;
    const deployed = await fetch(`${server.url}/processes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"processDescription":{"id":"bounded","inputs":${inputs}},"executionUnit":{"unit":${unit}}}`,
    });
    expect(deployed.status).toBe(201);
    const described = await (await fetch(`${server.url}/processes/bounded`)).text();
    expect(described).toContain('"default":9007199254740994');
    expect(described).toContain('"version":"1.0"');
    expect(await (await fetch(`${server.url}/api`)).text()).toContain("9007199254740993");
    const more = ',"outputs":{"o":{"transmissionMode":"value"}},"response":"raw"';
    for (const [given, said] of [
      ["{}", "9007199254740994"],
      ['{"id":9007199254740993,"e":7.0}', "90071992547409937"],
      ['{"id":9007199254740995,"e":9007199254740993}', "90071992547409959007199254740993"],
    ] as const) {
      expect(await resultsOf(await execute(given, "bounded", more))).toBe(said);
    }
    for (const given of ['{"id":9007199254740992}', '{"id":9007199254740996}', '{"e":9007199254740992}']) {
      expect((await execute(given, "bounded", more)).status).toBe(400);
    }
  });

  test("inside the value of an input that is a file, and of the built-in process", async () => {
    const reader = {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      id: "reader",
      baseCommand: ["cat"],
      inputs: { file: { type: "File", inputBinding: { position: 1 } } },
      outputs: { said: "stdout" },
      stdout: "said.txt",
    };
    await deploy("reader", JSON.stringify(reader));
    const file = '{"value":{"a":9007199254740993,"b":[1.0]},"mediaType":"application/json"}';
    const more = ',"outputs":{"said":{"transmissionMode":"value"}},"response":"raw"';
    expect(await resultsOf(await execute(`{"file":${file}}`, "reader", more))).toBe('{"a":9007199254740993,"b":[1.0]}');
    const echoed = await execute(
      '{"text":"x","number":1.0,"integer":9007199254740993,"array":[9007199254740993]}',
      "echo",
    );
    expect(await resultsOf(echoed)).toBe(
      '{"text":"x","array":[9007199254740993],"number":1.0,"integer":9007199254740993}',
    );
  });

  test("many of them, whose values stand in a file", async () => {
    const large = Array.from({ length: 3000 }, (_, index) => `900719925474${1001 + 2 * index}1`);
    const document = {
      cwlVersion: "v1.2",
      class: "Workflow",
      id: "large",
      inputs: { all: "long[]" },
      outputs: { all: { type: "long[]", outputSource: "all" } },
      steps: [],
    };
    await deploy("large", JSON.stringify(document));
    expect(await resultsOf(await execute(`{"all":[${large.join(",")}]}`, "large"))).toBe(`[${large.join(",")}]`);
  });
});

describe("what is out of bounds is refused with its field", () => {
  for (const [inputs, field] of [
    ['{"id":9223372036854775808}', "/inputs/id"],
    ['{"id":-9223372036854775809}', "/inputs/id"],
    ['{"id":9007199254740993.5}', "/inputs/id"],
    ['{"id":1,"ratio":1e400}', "/inputs/ratio"],
    ['{"id":1,"ratio":-1e400}', "/inputs/ratio"],
    ['{"id":1,"ratio":{"value":1e400}}', "/inputs/ratio"],
    [`{"id":1,"ratio":1${"0".repeat(400)}}`, "/inputs/ratio"],
    ['{"id":1e400}', "/inputs/id"],
    ['{"id":"9007199254740993"}', "/inputs/id"],
  ] as const) {
    test(inputs.slice(0, 50), async () => {
      const answer = await execute(inputs);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(field);
    });
  }

  test("in a query, and in WPS", async () => {
    for (const text of ["9223372036854775808", "1e400", "1.5"]) {
      const answer = await fetch(`${server.url}/processes/numbers/execution?id=${text}`);
      expect(`${answer.status} ${await answer.text()}`).toMatch(/^400 .*\/inputs\/id/);
      const query = `service=WPS&version=1.0.0&request=Execute&identifier=numbers&DataInputs=id=${text}`;
      expect((await fetch(`${server.url}/wps?${query}`)).status).toBe(400);
    }
  });
});

test("an output object with a number that nothing can hold fails its job by the field", async () => {
  const writer = {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    id: "beyond",
    baseCommand: ["sh", "-c", "printf '{\"made\": [1, 1e400]}' > cwl.output.json"],
    inputs: {},
    outputs: { made: "double[]" },
  };
  await deploy("beyond", JSON.stringify(writer));
  expect(await resultsOf(await execute("{}", "beyond"))).toMatch(/^500 .*cwl.output.json: \/made\/1: found 1e400/);
  const long = { ...writer, id: "longest", outputs: { made: "long" } };
  long.baseCommand = ["sh", "-c", "printf '{\"made\": 9223372036854775808}' > cwl.output.json"];
  await deploy("longest", JSON.stringify(long));
  expect(await resultsOf(await execute("{}", "longest"))).toMatch(/^500 .*9223372036854775808/);
});

describe("members that are no values are read as before", () => {
  test("a priority of 1.0, and a box with 10.0", async () => {
    const answer = await execute('{"id":1}', "numbers", ',"heddle":{"priority":1.0,"maxSeconds":60.0}');
    expect(await resultsOf(answer)).toContain('"id":1,');
  });
});

test("a request with another text is another request for its idempotency key", async () => {
  const headers = { prefer: "respond-async", "idempotency-key": "exact" };
  const first = await execute('{"id":9007199254740993}', "numbers", "", headers);
  const again = await execute('{"id":9007199254740993}', "numbers", "", headers);
  expect(JSON.parse(await again.text()).jobID).toBe(JSON.parse(await first.text()).jobID);
  expect((await execute('{"id":9007199254740992}', "numbers", "", headers)).status).toBe(422);
});

test("the text is there after a restart, for a tool that lived on and for a step that comes after it, and after a retry", async () => {
  const step = (seconds: number) => ({
    class: "CommandLineTool",
    baseCommand: ["sh", "-c", `sleep ${seconds}; printf '{"id": %s}' "$1" > cwl.output.json`, "sh"],
    inputs: { id: { type: "long", inputBinding: { position: 1 } } },
    outputs: { id: "long" },
  });
  const slow = {
    cwlVersion: "v1.2",
    class: "Workflow",
    id: "slow",
    inputs: { id: "long" },
    outputs: { id: { type: "long", outputSource: "second/id" } },
    steps: {
      first: { run: step(0), in: { id: "id" }, out: ["id"] },
      second: { run: step(2), in: { id: "first/id" }, out: ["id"] },
    },
  };
  await deploy("slow", JSON.stringify(slow));
  const { jobID } = JSON.parse(
    await (await execute('{"id":9007199254740993}', "slow", "", { prefer: "respond-async" })).text(),
  );
  await until("the second step runs", async () => (await statusOf(server.url, jobID)).progress > 20);
  await server.stop("SIGKILL");
  server = await startServer(join(folder.path, "data"));
  await untilFinished(server.url, jobID);
  const results = async () => (await fetch(`${server.url}/jobs/${jobID}/results`)).text();
  expect(await results()).toContain("9007199254740993");
  expect((await fetch(`${server.url}/jobs/${jobID}/inputs`)).status).toBe(200);
  const failing = { ...step(0), cwlVersion: "v1.2", id: "failing", baseCommand: ["false"] };
  await deploy("failing", JSON.stringify(failing));
  const failed = JSON.parse(
    await (await execute('{"id":9007199254740993}', "failing", "", { prefer: "respond-async" })).text(),
  );
  await untilFinished(server.url, failed.jobID);
  await fetch(`${server.url}/jobs/${failed.jobID}/retry`, { method: "POST" });
  await untilFinished(server.url, failed.jobID);
  const log = await (await fetch(`${server.url}/jobs/${failed.jobID}/log?f=text`)).text();
  expect(log.split("9007199254740993").length).toBeGreaterThan(1);
}, 30_000);

test("expressions see doubles, and the log says so once", async () => {
  const answer = await execute('{"id":9007199254740993,"plain":9007199254740993}', "scripted", "", {
    prefer: "respond-async",
  });
  const { jobID } = JSON.parse(await answer.text());
  await untilFinished(server.url, jobID);
  const log = await (await fetch(`${server.url}/jobs/${jobID}/log?f=text`)).text();
  expect(log.split('input "id" is 9007199254740993, which expressions see as 9007199254740992')).toHaveLength(2);
  expect(log).not.toContain('input "plain"');
  expect(log).toContain("an expression gave 9007199254740992, a whole number beyond 2^53");
});

test("heddle run and heddle execute keep the text too", async () => {
  const home = join(folder.path, "home");
  await Bun.write(join(home, "tool.cwl"), tool);
  await Bun.write(join(home, "job.yml"), "id: +9007199254740993\nratio: 1.0\n");
  await Bun.write(join(home, "job.json"), '{"id": -9223372036854775808, "ratio": 12345678901234567890.5}');
  const options = { cwd: home, environment: { PATH: "/usr/bin:/bin" } };
  const run = async (...words: readonly string[]) => (await runExecutable(["run", ...words], options)).out;
  expect(await run("tool.cwl", "job.yml")).toMatch(/"id": 9007199254740993,\s*"ratio": 1.0/);
  expect(await run("tool.cwl", "job.json")).toMatch(/"id": -9223372036854775808,\s*"ratio": 12345678901234567890.5/);
  expect(await run("tool.cwl", "--id", "9007199254740993")).toMatch(
    /"id": 9007199254740993,\s*"ratio": 12345678901234567890.5/,
  );
  for (const id of ["9223372036854775808", "1e400"]) {
    await Bun.write(join(home, "large.yml"), `id: ${id}\n`);
    expect((await runExecutable(["run", "tool.cwl", "large.yml"], options)).exitCode).not.toBe(0);
  }
  const words = ["execute", "numbers", "--url", server.url, "--follow", "-i", "id=9007199254740993", "-i", "ratio=1.0"];
  const executed = await runExecutable(words, options);
  expect(executed.out).toMatch(/"id": 9007199254740993,\s*"ratio": 1.0/);
});
