import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StageName } from "../../../src/domain/jobs/progress.ts";
import { readEvents, startTestApp } from "../../support/app.ts";
import { type StatusDocument, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import {
  description,
  executeResponse,
  type Faults,
  fakeWps,
  fileOutput,
  xmlAnswer,
} from "../../support/servers/fake-wps.ts";
import { addProvider, registerProvider, submitRemote } from "../../support/servers/providers.ts";
import { httpAnswer, type RawServer, rawServer } from "../../support/servers/remote-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const flags = {
  allowFetch: ["127.0.0.1"],
  fetchIdleSeconds: 1,
  maxDownloadBytes: 1_000_000,
  maxDocumentBytes: 100_000,
};
const html = httpAnswer(200, { "content-type": "text/html" }, "<!DOCTYPE html><html><body>Welcome</body></html>");
const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>`;

const registrations: readonly (readonly [string, string | undefined, string])[] = [
  ["is silent", undefined, "no answer for 1 s"],
  ["answers HTML", html, "found an HTML page"],
  ["answers 500", httpAnswer(500, {}, "oh no"), "status 500"],
  ["redirects to a private address", httpAnswer(302, { location: "http://10.0.0.1/" }), "not of the public internet"],
  ["lies about its length", "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<x>", "before its length of 900"],
  ["never stops", `HTTP/1.1 200 OK\r\n\r\n${"<a>".repeat(100_000)}`, "found more than 100000 bytes"],
  ["answers XML with a DOCTYPE", xmlAnswer(bomb), "DOCTYPE"],
  ["answers truncated XML", xmlAnswer("<wps:Capabilities"), "as wps-1.0.0"],
];

test.each(registrations)(
  "A server that %s is refused as a provider with 422 and the cause",
  async (_, answer, cause) => {
    await using folder = await temporaryDirectory();
    await using server = await rawServer((_request, socket) => {
      if (answer !== undefined) socket.end(answer);
    });
    await using app = await startTestApp(folder.path, flags);
    const response = await registerProvider(app.url, { id: "bad", url: server.url });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain(cause);
    expect(await (await fetch(`${app.url}/providers`)).json()).toMatchObject({ providers: [] });
  },
);

test("A provider on a private address is refused when the operator did not open it", async () => {
  await using folder = await temporaryDirectory();
  await using server = await fakeWps();
  await using app = await startTestApp(folder.path);
  const response = await registerProvider(app.url, { id: "bad", url: server.url });
  expect(response.status).toBe(422);
  expect(await response.text()).toContain("--allow-fetch does not name it");
  expect(server.requests).toEqual([]);
});

type Case = readonly [string, (server: RawServer) => Faults, StageName, string];

const unknownProcess = `<ExceptionReport xmlns="http://www.opengis.net/ows/1.1" version="1.0.0"><Exception exceptionCode="InvalidParameterValue" locator="identifier"/></ExceptionReport>`;

const failing =
  '<wps:ProcessFailed><ows:ExceptionReport><ows:Exception exceptionCode="InvalidParameterValue" locator="word"><ows:ExceptionText>too short</ows:ExceptionText></ows:Exception></ows:ExceptionReport></wps:ProcessFailed>';

const runs: readonly Case[] = [
  [
    "changes its description",
    () => ({ DescribeProcess: xmlAnswer(description("other")) }),
    "describe",
    "changed since the request was checked",
  ],
  ["forgets the process", () => ({ DescribeProcess: xmlAnswer(unknownProcess, 400) }), "describe", "knows it no more"],
  [
    "refuses the execution",
    ({ url }) => ({ Execute: xmlAnswer(executeResponse(url, failing)) }),
    "monitorLoop",
    "The remote refused the execution: too short",
  ],
  ["answers the execution with HTML", () => ({ Execute: html }), "executeRequest", "found an HTML page"],
  ["answers the execution with 503", () => ({ Execute: httpAnswer(503, {}, "busy") }), "monitorLoop", "status 503"],
  [
    "cuts its answer to the execution",
    () => ({ Execute: "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<x" }),
    "executeRequest",
    "before its length of 500",
  ],
  [
    "fails",
    ({ url }) => ({ Status: xmlAnswer(executeResponse(url, failing)) }),
    "monitorLoop",
    "The remote job failed: too short",
  ],
  [
    "gives a result on a private address",
    ({ url }) => ({
      Status: xmlAnswer(executeResponse(url, "<wps:ProcessSucceeded/>", fileOutput("http://10.0.0.1/x"))),
    }),
    "monitorLoop",
    "not of the public internet",
  ],
  [
    "gives a result of 2 GB",
    () => ({ Output: httpAnswer(200, { "content-length": "2000000000" }, "x") }),
    "monitorLoop",
    "found 2000000000 bytes, wanted at most 1000000",
  ],
  [
    "gives a result without an end",
    () => ({ Output: `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(1_100_000)}` }),
    "monitorLoop",
    "found more than 1000000 bytes",
  ],
  [
    "gives no result",
    ({ url }) => ({ Status: xmlAnswer(executeResponse(url, "<wps:ProcessSucceeded/>")) }),
    "monitorLoop",
    'Cannot collect output "file"',
  ],
  ["lost its result", () => ({ Output: httpAnswer(404, {}, "") }), "monitorLoop", "found status 404"],
];

test("Each way in which a remote can go wrong fails its own job, with the stage and the cause, and no other", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, flags);
  await using stack = new AsyncDisposableStack();
  const ends = runs.map(async ([what, faultsOf, stage, cause], index) => {
    const faults: Faults = {};
    const server = stack.use(await fakeWps(faults));
    const provider = `p${index}`;
    await addProvider(app.url, { id: provider, url: `${server.url}/wps`, type: "wps-1.0.0" });
    await fetch(`${app.url}/providers/${provider}/processes/faulty`);
    Object.assign(faults, faultsOf(server));
    const job = await submitRemote(app.url, provider, "faulty", { inputs: {} });
    const last = (await untilFinished(app.url, job)).at(-1);
    expect([what, last?.status, last?.progress, last?.message]).toEqual([
      what,
      "failed",
      85,
      expect.stringContaining(cause),
    ]);
    const failure = (await readEvents(folder.path, job)).at(-1)?.failure;
    expect([what, failure?.stage]).toEqual([what, stage]);
    if (cause.includes("too short")) {
      expect(failure?.exception).toEqual({ code: "InvalidParameterValue", locator: "word", text: "too short" });
    }
  });
  const echo = await submit(app.url, "echo", { text: "unharmed" });
  expect((await untilFinished(app.url, echo)).at(-1)).toMatchObject({ status: "successful" });
  await Promise.all(ends);
}, 30_000);

test("A remote's progress that goes backwards is never shown so", async () => {
  await using folder = await temporaryDirectory();
  const faults: Faults = {};
  await using server = await fakeWps(faults);
  const at = (percent: number) =>
    xmlAnswer(
      executeResponse(server.url, `<wps:ProcessStarted percentCompleted="${percent}">half</wps:ProcessStarted>`),
    );
  faults.Status = at(80);
  await using app = await startTestApp(folder.path, flags);
  await addProvider(app.url, { id: "peer", url: `${server.url}/wps` });
  const job = await submitRemote(app.url, "peer", "faulty", { inputs: {} });
  const seen: StatusDocument[] = [];
  await until("80 % is shown", async () => {
    seen.push(await statusOf(app.url, job));
    return seen.at(-1)?.progress === 72;
  });
  faults.Status = at(10);
  const before = server.requests.length;
  await until("it was asked again", async () => server.requests.length > before);
  expect((await statusOf(app.url, job)).progress).toBe(72);
  delete faults.Status;
  expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await (await fetch(`${app.url}/jobs/${job}/results/file`)).text()).toBe("the result");
}, 30_000);

test("The list of providers does not wait for one that is dead, and says so", async () => {
  await using folder = await temporaryDirectory();
  await using good = await fakeWps();
  const bad = await fakeWps();
  await using app = await startTestApp(folder.path, flags);
  await addProvider(app.url, { id: "good", url: `${good.url}/wps` });
  await addProvider(app.url, { id: "bad", url: `${bad.url}/wps` });
  await bad[Symbol.asyncDispose]();
  const answer = await fetch(`${app.url}/providers`);
  expect(await answer.json()).toMatchObject({
    providers: [
      { id: "bad", status: "down", message: expect.stringContaining("Cannot fetch") },
      { id: "good", status: "up", title: "Faulty" },
    ],
  });
});

test("A provider that is silent is shown as unknown, and the others beside it", async () => {
  await using folder = await temporaryDirectory();
  const faults: Faults = {};
  await using good = await fakeWps();
  await using silent = await fakeWps(faults);
  await using app = await startTestApp(folder.path, { ...flags, fetchIdleSeconds: 30 });
  await addProvider(app.url, { id: "good", url: `${good.url}/wps` });
  await addProvider(app.url, { id: "silent", url: `${silent.url}/wps` });
  faults.GetCapabilities = undefined;
  const answer = await fetch(`${app.url}/providers`);
  expect(await answer.json()).toMatchObject({
    providers: [
      { id: "good", status: "up" },
      { id: "silent", status: "unknown" },
    ],
  });
});

const token = "f0rwarded-secret-token";
const password = "pr0vider-password";

test("Forwarded headers and credentials reach the remote before and after a restart, and no file of ours shows them", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const faults: Faults = {};
  await using server = await fakeWps(faults);
  faults.Status = xmlAnswer(executeResponse(server.url, "<wps:ProcessStarted>on it</wps:ProcessStarted>"));
  const arguments_ = ["--allow-fetch", "127.0.0.1", "--log-level", "debug"];
  const before = await startServer(data, arguments_);
  const auth = { type: "basic", username: "ada", password };
  const body = { id: "peer", url: `${server.url}/wps`, auth, forwardHeaders: ["X-Token"] };
  expect(JSON.stringify(await addProvider(before.url, body))).not.toContain(password);
  const job = await submitRemote(
    before.url,
    "peer",
    "faulty",
    { inputs: {} },
    { "x-token": token, "x-other": "kept back" },
  );
  await until("its status was asked", async () => server.requests.some((one) => one.startsWith("GET /status")));
  await before.stop("SIGKILL");
  for (const text of await filesIn(data))
    for (const secret of [token, password]) expect(text.includes(secret)).toBe(false);

  const asked = server.requests.length;
  delete faults.Status;
  await using after = await startServer(data, arguments_);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  const signIn = `authorization: Basic ${Buffer.from(`ada:${password}`).toString("base64")}`;
  for (const request of server.requests.slice(1)) expect(request).toContain(signIn);
  const sent = server.requests.filter((request) => request.includes(`x-token: ${token}`));
  expect(sent.some((request) => request.startsWith("POST"))).toBe(true);
  expect(server.requests.slice(asked).every((request) => request.includes(`x-token: ${token}`))).toBe(true);
  expect(server.requests.some((request) => request.includes("kept back"))).toBe(false);
  expect(server.requests.filter((request) => request.startsWith("POST"))).toHaveLength(1);
  await after.stop("SIGTERM");
  for (const text of [...(await filesIn(data)), before.talk(), after.talk()]) {
    for (const secret of [token, password]) expect(text.includes(secret)).toBe(false);
  }
}, 30_000);

/** Every file below a directory, as text. */
async function filesIn(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map((file) => readFile(file, "latin1")));
}
