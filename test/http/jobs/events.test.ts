import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, submit, until, untilFinished } from "../../support/jobs.ts";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { type RunningServer, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

type Received = { readonly id: string | undefined; readonly name: string; readonly data: Record<string, unknown> };

/** Reads a stream of events to its end, or until enough is read. */
async function readEvents(response: Response, isEnough: (all: readonly Received[]) => boolean = () => false) {
  const all: Received[] = [];
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
      if (fields.event === undefined) continue;
      all.push({ id: fields.id, name: fields.event, data: JSON.parse(fields.data) });
    }
    if (isEnough(all)) break;
  }
  return all;
}

function linesOf(events: readonly Received[]): readonly unknown[] {
  return events.filter((event) => event.name === "log").flatMap((event) => event.data.lines);
}

/** How many bytes the server has read so far, of whatever. */
async function bytesRead({ pid }: RunningServer): Promise<number> {
  const [, text] = /^rchar: (\d+)$/m.exec(await readFile(`/proc/${pid}/io`, "utf8")) ?? [];
  return Number(text);
}

test("a job's events tell its status, stages, progress and log, end with it, and resume after any of them", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  await deployCwl(
    server.url,
    "tool",
    shellTool("echo one >&2; sleep 0.4; echo PROGRESS 50 half >&2; echo two >&2; sleep 0.4; echo three >&2"),
  );
  const job = await submit(server.url, "tool", { ledger: "" });
  const response = await fetch(`${server.url}/jobs/${job}/events`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const all = await readEvents(response);
  const stages = all.filter((event) => event.name === "stage").map((event) => event.data.stage);
  expect(stages).toEqual([
    ...["setup", "describe", "getInputs", "getOutputs", "executeRequest", "statusLocation", "monitorStart"],
    ...["monitorLoop", "monitorEnd", "notify", "done"],
  ]);
  expect(all.find((event) => event.name !== "log")).toMatchObject({
    name: "status",
    data: { jobID: job, status: "accepted", number: 1 },
  });
  expect(all.at(-1)).toMatchObject({ name: "stage", data: { status: "successful", progress: 100 } });
  expect(all.some((event) => event.name === "progress" && Number(event.data.progress) > 20)).toBe(true);
  expect(linesOf(all).filter((line) => ["one", "two", "three"].includes(String(line)))).toEqual([
    "one",
    "two",
    "three",
  ]);

  const stored = all.filter((event) => event.id !== undefined);
  for (const [index, event] of stored.entries()) {
    const again = await fetch(`${server.url}/jobs/${job}/events`, { headers: { "last-event-id": event.id ?? "" } });
    if (index === stored.length - 1) expect(again.status).toBe(204);
    else {
      const rest = await readEvents(again);
      expect(linesOf(rest)).toEqual(linesOf(stored.slice(index + 1)));
      const numbers = (events: readonly Received[]) => events.flatMap(({ data }) => data.number ?? []);
      expect(numbers(rest)).toEqual(numbers(stored.slice(index + 1)));
    }
  }
  expect((await fetch(`${server.url}/jobs/${job}/events`, { headers: { "last-event-id": "x" } })).status).toBe(400);
  expect((await fetch(`${server.url}/jobs/nope/events`)).status).toBe(404);
}, 20_000);

test("the list's events tell each job that changes; a place of another life of the server is a reset", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const response = await fetch(`${server.url}/events`);
  const job = await submit(server.url, "echo", { text: "a" });
  const seen = await readEvents(response, (all) => all.some((event) => event.data.status === "successful"));
  expect(seen.every((event) => event.name === "job" && event.data.jobID === job)).toBe(true);
  await untilFinished(server.url, await submit(server.url, "echo", { text: "b" }));
  const later = await fetch(`${server.url}/events`, { headers: { "last-event-id": seen.at(-1)?.id ?? "" } });
  expect((await readEvents(later, (all) => all.length > 0))[0]?.data.status).toBe("successful");
  const other = await fetch(`${server.url}/events`, { headers: { "last-event-id": "other-1" } });
  expect((await readEvents(other, (all) => all.length > 0))[0]?.name).toBe("reset");
});

test("open streams do not keep the server from ending, however long it may drain", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path, ["--drain-seconds", "3600"]);
  await deployCwl(server.url, "tool", shellTool("sleep 3"));
  const job = await submit(server.url, "tool", { ledger: "" });
  const streams = await Promise.all(["/events", `/jobs/${job}/events`].map((path) => fetch(server.url + path)));
  const read = Promise.all(streams.map((stream) => readEvents(stream)));
  expect(await server.stop("SIGTERM")).toBe(0);
  await read;
});

test("a log of a million lines is read in pages and by its last lines", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  await deployCwl(server.url, "tool", shellTool("seq 1 1000000 >&2"));
  const job = await submit(server.url, "tool", { ledger: "" });
  await untilFinished(server.url, job);
  const page = (query: string) => fetch(`${server.url}/jobs/${job}/log?${query}`);
  const read = await bytesRead(server);
  const tail = await page("tail=4");
  expect(await tail.text()).toContain("successful");
  const size = Number(tail.headers.get("x-log-size"));
  expect(size).toBeGreaterThan(6_888_000);
  const middle = await page("offset=3000000&limit=1000");
  expect((await middle.text()).length).toBe(1000);
  // Both, and all else that the server read meanwhile.
  expect((await bytesRead(server)) - read).toBeLessThan(size / 4);
  const whole = await (await fetch(`${server.url}/jobs/${job}/log`)).text();
  let text = "";
  let offset = 0;
  while (offset < size) {
    const answer = await page(`offset=${offset}&limit=2000000`);
    text += await answer.text();
    offset = Number(answer.headers.get("x-next-offset"));
  }
  expect(text === whole).toBe(true);
  expect(await (await page(`offset=${size}`)).text()).toBe("");
  for (const wrong of ["offset=x", "tail=1&offset=1"]) expect((await page(wrong)).status).toBe(400);
  const builtin = await submit(server.url, "echo", { text: "a" });
  await untilFinished(server.url, builtin);
  expect(await (await fetch(`${server.url}/jobs/${builtin}/log?tail=1`)).text()).toContain("Job complete.");
}, 20_000);

test("a stream follows a job through the end of its first attempt and a retry", async () => {
  await using folder = await temporaryDirectory();
  const ledger = join(folder.path, "ledger");
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "tool", shellTool('echo said >&2; test -e "$LEDGER"'));
  const job = await submit(server.url, "tool", { ledger });
  const first = await readEvents(await fetch(`${server.url}/jobs/${job}/events`));
  expect(first.at(-1)?.data.status).toBe("failed");
  await Bun.write(ledger, "");
  await fetch(`${server.url}/jobs/${job}/retry`, { method: "POST" });
  const id = first.at(-1)?.id ?? "";
  let rest: Received[] = [];
  await until("the second attempt is told", async () => {
    rest = await readEvents(await fetch(`${server.url}/jobs/${job}/events`, { headers: { "last-event-id": id } }));
    return rest.length > 0;
  });
  expect(rest.at(-1)?.data.status).toBe("successful");
  expect(linesOf(rest).filter((line) => line === "said").length).toBe(1);
});
