import { expect, test } from "bun:test";
import { jsonOf, openService, type Service, submitEcho } from "../service.ts";

async function finished(service: Service, key?: string): Promise<string> {
  const job = await submitEcho(service, key);
  const known = key === undefined ? {} : { key };
  while ((await jsonOf(await service.send("GET", `/jobs/${job}`, known))).status !== "successful") await Bun.sleep(5);
  service.clock.advance(2000);
  return job;
}

test("a job of before tells what was not recorded", async () => {
  await using service = await openService();
  const job = await finished(service);
  const response = await service.send("GET", `/jobs/${job}/prov`);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
  const document = await jsonOf(response);
  expect(document).toMatchObject({
    prefix: { job: `http://127.0.0.1:8080/jobs/${job}/prov#`, heddle: expect.any(String) },
    activity: {
      "job:activity-1": {
        "heddle:jobID": job,
        "heddle:processID": "echo",
        "heddle:notRecorded": ["version of Heddle", "host"],
      },
    },
    agent: { "job:agent-1": { "prov:label": "Heddle" }, "job:agent-2": { "prov:label": "anonymous" } },
    actedOnBehalfOf: { "_:actedOnBehalfOf1": { "prov:delegate": "job:agent-1", "prov:responsible": "job:agent-2" } },
  });
});

test("it is answered as PROV-N by f and by Accept, as a page, and in parts as text", async () => {
  await using service = await openService();
  const job = await finished(service);
  const asked = [
    [`/jobs/${job}/prov?f=provn`, "*/*"],
    [`/jobs/${job}/prov`, "text/provenance-notation"],
  ] as const;
  for (const [path, accept] of asked) {
    const response = await service.send("GET", path, { headers: { accept } });
    expect(response.headers.get("content-type")).toBe("text/provenance-notation; charset=utf-8");
    const text = await response.text();
    expect(text).toStartWith("document\n  prefix job <");
    expect(text).toContain('  used(job:activity-1, job:entity-2, -, [prov:role="text"])\n');
    expect(text).toContain("  actedOnBehalfOf(job:agent-1, job:agent-2, -)\n");
    expect(text).toEndWith("endDocument\n");
  }
  const page = await service.send("GET", `/jobs/${job}/prov`, { headers: { accept: "text/html" } });
  expect(page.headers.get("content-type")).toStartWith("text/html");
  expect(await page.text()).toMatch(/<a href="[^"]+f=json" download="[0-9a-f]{8}-prov\.json">/);
  expect((await service.send("GET", `/jobs/${job}/prov?f=turtle`)).status).toBe(400);
  expect((await service.send("GET", `/jobs/${job}/prov`, { headers: { accept: "image/png" } })).status).toBe(406);
  for (const part of ["info", "who", "inputs", "outputs", "run"]) {
    const response = await service.send("GET", `/jobs/${job}/prov/${part}`);
    expect([part, response.status, response.headers.get("content-type")]).toEqual([
      part,
      200,
      "text/plain; charset=utf-8",
    ]);
    const json = await service.send("GET", `/jobs/${job}/prov/${part}`, { headers: { accept: "application/json" } });
    expect([part, json.status]).toEqual([part, 406]);
  }
  expect(await (await service.send("GET", `/jobs/${job}/prov/who`)).text()).toBe("anonymous\n");
  expect(await (await service.send("GET", `/jobs/${job}/prov/inputs`)).text()).toContain('"hello"');
});

test("who may not see a job is told nothing of it", async () => {
  await using service = await openService();
  const [ana, ben] = [await service.createKey("runner", "ana"), await service.createKey("runner", "ben")];
  const job = await finished(service, ana);
  for (const path of ["prov", "prov/who"]) {
    expect((await service.send("GET", `/jobs/${job}/${path}`, { key: ana })).status).toBe(200);
    expect((await service.send("GET", `/jobs/${job}/${path}`, { key: ben })).status).toBe(404);
    expect((await service.send("GET", `/jobs/${job}/${path}`)).status).toBe(401);
  }
  expect((await service.send("GET", "/jobs/nothing/prov", { key: ana })).status).toBe(404);
  const document = await jsonOf(await service.send("GET", `/jobs/${job}/prov`, { key: ana }));
  expect(document.agent).toMatchObject({ "job:agent-2": { "prov:label": "ana" } });
  await service.send("DELETE", `/jobs/${job}`, { key: ana });
  expect((await service.send("GET", `/jobs/${job}/prov`, { key: ana })).status).toBe(410);
});
