import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { download } from "../../src/net/download.ts";
import { httpAnswer, loopbackGate, rawServer } from "../support/servers/remote-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const content = "0123456789";
const ranged = { "accept-ranges": "bytes", etag: '"one"' };

/** Asks a server that gives one answer after the other, the last one again and again; undefined drops the connection. */
async function fetchFrom(answers: readonly (string | undefined)[], given: { tries?: number; total?: number } = {}) {
  await using folder = await temporaryDirectory();
  let asked = 0;
  await using server = await rawServer((_request, socket) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    if (answer === undefined) socket.destroy();
    else socket.end(answer);
  });
  const waits: number[] = [];
  const told: string[] = [];
  const outcome = await download(
    {
      gate: loopbackGate(),
      maxBytes: 100,
      tries: given.tries ?? 4,
      totalMilliseconds: given.total ?? 600_000,
      tell: (message) => told.push(message),
      wait: async (milliseconds) => void waits.push(milliseconds),
    },
    { url: `${server.url}/f.txt` },
    folder.path,
  ).then(
    async (file) => ({ text: await readFile(file.path, "utf8"), sha256: file.sha256 }),
    (error: Error) => ({ error: error.message }),
  );
  return { outcome, waits, told, requests: server.requests, left: (await readdir(folder.path)).length };
}

const sha256 = createHash("sha256").update(content).digest("hex");
const whole = httpAnswer(200, ranged, content);
const cut = (headers: Readonly<Record<string, string>>, bytes: number) =>
  httpAnswer(200, { ...headers, "content-length": "10" }, content.slice(0, bytes));

for (const status of [408, 425, 429, 500, 502, 503, 504]) {
  test(`A download is asked for again after status ${status}`, async () => {
    const { outcome, waits, told } = await fetchFrom([httpAnswer(status, {}), whole]);
    expect(outcome).toEqual({ text: content, sha256 });
    expect(waits).toEqual([1000]);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`found status ${status}, wanted 200; try 2 of 4 follows in 1 s`);
  });
}

for (const status of [400, 401, 403, 404, 410, 416]) {
  test(`A download is not asked for again after status ${status}`, async () => {
    const { outcome, requests } = await fetchFrom([httpAnswer(status, {}), whole]);
    expect(outcome).toMatchObject({ error: expect.stringContaining(`status ${status}`) });
    expect(requests).toHaveLength(1);
  });
}

test("Pauses grow, and a server's Retry-After is kept to", async () => {
  const { waits, outcome } = await fetchFrom([
    httpAnswer(503, {}),
    httpAnswer(503, { "retry-after": "17" }),
    httpAnswer(503, {}),
    whole,
  ]);
  expect(waits).toEqual([1000, 17_000, 4000]);
  expect(outcome).toMatchObject({ text: content });
});

test("Tries end, and the last one says how many there were", async () => {
  const { outcome, requests, left } = await fetchFrom([httpAnswer(502, {})]);
  expect(requests).toHaveLength(4);
  expect(outcome).toMatchObject({ error: expect.stringContaining("status 502, wanted 200, at the last of 4 tries") });
  expect(left).toBe(0);
});

test("A server that wants more time than there is is not waited for", async () => {
  const { outcome, waits } = await fetchFrom([httpAnswer(503, { "retry-after": "3600" })]);
  expect(waits).toEqual([]);
  expect(outcome).toMatchObject({ error: expect.stringContaining("status 503") });
});

test("A connection that breaks before an answer is tried again", async () => {
  expect((await fetchFrom([undefined, whole])).outcome).toEqual({ text: content, sha256 });
});

test("A download goes on where it broke when the server can do so", async () => {
  const rest = httpAnswer(206, { ...ranged, "content-range": "bytes 4-9/10" }, content.slice(4));
  const { outcome, requests } = await fetchFrom([cut(ranged, 4), rest]);
  expect(outcome).toEqual({ text: content, sha256 });
  expect(requests[1]).toContain("range: bytes=4-");
  expect(requests[1]).toContain('if-range: "one"');
});

for (const [what, headers] of [
  ["offers no ranges", { etag: '"one"' }],
  ["has a weak validator only", { "accept-ranges": "bytes", etag: 'W/"one"' }],
  [
    "has a validator of this second",
    { "accept-ranges": "bytes", "last-modified": new Date(0).toUTCString(), date: new Date(0).toUTCString() },
  ],
] as const) {
  test(`A download begins anew when the server ${what}`, async () => {
    const { outcome, requests } = await fetchFrom([cut(headers, 4), whole]);
    expect(outcome).toEqual({ text: content, sha256 });
    expect(requests[1]).not.toContain("range:");
  });
}

for (const [what, answer] of [
  ["the file changed and is sent whole", httpAnswer(200, { ...ranged, etag: '"two"' }, content)],
  ["another part is sent", httpAnswer(206, { ...ranged, "content-range": "bytes 5-9/10" }, content.slice(5))],
  ["the part is of another file", httpAnswer(206, { etag: '"two"', "content-range": "bytes 4-9/10" }, "xxxxxx")],
  ["there is no rest", httpAnswer(416, {})],
] as const) {
  test(`A download is whole when ${what}`, async () => {
    expect((await fetchFrom([cut(ranged, 4), answer, whole])).outcome).toEqual({ text: content, sha256 });
  });
}

test("What is too large, or may not be reached, is not asked for again", async () => {
  const { requests } = await fetchFrom([httpAnswer(200, {}, "x".repeat(101))]);
  expect(requests).toHaveLength(1);
  await using folder = await temporaryDirectory();
  const waits: number[] = [];
  const deps = { gate: loopbackGate(), maxBytes: 1, tries: 4, wait: async (ms: number) => void waits.push(ms) };
  await expect(download(deps, { url: "http://10.0.0.1/" }, folder.path)).rejects.toThrow("public internet");
  expect(waits).toEqual([]);
});

test("Who gives up ends the tries", async () => {
  await using folder = await temporaryDirectory();
  await using server = await rawServer((_request, socket) => socket.end(httpAnswer(503, {})));
  const stop = new AbortController();
  const deps = { gate: loopbackGate(), maxBytes: 1, tries: 4, signal: stop.signal, tell: () => stop.abort() };
  await expect(download(deps, { url: server.url }, folder.path)).rejects.toThrow("status 503");
  expect(server.requests).toHaveLength(1);
});
