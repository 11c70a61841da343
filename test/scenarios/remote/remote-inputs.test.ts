import { expect, test } from "bun:test";
import { readEvents, startTestApp } from "../../support/app.ts";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { httpAnswer, rawServer } from "../../support/servers/remote-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const cat = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: "cat",
  inputs: { file: { type: "File", inputBinding: {} } },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
} as const;

test("An http input is fetched to disk and given to the tool", async () => {
  await using folder = await temporaryDirectory();
  await using remote = await rawServer((_request, socket) => socket.end(httpAnswer(200, {}, "from far away")));
  await using app = await startTestApp(folder.path, { allowFetch: ["127.0.0.1"] });
  await deployCwl(app.url, "cat", cat);
  const job = await submit(app.url, "cat", { file: { href: `${remote.url}/data.txt` } });
  expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await (await fetch(`${app.url}/jobs/${job}/results/said`)).text()).toBe("from far away");
});

test("An input that cannot be fetched fails its job at the stage that reads inputs, with the cause", async () => {
  await using folder = await temporaryDirectory();
  await using remote = await rawServer((request, socket) => {
    if (request.startsWith("GET /inside")) socket.end(httpAnswer(302, { location: "http://169.254.169.254/" }));
    else if (request.startsWith("GET /large")) socket.end(httpAnswer(200, { "content-length": "2000000000" }, "x"));
    else if (request.startsWith("GET /cut")) socket.end(httpAnswer(200, { "content-length": "10" }, "x"));
    else socket.end(httpAnswer(404, {}, ""));
  });
  const flags = { allowFetch: [`127.0.0.1:${remote.port}`], maxDownloadBytes: 1_000_000, downloadTries: 1 };
  await using app = await startTestApp(folder.path, flags);
  await deployCwl(app.url, "cat", cat);
  const causes: Readonly<Record<string, string>> = {
    [`${remote.url}/inside`]: "not of the public internet",
    [`${remote.url}/large`]: "found 2000000000 bytes, wanted at most 1000000",
    [`${remote.url}/cut`]: "9 bytes before its length",
    [`${remote.url}/missing`]: "found status 404",
  };
  for (const [href, cause] of Object.entries(causes)) {
    const job = await submit(app.url, "cat", { file: { href } });
    const last = (await untilFinished(app.url, job)).at(-1);
    expect(last).toMatchObject({ status: "failed", progress: 85 });
    expect(last?.message).toContain(cause);
    const events = await readEvents(folder.path, job);
    expect(events.find((event) => event.failure !== undefined)?.failure).toMatchObject({ stage: "getInputs" });
  }
});

test("An input at an address that is never asked is refused before a job is made", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  await deployCwl(app.url, "cat", cat);
  const href = "http://127.0.0.1:1/";
  const sent = submit(app.url, "cat", { file: { href } });
  expect(sent).rejects.toThrow(`/inputs/file/href: found \\"${href}\\", wanted an address of the public internet`);
  await sent.catch(() => {});
  expect(await (await fetch(`${app.url}/jobs`)).json()).toMatchObject({ jobs: [] });
});

test("An input whose server is in trouble for a moment is fetched all the same, and the log tells of it", async () => {
  await using folder = await temporaryDirectory();
  let asked = 0;
  await using remote = await rawServer((_request, socket) => {
    asked += 1;
    socket.end(asked === 1 ? httpAnswer(503, {}, "busy") : httpAnswer(200, {}, "at last"));
  });
  await using app = await startTestApp(folder.path, { allowFetch: ["127.0.0.1"] });
  await deployCwl(app.url, "cat", cat);
  const job = await submit(app.url, "cat", { file: { href: `${remote.url}/data.txt` } });
  expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(await (await fetch(`${app.url}/jobs/${job}/log`)).text()).toContain(
    "found status 503, wanted 200; try 2 of 4",
  );
});

test("A reference with a password in it is refused when the job is submitted", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  await deployCwl(app.url, "cat", cat);
  const answer = await fetch(`${app.url}/processes/cat/execution`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs: { file: { href: "http://user:word@example.org/" } } }),
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain("wanted a URL without user and password");
});
