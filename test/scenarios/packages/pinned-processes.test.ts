import { expect, test } from "bun:test";
import { startTestApp } from "../../support/app.ts";
import { submit, untilFinished } from "../../support/jobs.ts";
import { fakeWps } from "../../support/servers/fake-wps.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const flags = { allowFetch: ["127.0.0.1"] };

function deploy(url: string, body: unknown, type = "application/ogcapppkg+json"): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${url}/processes`, { method: "POST", headers: { "content-type": type }, body: text });
}

function cwl(requirement: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) {
  return { cwlVersion: "v1.2", class: "CommandLineTool", hints: requirement, inputs: {}, outputs: {}, ...more };
}

test("The id of a CWL document wins over the remote's name, and what the description says over both", async () => {
  await using folder = await temporaryDirectory();
  await using server = await fakeWps();
  await using app = await startTestApp(folder.path, flags);
  const unit = (id: string) => cwl({ WPS1Requirement: { provider: `${server.url}/wps`, process: "faulty" } }, { id });
  for (const [body, id] of [
    [unit("mine"), "mine"],
    [unit("#other"), "other"],
    [unit("main"), "faulty"],
    [{ executionUnit: { unit: unit("packed") } }, "packed"],
    [{ processDescription: { id: "said" }, executionUnit: unit("packed") }, "said"],
  ] as const) {
    const answer = await deploy(app.url, body, "application/json");
    expect([answer.status, await answer.json()]).toMatchObject([201, { id }]);
  }
});

/** Each way to name the process "faulty" of a WPS. */
const forms: readonly (readonly [string, (url: string) => readonly [unknown, string?]])[] = [
  ["CWL with WPS1Requirement", (url) => [cwl({ WPS1Requirement: { provider: `${url}/wps`, process: "faulty" } })]],
  ["a prefix", (url) => [cwl({ "weaver:WPS1Requirement": { provider: `${url}/wps`, process: "faulty" } })]],
  [
    "a list of requirements",
    (url) => [
      {
        ...cwl({}),
        hints: [],
        requirements: [{ class: "WPS1Requirement", provider: `${url}/wps`, process: "faulty" }],
      },
    ],
  ],
  [
    "CWL as YAML",
    (url) => [
      `cwlVersion: v1.2\nclass: CommandLineTool\ninputs: { word: string? }\noutputs: { file: File }\nrequirements:\n  WPS1Requirement: { provider: ${url}/wps, process: faulty }\n`,
      "application/cwl+yaml",
    ],
  ],
  [
    "the URL of a DescribeProcess",
    (url) => [{ executionUnit: [{ href: `${url}/wps?service=WPS&request=DescribeProcess&identifier=faulty` }] }],
  ],
  [
    "the URL of a GetCapabilities",
    (url) => [{ processDescription: { id: "faulty", href: `${url}/wps?SERVICE=WPS&REQUEST=GetCapabilities` } }],
  ],
];

test.each(forms)(
  "A process of a WPS is pinned by %s, and runs as one of ours",
  async (_, form) => {
    await using folder = await temporaryDirectory();
    await using server = await fakeWps();
    await using app = await startTestApp(folder.path, flags);
    const [body, type] = form(server.url);
    const answer = await deploy(app.url, body, type ?? "application/json");
    expect([answer.status, await answer.text()]).toEqual([201, expect.stringContaining('"faulty"')]);
    const shown = await (await fetch(`${app.url}/processes/faulty`)).json();
    expect(shown).toMatchObject({
      id: "faulty",
      title: "Faulty",
      mutable: true,
      inputs: { word: { title: "A word" } },
    });
    const job = await submit(app.url, "faulty", { word: "red" });
    const last = (await untilFinished(app.url, job)).at(-1);
    expect(last).toMatchObject({ status: "successful", tags: expect.arrayContaining(["remote"]) });
    expect(await (await fetch(`${app.url}/jobs/${job}/results/file`)).text()).toBe("the result");
    expect(server.requests.find((request) => request.startsWith("POST"))).toContain(">red<");
  },
  20_000,
);

test("A process of an OGC API is pinned by OGCAPIRequirement and by its URL, under an id of our own", async () => {
  await using there = await temporaryDirectory();
  await using folder = await temporaryDirectory();
  await using peer = await startTestApp(there.path);
  await using app = await startTestApp(folder.path, flags);
  const process = `${peer.url}/processes/echo`;
  const unit = cwl({ "weaver:OGCAPIRequirement": { process, restart: "rerun" } });
  const first = await deploy(app.url, {
    processDescription: { id: "far-echo", title: "Far" },
    executionUnit: { unit },
  });
  expect(first.status).toBe(201);
  const second = await deploy(app.url, { processDescription: { id: "other-echo" }, executionUnit: { href: process } });
  expect(second.status).toBe(201);
  expect(await (await fetch(`${app.url}/processes/far-echo`)).json()).toMatchObject({ title: "Far" });
  for (const id of ["far-echo", "other-echo"]) {
    const job = await submit(app.url, id, { text: id });
    expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "successful" });
    expect(await (await fetch(`${app.url}/jobs/${job}/results/text`)).text()).toBe(id);
  }
}, 20_000);

const wrong: readonly (readonly [string, (url: string) => unknown, number, string])[] = [
  ["no provider", () => cwl({ WPS1Requirement: { process: "faulty" } }), 400, "/hints/WPS1Requirement/provider"],
  [
    "an unknown member",
    (url) => cwl({ WPS1Requirement: { provider: url, process: "faulty", colour: 1 } }),
    400,
    "/hints/WPS1Requirement/colour",
  ],
  ["no process in the URL", (url) => cwl({ OGCAPIRequirement: { process: url } }), 400, "ends in /processes/ID"],
  [
    "an input that the remote does not have",
    (url) => cwl({ WPS1Requirement: { provider: `${url}/wps`, process: "faulty" } }, { inputs: { colour: "string" } }),
    400,
    "/inputs/colour",
  ],
  [
    "a link to nothing of the kind",
    (url) => ({ executionUnit: { href: `${url}/file.txt` } }),
    422,
    "wanted a CWL document",
  ],
  [
    "a server that is down",
    () => cwl({ WPS1Requirement: { provider: "http://127.0.0.1:1/wps", process: "x" } }),
    422,
    "Cannot fetch",
  ],
  ["neither unit nor link", () => ({ processDescription: { id: "x" } }), 400, "/executionUnit"],
];

test.each(wrong)("A pinned process with %s is refused", async (_, body, status, words) => {
  await using folder = await temporaryDirectory();
  await using server = await fakeWps();
  await using app = await startTestApp(folder.path, flags);
  const answer = await deploy(app.url, body(server.url), "application/json");
  expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(words)]);
});
