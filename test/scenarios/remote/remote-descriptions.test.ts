import { expect, test } from "bun:test";
import { startTestApp } from "../../support/app.ts";
import { submit, untilFinished } from "../../support/jobs.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** A server of OGC API - Processes with one process, described in words of OGC 1.0 and with what nobody here can honour. */
function otherServer() {
  const executions: unknown[] = [];
  const schema = (one: unknown) => ({ schema: one, minOccurs: 0 });
  const description = {
    id: "other",
    version: "1.0.0",
    jobControlOptions: ["sync-execute"],
    inputs: {
      unknown: schema({ $ref: "https://example.org/schemas/thing.json" }),
      pattern: schema({ type: "string", pattern: "^(?=x).*(a)\\1$" }),
      count: schema({ type: "integer", nullable: true, minimum: 0, exclusiveMinimum: true, example: 3 }),
      place: schema({ $ref: "https://geojson.org/schema/Point.json" }),
      mode: schema({ type: "string", default: "fast" }),
    },
    outputs: { said: { schema: { type: "string" } } },
  };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/processes/other") return Response.json(description);
      if (pathname !== "/processes/other/execution") return new Response("none", { status: 404 });
      executions.push(await request.json());
      return Response.json({ said: "done" });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, executions, [Symbol.dispose]: () => void server.stop(true) };
}

test("a remote's description is translated when it comes; what cannot be honoured lets everything pass and is told in the log", async () => {
  await using folder = await temporaryDirectory();
  using other = otherServer();
  await using app = await startTestApp(folder.path, { allowFetch: ["127.0.0.1"] });
  const deployed = await fetch(`${app.url}/processes`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ executionUnit: [{ href: `${other.url}/processes/other` }] }),
  });
  expect([deployed.status, await deployed.text()]).toEqual([201, expect.any(String)]);
  const { inputs } = JSON.parse(await (await fetch(`${app.url}/processes/other`)).text());
  expect(inputs.count.schema).toEqual({ type: ["integer", "null"], exclusiveMinimum: 0, examples: [3] });
  expect(inputs.place.schema).toMatchObject({ type: "object", properties: { type: { enum: ["Point"] } } });

  const refused = async (given: unknown) => {
    const body = JSON.stringify({ inputs: given });
    const headers = { "content-type": "application/json" };
    return (await fetch(`${app.url}/processes/other/execution`, { method: "POST", headers, body })).status;
  };
  expect(await refused({ count: 0 })).toBe(400);
  expect(await refused({ place: { value: { type: "Line" } } })).toBe(400);

  const given = { unknown: { value: { any: "thing" } }, pattern: "whatever", count: 5 };
  const job = await submit(app.url, "other", given);
  expect((await untilFinished(app.url, job)).at(-1)?.status).toBe("successful");
  // Its own defaults are the other server's to apply.
  expect(other.executions).toEqual([expect.objectContaining({ inputs: given })]);
  const log = await (await fetch(`${app.url}/jobs/${job}/log`)).text();
  expect(log).toContain("/inputs/unknown/schema/$ref");
  expect(log).toContain("/inputs/pattern/schema/pattern");
});
