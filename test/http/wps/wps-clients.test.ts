import { afterAll, beforeAll, expect, test } from "bun:test";
import type { App } from "../../../src/app.ts";
import { startTestApp } from "../../support/app.ts";
import { deployCwl } from "../../support/jobs.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

/** Says its words; fails with them on stderr when there are none to say. */
const says = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", 'test "$1" = fail && { echo no luck today >&2; exit 3; }; printf "%s %s" "$1" "$2"', "x"],
  inputs: {
    word: { type: "string", inputBinding: { position: 1 } },
    other: { type: "string?", inputBinding: { position: 2 } },
  },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
} as const;

let folder: TemporaryDirectory;
let app: App;

beforeAll(async () => {
  folder = await temporaryDirectory();
  app = await startTestApp(folder.path);
  await deployCwl(app.url, "says", says);
  await deployCwl(app.url, "silent", { ...says, outputs: {} });
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const get = async (query: string) => {
  const response = await fetch(`${app.url}/wps?service=WPS&${query}`);
  return { status: response.status, text: await response.text() };
};

const post = (body: string, type = "text/xml", accept = {}) =>
  fetch(`${app.url}/wps`, { method: "POST", headers: { "content-type": type, ...accept }, body });

const execute10 = (word: string, form: string) =>
  `<wps:Execute xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1" service="WPS" version="1.0.0"><ows:Identifier>says</ows:Identifier><wps:DataInputs><wps:Input><ows:Identifier>word</ows:Identifier><wps:Data><wps:LiteralData>${word}</wps:LiteralData></wps:Data></wps:Input></wps:DataInputs>${form}</wps:Execute>`;
const stored = '<wps:ResponseForm><wps:ResponseDocument storeExecuteResponse="true" status="true"/></wps:ResponseForm>';
const raw =
  "<wps:ResponseForm><wps:RawDataOutput><ows:Identifier>said</ows:Identifier></wps:RawDataOutput></wps:ResponseForm>";
const message20 = (name: string, attributes: string, inner: string) =>
  `<wps:${name} xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0" service="WPS" version="2.0.0" ${attributes}>${inner}</wps:${name}>`;
const execute20 = (word: string, attributes: string) =>
  message20(
    "Execute",
    attributes,
    `<ows:Identifier>says</ows:Identifier><wps:Input id="word"><wps:Data><wps:LiteralValue>${word}</wps:LiteralValue></wps:Data></wps:Input><wps:Output id="said" transmission="value"/>`,
  );

test("AcceptVersions without a version of ours is VersionNegotiationFailed, by GET and by POST", async () => {
  const list = (version: string, ns: string, own: string) =>
    `<wps:GetCapabilities xmlns:wps="${ns}" xmlns:ows="${own}" service="WPS"><${version === "1" ? "wps" : "ows"}:AcceptVersions><ows:Version>9.0.0</ows:Version></${version === "1" ? "wps" : "ows"}:AcceptVersions></wps:GetCapabilities>`;
  const answers = [
    await get("request=GetCapabilities&AcceptVersions=9.0.0"),
    await get("request=GetCapabilities&acceptversions=0.4.0,x"),
    await get("request=GetCapabilities&version=2.0.0&AcceptVersions=3.0.0"),
  ];
  for (const body of [
    list("1", "http://www.opengis.net/wps/1.0.0", "http://www.opengis.net/ows/1.1"),
    list("2", "http://www.opengis.net/wps/2.0", "http://www.opengis.net/ows/2.0"),
  ]) {
    const response = await post(body);
    answers.push({ status: response.status, text: await response.text() });
  }
  for (const { status, text } of answers) {
    expect(status).toBe(400);
    expect(text).toContain('exceptionCode="VersionNegotiationFailed"');
    expect(text).not.toContain("locator");
  }
  expect((await get("request=GetCapabilities&AcceptVersions=9.0.0,2.0.0")).text).toContain('version="2.0.0"');
});

test("Documents are in the language that is offered", async () => {
  for (const query of [
    "request=GetCapabilities",
    "request=DescribeProcess&version=1.0.0&identifier=says",
    "request=Execute&version=1.0.0&identifier=says&DataInputs=word=a",
    "request=Nothing",
    "request=GetCapabilities&acceptversions=9",
  ]) {
    expect((await get(query)).text).toContain('xml:lang="en-US"');
  }
});

test("A process without outputs is left out", async () => {
  for (const version of ["1.0.0", "2.0.0"]) {
    expect((await get(`request=GetCapabilities&acceptversions=${version}`)).text).not.toContain("silent");
    const all = await get(`request=DescribeProcess&version=${version}&identifier=ALL`);
    expect([all.status, all.text.includes("silent"), all.text.includes("says")]).toEqual([200, false, true]);
    expect((await get(`request=DescribeProcess&version=${version}&identifier=silent`)).status).toBe(400);
  }
});

for (const list of [
  "[word=a;other=b]",
  "word=a;other=b",
  "%5Bword=a;other=b%5D",
  "%5Bword%3Da%3Bother%3Db%5D",
  "[other=b;word=a]",
]) {
  test(`DataInputs may be ${list}`, async () => {
    const { text } = await get(`request=Execute&version=1.0.0&identifier=says&DataInputs=${list}&RawDataOutput=[said]`);
    expect(text).toBe("a b");
  });
}

test("Brackets of a value stay", async () => {
  const { text } = await get("request=Execute&version=1.0.0&identifier=says&DataInputs=word=[a]&RawDataOutput=said");
  expect(text).toBe("[a] ");
});

test("A failed process tells the end of stderr", async () => {
  for (const form of ["", stored, raw]) {
    const response = await post(execute10("fail", form));
    let text = await response.text();
    const location = /statusLocation="([^"]*)"/.exec(text)?.[1];
    for (let tries = 0; location !== undefined && !text.includes("ProcessFailed") && tries < 500; tries += 1) {
      await Bun.sleep(20);
      text = await (await fetch(location)).text();
    }
    expect(text).toContain("no luck today");
  }
  expect(await (await post(execute20("fail", 'mode="sync" response="document"'))).text()).toContain("no luck today");
});

test("A file that curl sends as a form is read as the XML that it is", async () => {
  const form = "application/x-www-form-urlencoded";
  expect(await (await post(execute10("a", raw), form)).text()).toBe("a ");
  expect(await (await post(`\n <?xml version="1.0"?>${execute10("a", raw)}`.trim(), form)).text()).toBe("a ");
  expect((await post("service=WPS&request=GetCapabilities", form)).status).toBe(415);
  expect(
    (
      await fetch(`${app.url}/wps`, {
        method: "POST",
        headers: { "content-type": form, origin: "https://evil.example" },
        body: execute10("a", raw),
      })
    ).status,
  ).toBe(403);
});

test("An asynchronous execution of a short job is answered as done", async () => {
  const toEcho = (document: string) =>
    document.replace("says", "echo").replace("word", "text").replace('"said"', '"text"');
  // A machine that is busy may take longer than is waited, but not each time.
  const answerWith = async (document: string, wanted: string) => {
    let text = "";
    for (let tries = 0; !text.includes(wanted) && tries < 50; tries += 1) text = await (await post(document)).text();
    expect(text).toContain(wanted);
    return text;
  };
  await answerWith(toEcho(execute10("a", stored)), "ProcessSucceeded");
  const status = await answerWith(
    toEcho(execute20("a", 'mode="async" response="document"')),
    "<wps:Status>Succeeded</wps:Status>",
  );
  const id = /<wps:JobID>([^<]*)</.exec(status)?.[1];
  expect((await get(`version=2.0.0&request=GetResult&jobid=${id}`)).text).toContain(">a<");
});
