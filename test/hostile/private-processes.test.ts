import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { submit, untilFinished } from "../support/jobs.ts";
import { type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

const folder = await temporaryDirectory();
const data = join(folder.path, "data");

/** Both sort before and behind the private one, so that pages begin and end beside it. */
const secret = "midnight";
const known = ["aurora", "zenith"];

let server: RunningServer;
let job = "";
let publicJob = "";

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["echo", "hello"],
  stdout: "said",
  inputs: { word: "string?" },
  outputs: { said: "stdout" },
};

async function deploy(url: string, id: string, visibility: string): Promise<void> {
  const response = await fetch(`${url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/ogcapppkg+json" },
    body: JSON.stringify({
      processDescription: { id, visibility },
      executionUnit: { unit: tool, type: "application/cwl" },
    }),
  });
  if (response.status !== 201) throw new Error(await response.text());
}

/** Everything is made while nobody has a key; then the service is opened. */
beforeAll(async () => {
  await using first = await startServer(data);
  for (const id of known) await deploy(first.url, id, "public");
  await deploy(first.url, secret, "private");
  job = await submit(first.url, secret, { word: "sesame" });
  await untilFinished(first.url, job);
  publicJob = await submit(first.url, "zenith", {});
  await untilFinished(first.url, publicJob);
  expect(await textOf(first.url, "/processes")).toContain(secret);
  expect((await fetch(`${first.url}/processes/${secret}`)).status).toBe(200);
  expect((await fetch(`${first.url}/jobs/${job}`)).status).toBe(200);
  await first.stop();
});

afterAll(() => folder[Symbol.asyncDispose]());

async function textOf(url: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return (await fetch(`${url}${path}`, { headers })).text();
}

const wps = "/wps?service=WPS&version=2.0.0&request";

const listings: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ["the list", "/processes", {}],
  ["the list as a page", "/processes?f=html", {}],
  ["a page that ends at it", "/processes?limit=1&after=echo", {}],
  ["a page that begins at it", `/processes?limit=1&after=${secret.slice(0, -1)}`, {}],
  ["the list of WPS 2.0", `${wps}=GetCapabilities`, {}],
  ["the list of WPS 1.0", "/wps?service=WPS&request=GetCapabilities", {}],
  ["all descriptions of WPS", `${wps}=DescribeProcess&identifier=ALL`, {}],
  ["the API description", "/api", {}],
  ["the API description 3.1", "/api?f=oas31", {}],
  ["the landing page", "/?f=html", {}],
  ["the page of the API", "/api.html", {}],
];

type Attempt = readonly [string, (id: string) => readonly [path: string, init?: RequestInit]];

const json = { "content-type": "application/json" };
const xml = { "content-type": "text/xml" };
const execute10 = (id: string) =>
  `<wps:Execute service="WPS" version="1.0.0" xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Identifier>${id}</ows:Identifier></wps:Execute>`;
const execute20 = (id: string) =>
  `<wps:Execute service="WPS" version="2.0.0" response="document" mode="sync" xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0"><ows:Identifier>${id}</ows:Identifier></wps:Execute>`;

const attempts: readonly Attempt[] = [
  ["its description", (id) => [`/processes/${id}`]],
  ["its page", (id) => [`/processes/${id}?f=html`]],
  ["its page for a browser", (id) => [`/processes/${id}`, { headers: { accept: "text/html" } }]],
  ["its head", (id) => [`/processes/${id}`, { method: "HEAD" }]],
  ["its description of WPS 2.0", (id) => [`${wps}=DescribeProcess&identifier=${id}`]],
  ["its description of WPS 1.0", (id) => [`/wps?service=WPS&version=1.0.0&request=DescribeProcess&identifier=${id}`]],
  ["its execution", (id) => [`/processes/${id}/execution`, { method: "POST", headers: json, body: '{"inputs":{}}' }]],
  [
    "its execution with a fault",
    (id) => [`/processes/${id}/execution`, { method: "POST", headers: json, body: '{"inputs":{"none":1}}' }],
  ],
  [
    "a dry run",
    (id) => [`/processes/${id}/execution?dryRun=true`, { method: "POST", headers: json, body: '{"inputs":{}}' }],
  ],
  ["its execution by query", (id) => [`/processes/${id}/execution?word=a`]],
  ["a dry run by query", (id) => [`/processes/${id}/execution?word=a&dryRun=true`]],
  ["a query with an unknown input", (id) => [`/processes/${id}/execution?nothing=a`]],
  [
    "its execution for a browser",
    (id) => [`/processes/${id}/execution?word=a`, { headers: { accept: "text/html", "sec-fetch-mode": "navigate" } }],
  ],
  ["its execution of WPS 1.0 by GET", (id) => [`/wps?service=WPS&version=1.0.0&request=Execute&identifier=${id}`]],
  ["its execution of WPS 1.0", (id) => ["/wps", { method: "POST", headers: xml, body: execute10(id) }]],
  ["its execution of WPS 2.0", (id) => ["/wps", { method: "POST", headers: xml, body: execute20(id) }]],
  ["its jobs", (id) => [`/processes/${id}/jobs`]],
  ["its replacement", (id) => [`/processes/${id}`, { method: "PUT", headers: json, body: JSON.stringify(tool) }]],
  ["its removal", (id) => [`/processes/${id}`, { method: "DELETE" }]],
  ["something below it", (id) => [`/processes/${id}/package`]],
];

async function answerOf(url: string, [path, init]: readonly [string, RequestInit?]) {
  const response = await fetch(`${url}${path}`, init);
  return { status: response.status, text: await response.text() };
}

for (const [title, flags] of [
  ["an anonymous viewer", ["--allow-anonymous"]],
  ["an anonymous runner", ["--allow-anonymous", "runner"]],
] as const) {
  describe(`${title} finds no private process and nothing of its jobs`, () => {
    beforeAll(async () => {
      server = await startServer(data, flags);
    });
    afterAll(() => server[Symbol.asyncDispose]());

    for (const [what, path, headers] of listings) {
      test(`${what} does not tell of it`, async () => {
        const text = await whileHealthy(server.url, what, () => textOf(server.url, path, headers));
        expect(text).not.toContain(secret);
      });
    }

    test("pages of one process each lead through all public ones", async () => {
      const seen: string[] = [];
      let next: string | undefined = `${server.url}/processes?limit=1`;
      while (next !== undefined) {
        const page: { processes: { id: string }[]; links: { rel: string; href: string }[] } = JSON.parse(
          await (await fetch(next)).text(),
        );
        expect(page.processes).toHaveLength(1);
        seen.push(...page.processes.map(({ id }) => id));
        next = page.links.find(({ rel }) => rel === "next")?.href;
      }
      expect(seen).toEqual([...known, "echo"].toSorted());
    });

    for (const [what, ask] of attempts) {
      test(`${what} is answered as that of a process that is not there`, async () => {
        const found = await whileHealthy(server.url, what, () => answerOf(server.url, ask(secret)));
        const absent = await answerOf(server.url, ask("nowhere1"));
        expect(found.status).toBe(absent.status);
        expect(what.includes("WPS") ? [400] : [403, 404]).toContain(found.status);
        expect(found.text.replaceAll(secret, "nowhere1")).toBe(absent.text);
      });
    }

    for (const below of ["", "/inputs", "/results", "/results/said", "/log", "/statistics", "/events", "/exceptions"]) {
      test(`its job${below} is answered with 404`, async () => {
        expect((await fetch(`${server.url}/jobs/${publicJob}`)).status).toBe(200);
        expect((await fetch(`${server.url}/jobs/${job}${below}`)).status).toBe(404);
      });
    }

    test("its job cannot be dismissed, run again or asked for by WPS, and its outputs are not served", async () => {
      const refused = [403, 404];
      expect(refused).toContain((await fetch(`${server.url}/jobs/${job}`, { method: "DELETE" })).status);
      const retry = { method: "POST", headers: json, body: "{}" };
      expect(refused).toContain((await fetch(`${server.url}/jobs/${job}/retry`, retry)).status);
      expect(await textOf(server.url, `${wps}=GetStatus&jobId=${job}`)).toContain("NoSuchJob");
      expect(await textOf(server.url, `${wps}=GetResult&jobId=${job}`)).toContain("NoSuchJob");
      expect((await fetch(`${server.url}/outputs/${job}/said/said`)).status).toBe(404);
      expect((await fetch(`${server.url}/outputs/${job}.log`)).status).toBe(404);
    });

    for (const query of ["", "?limit=1", "?sortby=processID", `?processID=${secret}`, `?q=${secret}`, "?f=html"]) {
      test(`the job list${query} does not tell of it`, async () => {
        const text = await textOf(server.url, `/jobs${query}`);
        expect(text).not.toContain(job);
        expect(text.replaceAll(query.replace("?", ""), "")).not.toContain(secret);
      });
    }
  });
}

test("a stranger of a service with keys finds no private process, whoever has a key does", async () => {
  const made = await runExecutable(["keys", "create", "--role", "viewer", "--data", data]);
  await using open = await startServer(data);
  for (const [what, path, headers] of listings) {
    expect([what, await textOf(open.url, path, headers)]).toEqual([what, expect.not.stringContaining(secret)]);
  }
  expect((await fetch(`${open.url}/processes/${secret}`)).status).toBe(404);
  const withKey = { authorization: `Bearer ${made.out.trim()}` };
  expect(await textOf(open.url, "/processes", withKey)).toContain(secret);
  expect(await textOf(open.url, "/api", withKey)).toContain(secret);
  expect((await fetch(`${open.url}/processes/${secret}`, { headers: withKey })).status).toBe(200);
});
