import { expect, test } from "bun:test";
import { createMetricsAnswer } from "../../../src/http/answer-metrics.ts";
import { openService } from "../service.ts";

const readMetrics = async (format: string) => `metrics as ${format}\n`;

test("admins read metrics, in the format that they accept", async () => {
  await using service = await openService({ readMetrics });
  const key = await service.createKey("admin", "ann");
  const plain = await service.send("GET", "/metrics", { key });
  expect(plain.status).toBe(200);
  expect(plain.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await plain.text()).toBe("metrics as prometheus\n");
  const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
  const open = await service.send("GET", "/metrics", { key, headers: { accept } });
  expect(open.headers.get("content-type")).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
  expect(await open.text()).toBe("metrics as openmetrics\n");
});

test("strangers and other roles read no metrics", async () => {
  await using service = await openService({ readMetrics });
  const deployer = await service.createKey("deployer", "dan");
  expect((await service.send("GET", "/metrics")).status).toBe(401);
  expect((await service.send("GET", "/metrics", { key: deployer })).status).toBe(403);
});

test("where metrics are told elsewhere, the main address has none", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ann");
  expect((await service.send("GET", "/metrics", { key })).status).toBe(404);
});

test("the address of metrics tells them to whoever comes, and nothing else", async () => {
  const answer = createMetricsAnswer(readMetrics);
  const statusOf = async (method: string, path: string) =>
    (await answer(new Request(`http://127.0.0.1:9090${path}`, { method }))).status;
  expect(await (await answer(new Request("http://127.0.0.1:9090/metrics"))).text()).toBe("metrics as prometheus\n");
  expect(await statusOf("HEAD", "/metrics")).toBe(200);
  expect(await statusOf("POST", "/metrics")).toBe(405);
  expect(await statusOf("GET", "/jobs")).toBe(404);
  expect(await statusOf("GET", "/metrics/")).toBe(404);
});
