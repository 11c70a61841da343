import { expect, test } from "bun:test";
import { processOfRequest, withoutKey, withProcess } from "../../../src/domain/people/audit.ts";

const route = "/processes/:processId/execution";

test.each([
  ["/processes/echo/execution", "/processes/echo/execution"],
  ["/base/processes/echo/execution", "/processes/echo/execution"],
  ["/processes/echo:1.0.0/execution", "/processes/echo:1.0.0/execution"],
  ["/processes/a-b.c_d/execution", "/processes/a-b.c_d/execution"],
  ["/processes/%3Cb%3E/execution", route],
  ["/processes/<script>/execution", route],
  ["/processes/a b/execution", route],
  [`/processes/${"x".repeat(65)}/execution`, route],
  ["/processes/hdl_***/execution", route],
  ["/processes//execution", route],
  ["/", route],
])("the process of %p is named only where its name is short and plain", (path, wanted) => {
  expect(withProcess(route, path)).toBe(wanted);
  const named = processOfRequest(`POST ${withProcess(route, path)}${withoutKey}`);
  expect(named).toBe(wanted === route ? undefined : wanted.split("/")[2]);
});

test("a route without a process, and what is no request, name none", () => {
  expect(withProcess("/jobs/:jobId", "/jobs/x/processes/y")).toBe("/jobs/:jobId");
  for (const subject of ["key x", "by the provider: /processes/echo", "POST /jobs: Cannot run /processes/echo/x"]) {
    expect([subject, processOfRequest(subject)]).toEqual([subject, undefined]);
  }
});
