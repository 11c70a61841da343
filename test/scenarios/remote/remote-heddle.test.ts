import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readEvents, startTestApp } from "../../support/app.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { addProvider, submitRemote } from "../../support/servers/providers.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const copyTool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", 'cat "$1"; printf more > more.bin', "copy"],
  inputs: { file: { type: "File", inputBinding: { position: 1 } } },
  outputs: { said: { type: "stdout" }, more: { type: "File", outputBinding: { glob: "more.bin" } } },
  stdout: "said.txt",
} as const;

const slowTool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", "sleep 60"],
  inputs: {},
  outputs: {},
} as const;

async function startPair() {
  const stack = new AsyncDisposableStack();
  const here = stack.use(await temporaryDirectory());
  const there = stack.use(await temporaryDirectory());
  const peer = stack.use(await startTestApp(there.path));
  const app = stack.use(await startServer(here.path, ["--allow-fetch", "127.0.0.1"]));
  await addProvider(app.url, { id: "peer", url: peer.url, public: true });
  return { app, peer, data: here.path, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("A process of another Heddle runs there, and its results are ours", async () => {
  await using pair = await startPair();
  const { app, peer, data } = pair;
  await deployCwl(peer.url, "copy", copyTool);
  const job = await submitRemote(app.url, "peer", "copy", { inputs: { file: { value: "hello" } } });
  const last = (await untilFinished(app.url, job)).at(-1);
  expect(last).toMatchObject({ status: "successful", progress: 100, providerID: "peer", processID: "copy" });

  const there = await statusOf(peer.url, String(Reflect.get(last ?? {}, "remoteJobID")));
  expect(there).toMatchObject({ status: "successful" });
  expect(await (await fetch(`${app.url}/jobs/${job}/results/said`)).text()).toBe("hello");
  expect(await readFile(join(data, "outputs", job, "more", "more.bin"), "utf8")).toBe("more");
  expect(await readFile(join(data, "outputs", `${job}.log`), "utf8")).toContain("Sending the execution to");
  const events = (await readEvents(data, job)).filter((event) => event.kind === "stage");
  expect(events.map((event) => event.progress)).toEqual([1, 2, 4, 6, 8, 10, 15, 20, 90, 95, 100]);
  await until("the work directory is gone", async () => (await readdir(join(data, "work"))).length === 0);
}, 20_000);

test("Jobs are found under their provider's process, not under the process of ours of the same name", async () => {
  await using pair = await startPair();
  const { app } = pair;
  const remote = await submitRemote(app.url, "peer", "echo", { inputs: { text: "there" } });
  const local = await submit(app.url, "echo", { text: "here" });
  const idsAt = async (path: string) => {
    const body: unknown = await (await fetch(`${app.url}${path}`)).json();
    return (
      JSON.stringify(body)
        .match(/"jobID":"[^"]+"/g)
        ?.map((one) => one.slice(9, -1)) ?? []
    );
  };
  expect(await idsAt("/providers/peer/processes/echo/jobs")).toEqual([remote]);
  expect(await idsAt("/processes/echo/jobs")).toEqual([local]);
  expect((await idsAt("/jobs")).toSorted()).toEqual([local, remote].toSorted());
  expect(await idsAt("/providers/peer/processes/other/jobs")).toEqual([]);
  expect((await untilFinished(app.url, remote)).at(-1)).toMatchObject({ status: "successful" });
  expect(await (await fetch(`${app.url}/jobs/${remote}/results/text`)).text()).toBe("there");
}, 20_000);

test("A dismissal goes to the remote", async () => {
  await using pair = await startPair();
  const { app, peer } = pair;
  await deployCwl(peer.url, "slow", slowTool);
  const job = await submitRemote(app.url, "peer", "slow", { inputs: {} });
  let there = "";
  await until("the remote runs it", async () => {
    there = String(Reflect.get(await statusOf(app.url, job), "remoteJobID") ?? "");
    return there !== "";
  });
  expect((await fetch(`${app.url}/jobs/${job}`, { method: "DELETE" })).status).toBe(200);
  await until("the remote job is dismissed", async () => (await statusOf(peer.url, there)).status === "dismissed");
}, 20_000);

test("A failure there keeps what the remote said of it", async () => {
  await using pair = await startPair();
  const { app, peer, data } = pair;
  await deployCwl(peer.url, "fails", { ...slowTool, baseCommand: ["sh", "-c", "echo no luck >&2; exit 3"] });
  const job = await submitRemote(app.url, "peer", "fails", { inputs: {} });
  const last = (await untilFinished(app.url, job)).at(-1);
  expect(last).toMatchObject({ status: "failed", progress: 85 });
  expect(last?.message).toContain("The remote job failed");
  const failure = (await readEvents(data, job)).at(-1)?.failure;
  expect(failure?.exception?.code).toContain("job-failed");
  expect(failure?.exception?.text).toContain("exit");
}, 20_000);
