import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { readAllowList } from "../../src/net/addresses.ts";
import { createConnectionPool, type PoolLimits } from "../../src/net/connection-pool.ts";
import { createGate, type GateDeps, type OutboundRequest, readAnswer } from "../../src/net/fetch.ts";
import { until } from "../support/jobs.ts";
import { httpAnswer } from "../support/servers/remote-server.ts";

type Seen = { readonly head: string; readonly connection: number; readonly address: string };
type Peer = AsyncDisposable & {
  readonly port: number;
  readonly seen: readonly Seen[];
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
};

/** A server that takes requests on each connection, one after the other. */
async function lastingServer(
  answer: (head: string, socket: Socket) => void = (_head, socket) => void socket.write(httpAnswer(200, {}, "ok")),
): Promise<Peer> {
  const seen: Seen[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        seen.push({ head, connection, address: socket.localAddress ?? "" });
        answer(head, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    seen,
    open,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const limits: PoolLimits = { idleMilliseconds: 60_000, mostOfOnePlace: 2, most: 3 };

function gateOf(changes: Partial<GateDeps> = {}, pool: Partial<PoolLimits> = {}) {
  const gate = createGate({
    resolve: async () => ["127.0.0.1"],
    allowed: readAllowList(["127.0.0.0/8"]),
    limits: { idleMilliseconds: 5000, totalMilliseconds: 10_000 },
    pool: createConnectionPool({ ...limits, ...pool }),
    ...changes,
  });
  const get = async (url: string, more: Partial<OutboundRequest> = {}) =>
    Buffer.from(await readAnswer(await gate.send({ url, ...more }), 1 << 20)).toString();
  return { gate, get, [Symbol.dispose]: () => gate[Symbol.dispose]() };
}

const connectionsOf = ({ seen }: Peer) => seen.map(({ connection }) => connection);

test("requests that may be repeated share a connection, one after the other", async () => {
  await using peer = await lastingServer();
  using one = gateOf();
  for (let count = 0; count < 4; count += 1) expect(await one.get(`http://127.0.0.1:${peer.port}/${count}`)).toBe("ok");
  expect(connectionsOf(peer)).toEqual([1, 1, 1, 1]);
  expect(peer.seen[3]?.head).toContain(`host: 127.0.0.1:${peer.port}`);
  expect(peer.seen[3]?.head).toContain("GET /3 HTTP/1.1");
});

test("requests at once have a connection each; only so many are kept of one place, and of all", async () => {
  await using peer = await lastingServer();
  await using other = await lastingServer();
  using one = gateOf();
  const three = (port: number) =>
    Promise.all(["a", "b", "c"].map((path) => one.get(`http://127.0.0.1:${port}/${path}`)));
  await three(peer.port);
  expect(connectionsOf(peer).toSorted()).toEqual([1, 2, 3]);
  await until("two are kept", async () => peer.open.size === 2);
  await three(other.port);
  await until("three are kept of all", async () => peer.open.size + other.open.size === 3);
});

test("what starts or stops something has a connection of its own, and is sent once", async () => {
  let isBroken = false;
  await using peer = await lastingServer((_head, socket) => {
    if (isBroken) socket.destroy();
    else socket.write(httpAnswer(200, {}, "ok"));
  });
  using one = gateOf();
  const url = `http://127.0.0.1:${peer.port}`;
  const starting: readonly (readonly [string, Partial<OutboundRequest>])[] = [
    [`${url}/processes/x/execution`, { method: "POST" }],
    [`${url}/jobs/x`, { method: "DELETE" }],
    [`${url}/processes/x/execution?a=1`, {}],
    [`${url}/wps?service=WPS&REQUEST=execute&identifier=x`, {}],
  ];
  await one.get(url);
  for (const [place, more] of starting) await one.get(place, more);
  await one.get(url);
  expect(connectionsOf(peer)).toEqual([1, 2, 3, 4, 5, 1]);
  for (const { head } of peer.seen.slice(1, 5)) expect(head).toContain("connection: close");
  isBroken = true;
  for (const [place, more] of starting) await expect(one.get(place, more)).rejects.toThrow("Cannot fetch");
  expect(peer.seen).toHaveLength(10);
});

test("a connection that broke while it was idle is replaced without a word", async () => {
  let count = 0;
  await using peer = await lastingServer((_head, socket) => {
    count += 1;
    // The second answer on a connection never comes: the server has closed it for its idleness just now.
    if (count === 2) socket.destroy();
    else socket.write(httpAnswer(200, {}, "ok"));
  });
  using one = gateOf();
  const url = `http://127.0.0.1:${peer.port}/`;
  await one.get(url);
  expect(await one.get(url)).toBe("ok");
  expect(connectionsOf(peer)).toEqual([1, 1, 2]);
  for (const socket of peer.open) socket.end();
  await until("it is closed", async () => peer.open.size === 0);
  expect(await one.get(url)).toBe("ok");
  expect(connectionsOf(peer)).toEqual([1, 1, 2, 3]);
});

test("a new connection that breaks is told, and so is an answer that broke after its first byte", async () => {
  let text: string | undefined = httpAnswer(200, {}, "ok");
  await using peer = await lastingServer((_head, socket) => {
    if (text === undefined) socket.destroy();
    else socket.write(text, () => (text === "HTTP/1.1 2" ? socket.destroy() : undefined));
  });
  using one = gateOf();
  const url = `http://127.0.0.1:${peer.port}/`;
  await one.get(url);
  text = "HTTP/1.1 2";
  await expect(one.get(url)).rejects.toThrow("closed before the end");
  expect(connectionsOf(peer)).toEqual([1, 1]);
  text = undefined;
  await expect(one.get(url)).rejects.toThrow("Cannot fetch");
  expect(connectionsOf(peer)).toEqual([1, 1, 2]);
});

test("each use goes by the addresses that the name has now, and by the rules", async () => {
  await using peer = await lastingServer();
  let addresses = ["127.0.0.1"];
  let asked = 0;
  const allowed = [...readAllowList(["127.0.0.1/32"]), ...readAllowList(["127.0.0.2/32"])];
  const resolve = async () => {
    asked += 1;
    return addresses;
  };
  using one = gateOf({ resolve, allowed });
  const url = `http://moving.example:${peer.port}/`;
  await one.get(url);
  addresses = ["127.0.0.2"];
  await one.get(url);
  expect(peer.seen.map(({ address }) => address)).toEqual(["127.0.0.1", "127.0.0.2"]);
  // Both are allowed and kept: either will do.
  addresses = ["127.0.0.2", "127.0.0.1"];
  await one.get(url);
  expect(peer.seen).toHaveLength(3);
  expect(peer.open.size).toBe(2);
  addresses = ["127.0.0.1", "127.0.0.3"];
  await expect(one.get(url)).rejects.toThrow("not of the public internet");
  expect([peer.seen.length, asked]).toEqual([3, 4]);
});

test("names of one address share nothing", async () => {
  await using peer = await lastingServer();
  using one = gateOf();
  await one.get(`http://one.example:${peer.port}/`);
  await one.get(`http://two.example:${peer.port}/`);
  await one.get(`http://one.example:${peer.port}/`);
  expect(connectionsOf(peer)).toEqual([1, 2, 1]);
});

test("a connection with TLS is kept for the name that its certificate proved, and for no other", async () => {
  const tls = join(import.meta.dir, "..", "fixtures", "tls");
  const served = { key: Bun.file(join(tls, "key.pem")), cert: Bun.file(join(tls, "certificate.pem")) };
  await using server = Bun.serve({
    port: 0,
    tls: served,
    fetch: (request, self) => new Response(String(self.requestIP(request)?.port)),
  });
  const module = (name: string) => JSON.stringify(join(import.meta.dir, "..", "..", "src", "net", name));
  const script = `
    import { createGate, readAnswer } from ${module("fetch.ts")};
    import { readAllowList } from ${module("addresses.ts")};
    const limits = { idleMilliseconds: 5000, totalMilliseconds: 5000 };
    const gate = createGate({ resolve: async () => ["127.0.0.1"], allowed: readAllowList(["127.0.0.1"]), limits });
    const read = async (name) =>
      Buffer.from(await readAnswer(await gate.send({ url: "https://" + name + ":${server.port}/" }), 100)).toString();
    const first = await read("peer.example");
    console.log(first === await read("peer.example"), await read("other.example").catch((error) => error.message));`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { NODE_EXTRA_CA_CERTS: join(tls, "certificate.pem") },
    stdout: "pipe",
  });
  // What is kept does not keep the program from ending: it is not disposed of there.
  expect(await new Response(child.stdout).text()).toMatch(/^true Cannot fetch "https:\/\/other\.example/);
  expect(await child.exited).toBe(0);
});

const unfit: readonly (readonly [string, string])[] = [
  ["says that it closes", httpAnswer(200, { connection: "close" }, "ok")],
  ["is of HTTP/1.0", httpAnswer(200, {}, "ok").replace("HTTP/1.1", "HTTP/1.0")],
  ["is followed by more", `${httpAnswer(200, {}, "ok")}HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad`],
];
for (const [name, text] of unfit) {
  test(`a connection is not kept when the answer ${name}`, async () => {
    await using peer = await lastingServer((_head, socket) => void socket.write(text));
    using one = gateOf();
    const url = `http://127.0.0.1:${peer.port}/`;
    expect([await one.get(url), await one.get(url)]).toEqual(["ok", "ok"]);
    expect(connectionsOf(peer)).toEqual([1, 2]);
  });
}

test("chunked and empty answers leave their connection, one that is not read to its end does not", async () => {
  await using peer = await lastingServer((head, socket) => {
    if (head.includes("/chunked")) {
      socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    } else if (head.includes("/empty")) socket.write("HTTP/1.1 204 No\r\n\r\n");
    else socket.write(httpAnswer(200, {}, "ok"));
  });
  using one = gateOf();
  const url = `http://127.0.0.1:${peer.port}`;
  expect([await one.get(`${url}/chunked`), await one.get(`${url}/empty`), await one.get(url)]).toEqual([
    "ok",
    "",
    "ok",
  ]);
  expect(connectionsOf(peer)).toEqual([1, 1, 1]);
  (await one.gate.send({ url })).close();
  await one.get(url);
  expect(connectionsOf(peer)).toEqual([1, 1, 1, 1, 2]);
});

test("a caller who gives up takes the connection along, and leaves kept ones alone afterwards", async () => {
  await using peer = await lastingServer((head, socket) => {
    if (!head.includes("/silent")) socket.write(httpAnswer(200, {}, "ok"));
  });
  using one = gateOf();
  const url = `http://127.0.0.1:${peer.port}`;
  const late = new AbortController();
  await one.get(url, { signal: late.signal });
  late.abort();
  await one.get(url);
  const controller = new AbortController();
  const silent = one.get(`${url}/silent`, { signal: controller.signal });
  await until("it is asked", async () => peer.seen.length === 3);
  controller.abort();
  await expect(silent).rejects.toThrow();
  await one.get(url);
  expect(connectionsOf(peer)).toEqual([1, 1, 1, 2]);
});

test("idle connections are closed after a while, all of them at disposal, and no descriptor stays", async () => {
  const descriptors = () => readdirSync("/proc/self/fd").length;
  await using peer = await lastingServer();
  const before = descriptors();
  {
    using brief = gateOf({}, { idleMilliseconds: 20 });
    await brief.get(`http://127.0.0.1:${peer.port}/`);
    await until("it was closed", async () => peer.open.size === 0);
    using one = gateOf();
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 5 }, () => one.get(`http://127.0.0.1:${peer.port}/`)));
    }
    await until("two are kept", async () => peer.open.size === 2);
  }
  await until("all were closed", async () => peer.open.size === 0);
  await until("no descriptor stays", async () => descriptors() <= before);
  using late = gateOf();
  late.gate[Symbol.dispose]();
  await late.get(`http://127.0.0.1:${peer.port}/`);
  await until("nothing is kept after the disposal", async () => peer.open.size === 0);
});
