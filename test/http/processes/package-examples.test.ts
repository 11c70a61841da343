import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { createInputChecks } from "../../../src/engines/inputs/input-check.ts";
import { createPackageExamples } from "../../../src/operations/processes/package-examples.ts";
import { findProcess } from "../../../src/store/processes/processes.ts";
import { formEntries } from "../../support/browser-form.ts";
import { type ArchiveEntry, tarOf, zipOf } from "../../support/packages/archives.ts";
import { address, openService, type Service } from "../service.ts";

const tool = `cwlVersion: v1.2
class: CommandLineTool
id: count
baseCommand: [wc, -l]
inputs:
  table: {type: File, inputBinding: {position: 1}}
  scene: File?
  times: int?
outputs: {lines: {type: stdout}}
`;
const job = "table: {class: File, path: data/table.csv}\ntimes: 3\n";
const table = { name: "count/data/table.csv", content: "a,b\n1,2\n" };
const main = { name: "count/main.cwl", content: tool };
const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };

async function deploy(service: Service, entries: readonly ArchiveEntry[], pack = zipOf, type = "application/zip") {
  const body = new Blob([pack(entries)]);
  const { status } = await service.send("POST", "/processes?id=count", { headers: { "content-type": type }, body });
  expect(status).toBe(201);
}

async function offered(service: Service, key?: string): Promise<readonly string[]> {
  const options = { headers: browser, ...(key === undefined ? {} : { key }) };
  const html = await (await service.send("GET", "/processes/count", options)).text();
  return [...html.matchAll(/name="~example" value="([^"]*)"/g)].map(([, name = ""]) => name);
}

async function fill(service: Service, name: string, typed: Readonly<Record<string, string>> = {}) {
  const page = await service.send("GET", "/processes/count", { headers: browser });
  const form = formEntries(await page.text());
  for (const [field, value] of Object.entries({ ...typed, "~example": name })) form.set(field, value);
  const answer = await service.send("POST", "/processes/count/fill-form", { headers: browser, body: form });
  const html = await answer.text();
  return { status: answer.status, html, form: formEntries(html) };
}

describe("files of inputs that came with a package are offered:", () => {
  const request = JSON.stringify({ inputs: { times: 3 }, outputs: { lines: {} } });
  test.each([
    ["job.yml", job],
    ["count-job.yml", job],
    ["count-job.json", '{"times": 3}'],
    ["count.inputs.yml", job],
    ["inputs.yml", job],
    ["test/one.yaml", "times: 1"],
    ["tests/job-2.yml", "cwl:tool: ../main.cwl\ntimes: 1"],
    ["examples/large.json", '{"times": 9, "note": "by Ada"}'],
    ["execute.json", request],
    ["request.json", '{"inputs": [{"id": "times", "value": 2}]}'],
  ])("%s", async (name, content) => {
    await using service = await openService();
    await deploy(service, [main, table, { name: `count/${name}`, content }]);
    expect(await offered(service)).toEqual([`count/${name}`]);
  });
});

test("a package as a tar, and as the parts of a form, offers them, too", async () => {
  for (const [pack, type] of [
    [tarOf, "application/x-tar"],
    [(entries: readonly ArchiveEntry[]) => gzipSync(tarOf(entries)), "application/gzip"],
  ] as const) {
    await using service = await openService();
    await deploy(service, [main, { name: "count/job.yml", content: job }], pack, type);
    expect(await offered(service)).toEqual(["count/job.yml"]);
  }
  await using service = await openService();
  const body = new FormData();
  body.append("file", new File([tool], "main.cwl"));
  body.append("file", new File([job], "job.yml"));
  const { status } = await service.send("POST", "/processes?id=count", { body });
  expect([status, await offered(service)]).toEqual([201, ["job.yml"]]);
});

describe("no other file is offered:", () => {
  test.each([
    [
      "a description",
      "package.json",
      '{"id": "count", "inputs": {"times": {"title": "Times", "schema": {"type": "integer"}}}}',
    ],
    [
      "another tool",
      "other.json",
      JSON.stringify({
        cwlVersion: "v1.2",
        class: "CommandLineTool",
        inputs: { times: "int" },
        outputs: {},
        baseCommand: "x",
      }),
    ],
    ["a list of tests", "tests.yml", "- {job: job.yml, tool: main.cwl}"],
    ["settings of a program", "settings.json", '{"times": 3, "editor": 1, "font": 2}'],
    ["values that do not fit", "job.yml", "times: many"],
    ["what names no input", "job.yml", "colour: red"],
    ["what is no YAML", "job.yml", "times: [1"],
    ["bytes", "job.json", "\u0000\u0001"],
    ["what is hidden", ".cache/job.yml", "times: 3"],
    ["what is long", "job.yml", `times: 3\n# ${"x".repeat(100_000)}`],
  ])("%s", async (_, name, content) => {
    await using service = await openService();
    await deploy(service, [main, { name: `count/${name}`, content }]);
    expect(await offered(service)).toEqual([]);
  });
});

test("an example fills in the form, with the files of the package that it names; a large one is to be chosen", async () => {
  await using service = await openService();
  const scene = { name: "count/data/scene.tif", content: "x".repeat(200_000) };
  const both = `${job}scene: {class: File, location: data/scene.tif}\n`;
  await deploy(service, [
    main,
    table,
    scene,
    { name: "count/job.yml", content: job },
    { name: "count/test/both.yml", content: both },
  ]);
  expect(await offered(service)).toEqual(["count/job.yml", "count/test/both.yml"]);
  const one = await fill(service, "count/job.yml", { "~title": "Mine" });
  expect(one.status).toBe(200);
  expect([one.form.get("/inputs/times"), one.form.get("~title")]).toEqual(["3", "Mine"]);
  expect(one.form.get("/inputs/table/~href")).toBe(`data:text/csv;base64,${btoa(table.content)}`);
  const ran = await service.send("POST", "/processes/count/form", { headers: browser, body: one.form });
  expect(ran.status).toBe(303);
  expect(one.html).toContain("Filled in from count/job.yml: table, times.");
  const two = await fill(service, "count/test/both.yml");
  expect(two.status).toBe(422);
  expect(two.html).toContain("names scene.tif: choose that file");
});

test("who may not read a package is offered none of its examples, and one that it does not have is refused", async () => {
  await using service = await openService({ allowAnonymous: "viewer" });
  const key = await service.createKey("admin", "root");
  const body = new Blob([zipOf([main, { name: "count/job.yml", content: "times: 3" }])]);
  await service.send("POST", "/processes?id=count", { key, headers: { "content-type": "application/zip" }, body });
  expect(await offered(service, key)).toEqual(["count/job.yml"]);
  expect(await offered(service)).toEqual([]);
  for (const name of ["count/job.yml", "../../etc/passwd"]) expect((await fill(service, name)).status).toBe(404);
});

test("a package of one text offers none, and so does one of which the newest revision lost its example", async () => {
  await using service = await openService();
  await deploy(service, [main, { name: "count/job.yml", content: "times: 3" }]);
  const headers = { "content-type": "application/cwl" };
  expect(
    (await service.send("PUT", "/processes/count", { headers, body: tool.replace("wc", "wc2") })).status,
  ).toBeLessThan(300);
  expect(await offered(service)).toEqual([]);
});

describe("the same CWL with other files beside it offers those at once:", () => {
  const zip = { "content-type": "application/zip" };
  const bodyOf = (name: string, content: string) => new Blob([zipOf([main, { name: `count/${name}`, content }])]);

  test("when it is replaced", async () => {
    await using service = await openService();
    await deploy(service, [main, { name: "count/job.yml", content: "times: 3" }]);
    const filled = async () => (await fill(service, "count/job.yml")).form.get("/inputs/times");
    expect([await offered(service), await filled()]).toEqual([["count/job.yml"], "3"]);
    for (const times of ["4", "5"]) {
      const body = bodyOf("job.yml", `times: ${times}`);
      expect((await service.send("PUT", "/processes/count", { headers: zip, body })).status).toBeLessThan(300);
      expect(await filled()).toBe(times);
    }
    const body = bodyOf("other.yml", "times: 4");
    await service.send("PUT", "/processes/count", { headers: zip, body });
    expect(await offered(service)).toEqual(["count/other.yml"]);
  });

  test("when it is undeployed, and deployed by somebody else", async () => {
    await using service = await openService();
    const ana = await service.createKey("deployer", "ana");
    const ben = await service.createKey("deployer", "ben");
    for (const [key, name] of [
      [ana, "of-ana-job.yml"],
      [ben, "of-ben-job.yml"],
    ] as const) {
      const body = bodyOf(name, "times: 3");
      expect((await service.send("POST", "/processes?id=count", { key, headers: zip, body })).status).toBe(201);
      for (const reader of [ana, ben]) expect(await offered(service, reader)).toEqual([`count/${name}`]);
      expect((await service.send("DELETE", "/processes/count", { key })).status).toBeLessThan(300);
    }
  });
});

test("who is refused to deploy the same CWL changes nothing of the package that is deployed", async () => {
  await using service = await openService();
  const [ana, ben] = [await service.createKey("deployer", "ana"), await service.createKey("deployer", "ben")];
  const deployAs = async (key: string, name: string) => {
    const body = new Blob([zipOf([main, { name: `count/${name}`, content: "times: 3" }])]);
    const headers = { "content-type": "application/zip" };
    return (await service.send("POST", "/processes?id=count", { key, headers, body })).status;
  };
  expect(await deployAs(ana, "of-ana-job.yml")).toBe(201);
  expect(await deployAs(ben, "of-ben-job.yml")).toBe(409);
  expect(await offered(service, ana)).toEqual(["count/of-ana-job.yml"]);
});

describe("what is looked at of a package is bounded:", () => {
  const long = (index: number) => ({ name: `count/job-${index}.json`, content: `{"x": "${"x".repeat(95_000)}"}` });
  const last = { name: "count/job-last.json", content: '{"times": 3}' };
  test.each([
    ["four long files, and one that holds inputs", [0, 1, 2, 3].map(long), true],
    ["six long files, and one that holds inputs", [0, 1, 2, 3, 4, 5].map(long), false],
    ["a file of 4000 values of YAML", [{ name: "count/a.yml", content: `times: 3\nx: [${"1,".repeat(4000)}]` }], true],
    ["a file of 6000 values of YAML", [{ name: "count/a.yml", content: `times: 3\nx: [${"1,".repeat(6000)}]` }], false],
    [
      "a file that anchors make long",
      [{ name: "count/a.yml", content: `times: 3\nx: [&y "${"y".repeat(40_000)}", ${"*y,".repeat(50)}]` }],
      false,
    ],
  ])("%s", async (_, entries, isOffered) => {
    await using service = await openService({ settings: { maxBodyBytes: 2 ** 21 } });
    const more = entries.length > 1 ? [last] : [];
    await deploy(service, [main, ...entries, ...more]);
    expect(await offered(service)).toHaveLength(isOffered ? 1 : 0);
  });
});

test("a package is read once after each deployment, one file in a turn", async () => {
  await using service = await openService();
  await deploy(service, [main, { name: "count/job.yml", content: "times: 3" }]);
  const process = await findProcess(service.database, "count");
  if (process === undefined) throw new Error("Cannot find process: found none, wanted count");
  let [reads, turns, isRead] = [0, 0, false];
  const files = new Map(Array.from({ length: 20 }, (_, index) => [`job-${index}.yml`, Buffer.from("colour: red")]));
  const examples = createPackageExamples({
    database: service.database,
    inputChecks: createInputChecks(4),
    readFiles: async () => {
      reads += 1;
      return { files };
    },
  });
  const counting = (async () => {
    for (; !isRead; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  })();
  const caller = { role: "admin" } as const;
  await Promise.all([examples.of(caller, process), examples.of(caller, process)]);
  isRead = true;
  await counting;
  expect(turns).toBeGreaterThanOrEqual(20);
  await examples.of(caller, process);
  expect(reads).toBe(1);
});
