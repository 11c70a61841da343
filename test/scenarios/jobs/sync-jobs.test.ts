import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { App } from "../../../src/app.ts";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, until, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

// `--sync-jobs never`: a synchronous run that ends within its wait is no job to its clients.

/** Says something by a file and by a text, after a while. */
const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", 'sleep "$2"; printf %s "$1" > said.txt; exit "$3"', "tool"],
  inputs: {
    message: { type: "string", default: "hello", inputBinding: { position: 1 } },
    seconds: { type: "double", default: 0, inputBinding: { position: 2 } },
    code: { type: "int", default: 0, inputBinding: { position: 3 } },
  },
  outputs: {
    text: {
      type: "string",
      outputBinding: { glob: "said.txt", loadContents: true, outputEval: "$(self[0].contents)" },
    },
    file: { type: "File", outputBinding: { glob: "said.txt" } },
  },
} as const;

type Body = Readonly<Record<string, unknown>>;

const JobSchema = v.looseObject({ jobID: v.string() });
const JobsSchema = v.object({ jobs: v.array(v.looseObject({ jobID: v.string() })) });
const HistorySchema = v.object({ executionId: v.string(), status: v.string() });
const LinkSchema = v.object({ href: v.string() });
const LinksSchema = v.object({ text: LinkSchema, file: LinkSchema });

let folder: TemporaryDirectory | undefined;
let app: App | undefined;

beforeAll(async () => {
  folder = await temporaryDirectory();
  app = await startTestApp(join(folder.path, "data"), { syncJobs: "never", allowFetch: ["127.0.0.1"] });
  await deployCwl(app.url, "tool", tool);
});
afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const url = () => app?.url ?? "";

function execute(
  body: Body,
  headers: Readonly<Record<string, string>> = {},
  processId = "tool",
  base = url(),
): Promise<Response> {
  return fetch(`${base}/processes/${processId}/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

async function listed(query = "", base = url()): Promise<readonly { readonly jobID: string }[]> {
  return jobsOf(await fetch(`${base}/jobs${query}`, { headers: { accept: "application/json" } }));
}

async function jobsOf(response: Response) {
  return v.parse(JobsSchema, await response.json()).jobs;
}

/** Jobs that were answered and removed stand in the history alone. */
async function newestOfHistory(): Promise<string> {
  return (await listed("?removed=true&limit=1"))[0]?.jobID ?? "";
}

async function expectNoJob(): Promise<void> {
  for (const query of ["", "?q=hello", "?status=successful", "?processID=tool", "?sortby=finished", "?limit=1"])
    expect([query, await listed(query)]).toEqual([query, []]);
  expect(await jobsOf(await fetch(`${url()}/processes/tool/jobs`))).toEqual([]);
  const page = await (await fetch(`${url()}/jobs`, { headers: { accept: "text/html" } })).text();
  const id = await newestOfHistory();
  expect(page).not.toContain(id);
  for (const path of ["", "/results", "/inputs", "/log", "/events", "/statistics", "/notifications", "/exceptions"]) {
    expect([path, (await fetch(`${url()}/jobs/${id}${path}`)).status]).toEqual([path, 404]);
  }
  expect((await fetch(`${url()}/jobs/${id}`, { method: "DELETE" })).status).toBe(404);
  expect((await fetch(`${url()}/jobs/${id}?removed=true`)).status).toBe(200);
}

const byValue = { inputs: { message: "hello" }, outputs: { text: {} } } as const;

describe("a synchronous run that ends within its wait", () => {
  const requests: readonly (readonly [string, Body])[] = [
    ["one output, 2.0", byValue],
    ["all outputs, 2.0", { inputs: {} }],
    ["a document of values", { inputs: {}, response: "document" }],
    ["raw, several", { inputs: {}, response: "raw" }],
    ["raw, one file", { inputs: {}, outputs: { file: { transmissionMode: "value" } }, response: "raw" }],
    ["raw, by reference", { inputs: {}, outputs: { text: { transmissionMode: "reference" } }, response: "raw" }],
    ["a failure", { inputs: { code: 7 } }],
  ];
  test.each(requests)("is no job: %s", async (_name, request) => {
    const response = await execute(request);
    const text = await response.text();
    expect([response.status < 300 || text.includes("exit code 7"), text]).toEqual([true, text]);
    expect(response.headers.get("link") ?? "").not.toContain("monitor");
    await expectNoJob();
  });

  test("is no job when it came by GET", async () => {
    const response = await fetch(`${url()}/processes/tool/execution?message=hello`);
    expect(response.status).toBe(200);
    await expectNoJob();
  });

  test("is no job when it came as WPS 1.0 or 2.0", async () => {
    const query = "service=WPS&version=1.0.0&request=Execute&identifier=tool&DataInputs=message%3Dhello";
    const first = await (await fetch(`${url()}/wps?${query}`)).text();
    expect(first).toContain("ProcessSucceeded");
    expect(first).toContain("hello");
    await expectNoJob();
    const body = `<wps:Execute xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0" service="WPS" version="2.0.0" mode="sync" response="document"><ows:Identifier>tool</ows:Identifier><wps:Input id="message"><wps:Data>hello</wps:Data></wps:Input><wps:Output id="text" transmission="value"/></wps:Execute>`;
    const second = await (
      await fetch(`${url()}/wps`, { method: "POST", headers: { "content-type": "text/xml" }, body })
    ).text();
    expect(second).toContain("hello");
    expect(second).not.toContain("JobID");
    await expectNoJob();
  });

  test("is told of in no stream of the list", async () => {
    const leaving = new AbortController();
    const stream = await fetch(`${url()}/events`, { signal: leaving.signal });
    const decoder = new TextDecoder();
    expect((await execute(byValue)).status).toBe(200);
    const { jobID: later } = v.parse(
      JobSchema,
      await (await execute({ inputs: {} }, { prefer: "respond-async" })).json(),
    );
    let told = "";
    for await (const chunk of stream.body ?? []) {
      told += decoder.decode(chunk, { stream: true });
      if (told.includes(later) && told.includes('"successful"')) break;
    }
    leaving.abort();
    const ids = new Set([...told.matchAll(/"jobID":"([^"]+)"/g)].map(([, id]) => id));
    expect([...ids]).toEqual([later]);
    await fetch(`${url()}/jobs/${later}`, { method: "DELETE" });
  });

  test("leaves neither results nor files when its answer leads to none", async () => {
    expect((await execute(byValue)).status).toBe(200);
    const id = await newestOfHistory();
    const history = await (await fetch(`${url()}/jobs/${id}?removed=true`)).json();
    const { executionId, status } = v.parse(HistorySchema, history);
    expect(status).toBe("dismissed");
    const names = await readdir(join(folder?.path ?? "", "data", "outputs"));
    expect(names.filter((name) => name.startsWith(id) || name.startsWith(executionId))).toEqual([]);
  });

  test("has links that lead where they say", async () => {
    const asked = { inputs: { message: "linked" }, response: "document" } as const;
    const outputs = { text: { transmissionMode: "reference" }, file: { transmissionMode: "reference" } } as const;
    const document = v.parse(LinksSchema, await (await execute({ ...asked, outputs })).json());
    for (const name of ["text", "file"] as const) {
      const answer = await fetch(document[name].href, { headers: { accept: "text/plain, */*;q=0.1" } });
      expect([name, answer.status, await answer.text()]).toEqual([name, 200, "linked"]);
    }
    const raw = await execute({ ...asked, response: "raw", outputs });
    const links = [...(raw.headers.get("link") ?? "").matchAll(/<([^>]+)>/g)].map(([, href = ""]) => href);
    expect(links).toHaveLength(2);
    for (const href of links) expect([href, (await fetch(href)).status]).toEqual([href, 200]);
    await expectNoJob();
  });

  test("is answered again to a request with the same Idempotency-Key", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const [one, other] = [await execute(byValue, key), await execute(byValue, key)];
    expect([one.status, await one.text()]).toEqual([other.status, await other.text()]);
    await expectNoJob();
  });
});

describe("it is a job", () => {
  const removeAll = async () => {
    for (const { jobID } of await listed()) {
      await untilFinished(url(), jobID);
      await fetch(`${url()}/jobs/${jobID}`, { method: "DELETE" });
    }
  };

  test("when it outlasts its wait: 201, Location, listed", async () => {
    const response = await execute({ inputs: { seconds: 1.5 } }, { prefer: "wait=0" });
    expect(response.status).toBe(201);
    const location = response.headers.get("location") ?? "";
    expect((await fetch(location)).status).toBe(200);
    const id = location.split("/").at(-1) ?? "";
    expect(await listed()).toMatchObject([{ jobID: id }]);
    expect((await untilFinished(url(), id)).at(-1)?.status).toBe("successful");
    expect((await fetch(`${location}/results`)).status).toBe(200);
    expect(await listed()).toMatchObject([{ jobID: id }]);
    await removeAll();
  });

  test("when its client went away", async () => {
    const leaving = new AbortController();
    const asked = fetch(`${url()}/processes/tool/execution`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs: { seconds: 1 } }),
      signal: leaving.signal,
    }).catch(() => undefined);
    await until("it runs", async () => (await listed("?removed=true&status=running")).length > 0);
    leaving.abort();
    await asked;
    await until("it is listed", async () => (await listed()).length > 0);
    await removeAll();
  });

  test("when it is asynchronous, has a subscriber, or is pinned", async () => {
    const subscriber = { successUri: "http://127.0.0.1:9/" };
    expect((await execute({ inputs: {} }, { prefer: "respond-async" })).status).toBe(201);
    expect((await execute({ inputs: {}, subscriber })).headers.get("link")).toContain("monitor");
    expect((await execute({ inputs: {}, heddle: { pinned: true } })).headers.get("link")).toContain("monitor");
    expect(await listed()).toHaveLength(3);
    await removeAll();
  });
});

test("a run that the server died with is a job of the next start, and nothing of it is lost", async () => {
  await using own = await temporaryDirectory();
  const data = join(own.path, "data");
  const flags = ["--sync-jobs", "never"];
  await using first = await startServer(data, flags);
  await deployCwl(first.url, "tool", tool);
  const asked = execute({ inputs: { seconds: 3, message: "after all" } }, {}, "tool", first.url).catch(() => undefined);
  await until("it runs", async () => (await listed("?removed=true&status=running", first.url)).length > 0);
  expect(await listed("", first.url)).toEqual([]);
  await first.stop("SIGKILL");
  await asked;
  await using second = await startServer(data, flags);
  const [job] = await listed("", second.url);
  await untilFinished(second.url, job?.jobID ?? "");
  const results = await fetch(`${second.url}/jobs/${job?.jobID}/results/text`);
  expect(await results.text()).toBe("after all");
});

test("the setting is read from the environment and the file too, and says what it takes", async () => {
  await using own = await temporaryDirectory();
  await using byVariable = await startServer(join(own.path, "a"), [], { environment: { HEDDLE_SYNC_JOBS: "never" } });
  const linkOf = async (base: string) =>
    (await execute({ inputs: { text: "a" } }, {}, "echo", base)).headers.get("link");
  expect(await linkOf(byVariable.url)).not.toContain("monitor");
  await Bun.write(join(own.path, "heddle.yaml"), "sync-jobs: never\n");
  const config = ["--config", join(own.path, "heddle.yaml")];
  await using byFile = await startServer(join(own.path, "b"), config);
  expect(await linkOf(byFile.url)).not.toContain("monitor");
  const refused = await startServer(join(own.path, "c"), ["--sync-jobs", "sometimes"]).catch((error) => String(error));
  expect(refused).toContain("always or never");
});
