import { expect, test } from "bun:test";
import { join } from "node:path";
import { readAllowList } from "../../src/net/addresses.ts";
import { type OutboundRequest, readAnswer } from "../../src/net/fetch.ts";
import { httpAnswer, loopbackGate, rawServer } from "../support/servers/remote-server.ts";

type GateOf = Parameters<typeof loopbackGate>[0];

async function read(request: OutboundRequest, changes: GateOf = {}, maxBytes = 1 << 20): Promise<string> {
  const answer = await loopbackGate(changes).send(request);
  return Buffer.from(await readAnswer(answer, maxBytes)).toString();
}

test("An answer is read by its length, by chunks and to its end", async () => {
  await using server = await rawServer((request, socket) => {
    if (request.startsWith("GET /sized")) socket.end(httpAnswer(200, {}, "sized"));
    else if (request.startsWith("GET /chunked")) {
      socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nchu\r\n4;x=y\r\nnked\r\n0\r\nT: 1\r\n\r\n");
    } else socket.end("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nopen");
  });
  expect(await read({ url: `${server.url}/sized` })).toBe("sized");
  expect(await read({ url: `${server.url}/chunked` })).toBe("chunked");
  expect(await read({ url: `${server.url}/open` })).toBe("open");
});

test("A body is sent with its length, and the host of the URL is kept", async () => {
  await using server = await rawServer((_request, socket) => socket.end(httpAnswer(200, {}, "ok")));
  const changes = { resolve: async () => ["127.0.0.1"], allowed: readAllowList(["peer.example"]) };
  const url = `http://peer.example:${server.port}/a?b=c`;
  expect(await read({ url, method: "POST", headers: { "Content-Type": "text/plain" }, body: "häy" }, changes)).toBe(
    "ok",
  );
  expect(server.requests[0]).toContain("POST /a?b=c HTTP/1.1");
  expect(server.requests[0]).toContain(`host: peer.example:${server.port}`);
  expect(server.requests[0]).toContain("content-length: 4");
});

test("The address that was checked is the one that is connected to: the resolver is asked once", async () => {
  await using server = await rawServer((_request, socket) => socket.end(httpAnswer(200, {}, "inside")));
  let asked = 0;
  // First an address that is allowed, then one that is not: a second look would reach another machine.
  const resolve = async () => {
    asked += 1;
    return asked === 1 ? ["127.0.0.1"] : ["127.0.0.2"];
  };
  const allowed = readAllowList(["127.0.0.1/32"]);
  const url = `http://rebinding.example:${server.port}/`;
  expect(await read({ url }, { resolve, allowed })).toBe("inside");
  expect(asked).toBe(1);
  await expect(read({ url }, { resolve, allowed })).rejects.toThrow("not of the public internet");
  expect(server.requests.length).toBe(1);
});

test("A name of which one address is private is refused, whichever comes first", async () => {
  const resolve = async () => ["1.1.1.1", "127.0.0.1"];
  await expect(read({ url: "http://mixed.example/" }, { resolve, allowed: [] })).rejects.toThrow("not of the public");
});

for (const url of [
  "http://127.0.0.1/",
  "http://[::1]/",
  "http://0x7f000001/",
  "http://2130706433/",
  "http://[::ffff:127.0.0.1]/",
  "http://169.254.169.254/latest",
]) {
  test(`${url} is refused when nothing is allowed`, async () => {
    await expect(read({ url }, { allowed: [] })).rejects.toThrow("--allow-fetch does not name it");
  });
}

test("A redirect to a private address is refused", async () => {
  await using server = await rawServer((_request, socket) =>
    socket.end(httpAnswer(302, { location: "http://169.254.169.254/" })),
  );
  await expect(read({ url: server.url })).rejects.toThrow(
    '"http://169.254.169.254/": its address is not of the public',
  );
});

test("A redirect is followed, a circle of them is not", async () => {
  await using server = await rawServer((request, socket) => {
    if (request.startsWith("GET /from")) socket.end(httpAnswer(301, { location: "/to" }));
    else if (request.startsWith("GET /to")) socket.end(httpAnswer(200, {}, "there"));
    else socket.end(httpAnswer(302, { location: "/circle" }));
  });
  expect(await read({ url: `${server.url}/from` })).toBe("there");
  await expect(read({ url: `${server.url}/circle` })).rejects.toThrow("more than 5 redirects");
});

test("A request that starts something is not repeated where a redirect leads", async () => {
  await using server = await rawServer((_request, socket) => socket.end(httpAnswer(307, { location: "/else" })));
  await expect(read({ url: server.url, method: "POST", body: "x" })).rejects.toThrow("found a redirect to");
  expect(server.requests.length).toBe(1);
});

test("Credentials go to their scheme, host and port, and to nothing else", async () => {
  await using other = await rawServer((_request, socket) => socket.end(httpAnswer(200, {}, "other")));
  await using server = await rawServer((_request, socket) => socket.end(httpAnswer(302, { location: other.url })));
  const secrets = { origin: server.url, headers: { Authorization: "Bearer secret" } };
  expect(await read({ url: server.url, secrets })).toBe("other");
  expect(server.requests[0]).toContain("authorization: Bearer secret");
  expect(other.requests[0]?.toLowerCase()).not.toContain("authorization");
  expect(await read({ url: other.url, secrets })).toBe("other");
  expect(other.requests[1]?.toLowerCase()).not.toContain("authorization");
});

test("An answer that ends before its length is a failure", async () => {
  await using server = await rawServer((_request, socket) =>
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
  );
  await expect(read({ url: server.url })).rejects.toThrow("95 bytes before its length of 100");
});

test("An answer past the limit is a failure, whatever length it tells", async () => {
  await using server = await rawServer((_request, socket) =>
    socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n${"x".repeat(64)}\r\n0\r\n\r\n`),
  );
  await expect(read({ url: server.url }, {}, 10)).rejects.toThrow("more than 10 bytes");
});

test("A head without end is a failure", async () => {
  await using server = await rawServer((_request, socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}`);
  });
  await expect(read({ url: server.url })).rejects.toThrow("a head of more than 65536 bytes");
});

test("What is no HTTP is a failure", async () => {
  await using server = await rawServer((_request, socket) => socket.end("SSH-2.0-said\r\n\r\n"));
  await expect(read({ url: server.url })).rejects.toThrow("no HTTP/1.1 answer");
});

test("A server that says nothing is given up after its idle time, one that drips after the whole time", async () => {
  await using server = await rawServer((request, socket) => {
    if (!request.startsWith("GET /drip")) return;
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const timer = setInterval(() => socket.write("."), 20);
    socket.on("close", () => clearInterval(timer));
  });
  const limits = { idleMilliseconds: 80, totalMilliseconds: 300 };
  await expect(read({ url: server.url }, { limits })).rejects.toThrow("no answer for 0.08 s");
  await expect(read({ url: `${server.url}/drip` }, { limits })).rejects.toThrow("no whole answer in time");
});

test("A server that is down is named with its address", async () => {
  const server = await rawServer(() => {});
  await server[Symbol.asyncDispose]();
  await expect(read({ url: `${server.url}/x?token=secret` })).rejects.toThrow(`Cannot fetch "${server.url}/x":`);
});

/** Sends one request in a process of its own, whose environment is the test's to say. */
async function readInChild(url: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const module = (name: string) => JSON.stringify(join(import.meta.dir, "..", "..", "src", "net", name));
  const script = `
    import { createGate, readAnswer } from ${module("fetch.ts")};
    import { readAllowList } from ${module("addresses.ts")};
    const limits = { idleMilliseconds: 5000, totalMilliseconds: 5000 };
    const gate = createGate({ resolve: async () => ["127.0.0.1"], allowed: readAllowList(["127.0.0.1"]), limits });
    const read = async () => Buffer.from(await readAnswer(await gate.send({ url: ${JSON.stringify(url)} }), 100)).toString();
    console.log(await read().catch((error) => error.message));`;
  const child = Bun.spawn([process.execPath, "-e", script], { env: { ...environment }, stdout: "pipe" });
  return new Response(child.stdout).text();
}

test("A proxy of the environment is not asked", async () => {
  await using server = await rawServer((_request, socket) => socket.end(httpAnswer(200, {}, "direct")));
  const proxy = "http://127.0.0.1:1";
  const environment = { HTTP_PROXY: proxy, http_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy };
  expect(await readInChild(server.url, environment)).toBe("direct\n");
});

test("The certificate must be that of the URL's host, not of the address that is connected to", async () => {
  const tls = join(import.meta.dir, "..", "fixtures", "tls");
  const served = { key: Bun.file(join(tls, "key.pem")), cert: Bun.file(join(tls, "certificate.pem")) };
  const fetch = (request: Request) => new Response(request.headers.get("host"));
  await using server = Bun.serve({ port: 0, tls: served, fetch });
  const environment = { NODE_EXTRA_CA_CERTS: join(tls, "certificate.pem") };
  expect(await readInChild(`https://peer.example:${server.port}/`, environment)).toBe(`peer.example:${server.port}\n`);
  expect(await readInChild(`https://other.example:${server.port}/`, environment)).toContain("Cannot fetch");
  expect(await readInChild(`https://peer.example:${server.port}/`, {})).toContain("Cannot fetch");
});

for (const url of ["ftp://example.org/", "file:///etc/passwd", "http://", "nothing", "http://user:word@example.org/"]) {
  test(`${url} is refused`, async () => {
    await expect(read({ url })).rejects.toThrow("Cannot fetch");
  });
}
