// What Weaver's own tests expect of a server (deploying, revisions, the vault, directories, sub-resources of a job), held against ours.
// Where we answer otherwise, docs/interoperability.md says why, and the test says "otherwise".
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { App } from "../../../src/app.ts";
import { startTestApp } from "../../support/app.ts";
import { submitWith, untilFinished } from "../../support/jobs.ts";
import { zipOf } from "../../support/packages/archives.ts";
import { listTool } from "../../support/packages/list-tool.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { jsonOf, openService } from "../service.ts";

const folder = await temporaryDirectory();
let app: App;
/** A successful job of the process below. */
let job = "";

beforeAll(async () => {
  app = await startTestApp(join(folder.path, "data"));
  expect((await deploy("results")).status).toBe(201);
  job = await submitWith(app.url, "results", { inputs: { message: "test" } });
  expect((await untilFinished(app.url, job)).at(-1)?.status).toBe("successful");
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const unit = {
  cwlVersion: "v1.0",
  class: "CommandLineTool",
  requirements: { InlineJavascriptRequirement: {} },
  baseCommand: ["echo", "-n"],
  inputs: { message: { type: "string", inputBinding: {} } },
  outputs: {
    output_data: {
      type: "string",
      outputBinding: { glob: "o", loadContents: true, outputEval: "$(self[0].contents)" },
    },
    list: { type: "string[]", outputBinding: { outputEval: '$(["a", "b", "c"])' } },
    files: { type: "File[]", outputBinding: { glob: "o" } },
  },
  stdout: "o",
} as const;

const json = { "content-type": "application/json" };

async function send(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) {
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(`${app.url}${path}`, {
    method,
    headers: { ...json, ...headers },
    ...(sent && { body: sent }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

function packageOf(id: string, description: object = {}, tool: object = unit) {
  return { processDescription: { process: { id, ...description } }, executionUnit: [{ unit: tool }] };
}

const deploy = (id: string, description?: object, tool?: object) =>
  send("POST", "/processes", packageOf(id, description, tool));
const patch = (id: string, body: object) => send("PATCH", `/processes/${id}`, body);
const replace = (id: string, description?: object) => send("PUT", `/processes/${id}`, packageOf(id, description));

async function versionOf(id: string): Promise<unknown> {
  return JSON.parse((await send("GET", `/processes/${id}`, undefined, { accept: "application/json" })).text).version;
}

describe("deploying:", () => {
  test("a valid package is 201 with its address and summary, the same again is 409", async () => {
    const first = await deploy("first");
    expect([first.status, first.headers.get("location")]).toEqual([201, `${app.url}/processes/first`]);
    expect(JSON.parse(first.text)).toMatchObject({ id: "first" });
    expect((await deploy("first")).status).toBe(409);
  });

  test("an id with a version in it, or one that is no id, is 400", async () => {
    for (const id of ["name:1.0", "a b", "", "../x", "-"]) expect([id, (await deploy(id)).status]).toEqual([id, 400]);
  });

  const malformed: Readonly<Record<string, unknown>> = {
    "nothing at all": {},
    "a list": [],
    "no process": { executionUnit: [{ unit }] },
    "no unit": { processDescription: { id: "wrong" } },
    "a process that is null": { processDescription: null, executionUnit: [{ unit }] },
    "a unit that is null": { processDescription: { id: "wrong" }, executionUnit: null },
    "a list of no units": { processDescription: { id: "wrong" }, executionUnit: [] },
    "a unit of null": { processDescription: { id: "wrong" }, executionUnit: [{ unit: null }] },
    "a unit of text": { processDescription: { id: "wrong" }, executionUnit: [{ unit: "x" }] },
    "a unit that is a number": { processDescription: { id: "wrong" }, executionUnit: 5 },
    "an id that is a number": { processDescription: { id: 5 }, executionUnit: [{ unit }] },
    "inputs that are text": { processDescription: { id: "wrong", inputs: "x" }, executionUnit: [{ unit }] },
    "a unit of another class": {
      processDescription: { id: "wrong" },
      executionUnit: [{ unit: { ...unit, class: "X" } }],
    },
  };
  for (const [what, body] of Object.entries(malformed)) {
    test(`${what} is 400, and nothing is deployed`, async () => {
      expect((await send("POST", "/processes", body)).status).toBe(400);
      expect((await send("GET", "/processes/wrong")).status).toBe(404);
    });
  }

  test("a Content-ID of the whole request names nothing (otherwise: 422 when it is another id)", async () => {
    const answer = await send("POST", "/processes", packageOf("named"), { "content-id": "other" });
    expect([answer.status, JSON.parse(answer.text).id]).toEqual([201, "named"]);
    expect((await send("POST", "/processes?id=other", packageOf("named-too"))).status).toBe(400);
  });

  test("the package is read back as JSON and as YAML by Accept", async () => {
    const read = (accept: string) => send("GET", "/processes/results/package", undefined, { accept });
    const asJson = await read("application/cwl+json");
    expect(JSON.parse(asJson.text)).toMatchObject({ class: "CommandLineTool" });
    const asYaml = await read("application/x-yaml");
    expect([asYaml.status, asYaml.text]).toEqual([200, expect.stringContaining("class: CommandLineTool")]);
    // Otherwise: what was sent is read by `application/json`, where Weaver has /payload.
    expect(JSON.parse((await read("application/json")).text)).toMatchObject({
      executionUnit: [{ unit: { class: "CommandLineTool" } }],
    });
  });

  test("undeploying is 204, then 404; a built-in stays with 403", async () => {
    await deploy("gone");
    expect((await send("DELETE", "/processes/gone")).status).toBe(204);
    expect((await send("DELETE", "/processes/gone")).status).toBe(404);
    expect((await send("DELETE", "/processes/echo")).status).toBe(403);
  });
});

describe("visibility:", () => {
  test("is changed by PATCH (otherwise: PUT /visibility); 403 of a built-in, 400 for another word, 405 by POST", async () => {
    await deploy("seen");
    expect((await patch("seen", { visibility: "private" })).status).toBe(200);
    expect((await patch("echo", { visibility: "private" })).status).toBe(403);
    for (const visibility of ["bad", 5, true]) expect((await patch("seen", { visibility })).status).toBe(400);
    expect((await send("POST", "/processes/seen", {})).status).toBe(405);
    expect((await send("PUT", "/processes/seen/visibility", { value: "public" })).status).toBe(404);
  });

  test("who may not see a private process is told that there is none (otherwise: 403), and cannot execute it", async () => {
    await using service = await openService();
    const [ann, bob] = [await service.createKey("deployer", "ann"), await service.createKey("viewer", "bob")];
    const body = JSON.stringify(packageOf("hidden", { visibility: "private" }));
    const headers = json;
    expect((await service.send("POST", "/processes", { key: ann, headers, body })).status).toBe(201);
    expect((await service.send("GET", "/processes/hidden", { key: ann })).status).toBe(200);
    expect((await service.send("GET", "/processes/hidden")).status).toBe(404);
    expect((await service.send("GET", "/processes/hidden/package")).status).toBe(401);
    expect(JSON.stringify(await jsonOf(await service.send("GET", "/processes")))).not.toContain("hidden");
    const listed = await jsonOf(await service.send("GET", "/processes", { key: ann }));
    expect(JSON.stringify(listed)).toContain("hidden");
    const refused = await service.send("POST", "/processes/hidden/execution", { key: bob, headers, body: "{}" });
    expect(refused.status).toBe(403);
  });
});

describe("revisions:", () => {
  test("a change of words raises the last number, a given one is taken, a replacement that takes and gives the same raises the last", async () => {
    await deploy("numbered", { version: "1.2.3" });
    await patch("numbered", { title: "b" });
    expect(await versionOf("numbered")).toBe("1.2.4");
    await patch("numbered", { title: "c", version: "1.2.7" });
    expect(await versionOf("numbered")).toBe("1.2.7");
    // Otherwise: 204, or 200 with the summary for Prefer: return=representation, where Weaver answers 201.
    expect((await replace("numbered", { title: "d" })).status).toBe(204);
    expect(await versionOf("numbered")).toBe("1.2.8");
  });

  test("one without a version begins at 1.0.0 (otherwise: none, then 0.0.1), and a change of visibility alone makes no revision", async () => {
    await deploy("unnumbered");
    expect(await versionOf("unnumbered")).toBe("1.0.0");
    await patch("unnumbered", { visibility: "private" });
    await patch("unnumbered", { visibility: "public" });
    expect(await versionOf("unnumbered")).toBe("1.0.0");
    await patch("unnumbered", { title: "b" });
    expect(await versionOf("unnumbered")).toBe("1.0.1");
  });

  test("a change of nothing is 200 and changes nothing (otherwise: 400)", async () => {
    expect((await patch("unnumbered", {})).status).toBe(200);
    expect(await versionOf("unnumbered")).toBe("1.0.1");
    expect((await patch("echo", { title: "x" })).status).toBe(403);
  });

  test("a job names the revision that it ran, also after a replacement", async () => {
    await deploy("replaced", { version: "0.0.0" });
    const own = await submitWith(app.url, "replaced", { inputs: { message: "m" } });
    await untilFinished(app.url, own);
    const revision = async () => JSON.parse((await send("GET", `/jobs/${own}`)).text).processRevision;
    const before = await revision();
    await replace("replaced", { title: "next" });
    expect(await revision()).toBe(before);
    const old = JSON.parse((await send("GET", `/processes/replaced@${before}`)).text);
    expect(old).toMatchObject({ version: "0.0.0" });
    expect((await send("GET", "/processes/replaced:0.0.0")).status).toBe(200);
    expect((await send("GET", "/processes/replaced?version=0.0.0")).status).toBe(200);
  });

  test("after the current revision was withdrawn nothing takes its place by itself (otherwise: the one before does)", async () => {
    await deploy("withdrawn", { version: "1.0.0" });
    await replace("withdrawn", { title: "next" });
    expect((await send("DELETE", "/processes/withdrawn:1.0.1")).status).toBe(204);
    expect((await send("GET", "/processes/withdrawn")).status).toBe(404);
    expect((await send("POST", "/processes/withdrawn/revisions/1.0.0/restore")).status).toBe(200);
    expect(await versionOf("withdrawn")).toBe("1.0.0");
  });
});

describe("executing:", () => {
  const execute = (body: unknown) => send("POST", "/processes/results/execution", body, { accept: "application/json" });

  test("no body is 400, empty text is a value, and text of digits stays text", async () => {
    expect((await execute(undefined)).status).toBe(400);
    const outputs = { output_data: {} };
    expect(await execute({ inputs: { message: "" }, outputs })).toMatchObject({ status: 200, text: '""' });
    expect(await execute({ inputs: { message: "100" }, outputs })).toMatchObject({ status: 200, text: '"100"' });
    expect((await execute({ inputs: { message: 100 } })).status).toBe(400);
  });
});

describe("the vault:", () => {
  test("a form is answered with what Weaver's client reads, and needs its token", async () => {
    const form = new FormData();
    form.append("file", new Blob(["content"], { type: "text/plain" }), "a.txt");
    const answer = await fetch(`${app.url}/vault`, {
      method: "POST",
      headers: { "cache-control": "no-cache" },
      body: form,
    });
    const { file_id: id, access_token: token, file_href: href } = await jsonOf(answer);
    expect([answer.status, href]).toEqual([200, `vault://${id}`]);
    const headers = { "x-auth-vault": `token ${token}` };
    expect((await send("GET", `/vault/${id}`)).status).toBe(403);
    expect((await send("GET", `/vault/${id}`, undefined, { "x-auth-vault": "token wrong" })).status).toBe(403);
    expect((await send("HEAD", `/vault/${id}`, undefined, headers)).headers.get("content-length")).toBe("7");
    // Otherwise: read as often as one likes (410 there, after one GET), and kept as it is in the data directory (encrypted there).
    for (const _ of [1, 2])
      expect(await send("GET", `/vault/${id}`, undefined, headers)).toMatchObject({ status: 200, text: "content" });
  });
});

describe("directories:", () => {
  test("only what lies in it comes in, and a directory that is given has an address that ends with a slash", async () => {
    await deploy("list", {}, listTool);
    const zip = zipOf([
      { name: "d/a.txt", content: "one" },
      { name: "d/sub/b.txt", content: "two" },
    ]);
    const upload = await fetch(`${app.url}/vault`, { method: "POST", body: new Blob([new Uint8Array(zip)]) });
    const { href } = await jsonOf(upload);
    const own = await submitWith(app.url, "list", { inputs: { d: { href } } });
    expect((await untilFinished(app.url, own)).at(-1)?.status).toBe("successful");
    const results = JSON.parse((await send("GET", `/jobs/${own}/results`)).text);
    expect(await (await fetch(results.said.href)).text()).toBe("./a.txt: one\n./sub/b.txt: two\n");
    expect(results.same.href).toEndWith("/d/");
  });
});

describe("sub-resources of a job:", () => {
  test("a job that there is not is 404 everywhere, whatever its id looks like (otherwise: 400 for what is no UUID)", async () => {
    for (const id of ["not-a-uuid", "11111111-1111-4111-8111-111111111111"]) {
      for (const part of ["", "/inputs", "/results", "/results/x", "/logs", "/exceptions", "/statistics"]) {
        expect([id, part, (await send("GET", `/jobs/${id}${part}`)).status]).toEqual([id, part, 404]);
      }
    }
  });

  test("the log is text or JSON, 406 for an image (otherwise: XML and YAML too)", async () => {
    const log = (accept: string) => send("GET", `/jobs/${job}/logs`, undefined, { accept });
    expect(JSON.parse((await log("application/json")).text).length).toBeGreaterThan(1);
    expect((await log("text/plain")).text).toContain("Job complete.");
    for (const accept of ["image/geotiff", "application/xml"]) expect((await log(accept)).status).toBe(406);
  });

  test("items of a list are answered one by one; another index or output is refused", async () => {
    const item = (path: string) => send("GET", `/jobs/${job}/results/${path}`);
    for (const [index, text] of ["a", "b", "c"].entries()) {
      const answer = await item(`list/${index}`);
      expect([answer.status, answer.headers.get("content-type"), answer.text]).toEqual([
        200,
        "text/plain; charset=utf-8",
        text,
      ]);
    }
    expect(await item("files/0")).toMatchObject({ status: 200, text: "test" });
    // Otherwise: 404, as no resource is there; 400 at Weaver.
    for (const index of ["abc", "-1", "5"]) expect([index, (await item(`list/${index}`)).status]).toEqual([index, 404]);
    // Otherwise: 400 no-such-output; 404 at Weaver.
    expect((await item("nothing")).status).toBe(400);
    expect((await item("nothing/0")).status).toBe(400);
  });

  test("inputs say what was asked, exceptions are none, statistics are there (otherwise: 404 when there are none)", async () => {
    expect(JSON.parse((await send("GET", `/jobs/${job}/inputs`)).text)).toMatchObject({
      inputs: { message: "test" },
      mode: "async",
    });
    expect(JSON.parse((await send("GET", `/jobs/${job}/exceptions`)).text).exceptions).toEqual([]);
    expect(JSON.parse((await send("GET", `/jobs/${job}/statistics`)).text)).toMatchObject({ attempts: 1 });
  });

  test("results of a job that runs are 404 result-not-ready, and of a dismissed one 410", async () => {
    const running = await submitWith(app.url, "echo", { inputs: { text: "x", pause: 30 } });
    const early = await send("GET", `/jobs/${running}/results`);
    expect([early.status, JSON.parse(early.text).type]).toEqual([404, expect.stringContaining("result-not-ready")]);
    const dismissed = await send("DELETE", `/jobs/${running}`);
    expect([dismissed.status, JSON.parse(dismissed.text).status]).toEqual([200, "dismissed"]);
    const status = async (part: string) => (await send("GET", `/jobs/${running}${part}`)).status;
    expect([await status(""), await status("/results"), await status("/inputs")]).toEqual([200, 410, 200]);
  });

  test("results of a failed job tell why, with 500 (otherwise: 400)", async () => {
    await deploy("fails", {}, { ...unit, baseCommand: ["false"], outputs: {} });
    const failed = await submitWith(app.url, "fails", { inputs: { message: "x" } });
    expect((await untilFinished(app.url, failed)).at(-1)?.status).toBe("failed");
    const answer = await send("GET", `/jobs/${failed}/results`);
    expect([answer.status, answer.text]).toEqual([500, expect.stringContaining("exit code 1")]);
    expect(JSON.parse((await send("GET", `/jobs/${failed}/exceptions`)).text).exceptions.length).toBe(1);
  });

  test("a page beyond the end is empty with links back (otherwise: 400), and no page or limit of nonsense is taken", async () => {
    expect(JSON.parse((await send("GET", "/jobs?page=9&limit=5")).text).jobs).toEqual([]);
    for (const query of ["page=-1", "limit=0", "status=random", "minDuration=5&maxDuration=1"]) {
      expect([query, (await send("GET", `/jobs?${query}`)).status]).toEqual([query, 400]);
    }
  });
});
