import { expect, test } from "bun:test";
import { jsonOf, openService } from "../service.ts";

const execution = "/processes/echo/execution";
const body = { inputs: { text: "a" } };
const schemas = "https://schemas.opengis.net/ogcapi/processes/part1/1.0/openapi/schemas";

for (const [name, value] of [
  ["X-WPS-Output-Context", "team/a"],
  ["X-Auth-Docker", "Basic abc"],
  ["X-HTTP-Method-Override", "DELETE"],
  ["Content-Range", "bytes 0-1/2"],
  ["If-Match", '"a"'],
  ["If-Unmodified-Since", "Sat, 28 Nov 2026 00:00:00 GMT"],
] as const) {
  test(`A request that asks by ${name} for what is not done is refused, also by GET and as WPS`, async () => {
    await using service = await openService();
    const headers = { [name]: value };
    for (const asked of [
      await service.send("POST", execution, { headers, body }),
      await service.send("GET", `${execution}?text=a`, { headers }),
    ]) {
      expect(asked.status).toBe(400);
      expect(String((await jsonOf(asked)).detail).toLowerCase()).toContain(name.toLowerCase());
    }
    const query = "/wps?service=WPS&version=1.0.0&request=Execute&identifier=echo&DataInputs=text=a";
    const asked = await service.send("GET", query, { headers });
    expect([asked.status, (await asked.text()).toLowerCase().includes(name.toLowerCase())]).toEqual([400, true]);
    // Who only reads asks for nothing.
    expect((await service.send("GET", "/processes", { headers })).status).toBe(200);
  });
}

for (const [path, schema, status] of [
  [execution, `${schemas}/execute.yaml`, 200],
  [execution, `<${schemas}/execute.yaml>`, 200],
  [execution, "http://www.opengis.net/spec/ogcapi-processes/2.0/schemas/execute", 200],
  [execution, "https://example.org/other.json", 422],
  [execution, `${schemas}/ogcapppkg.yaml`, 422],
  ["/processes", "https://schemas.opengis.net/ogcapi/processes/part2/1.0/openapi/schemas/ogcapppkg.yaml", 201],
  ["/processes", `${schemas}/execute.yaml`, 422],
  ["/providers", `${schemas}/execute.yaml`, 422],
] as const) {
  test(`Content-Schema ${schema} of a request to ${path} is ${status}`, async () => {
    await using service = await openService({ allowAnonymous: "admin" });
    const tool = {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      id: "t",
      baseCommand: "true",
      inputs: {},
      outputs: {},
    };
    const sent = path === "/processes" ? { executionUnit: tool } : { ...body, outputs: { text: {} } };
    const answer = await service.send("POST", path, { headers: { "content-schema": schema }, body: sent });
    expect(answer.status).toBe(status);
    if (status === 422) expect(String((await jsonOf(answer)).type)).toEndWith("processes-4/1.0/unsupported-schema");
  });
}

test("a Content-Schema of a replaced process is that of a package", async () => {
  await using service = await openService();
  const headers = { "content-schema": "https://example.org/other.json" };
  expect((await service.send("PUT", "/processes/echo", { headers, body: {} })).status).toBe(422);
});
