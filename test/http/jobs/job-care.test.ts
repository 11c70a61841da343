import { expect, test } from "bun:test";
import { readRights } from "../../../src/domain/people/rights.ts";
import { plainIdentity } from "../../../src/domain/people/service-identity.ts";
import { saveGroups } from "../../../src/store/jobs/group-members.ts";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";

const pageOf = async (service: Service, path: string, key?: string) =>
  (await service.send("GET", `${path}?f=html`, key === undefined ? {} : { key })).text();

test("the page of a job says who sees it, in the words of who looks", async () => {
  await using service = await openService({ holdsJobs: true, rights: readRights(["group:hydrology=jobs:ec*"]) });
  expect(await pageOf(service, `/jobs/${await submitEcho(service)}`)).toContain("Seen by every user of this machine");
  const [ann, root] = [await service.createKey("runner", "ann"), await service.createKey("admin", "root")];
  const id = await submitEcho(service, ann);
  expect(await pageOf(service, `/jobs/${id}`, ann)).toContain(
    "Seen by you, and overseers and administrators of this service. ",
  );
  await saveGroups(service.database, "ann", ["hydrology", "chess"]);
  expect(await pageOf(service, `/jobs/${id}`, ann)).toContain("Seen by you, members of group hydrology, and overseers");
  expect(await pageOf(service, `/jobs/${id}`, root)).toContain(
    "Seen by user ann, members of group hydrology, and overseers",
  );
});

test("who may see a job is told until when its results are shared by a link, and by whom", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, vic] = [await service.createKey("runner", "ann"), await service.createKey("admin", "vic")];
  const id = await submitEcho(service, ann);
  await service.finish(id, { results: { text: { kind: "value", value: "hello" } } });
  const words = /Its results are also shared by a link until <time datetime="[^"]+">[^<]+<\/time>, by ann\./;
  expect(await pageOf(service, `/jobs/${id}`, vic)).not.toContain("shared by a link");
  expect((await service.send("POST", `/jobs/${id}/share`, { key: ann })).status).toBe(201);
  for (const key of [ann, vic]) expect(await pageOf(service, `/jobs/${id}`, key)).toMatch(words);
  await service.send("DELETE", `/jobs/${id}/share`, { key: ann });
  expect(await pageOf(service, `/jobs/${id}`, vic)).not.toContain("shared by a link");
});

test("the page of a job says when it is removed, before and after its end", async () => {
  for (const [keptMilliseconds, running, ended] of [
    [undefined, "This job is kept until somebody removes it.", /This job is kept until somebody removes it\./],
    [
      720 * 3_600_000,
      "This job is kept with its results and its log for 30 days after its end.",
      /for 30 days after its end, until <time datetime="2\d{3}-[^>]*>[^<]*<\/time>\./,
    ],
    [36 * 3_600_000, "for 36 hours after its end.", /for 36 hours after its end, until <time/],
    [24 * 3_600_000, "for 1 day after its end.", /for 1 day after its end, until <time/],
  ] as const) {
    const settings = keptMilliseconds === undefined ? {} : { keptMilliseconds };
    await using service = await openService({ holdsJobs: true, settings });
    const id = await submitEcho(service);
    expect(await pageOf(service, `/jobs/${id}`)).toContain(running);
    await service.finish(id, {});
    expect(await pageOf(service, `/jobs/${id}`)).toMatch(ended);
  }
});

test("the setting that says how long jobs are kept stands there for who looks after the service", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, root] = [await service.createKey("runner", "ann"), await service.createKey("admin", "root")];
  const id = await submitEcho(service, ann);
  expect(await pageOf(service, `/jobs/${id}`, root)).toContain(
    '/_/system?f=html#setting-keepHours"><code>keepHours</code>',
  );
  expect(await pageOf(service, `/jobs/${id}`, ann)).not.toContain("keepHours");
});

test("who has signed in and may not run a process sees no form, and is told once whom to ask", async () => {
  const contact = { name: "Jane Doe", email: "jane@example.org" };
  for (const [identity, asked] of [
    [{ ...plainIdentity, contact }, 'ask <a href="mailto:jane@example.org">Jane Doe</a>.'],
    [{ ...plainIdentity, contact: { url: "https://example.org/help" } }, '<a href="https://example.org/help">'],
    [plainIdentity, "ask <span>who runs this service</span>."],
  ] as const) {
    await using service = await openService({ identity });
    await service.createKey("admin", "root");
    const page = await pageOf(service, "/processes/echo", await service.createKey("viewer", "vic"));
    expect(page).toContain(asked);
    expect(page.split("You are a viewer here")).toHaveLength(2);
    expect(page).not.toContain('id="run"');
    expect(page).toContain('<h2 id="inputs">');
    expect(await pageOf(service, "/processes/echo", await service.createKey("runner", "ron"))).toContain('id="run"');
  }
});

test("who tries or removes the job of somebody else is asked first, with whose it is", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, rob] = [await service.createKey("admin", "ann"), await service.createKey("runner", "rob")];
  service.clock.advance(2000);
  const id = await submitEcho(service, rob);
  await service.finish(id, { failure: { message: "no" } });
  const press = (key: string, name: string, fields: Readonly<Record<string, string>> = {}) =>
    service.send("POST", `/jobs/${id}/${name}-form`, {
      key,
      headers: { accept: "text/html", origin: address, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    });
  const asked = await press(ann, "retry", { fromFailed: "true" });
  const question = await asked.text();
  expect(asked.status).toBe(200);
  expect(question).toContain("<h1>Try rob&#39;s job again?</h1>");
  expect(question).toContain("is rob&#39;s. It goes on from its failed step");
  expect(question).toContain('name="fromFailed" value="true"');
  expect(await (await press(ann, "remove")).text()).toContain("<h1>Remove rob&#39;s job?</h1>");
  const own = await (await press(rob, "remove")).text();
  expect(own).toContain("<h1>Remove the job?</h1>");
  expect(own).toMatch(
    new RegExp(`<p>“Echo” \\(job ${id} of echo\\) ended [^<]+ UTC \\(failed\\)\\. Its inputs: text: hello`),
  );
  expect(await (await press(ann, "remove")).text()).toMatch(/\(failed\) and is rob&#39;s\. Its inputs: text: hello/);
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`, { key: rob }))).toMatchObject({ status: "failed" });
  expect((await press(ann, "retry", { fromFailed: "false", confirmed: "true" })).status).toBe(303);
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`, { key: rob }))).toMatchObject({ status: "accepted" });
  await service.finish(id, { failure: { message: "no" } });
  expect((await press(rob, "retry", { fromFailed: "false" })).status).toBe(303);
  const chosen = await service.send("POST", "/jobs/dismiss-form", {
    key: ann,
    headers: { accept: "text/html", origin: address, "content-type": "application/x-www-form-urlencoded" },
    body: `jobs=${id}`,
  });
  expect(await chosen.text()).toMatch(/Echo, [a-z ]+ \([0-9a-f]+\), of rob<\/a>, text: hello/);
});
