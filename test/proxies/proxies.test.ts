import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { until } from "../support/jobs.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type ProxyName, proxies, startProxy } from "./proxies.ts";

/** `HEDDLE_TEST_LARGE=1` sends what people do send. */
const uploadBytes = process.env.HEDDLE_TEST_LARGE === "1" ? 2 * 2 ** 30 + 1 : 32 * 2 ** 20;
const publicUrl = "https://processes.example/heddle";

/** Calls a proxy as a client would, by curl; `from` is the address that it calls from. */
async function call(port: number, words: readonly string[], from = "127.0.0.1"): Promise<string> {
  const [path = "", ...options] = words;
  const url = `https://processes.example:${port}/heddle${path}`;
  const resolve = ["--resolve", `processes.example:${port}:127.0.0.1`];
  const child = Bun.spawn(["curl", "-sSk", "--max-time", "300", "--interface", from, ...resolve, ...options, url], {
    env: { PATH: process.env.PATH },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, fault] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`curl ${path}: ${fault}`);
  return out;
}

const json = ["-H", "Content-Type: application/json"];

/** Opens a connection on which half of a request comes, and no more. */
function openHalf(port: number): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect(
    { host: "127.0.0.1", port, servername: "processes.example", rejectUnauthorized: false },
    () => {
      socket.write("GET /heddle/processes HTTP/1.1\r\nHost: processes.example\r\nX-Half: ");
      resolve(socket);
    },
  );
  socket.on("error", reject);
  return promise;
}

for (const name of Object.keys(proxies).filter((name): name is ProxyName => name in proxies)) {
  const { program, title } = proxies[name];
  describe.skipIf(Bun.which(program) === null)(`${title} as docs/proxies.md has it`, () => {
    for (const takesPrefix of [false, true]) {
      test(`hands on requests, uploads and events, with the prefix ${takesPrefix ? "taken away" : "kept"}`, async () => {
        await using folder = await temporaryDirectory();
        const flags = ["--public-url", publicUrl, "--trusted-proxy", "127.0.0.1", "--allow-anonymous", "runner"];
        await using server = await startServer(join(folder.path, "data"), flags);
        const target = Number(new URL(server.url).port);
        await using proxy = await startProxy(name, { directory: join(folder.path, name), target, takesPrefix });

        const landing = JSON.parse(await call(proxy.port, ["/", "-H", "Accept: application/json"]));
        expect(landing.links.every(({ href }: { href: string }) => href.startsWith(publicUrl))).toBe(true);
        expect(await call(proxy.port, ["/processes", "-H", "Accept: text/html"])).toContain(
          `href="${publicUrl}/processes/echo`,
        );

        const request = JSON.stringify({ inputs: { text: "a/b ä" } });
        const asynchronous = [...json, "-H", "Prefer: respond-async", "-d", request];
        const job = JSON.parse(await call(proxy.port, ["/processes/echo/execution", ...asynchronous])).jobID;
        const events = await call(proxy.port, [`/jobs/${job}/events`, "-H", "Accept: text/event-stream"]);
        expect(events).toContain('"status":"successful"');
        // nginx reads the escapes of a path that it changes, as the page says.
        if (name !== "nginx" || !takesPrefix) {
          expect(await call(proxy.port, [`/jobs/${job}/results/a%2Fb`])).toContain("a/b");
        }

        const file = join(folder.path, "large.bin");
        await using handle = await open(file, "w");
        await handle.truncate(uploadBytes);
        const uploaded = JSON.parse(await call(proxy.port, ["/vault", "-F", `file=@${file}`]));
        const digest = createHash("sha256");
        for await (const chunk of Bun.file(file).stream()) digest.update(chunk);
        expect(JSON.stringify(uploaded)).toContain(digest.digest("hex"));
      }, 600_000);
    }

    test("answers others while one client has 400 half-open connections", async () => {
      await using folder = await temporaryDirectory();
      const flags = ["--public-url", publicUrl, "--trusted-proxy", "127.0.0.1", "--allow-anonymous", "runner"];
      await using server = await startServer(join(folder.path, "data"), flags);
      const target = Number(new URL(server.url).port);
      await using proxy = await startProxy(name, { directory: join(folder.path, name), target, takesPrefix: false });
      const halves: TLSSocket[] = [];
      for (let count = 0; count < 400; count += 1) halves.push(await openHalf(proxy.port));
      try {
        for (let count = 0; count < 5; count += 1) {
          const answer = await call(
            proxy.port,
            ["/healthz", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10"],
            "127.0.0.2",
          );
          expect(answer).toBe("200");
        }
      } finally {
        for (const socket of halves) socket.destroy();
      }
      await until("they are gone", async () => (await call(proxy.port, ["/healthz"])) !== "");
    }, 120_000);
  });
}
