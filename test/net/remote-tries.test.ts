import { describe, expect, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type OutboundAnswer, readAnswer } from "../../src/net/fetch.ts";
import type { RemoteTarget, SavedAnswer } from "../../src/net/remote/remote.ts";
import { createRemoteClient } from "../../src/net/remote/remote-client.ts";
import type { Tries } from "../../src/net/try-again.ts";
import { capabilities, description, executeResponse, fileOutput, xmlAnswer } from "../support/servers/fake-wps.ts";
import { httpAnswer, loopbackGate, rawServer } from "../support/servers/remote-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const json = (value: unknown) => httpAnswer(200, { "content-type": "application/json" }, JSON.stringify(value));
const process = json({ id: "p", title: "P", inputs: {}, outputs: {} });
const succeeded = (url: string) =>
  xmlAnswer(executeResponse(url, "<wps:ProcessSucceeded/>", fileOutput(`${url}/output`)));
const report = (code: string, status: number) =>
  xmlAnswer(
    `<ExceptionReport xmlns="http://www.opengis.net/ows/1.1" version="1.0.0"><Exception exceptionCode="${code}" locator="identifier"/></ExceptionReport>`,
    status,
  );

/** Starts a server that gives one answer after the other, the last one again and again; undefined drops the connection. */
async function startRemote(answers: (url: string) => readonly (string | undefined)[], type: RemoteTarget["type"]) {
  const folder = await temporaryDirectory();
  let asked = 0;
  const server = await rawServer((_request, socket) => {
    const all = answers(server.url);
    const answer = all[Math.min(asked, all.length - 1)];
    asked += 1;
    if (answer === undefined) socket.destroy();
    else socket.end(answer);
  });
  const waits: number[] = [];
  const told: string[] = [];
  const tries: Tries = {
    tries: 3,
    totalMilliseconds: 600_000,
    tell: (message) => told.push(message),
    wait: async (milliseconds) => void waits.push(milliseconds),
  };
  const save = async (answer: OutboundAnswer): Promise<SavedAnswer> => {
    const path = join(folder.path, "saved", "body");
    await mkdir(join(folder.path, "saved"), { recursive: true });
    await writeFile(path, await readAnswer(answer, 1 << 20));
    return { status: answer.status, url: answer.url, headers: Object.fromEntries(answer.headers), path };
  };
  const client = createRemoteClient(
    { gate: loopbackGate(), maxDocumentBytes: 1 << 20 },
    { type, url: type === "ogc-api-processes" ? server.url : `${server.url}/wps` },
  );
  return {
    client,
    tries,
    waits,
    told,
    save,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

type Remote = Awaited<ReturnType<typeof startRemote>>;
type Ask = {
  readonly name: string;
  readonly type: RemoteTarget["type"];
  readonly right: (url: string) => string;
  readonly ask: (remote: Remote) => Promise<unknown>;
};

const { signal } = new AbortController();
const asks: readonly Ask[] = [
  {
    name: "GET /processes/{id}",
    type: "ogc-api-processes",
    right: () => process,
    ask: ({ client, tries }) => client.describe("p", signal, tries),
  },
  {
    name: "GET /processes",
    type: "ogc-api-processes",
    right: () => json({ processes: [{ id: "p" }], links: [] }),
    ask: ({ client, tries }) => client.processes(signal, tries),
  },
  {
    name: "GET results",
    type: "ogc-api-processes",
    right: () => json({ file: { value: 1 } }),
    ask: ({ client, tries, save, server }) =>
      client.results(
        { kind: "location", location: { url: `${server.url}/jobs/1` } },
        { native: {}, outputs: ["file"] },
        save,
        tries,
      ),
  },
  {
    name: "GetCapabilities",
    type: "wps-1.0.0",
    right: () => xmlAnswer(capabilities),
    ask: ({ client, tries }) => client.processes(signal, tries),
  },
  {
    name: "DescribeProcess",
    type: "wps-1.0.0",
    right: () => xmlAnswer(description()),
    ask: ({ client, tries }) => client.describe("faulty", signal, tries),
  },
  {
    name: "the results of WPS",
    type: "wps-1.0.0",
    right: succeeded,
    ask: async ({ client, tries, save, server }) => {
      const native = (await client.describe("faulty", signal))?.native ?? {};
      return client.results(
        { kind: "location", location: { url: `${server.url}/status/1.xml` } },
        { native, outputs: ["file"] },
        save,
        tries,
      );
    },
  },
];

const passing = [408, 425, 429, 500, 503];

for (const { name, type, right, ask } of asks) {
  describe(name, () => {
    // The results of WPS are asked for after a description.
    const before = name === "the results of WPS" ? [xmlAnswer(description())] : [];
    test("is asked for again while the server is in trouble, and when the connection breaks", async () => {
      for (const trouble of [...passing.map((status) => httpAnswer(status, {})), undefined]) {
        await using remote = await startRemote((url) => [...before, trouble, right(url)], type);
        expect(await ask(remote)).toBeDefined();
        expect(remote.waits).toEqual([1000]);
        expect(remote.told).toEqual([expect.stringContaining("try 2 of 3 follows in 1 s")]);
      }
    });

    test("waits as long as the server wants, and gives up after the tries with its last words", async () => {
      const busy = httpAnswer(503, { "retry-after": "7" }, "busy today");
      await using remote = await startRemote(() => [...before, busy], type);
      await expect(ask(remote)).rejects.toThrow("503");
      expect(remote.waits).toEqual([7000, 7000]);
      expect(remote.server.requests).toHaveLength(before.length + 3);
    });

    test("is not asked for again when the answer is final", async () => {
      for (const status of [400, 401, 403]) {
        await using remote = await startRemote((url) => [...before, httpAnswer(status, {}), right(url)], type);
        await expect(ask(remote)).rejects.toThrow(String(status));
        expect(remote.server.requests).toHaveLength(before.length + 1);
      }
    });
  });
}

test("a report that names the asker's fault is an answer, whatever its status", async () => {
  await using remote = await startRemote(() => [report("InvalidParameterValue", 500)], "wps-1.0.0");
  expect(await remote.client.describe("gone", signal, remote.tries)).toBeUndefined();
  expect(remote.server.requests).toHaveLength(1);
  await using busy = await startRemote(() => [report("ServerBusy", 500), xmlAnswer(description())], "wps-1.0.0");
  expect(await busy.client.describe("faulty", signal, busy.tries)).toMatchObject({ id: "faulty" });
});

test("a status is asked for once, and its failure says how long the server wants to be left alone", async () => {
  for (const type of ["ogc-api-processes", "wps-1.0.0"] as const) {
    const trouble = type === "wps-1.0.0" ? report("ServerBusy", 503) : httpAnswer(503, {});
    const busy = trouble.replace("\r\n\r\n", "\r\nretry-after: 9\r\n\r\n");
    await using remote = await startRemote(() => [busy], type);
    const asked = remote.client.status({ url: `${remote.server.url}/jobs/1` }, signal);
    await expect(asked).rejects.toMatchObject({ retryAfterSeconds: 9 });
    expect(remote.server.requests).toHaveLength(1);
  }
});

test("an execution is sent once, whatever becomes of it", async () => {
  for (const type of ["ogc-api-processes", "wps-1.0.0"] as const) {
    for (const trouble of [undefined, httpAnswer(503, { "retry-after": "1" }), httpAnswer(429, {})]) {
      await using described = await startRemote(() => [xmlAnswer(description())], "wps-1.0.0");
      const native = type === "wps-1.0.0" ? ((await described.client.describe("faulty", signal))?.native ?? {}) : {};
      await using remote = await startRemote(() => [trouble], type);
      await remote.client
        .execute(
          {
            processId: "faulty",
            native,
            inputs: {},
            outputs: {},
            idempotencyKey: "key",
            readFile: async () => new Uint8Array(),
          },
          remote.save,
        )
        .catch(() => undefined);
      expect(remote.server.requests).toHaveLength(1);
    }
  }
});

test("who gives up while it is waited is not kept waiting", async () => {
  await using remote = await startRemote(() => [httpAnswer(503, {})], "ogc-api-processes");
  const stop = new AbortController();
  const tries: Tries = { tries: 5, signal: stop.signal, tell: () => stop.abort() };
  await expect(remote.client.describe("p", signal, tries)).rejects.toThrow("503");
  expect(remote.server.requests).toHaveLength(1);
});
