import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import { deployCwl, submit, until, untilFinished } from "../support/jobs.ts";
import { startServer } from "../support/servers/executable.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { whileHealthy } from "./watch-health.ts";

const server = await serveFile();
const { data } = server;

/** Sends bytes as they are; gives all that comes back until the other side closes. */
async function raw(url: string, text: string): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = "";
  const socket = connect(Number(new URL(url).port), "127.0.0.1", () => socket.write(text));
  socket.on("data", (chunk) => {
    answer += chunk.toString();
  });
  socket.on("error", reject);
  socket.on("close", () => resolve(answer));
  const whole = await promise;
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(whole)?.[1] ?? 0), text: whole };
}

const paths = ["/", "/processes", "/processes/echo", "/jobs", "/api", "/api.html", "/healthz", "/readyz", "/nothing"];
const more = ["/processes?limit=1", "/jobs?f=html", "/conformance", "/robots.txt", "/wps?service=WPS", "/outputs/x/y"];
const executing = ["/processes/echo/execution", "/processes/echo/execution?text=a"];
const all = [...paths, ...more, ...executing];

describe("a Host that no address can have is answered with 400 on every path:", () => {
  const hosts = ["127.0.0.1:99999", "127.0.0.1:65536", "[::1", "a b", "127.0.0.1:80:80", "127.0.0.1:-1", "%zz"];
  const others = ["user@127.0.0.1", "127.0.0.1#x", "127.0.0.1?x", "127.0.0.1/x", "127.0.0.1\\x", "127.0.0.1:0x50"];
  test.each([...hosts, ...others, "999.1.1.1", "1.2.3.4.5", ""])("%j", async (host) => {
    await whileHealthy(server.url, `Host ${host}`, async () => {
      for (const path of all) {
        const { status, text } = await raw(
          server.url,
          `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        );
        expect([path, status]).toEqual([path, 400]);
        expect(text).toContain("Cannot answer: found host");
      }
    });
  });

  test.each(["evil.example", "a,b", "127.1", "192.168.0.7"])("%j is another's, and answered with 403", async (host) => {
    for (const path of all) {
      const asked = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      expect([path, (await raw(server.url, asked)).status]).toEqual([path, 403]);
    }
  });
});

describe("HTTP/1.0 without a Host is answered as if the service's own address had been asked,", () => {
  for (const [title, flags] of [
    ["without a public URL", []],
    ["with one", ["--public-url", "https://maps.example/heddle", "--sandbox", "auto", "--allow-anonymous", "runner"]],
    ["with a trusted proxy", ["--trusted-proxy", "127.0.0.1", "--allow-anonymous", "runner"]],
  ] as const) {
    test(title, async () => {
      await using asked = await startServer(join(server.folder, title.replaceAll(" ", "-")), flags);
      const base = flags.some((flag) => flag === "--public-url") ? "https://maps.example/heddle" : asked.url;
      for (const path of ["/", "/processes", "/processes/echo", "/api", "/healthz", "/readyz", "/conformance"]) {
        const { status, text } = await raw(asked.url, `GET ${path} HTTP/1.0\r\n\r\n`);
        expect([path, status]).toEqual([path, 200]);
        if (path === "/processes") expect(text).toContain(`"${base}/processes/echo"`);
      }
      expect((await raw(asked.url, "HEAD /processes HTTP/1.0\r\n\r\n")).status).toBe(200);
      expect((await raw(asked.url, "GET /nothing HTTP/1.0\r\n\r\n")).status).toBe(404);
      expect((await raw(asked.url, "GET //a:99999/x HTTP/1.0\r\n\r\n")).status).toBe(404);
      const body = '{"inputs":{"text":"hello"},"outputs":{"text":{}}}';
      const head = `Content-Type: application/json\r\nContent-Length: ${body.length}`;
      const executed = await raw(asked.url, `POST /processes/echo/execution HTTP/1.0\r\n${head}\r\n\r\n${body}`);
      expect([executed.status, executed.text]).toEqual([200, expect.stringContaining("hello")]);
    });
  }
});

test("what a trusted proxy says is refused where it is no address, on every path", async () => {
  const flags = ["--trusted-proxy", "127.0.0.1", "--allow-anonymous", "runner"];
  await using proxied = await startServer(join(server.folder, "proxied"), flags);
  const said = [
    { "x-forwarded-host": "maps.example:99999" },
    { "x-forwarded-host": "[:::]" },
    { "x-forwarded-host": "1.2.3.4.5" },
    { "x-forwarded-host": "a b" },
    { "x-forwarded-host": "maps.example/evil" },
    { "x-forwarded-proto": "javascript" },
    { "x-forwarded-prefix": "//evil.example" },
    { "x-forwarded-prefix": "/a?b" },
    { forwarded: "for=1.2.3.4;host=maps.example:99999;proto=https" },
    { forwarded: 'for=1.2.3.4;host="maps.example:x"' },
    { forwarded: "host=[::1;proto=https" },
  ];
  for (const headers of said) {
    for (const accept of ["application/json", "text/html"]) {
      for (const path of all.filter((one) => one !== "/nothing")) {
        const response = await fetch(`${proxied.url}${path}`, { headers: { ...headers, accept } });
        const text = await response.text();
        expect([path, headers, response.status >= 400 && response.status < 500]).toEqual([path, headers, true]);
        expect(text).not.toContain('href="//evil.example');
      }
    }
  }
});

test("every page of ours, and that of the API, is not to be framed or guessed at", async () => {
  const jobId = await submit(server.url, "echo", { text: "a" });
  const pages = [
    "/",
    "/processes",
    "/processes/echo",
    "/processes/echo/execution",
    "/jobs",
    "/conformance",
    "/nothing",
  ];
  const ofJob = ["", "/results", "/inputs", "/statistics", "/exceptions"].map((below) => `/jobs/${jobId}${below}`);
  for (const path of [...pages, ...ofJob, "/providers", "/api.html"]) {
    const response = await fetch(`${server.url}${path}`, { headers: { accept: "text/html" } });
    await response.text();
    const { headers } = response;
    expect([path, headers.get("content-type")]).toEqual([path, expect.stringContaining("text/html")]);
    expect([path, headers.get("content-security-policy")]).toEqual([
      path,
      expect.stringContaining("frame-ancestors 'none'"),
    ]);
    expect([path, headers.get("x-content-type-options")]).toEqual([path, "nosniff"]);
    expect([path, headers.get("x-frame-options")]).toEqual([path, "DENY"]);
  }
  for (const path of [
    "/api",
    "/processes",
    "/healthz",
    "/robots.txt",
    "/api/swagger-ui-bundle.js",
    "/api/swagger-ui.css",
    "/wps",
  ]) {
    const { headers } = await fetch(`${server.url}${path}`);
    expect([path, headers.get("x-content-type-options")]).toEqual([path, "nosniff"]);
  }
});

test("a client that goes away is no error in the log", async () => {
  await using left = await startServer(join(server.folder, "left"));
  const begun = [
    ["/processes/echo/execution", "application/json", '{"inputs":'],
    ["/processes", "application/cwl", "cwlVersion:"],
    ["/providers", "application/json", "{"],
    ["/wps", "text/xml", "<a>"],
    ["/vault", "text/plain", "abc"],
    [
      "/vault",
      "multipart/form-data; boundary=x",
      "--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nabc",
    ],
  ] as const;
  await whileHealthy(left.url, "clients that go away", async () => {
    for (const [path, type, body] of begun) {
      for (const framing of ["Content-Length: 100000", "Transfer-Encoding: chunked"]) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const sent = framing.startsWith("T") ? `${body.length.toString(16)}\r\n${body}\r\n` : body;
        const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\n${framing}\r\n\r\n`;
        const socket = connect(Number(new URL(left.url).port), "127.0.0.1", () => {
          socket.write(head + sent);
          setTimeout(() => socket.destroy(), 100);
        });
        socket.on("close", () => resolve());
        await promise;
      }
    }
  });
  expect((await fetch(`${left.url}/processes`)).status).toBe(200);
  expect(left.talk()).not.toMatch(/"level":"(?:error|warn)"/);
});

describe("failures name paths from the job on, never those of the server:", () => {
  const quiet = { cwlVersion: "v1.2", class: "CommandLineTool", inputs: {}, outputs: {} };
  const glob = (pattern: string) => ({ o: { type: "File", outputBinding: { glob: pattern } } });
  for (const [title, unit, names] of [
    ["a missing program", { ...quiet, baseCommand: ["./nothing"] }, "nothing"],
    ["what a tool says of its directory", { ...quiet, baseCommand: ["/bin/sh", "-c", 'cat "$PWD/lost"'] }, "lost"],
    [
      "an output that leads out",
      { ...quiet, baseCommand: ["ln", "-s", "/etc/passwd", "o"], outputs: glob("o") },
      "output directory",
    ],
    ["an output that is missing", { ...quiet, baseCommand: ["true"], outputs: glob("none") }, "Cannot collect"],
    [
      "an unreadable result object",
      { ...quiet, baseCommand: ["/bin/sh", "-c", "echo '{' > cwl.output.json"] },
      "cwl.output.json",
    ],
    [
      "a stream from the service's own directory",
      { ...quiet, baseCommand: "cat", stdin: `${data}/none.key` },
      "none.key",
    ],
  ] as const) {
    test(title, async () => {
      const id = title.replaceAll(/\W/g, "-");
      await deployCwl(server.url, id, unit);
      const job = await submit(server.url, id, {});
      const end = (await untilFinished(server.url, job)).at(-1);
      expect(end?.status).toBe("failed");
      for (const path of ["", "/results", "/exceptions", "/statistics", "?f=html", "/results?f=html"]) {
        const text = await (await fetch(`${server.url}/jobs/${job}${path}`)).text();
        expect([path, text]).toEqual([path, expect.not.stringContaining(server.folder)]);
        if (path === "") expect(text).toContain(names);
      }
      const own = (await (await fetch(`${server.url}/jobs/${job}/log`)).text())
        .split("\n")
        .filter((line) => line.includes("[heddle."));
      expect(own.join("\n")).not.toContain(server.folder);
      await until("its end is in the log", () => own.some((line) => line.includes("failed")));
    });
  }
});
