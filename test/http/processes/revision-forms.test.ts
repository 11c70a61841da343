import { expect, test } from "bun:test";
import * as v from "valibot";
import { address, jsonOf, openService, type RequestOptions, type Service } from "../service.ts";

const browser = { accept: "text/html", origin: address };

function packageOf(version: string): object {
  return {
    processDescription: { id: "say", version },
    executionUnit: {
      type: "application/cwl",
      unit: { cwlVersion: "v1.2", class: "CommandLineTool", baseCommand: ["echo", version], inputs: {}, outputs: {} },
    },
  };
}

/** A service with the process `say` in two versions; who is named deployed it. */
async function openTwo(user?: string): Promise<{ readonly service: Service; readonly key: RequestOptions }> {
  const service = await openService({ holdsJobs: true });
  const key = user === undefined ? {} : { key: await service.createKey("deployer", user) };
  await service.send("POST", "/processes", { ...key, body: packageOf("1.0.0") });
  service.clock.advance(2000);
  await service.send("PUT", "/processes/say", { ...key, body: packageOf("2.0.0") });
  return { service, key };
}

async function pageOf(service: Service, path: string, key: RequestOptions = {}): Promise<string> {
  return (await service.send("GET", path, { headers: { accept: "text/html" }, ...key })).text();
}

const RevisionsSchema = v.array(v.looseObject({ version: v.string(), revision: v.string(), state: v.string() }));

/** Reads the digests and states of both versions. */
async function revisionsOf(service: Service, key: RequestOptions = {}) {
  const { revisions } = await jsonOf(await service.send("GET", "/processes/say/revisions", key));
  const all = v.parse(RevisionsSchema, revisions);
  const digestOf = (wanted: string) => all.find(({ version }) => version === wanted)?.revision ?? "";
  return {
    old: digestOf("1.0.0"),
    now: digestOf("2.0.0"),
    states: all.map(({ version, state }) => `${version} ${state}`),
  };
}

/** Presses a button of the page of revisions; `fields` are those of its form. */
function press(service: Service, name: string, fields: Readonly<Record<string, string>>, options: RequestOptions = {}) {
  const body = new URLSearchParams(fields).toString();
  const headers = { ...browser, "content-type": "application/x-www-form-urlencoded", ...options.headers };
  return service.send("POST", `/processes/say/revisions/${name}-form`, { ...options, headers, body });
}

/** Reads the hidden fields of the page that asks, and adds the answer yes. */
function confirmed(html: string): Readonly<Record<string, string>> {
  const hidden = [...html.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  return { ...Object.fromEntries(hidden), confirmed: "true" };
}

test("one goes back to an earlier revision: the page asks, says what happens to jobs, does it, and tells", async () => {
  const opened = await openTwo();
  await using service = opened.service;
  const job = await service.send("POST", "/processes/say/execution", {
    headers: { prefer: "respond-async" },
    body: { inputs: {} },
  });
  const page = await pageOf(service, "/processes/say/revisions");
  const { old, now } = await revisionsOf(service);
  expect(page).toContain(`form="restore" name="revision" value="${old}"`);
  expect(page).not.toContain(`form="restore" name="revision" value="${now}"`);
  const asked = await press(service, "restore", { revision: old });
  const question = await asked.text();
  expect(question).toContain("<h1>Go back to version 1.0.0?</h1>");
  expect(question).toContain("say runs version 2.0.0 now. From then on it runs version 1.0.0");
  expect(question).toContain("Jobs that wait or run keep the revision that they were sent for.");
  expect((await revisionsOf(service)).states).toContain("2.0.0 current");
  const done = await press(service, "restore", confirmed(question));
  expect([done.status, done.headers.get("location")]).toEqual([
    303,
    `${address}/processes/say/revisions?f=html&done=revision-restored`,
  ]);
  expect(question).toContain("<h2>What changes</h2>");
  const told = await pageOf(service, "/processes/say/revisions?f=html&done=revision-restored");
  expect(told).toContain("Done. Version 1.0.0 runs from now on.");
  expect(told).toContain("Go forward to this revision, version 2.0.0");
  const forward = await (await press(service, "restore", { revision: now })).text();
  expect(forward).toContain("<h1>Go forward to version 2.0.0?</h1>");
  expect(await jsonOf(await service.send("GET", "/processes/say"))).toMatchObject({ version: "1.0.0" });
  const { pathname } = new URL(job.headers.get("location") ?? "");
  expect(await pageOf(service, pathname)).toContain(now);
});

test("one withdraws a revision: its page says then why nobody can run it, and the question says more for the current one", async () => {
  const opened = await openTwo();
  await using service = opened.service;
  const { old, now } = await revisionsOf(service);
  expect(await pageOf(service, "/processes/say:1.0.0")).toContain("Run runs this one");
  const question = await (await press(service, "withdraw", { revision: old })).text();
  expect(question).toContain("Nobody can run version 1.0.0 of say any more. say goes on to run version 2.0.0.");
  expect((await press(service, "withdraw", confirmed(question))).status).toBe(303);
  const withdrawn = await pageOf(service, "/processes/say:1.0.0");
  expect(withdrawn).toContain("Nobody can run it: it was undeployed");
  expect(withdrawn).toContain(`href="${address}/processes/say/revisions?f=html"`);
  expect(withdrawn).not.toContain('id="run"');
  const current = await (await press(service, "withdraw", { revision: now })).text();
  expect(current).toContain("This version is the current one: nobody can run say");
  expect((await press(service, "withdraw", confirmed(current))).status).toBe(303);
  const page = await pageOf(service, "/processes/say/revisions");
  expect(page).toContain("Nobody can run say now");
  expect(page).not.toContain('form="withdraw" name');
  expect(page).toContain('data-label="State">undeployed on <time');
  const back = await press(service, "restore", { revision: old, confirmed: "true" });
  expect(back.status).toBe(303);
  expect(await jsonOf(await service.send("GET", "/processes/say"))).toMatchObject({ version: "1.0.0" });
});

test("the page of a process leads to the question itself: no leads back, one version stands as an alternative, and what is undeployed offers neither", async () => {
  const opened = await openTwo("ann");
  await using service = opened.service;
  const { now } = await revisionsOf(service, opened.key);
  const page = await pageOf(service, "/processes/say", opened.key);
  const href = `${address}/processes/say/revisions/undeploy-form`;
  expect(page).toContain(`<a href="${href}" id="undeploy">Undeploy</a>`);
  const question = await pageOf(service, "/processes/say/revisions/undeploy-form", opened.key);
  expect(question).toContain("<h1>Undeploy the process say, with its 2 versions?</h1>");
  expect(question).toContain(`<a class="button" href="${address}/processes/say?f=html#undeploy">Keep it</a>`);
  expect(question).toContain(`<a href="${address}/processes/say/revisions?f=html">Only one of its versions`);
  expect(question).not.toContain("no list");
  expect((await service.send("GET", "/processes/say", opened.key)).status).toBe(200);
  // From the page of revisions, no leads back to the button.
  const ofTable = await (await press(service, "withdraw", { revision: now }, opened.key)).text();
  expect(ofTable).toContain(`href="${address}/processes/say/revisions?f=html#withdraw-${now}">Keep it`);
  expect(await pageOf(service, "/processes/say/revisions", opened.key)).toContain(`id="withdraw-${now}"`);
  expect(ofTable).toContain("none of its other versions either, which run by their own addresses now");
  for (const [role, user, status] of [
    ["deployer", "bob", 403],
    ["runner", "rob", 403],
  ] as const) {
    const key = await service.createKey(role, user);
    const answer = await service.send("GET", "/processes/say/revisions/undeploy-form", { key, headers: browser });
    expect([role, answer.status]).toEqual([role, status]);
  }
  expect((await press(service, "undeploy", confirmed(question), opened.key)).status).toBe(303);
  for (const gone of [`/processes/say@${now}`, "/processes/say:1.0.0"]) {
    const html = await pageOf(service, gone, opened.key);
    expect([gone, html.includes("Nobody can run it")]).toEqual([gone, true]);
    expect(html).not.toMatch(/>\s*(Undeploy|New version)\s*</);
  }
  const again = await service.send("GET", "/processes/say/revisions/undeploy-form", {
    ...opened.key,
    headers: browser,
  });
  expect(again.status).toBe(404);
});

test("one undeploys the process from the page of its revisions, which stays to go back from", async () => {
  const opened = await openTwo();
  await using service = opened.service;
  const question = await (await press(service, "undeploy", {})).text();
  expect(question).toContain("<h1>Undeploy the process say, with its 2 versions?</h1>");
  expect((await service.send("GET", "/processes/say")).status).toBe(200);
  expect((await press(service, "undeploy", confirmed(question))).status).toBe(303);
  expect((await service.send("GET", "/processes/say")).status).toBe(404);
  const page = await pageOf(service, "/processes/say/revisions?f=html&done=undeployed");
  expect(page).toContain("Undeployed. Nobody can make a new job of it.");
  expect(page).toContain("Go back to this revision");
  expect(page).not.toContain("Undeploy the process");
});

test("the buttons are for who may use them: others see none, are refused, and change nothing", async () => {
  const opened = await openTwo("ann");
  await using service = opened.service;
  const { old } = await revisionsOf(service, opened.key);
  expect(await pageOf(service, "/processes/say/revisions", opened.key)).toContain("Go back to this revision");
  for (const [role, user] of [
    ["deployer", "bob"],
    ["runner", "rob"],
  ] as const) {
    const other = { key: await service.createKey(role, user) };
    expect(await pageOf(service, "/processes/say/revisions", other)).not.toContain("-form");
    for (const name of ["restore", "withdraw", "undeploy"]) {
      expect((await press(service, name, { revision: old }, other)).status).toBe(403);
      expect((await press(service, name, { revision: old, confirmed: "true" }, other)).status).toBe(403);
    }
  }
  const foreign = { ...opened.key, headers: { origin: "https://elsewhere.example" } };
  expect((await press(service, "restore", { revision: old, confirmed: "true" }, foreign)).status).toBe(403);
  expect((await revisionsOf(service, opened.key)).states).toContain("2.0.0 current");
  expect((await press(service, "restore", { revision: "<b>" }, opened.key)).status).toBe(404);
  expect((await press(service, "restore", {}, opened.key)).status).toBe(404);
});

test("a revision that one went back to keeps the date of its deployment, and says since when it is current", async () => {
  await using opened = (await openTwo()).service;
  const read = async () => {
    const { revisions } = await jsonOf(await opened.send("GET", "/processes/say/revisions"));
    const Dated = v.array(
      v.looseObject({ version: v.string(), deployed: v.string(), currentSince: v.optional(v.string()) }),
    );
    return v.parse(Dated, revisions);
  };
  const before = await read();
  expect(before.map(({ version, currentSince }) => [version, currentSince === undefined])).toEqual([
    ["2.0.0", false],
    ["1.0.0", true],
  ]);
  opened.clock.advance(60_000);
  await opened.send("POST", "/processes/say/revisions/1.0.0/restore");
  const after = await read();
  const dateOf = (list: typeof before, wanted: string) => list.find(({ version }) => version === wanted)?.deployed;
  expect(after.map(({ version }) => version)).toEqual(["1.0.0", "2.0.0"]);
  for (const version of ["1.0.0", "2.0.0"]) expect(dateOf(after, version)).toBe(dateOf(before, version));
  const [current] = after;
  expect(Date.parse(current?.currentSince ?? "")).toBeGreaterThanOrEqual(Date.parse(current?.deployed ?? "") + 60_000);
  expect(await pageOf(opened, "/processes/say/revisions")).toMatch(/current\s*since\s*<time/);
});

test("the question about a process counts the versions that go, and the jobs that stay, of those that one may see", async () => {
  const opened = await openTwo("ann");
  await using service = opened.service;
  const { old } = await revisionsOf(service, opened.key);
  const asked = async (key: { readonly key?: string }) =>
    (await pageOf(service, "/processes/say/revisions/undeploy-form", key)).replaceAll(/<[^>]*>/g, " ");
  expect(await asked(opened.key)).toContain("Its 2 versions go");
  expect(await asked(opened.key)).toContain("It has no jobs that you may see. The jobs of others stay, too.");
  const others = { key: await service.createKey("runner", "rob") };
  const runs: string[] = [];
  for (const who of [opened.key, opened.key, others]) {
    const headers = { prefer: "respond-async" };
    const sent = await service.send("POST", "/processes/say/execution", { ...who, headers, body: { inputs: {} } });
    expect(sent.status).toBe(201);
    runs.push((sent.headers.get("location") ?? "").split("/jobs/")[1] ?? "");
  }
  await service.finish(runs[0] ?? "");
  expect(await asked(opened.key)).toContain(
    "It has 2 jobs that you may see: they stay, with their results and logs. 1 of them waits or runs",
  );
  await press(service, "withdraw", { revision: old, confirmed: "true" }, opened.key);
  const admin = await asked({ key: await service.createKey("admin", "root") });
  expect(admin).toContain("Undeploy the process say?");
  expect(admin).toContain("It has 3 jobs: they stay, with their results and logs. 2 of them wait or run");
});

test("one form goes back to an earlier version and undeploys the current one; where none is left it does not stand there", async () => {
  const opened = await openTwo();
  await using service = opened.service;
  const { old, now } = await revisionsOf(service);
  const question = await (await press(service, "withdraw", { revision: now })).text();
  const [, name = "", value = ""] =
    /name="([^"]*)" value="([^"]*)">\s*Go back to 1\.0\.0 and undeploy 2\.0\.0\s*</.exec(question) ?? [];
  expect([name, value]).toEqual(["back", old]);
  const done = await press(service, "withdraw", { revision: now, [name]: value });
  expect([done.status, done.headers.get("location")]).toEqual([
    303,
    `${address}/processes/say/revisions?f=html&done=revision-restored`,
  ]);
  expect((await revisionsOf(service)).states.toSorted()).toEqual(["1.0.0 current", "2.0.0 withdrawn"]);
  const last = await (await press(service, "withdraw", { revision: old })).text();
  expect(last).toContain("This version is the current one");
  expect(last).not.toContain("Go back to");
});

test("the form that a job of an earlier version filled in says so, and leads to the form of that version", async () => {
  const opened = await openTwo();
  await using service = opened.service;
  const { now } = await revisionsOf(service);
  const idOf = async (process: string) => {
    const sent = { headers: { prefer: "respond-async" }, body: { inputs: {} } };
    const made = await service.send("POST", `/processes/${process}/execution`, sent);
    return (made.headers.get("location") ?? "").split("/").at(-1) ?? "";
  };
  const seen = (html: string) => html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
  const [earlier, current] = [await idOf("say:1.0.0"), await idOf("say")];
  const page = await pageOf(service, `/processes/say?f=html&from=${earlier}`);
  expect(seen(page)).toContain("That job ran version 1.0.0; this form is of 2.0.0. Run version 1.0.0 again");
  const href = /<a href="([^"]*)">Run version 1\.0\.0 again/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const old = await pageOf(service, href.replace(address, ""));
  expect(seen(old)).toContain("This is version 1.0.0, by its own address, and Run runs this one.");
  expect(seen(old)).toContain("Filled in from job");
  expect(seen(old)).not.toContain("That job ran");
  expect(seen(await pageOf(service, `/processes/say?f=html&from=${current}`))).not.toContain("That job ran");
  expect((await service.send("DELETE", "/processes/say:1.0.0")).status).toBe(204);
  const gone = seen(await pageOf(service, `/processes/say?f=html&from=${earlier}`));
  expect(gone).toContain("this form is of 2.0.0. Version 1.0.0 can be run no more.");
  expect(now).not.toBe("");
});

test("a form that goes back and undeploys changes nothing where it cannot do both", async () => {
  const { service, key } = await openTwo();
  await using _ = service;
  const { old, now, states } = await revisionsOf(service, key);
  const nowhere = `sha256:${"0".repeat(64)}`;
  const same = await press(service, "withdraw", { revision: now, back: now });
  const unknown = await press(service, "withdraw", { revision: nowhere, back: old });
  const backUnknown = await press(service, "withdraw", { revision: now, back: nowhere });
  expect([same.status, unknown.status, backUnknown.status]).toEqual([400, 404, 404]);
  expect(await same.text()).toContain("found the revision that is to be undeployed, wanted another one");
  expect((await revisionsOf(service, key)).states).toEqual(states);
});

test("going back and undeploying is one write: who deploys meanwhile keeps what was deployed, and both lines of the audit stand or none", async () => {
  const admin = await openTwo();
  await using service = admin.service;
  const { old, now } = await revisionsOf(service);
  await service.send("PUT", "/processes/say", { body: packageOf("3.0.0") });
  const { states } = await revisionsOf(service);
  const lines = async () => {
    const { entries } = await jsonOf(await service.send("GET", "/_/audit"));
    return v
      .parse(v.array(v.looseObject({ action: v.string(), subject: v.string() })), entries)
      .filter(({ action }) => action === "restore" || action === "withdraw")
      .map(({ action, subject }) => `${action} ${subject}`);
  };
  const late = await press(service, "withdraw", { revision: now, back: old });
  expect(late.status).toBe(409);
  expect(await late.text()).toContain("is not the current revision any more, wanted it to be; nothing was changed");
  expect((await revisionsOf(service)).states).toEqual(states);
  expect(await lines()).toEqual([]);
  await press(service, "restore", { revision: now, confirmed: "true" });
  const both = () => press(service, "withdraw", { revision: now, back: old });
  const statuses = (await Promise.all([both(), both()])).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([303, 409]);
  expect((await revisionsOf(service)).states.toSorted()).toEqual([
    "1.0.0 current",
    "2.0.0 withdrawn",
    "3.0.0 deployed",
  ]);
  expect((await lines()).toSorted()).toEqual(
    [`restore say@${now}`, `restore say@${old}`, `withdraw say@${now}`].toSorted(),
  );
});
