import { expect, test } from "bun:test";
import { type AnsweredRequest, withoutSecrets } from "../../../src/http/door/observe-request.ts";
import { findJob } from "../../../src/store/jobs/jobs.ts";
import { openService, submitEcho } from "../service.ts";

/** Opens a service whose requests are noted. */
async function openObserved() {
  const seen: AnsweredRequest[] = [];
  const held: string[] = [];
  const observer = {
    answered: (request: AnsweredRequest) => void seen.push(request),
    held: (kind: string, by: number) => void held.push(`${kind} ${by}`),
  };
  const service = await openService({ observer });
  return { service, seen, held, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

test("each request is told with the pattern of its route, its status and who asked", async () => {
  await using observed = await openObserved();
  const { service, seen, held } = observed;
  const key = await service.createKey("runner", "ann");
  const jobId = await submitEcho(service, key);
  await service.send("GET", `/jobs/${jobId}?secret=1`, { key });
  expect(seen.map(({ method, route, path, status, user, role }) => [method, route, path, status, user, role])).toEqual([
    ["POST", "/processes/:processId/execution", "/processes/echo/execution", 201, "ann", "runner"],
    ["GET", "/jobs/:jobId", `/jobs/${jobId}`, 200, "ann", "runner"],
  ]);
  expect(held).toEqual(["requests 1", "requests -1", "requests 1", "requests -1"]);
});

test("what finds no route, no method or no leave is told as well", async () => {
  await using observed = await openObserved();
  const { service, seen } = observed;
  await service.createKey("runner", "ann");
  await service.send("GET", "/nowhere");
  await service.send("PUT", "/jobs");
  await service.send("GET", "/jobs");
  await service.send("GET", "/jobs", { headers: { host: "evil.example" } });
  await service.send("GET", "/jobs", { headers: { authorization: "Bearer hdl_abcdefabcdef_wrong" } });
  await service.send("GET", "/jobs", { headers: { authorization: "Basic c2VjcmV0" } });
  expect(seen.map(({ route, status, keyId }) => [route, status, keyId])).toEqual([
    [undefined, 404, undefined],
    [undefined, 405, undefined],
    ["/jobs", 401, undefined],
    ["/jobs", 403, undefined],
    ["/jobs", 401, "abcdefabcdef"],
    ["/jobs", 401, "unknown"],
  ]);
});

test("each answer has the id of its request, and the job that it made keeps it with its trace", async () => {
  await using observed = await openObserved();
  const { service, seen } = observed;
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const response = await service.send("POST", "/processes/echo/execution", {
    headers: {
      ...{ prefer: "respond-async", "x-request-id": "mine-1" },
      ...{ traceparent: `00-${trace}-00f067aa0ba902b7-01`, tracestate: "a=1" },
    },
    body: { inputs: { text: "hello" } },
  });
  expect(response.headers.get("x-request-id")).toBe("mine-1");
  const jobId = response.headers.get("location")?.split("/").at(-1) ?? "";
  const job = await findJob(service.database, jobId);
  expect(job?.origin).toMatchObject({ requestId: "mine-1", role: "admin", tracestate: "a=1" });
  expect(job?.origin?.traceparent).toStartWith(`00-${trace}-`);
  expect(seen[0]?.origin.requestId).toBe("mine-1");
  const missing = await service.send("GET", "/nowhere", { headers: { "x-request-id": "not sane" } });
  expect(missing.headers.get("x-request-id")).toBe(seen[1]?.origin.requestId ?? "");
  expect(missing.headers.get("x-request-id")).not.toBe("not sane");
});

test.each([
  ["/s/0123456789abcdef/out/a.tif", "/s/***/out/a.tif"],
  ["/s/0123456789abcdef", "/s/***"],
  ["/prefix/s/0123456789abcdef/", "/prefix/s/***/"],
  ["/vault/0d1ffc3a/abcdef", "/vault/0d1ffc3a/***"],
  ["/vault/0d1ffc3a", "/vault/0d1ffc3a"],
  ["/jobs/hdl_abc_def", "/jobs/hdl_***"],
  ["/processes/s", "/processes/s"],
  [`/${"a".repeat(600)}`, `/${"a".repeat(511)}`],
])("of the path %s is told %s", (path, told) => {
  expect(withoutSecrets(path)).toBe(told);
});
