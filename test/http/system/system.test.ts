import { expect, test } from "bun:test";
import { roles } from "../../../src/domain/people/access.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const html = { accept: "text/html" };

async function keyOf(service: Service, role: (typeof roles)[number], user = "ann"): Promise<string> {
  const key = await service.createKey(role, user);
  service.clock.advance(2000);
  return key;
}

test("only admins see what the service runs on", async () => {
  await using service = await openService();
  for (const role of roles) {
    const key = await keyOf(service, role);
    expect([role, (await service.send("GET", "/_/system", { key })).status]).toEqual([
      role,
      role === "admin" ? 200 : 403,
    ]);
  }
  expect((await service.send("GET", "/_/system")).status).toBe(401);
});

test("the page of the system shows queue, disk, and settings with what gave each; secrets come masked", async () => {
  await using service = await openService();
  const key = await keyOf(service, "admin");
  const document = await jsonOf(await service.send("GET", "/_/system", { key }));
  expect(document).toMatchObject({ version: "1.2.3", queue: { running: 0, waiting: 0 }, beginsJobs: true });
  const page = await (await service.send("GET", "/_/system", { key, headers: html })).text();
  for (const text of [
    "0 running",
    "5.0 GB of 20.0 GB (25 %)",
    "--port",
    "8443",
    "port to listen on",
    "local, 2 slots",
  ]) {
    expect(page).toContain(text);
  }
  const home = await (await service.send("GET", "/?f=html", { key })).text();
  expect(home).toContain("/_/system?f=html");
  const runner = await keyOf(service, "runner", "bob");
  expect(await (await service.send("GET", "/?f=html", { key: runner })).text()).not.toContain("/_/system");
});

test("each figure of the page leads to where one can act, and says when it was measured", async () => {
  await using service = await openService();
  const key = await keyOf(service, "admin");
  const get = async (path: string) => (await service.send("GET", path, { key, headers: html })).text();
  const page = await get("/_/system");
  const at = new Date(service.clock.now()).toISOString();
  expect(page).toContain(`<span data-part="measured"><time datetime="${at}">`);
  expect(page).toContain(`<a href="${address}/_/system?f=html">Refresh</a>`);
  const ways = [...page.matchAll(/<a [^>]*href="([^"]+)"[^>]*>([^<]+)</g)].map(([, href = "", text = ""]) => [
    text,
    href,
  ]);
  for (const [text, href] of [
    ["0 running", "/jobs?status=running&amp;f=html"],
    ["0 waiting", "/jobs?status=accepted&amp;f=html"],
    ["2.0 kB", "/jobs?status=successful&amp;sortby=finished&amp;f=html"],
    ["0 bytes", "/uploads?f=html"],
    ["Keys", "/_/keys?f=html"],
    ["Audit", "/_/audit?f=html"],
  ] as const) {
    expect(ways).toContainEqual([text, `${address}${href}`]);
    expect([href, (await service.send("GET", href.replaceAll("&amp;", "&"), { key, headers: html })).status]).toEqual([
      href,
      200,
    ]);
  }
  // What the script renews stands in parts; what somebody unfolds is in none.
  for (const part of ["measured", "work", "disk", "memory"]) expect(page).toContain(`data-part="${part}"`);
  for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
});

function form(fields: Readonly<Record<string, string>>) {
  return { body: new URLSearchParams(fields).toString(), type: "application/x-www-form-urlencoded" };
}

async function post(
  service: Service,
  path: string,
  key: string,
  fields: Readonly<Record<string, string>>,
  site = "same-origin",
) {
  const { body, type } = form(fields);
  return service.send("POST", path, { key, body, headers: { "content-type": type, "sec-fetch-site": site, ...html } });
}

test("the form of the page of keys makes a key, shows it once, and a button revokes it", async () => {
  await using service = await openService();
  const key = await keyOf(service, "admin");
  const made = await post(service, "/_/keys/form", key, {
    user: "nightly",
    role: "runner",
    expires: "30d",
    processes: "ec*, a",
    insists: "true",
    service: "true",
  });
  const page = await made.text();
  expect([made.status, made.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  const [text = "", id = ""] = /hdl_([A-Za-z0-9]+)_[A-Za-z0-9]+/.exec(page) ?? [];
  expect(page).toContain("for ec*, a");
  service.clock.advance(1000);
  expect((await service.send("GET", "/jobs", { key: text })).status).toBe(200);
  expect(await (await service.send("GET", "/_/keys?f=html", { key })).text()).not.toContain(text);
  const asked = await post(service, `/_/keys/${id}/revoke-form`, key, {});
  expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining("Revoke it")]);
  const revoked = await post(service, `/_/keys/${id}/revoke-form`, key, { confirmed: "true" });
  expect([revoked.status, revoked.headers.get("location")]).toEqual([
    303,
    "http://127.0.0.1:8080/_/keys?f=html&done=key-revoked",
  ]);
  service.clock.advance(1000);
  expect((await service.send("GET", "/jobs", { key: text })).status).toBe(401);
});

test("a key is made that sees the jobs of all and changes nothing, and one that is held to what was ticked", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await keyOf(service, "admin");
  const job = JSON.parse(
    await (
      await service.send("POST", "/processes/echo/execution", {
        key,
        headers: { prefer: "respond-async" },
        body: { inputs: { text: "x" } },
      })
    ).text(),
  ).jobID;
  const textOf = async (made: Response) => /hdl_[A-Za-z0-9]+_[A-Za-z0-9]+/.exec(await made.text())?.[0] ?? "";
  const page = await (await service.send("GET", "/_/keys", { key, headers: html })).text();
  expect(page).toContain("overseer: reads the jobs of everybody, and changes nothing");
  const overseer = await textOf(await post(service, "/_/keys/form", key, { user: "watch", role: "overseer" }));
  service.clock.advance(1000);
  const status = async (method: string, path: string, by: string, body?: object) =>
    (await service.send(method, path, { key: by, ...(body === undefined ? {} : { body }) })).status;
  expect(await status("GET", `/jobs/${job}`, overseer)).toBe(200);
  const refused = [
    await status("DELETE", `/jobs/${job}`, overseer),
    await status("POST", "/processes/echo/execution", overseer, { inputs: { text: "x" } }),
    await status("GET", "/_/keys", overseer),
    await status("POST", "/_/keys", overseer, { user: "more", role: "admin" }),
  ];
  expect(refused).toEqual([403, 403, 403, 403]);
  const made = await post(service, "/_/keys/form", key, { user: "up", role: "runner", actions: "upload" });
  const held = await textOf(made);
  service.clock.advance(1000);
  expect([await status("GET", "/uploads", held), await status("GET", "/jobs", held)]).toEqual([200, 403]);
  const wrong = await post(service, "/_/keys/form", key, { user: "up", role: "viewer", actions: "deploy" });
  const told = await wrong.text();
  expect([/hdl_/.test(told), /value="deploy" checked/.test(told)]).toEqual([false, true]);
});

test("the form of a key makes one key however often it is sent; one that made none is sent again", async () => {
  await using service = await openService();
  const key = await keyOf(service, "admin");
  const page = await (await service.send("GET", "/_/keys", { key, headers: html })).text();
  const [, once = ""] = /name="once" value="([^"]+)"/.exec(page) ?? [];
  const fields = { user: "watch", role: "runner", once };
  expect(await (await post(service, "/_/keys/form", key, { ...fields, expires: "soon" })).text()).toContain("soon");
  const first = await (await post(service, "/_/keys/form", key, fields)).text();
  expect(first).toMatch(/hdl_/);
  const again = await (await post(service, "/_/keys/form", key, fields)).text();
  expect(again).not.toMatch(/hdl_/);
  expect(again).toContain("No other key was made");
  expect((await jsonOf(await service.send("GET", "/_/keys", { key }))).keys).toHaveLength(2);
  const [, next = ""] = /name="once" value="([^"]+)"/.exec(first) ?? [];
  expect(await (await post(service, "/_/keys/form", key, { ...fields, once: next })).text()).toMatch(/hdl_/);
});

test("a key that only reads is no admin in the table and the menu; whose key it is stands where it is revoked", async () => {
  await using service = await openService();
  const key = await keyOf(service, "admin", "ann");
  const made = await (await post(service, "/_/keys/form", key, { user: "rita", role: "overseer" })).text();
  expect(made).toContain(">overseer</td>");
  const text = /hdl_[A-Za-z0-9]+_[A-Za-z0-9]+/.exec(made)?.[0] ?? "";
  service.clock.advance(1000);
  const home = await (await service.send("GET", "/jobs", { key: text, headers: html })).text();
  expect(home).toContain(">rita (overseer)</a>");
  const account = await (await service.send("GET", "/_/sign-in", { key: text, headers: html })).text();
  expect(account).toContain("You are signed in as <b>rita</b> (overseer).");
  expect(account).toContain(">see the jobs of everybody, with their inputs, logs and results</a></li>");
  expect(account).toMatch(
    /<p>You may not:<\/p><ul><li>run processes<\/li><li>upload files for inputs<\/li>.*<li>deploy/,
  );
  const asked = async (one: string) =>
    (await post(service, `/_/keys/${one.split("_")[1]}/revoke-form`, key, {})).text();
  const ritas = await asked(text);
  expect(ritas).toMatch(
    /is of user rita, overseer \(reads the jobs of everybody, and changes nothing\)\. It is refused/,
  );
  expect(ritas).toMatch(
    /<p>It was (?:last used <time datetime="[^"]+">[^<]+<\/time>, or within a minute after\.|never used\.)<\/p>/,
  );
  expect(ritas).not.toContain("You are signed in");
  const own = await asked(key);
  expect(own).toContain("is of user ann, admin");
  expect(own).toContain("You are signed in with this key: you will be signed out.");
  // Another key of the same user is not the one that asks.
  expect(await asked(await keyOf(service, "admin", "ann"))).not.toContain("You are signed in");
});

test("the form of keys says of each right which roles have it, and that what a role lacks is refused", async () => {
  await using service = await openService();
  const key = await keyOf(service, "admin");
  const page = await (await service.send("GET", "/_/keys", { key, headers: html })).text();
  expect(page).toContain("What the role lacks is refused.");
  expect(page).toContain('value="read-own-jobs" data-roles="viewer runner deployer admin overseer"');
  expect(page).toContain('value="deploy" data-roles="deployer admin"');
  expect(page).toContain('value="manage-keys" data-roles="admin"');
});

test("a key that was made is handed over with the address, how one signs in, and what it is for", async () => {
  await using service = await openService();
  const key = await keyOf(service, "admin");
  const make = async (fields: Readonly<Record<string, string>>) => {
    const html = await (await post(service, "/_/keys/form", key, { role: "runner", ...fields })).text();
    const texts = [...html.matchAll(/<pre class="code whole" data-copy="">([^<]*)<\/pre>/g)].map(
      ([, text]) => text ?? "",
    );
    return { html, words: (texts[1] ?? "").replaceAll("&amp;", "&"), text: texts[0] ?? "" };
  };
  const colleague = await make({ user: "carla", processes: "echo", expires: "30d" });
  for (const part of [
    `Sign in as carla at ${address}/_/sign-in?f=html&to=%2Fprocesses%2Fecho%3Ff%3Dhtml with this key:\n${colleague.text}\n`,
    "The key is only for echo.",
    "It ends at ",
  ])
    expect(colleague.words).toContain(part);
  const [, id = ""] = colleague.text.split("_");
  expect(colleague.html).toContain(`<a href="#key-${id}">${id}</a>`);
  expect(colleague.html).toContain(`id="key-${id}"`);
  expect(colleague.html).not.toContain("No process of this service");
  const program = await make({ user: "nightly", service: "true", processes: "ech*, ekko", insists: "true" });
  expect(program.words).toContain(`\nAuthorization: Bearer ${program.text}\n`);
  expect(program.words).not.toContain("Sign in");
  expect(program.html).toContain("No process of this service is called ekko now");
  expect((await make({ user: "all" })).words).not.toContain("only for");
});

test("the question before a key is revoked says what goes on, and which processes lose their owner", async () => {
  await using service = await openService();
  const admin = await keyOf(service, "admin", "ada");
  const [first, second] = [await keyOf(service, "deployer", "dan"), await keyOf(service, "deployer", "dan")];
  const tool = {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    id: "own",
    baseCommand: "true",
    inputs: {},
    outputs: {},
  };
  expect((await service.send("POST", "/processes", { key: first, body: tool })).status).toBe(201);
  const ask = async (one: string) =>
    (await post(service, `/_/keys/${one.split("_")[1]}/revoke-form`, admin, {})).text();
  expect(await ask(first)).toContain("Jobs of dan run on and stay. 1 other key of this user holds on.");
  await post(service, `/_/keys/${second.split("_")[1]}/revoke-form`, admin, { confirmed: "true" });
  expect(await ask(first)).toContain("No other key of dan holds: own belongs to the admins from then on.");
  expect(await ask(admin)).toContain("No other key of ada holds.");
  const list = await (await service.send("GET", "/_/keys?f=html", { key: admin })).text();
  expect(list).toContain("<summary>1 key that does not hold any more</summary>");
});

test("a wrong field is told beside what was typed; other sites and other roles make none", async () => {
  await using service = await openService();
  const key = await keyOf(service, "admin");
  const wrong = await post(service, "/_/keys/form", key, { user: "<b>x", role: "runner", expires: "never" });
  const page = await wrong.text();
  expect(page).toContain("found Ends &quot;never&quot;, wanted a time in the future");
  expect(page).toMatch(
    /<label class="field field-wrong"><span>Ends<\/span><input [^>]*id="new-key-expires"[^>]*aria-invalid="true"/,
  );
  expect(page).toContain('<a href="#new-key-expires">');
  expect(page).toContain('value="&lt;b&gt;x"');
  expect(page).not.toContain("<b>x");
  expect((await post(service, "/_/keys/form", key, { user: "x", role: "runner" }, "cross-site")).status).toBe(403);
  const runner = await keyOf(service, "runner", "bob");
  expect((await post(service, "/_/keys/form", runner, { user: "x", role: "admin" })).status).toBe(403);
  expect((await jsonOf(await service.send("GET", "/_/keys", { key }))).keys).toHaveLength(2);
});

test("who used the service is told with what they keep, for the last 7 or 30 days", async () => {
  await using service = await openService({ door: { isLoopback: false }, holdsJobs: true });
  const key = await keyOf(service, "admin");
  const run = async (user: string, isGood: boolean, seconds: number) => {
    const sent = await service.send("POST", "/processes/echo/execution", {
      key: await service.createKey("runner", user),
      headers: { prefer: "respond-async" },
      body: { inputs: { text: "x" } },
    });
    service.clock.advance(seconds * 1000);
    const jobId = (sent.headers.get("location") ?? "").split("/jobs/")[1] ?? "";
    await service.finish(jobId, isGood ? {} : { failure: { message: "no" } });
  };
  await run("old", true, 1);
  service.clock.advance(8 * 86_400_000);
  await run("rob", false, 5);
  await run("rob", true, 5);
  await run("zoe <b>", true, 5);
  const usersOf = async (query: string) => {
    const { space } = await jsonOf(await service.send("GET", `/_/system${query}`, { key }));
    return JSON.stringify(space);
  };
  const week = await usersOf("");
  expect(week).toContain('"days":7');
  expect(week).toMatch(/"user":"rob","outputBytes":\d+,"uploadBytes":0,"bytes":\d+,"jobs":2,"failed":1,"runSeconds":/);
  expect(week).not.toContain('"user":"old"');
  expect(await usersOf("?period=7d")).toBe(week);
  expect(await usersOf("?period=30d")).toContain('"user":"old"');
  // A job that ended just now is told at the next look.
  const robs = async () => /"user":"rob".*?"jobs":(\d+),"failed":(\d+)/.exec(await usersOf(""))?.slice(1);
  expect(await robs()).toEqual(["2", "1"]);
  for (const count of [3, 4]) {
    await run("rob", false, 0);
    expect(await robs()).toEqual([String(count), String(count - 1)]);
  }
  for (const wrong of ["all", "", "%3Cb%3E"]) {
    expect((await service.send("GET", `/_/system?period=${wrong}`, { key })).status).toBe(400);
  }
  const page = await (await service.send("GET", "/_/system?period=30d", { key, headers: html })).text();
  expect(page).toContain("zoe &lt;b&gt;");
});
