import { expect, test } from "bun:test";
import { startTestApp } from "../support/app.ts";
import { deployCwl, untilFinished } from "../support/jobs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const trusting = { trustedProxy: "127.0.0.0/8", allowAnonymous: "runner" };
const forwarded = {
  "x-forwarded-proto": "https",
  "x-forwarded-host": "maps.example",
  "x-forwarded-prefix": "/heddle",
} as const;

async function textOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await fetch(url, { headers });
  expect(response.status).toBe(200);
  return response.text();
}

/** Expects what the service says of itself everywhere to begin with an address, and nothing with another one. */
async function expectAddress(url: string, headers: Readonly<Record<string, string>>, base: string): Promise<void> {
  const accepted = await fetch(`${url}/processes/echo/execution`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify({ inputs: { text: "x" }, outputs: { text: { transmissionMode: "reference" } } }),
  });
  expect(accepted.status).toBe(201);
  const location = accepted.headers.get("location") ?? "";
  expect(location).toStartWith(`${base}/jobs/`);
  const job = location.split("/").at(-1) ?? "";
  await untilFinished(url, job);
  const paths = [
    ["/", `"${base}/processes"`],
    ["/?f=html", `"${base}/processes?f=html"`],
    ["/processes", `"${base}/processes/echo"`],
    ["/processes?f=html", `"${base}/processes?f=json"`],
    ["/api", `"servers":[{"url":"${base}"}]`],
    [`/jobs/${job}`, `"${base}/jobs/${job}/results"`],
    ["/wps?service=WPS&request=GetCapabilities", `"${base}/wps`],
  ] as const;
  for (const [path, holds] of paths) {
    const text = await textOf(`${url}${path}`, headers);
    expect([path, text.includes(holds)]).toEqual([path, true]);
    if (!base.startsWith(url)) expect([path, text.includes(url)]).toEqual([path, false]);
  }
  const results = await fetch(`${url}/jobs/${job}/results`, { headers });
  expect(results.headers.get("link")).toContain(`<${base}/jobs/${job}/results/text>`);
}

test("a trusted proxy tells the address that links begin with, everywhere", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, trusting);
  await expectAddress(app.url, forwarded, "https://maps.example/heddle");
  await expectAddress(app.url, { forwarded: "for=192.0.2.1;proto=https;host=maps.example" }, "https://maps.example");
});

test("anyone else's word on it does not count", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, { trustedProxy: "192.0.2.0/24", allowAnonymous: "runner" });
  await expectAddress(app.url, forwarded, app.url);
});

test("the public URL wins over a trusted proxy", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, { ...trusting, publicUrl: "https://public.example/p" });
  await expectAddress(app.url, forwarded, "https://public.example/p");
});

test("a proxy may leave the base path in its requests, or take it away", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, { ...trusting, publicUrl: "https://public.example/deep/base" });
  await expectAddress(`${app.url}/deep/base`, { host: "public.example" }, "https://public.example/deep/base");
  expect((await fetch(`${app.url}/deep/base`)).status).toBe(200);
  expect((await fetch(`${app.url}/deep/basement`)).status).toBe(404);
  expect((await fetch(`${app.url}/deep/base/processes/echo`, { method: "HEAD" })).status).toBe(200);
});

test("a base path that is also a path of ours is taken as ours", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, { ...trusting, publicUrl: "https://public.example/processes" });
  expect(await textOf(`${app.url}/processes/echo`)).toContain('"id":"echo"');
});

test("published files are found below the base path", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, { publicUrl: "http://localhost:1/base" });
  await deployCwl(app.url, "file", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["echo", "content"],
    inputs: {},
    outputs: { file: "stdout" },
    stdout: "file.txt",
  });
  const results = await fetch(`${app.url}/processes/file/execution`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ outputs: { file: { transmissionMode: "reference" } } }),
  });
  const [, link = ""] = /<http:\/\/localhost:1([^>]+)>/.exec(results.headers.get("link") ?? "") ?? [];
  expect(link).toStartWith("/base/outputs/");
  for (const path of [link, link.slice("/base".length)]) expect(await textOf(`${app.url}${path}`)).toBe("content\n");
});

test.each([
  ["scheme", { "x-forwarded-proto": "javascript" }],
  ["host", { "x-forwarded-host": "maps.example/evil" }],
  ["prefix", { "x-forwarded-prefix": "//evil.example" }],
  ["prefix", { "x-forwarded-prefix": '/"onclick=' }],
])("a forwarded %s that is none is refused", async (what, headers) => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, trusting);
  const response = await fetch(app.url, { headers });
  expect(response.status).toBe(403);
  expect(await response.text()).toContain(`forwarded ${what}`);
});

test("pages of the forwarded address may act, others may not", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path, trusting);
  const execute = (origin: string) =>
    fetch(`${app.url}/processes/echo/execution`, {
      method: "POST",
      headers: { ...forwarded, origin, "content-type": "application/json" },
      body: JSON.stringify({ inputs: { text: "x" } }),
    });
  expect((await execute("https://maps.example")).status).toBe(200);
  expect((await execute("https://evil.example")).status).toBe(403);
});

test("a trusted proxy needs a key, or callers without one on purpose", async () => {
  await using folder = await temporaryDirectory();
  await expect(startTestApp(folder.path, { trustedProxy: "127.0.0.1" })).rejects.toThrow("--trusted-proxy 127.0.0.1");
});

test.each(["proxy.example", "127.0.0.1/33", "10.0.0.0/8/8", "10.0.0"])(
  "%j is no trusted proxy",
  async (trustedProxy) => {
    await using folder = await temporaryDirectory();
    const start = startTestApp(folder.path, { trustedProxy, allowAnonymous: "runner" });
    expect(start).rejects.toThrow(`Cannot use --trusted-proxy: found "${trustedProxy}"`);
  },
);
