import { expect, test } from "bun:test";
import { overseer } from "../../../src/domain/people/access.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { createKey } from "../../../src/operations/people/manage-keys.ts";
import { claimJobs } from "../../../src/store/jobs/jobs.ts";
import { listAudit } from "../../../src/store/people/audit.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { formEntries } from "../../support/browser-form.ts";
import { fakeWps } from "../../support/servers/fake-wps.ts";
import { address, jsonOf, openService, processOf, type Service } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const place = "/providers/lab/processes/echo";

/** A service whose provider `lab` is another one, with the echo; the other can be stopped. */
async function openBoth() {
  const stack = new AsyncDisposableStack();
  const other = stack.use(await openService({ holdsJobs: true }));
  const lab = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => other.app.fetch(request) });
  stack.defer(() => lab.stop(true));
  const service = stack.use(await openService({ holdsJobs: true }));
  const url = `http://127.0.0.1:${lab.port}`;
  expect((await service.send("POST", "/providers", { body: { id: "lab", url, public: true } })).status).toBe(201);
  const held = stack.move();
  return { service, other, url, stop: () => lab.stop(true), [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function pageOf(service: Service, path: string, status = 200): Promise<string> {
  const answer = await service.send("GET", path, { headers: browser });
  expect([path, answer.status, answer.headers.get("content-type")]).toEqual([path, status, "text/html; charset=utf-8"]);
  return answer.text();
}

async function formOf(service: Service, query = ""): Promise<FormData> {
  return formEntries(await pageOf(service, `${place}${query}`), { name: "~do", value: "run" });
}

test("the page of a provider's processes says which server it is, and has a row for each process", async () => {
  await using both = await openBoth();
  const html = await pageOf(both.service, "/providers/lab/processes");
  expect(html).toContain(`OGC API - Processes at <a href="${both.url}">`);
  expect(html).toContain(`<a href="${address}${place}?f=html">`);
  expect(html).toContain(`<a href="${address}/providers?f=html">`);
  expect(html).toContain("1 of 1 process<");
});

test("a job keeps what the process of its provider was called, also when the provider was removed", async () => {
  await using both = await openBoth();
  const description = { ...echo.description, id: "tide", title: "Tide <b>tables</b>" };
  await saveProcess(both.other.database, processOf(description), 0, { replace: false });
  const headers = { prefer: "respond-async" };
  const body = { inputs: { text: "x" } };
  const answer = await both.service.send("POST", "/providers/lab/processes/tide/execution", { headers, body });
  const { jobID } = await jsonOf(answer);
  const shown = 'Tide &lt;b&gt;tables&lt;/b&gt;</a> <span class="muted">tide';
  expect(await pageOf(both.service, `/jobs/${jobID}`)).toContain(shown);
  expect((await both.service.send("DELETE", "/providers/lab")).status).toBeLessThan(300);
  for (const path of [`/jobs/${jobID}`, "/jobs"]) {
    const words = (await pageOf(both.service, path)).replaceAll(/<[^>]*>/g, "");
    // In the list the way to the job has the title.
    const told =
      path === "/jobs"
        ? [`tables&lt;/b&gt;, ${String(jobID).slice(-8)}`, "tide (removed)"]
        : ["tables&lt;/b&gt; (removed) tide"];
    for (const one of told) expect(words).toContain(one);
  }
});

test("a provider's processes are shown by pages and found by words, as JSON too; without a limit JSON is whole", async () => {
  await using both = await openBoth();
  for (let number = 10; number < 70; number += 1) {
    const description = {
      ...echo.description,
      id: `p-${number}`,
      title: `Number ${number}`,
      description: "## Água\n\nFinds **<b>Água</b>** in `files`.",
    };
    await saveProcess(both.other.database, processOf(description), 0, { replace: false });
  }
  const first = await pageOf(both.service, "/providers/lab/processes?f=html");
  expect(first).toContain("50 of 61 processes");
  expect(first).toContain(">Água: Finds &lt;b&gt;Água&lt;/b&gt; in files.</td>");
  expect(first).toContain("page=1");
  expect(await pageOf(both.service, "/providers/lab/processes?f=html&page=1")).toContain("11 of 61 processes");
  expect(await pageOf(both.service, "/providers/lab/processes?f=html&page=9")).toContain("There are no more.");
  expect(await pageOf(both.service, "/providers/lab/processes?f=html&q=AGUA+p-6")).toContain("10 of 10 processes");
  expect(await pageOf(both.service, "/providers/lab/processes?f=html&q=zzz")).toContain("No process fits: ");
  const some = await pageOf(both.service, "/providers/lab/processes?f=html&q=AGUA+zzz");
  expect(some).toContain("None has all of the words &quot;AGUA zzz&quot;. These have some of them");
  expect(some.match(/Has: AGUA</g)).toHaveLength(20);
  const idsOf = async (query: string) => {
    const { processes, links } = await jsonOf(await both.service.send("GET", `/providers/lab/processes${query}`));
    const rels = Array.isArray(links) ? links.map(({ rel }) => rel) : [];
    return { count: Array.isArray(processes) ? processes.length : -1, rels };
  };
  expect((await idsOf("?q=AGUA%20zzz")).count).toBe(0);
  expect(await idsOf("")).toEqual({ count: 61, rels: ["self", "alternate"] });
  expect(await idsOf("?q=number&limit=7&page=1")).toEqual({ count: 7, rels: ["self", "next", "prev", "alternate"] });
  for (const query of ["limit=x", "page=-1", "keywords=a"]) {
    expect([query, (await both.service.send("GET", `/providers/lab/processes?${query}`)).status]).toEqual([query, 400]);
  }
});

test("the page of a provider's process has its form, its own address in the texts to copy, and no tabs of packages", async () => {
  await using both = await openBoth();
  const html = await pageOf(both.service, place);
  expect(html).toContain(`action="${address}${place}/form"`);
  expect(html).toContain(`curl -X POST &#39;${address}${place}/execution&#39;`);
  expect(html).toContain(`heddle execute &#39;echo&#39; --provider &#39;lab&#39; --url`);
  expect(html).toContain('data-provider="lab"');
  expect(html).toContain(`<a href="${address}${place}/jobs?f=html">Runs</a>`);
  expect(html).not.toMatch(/>Revisions<|>Package<|>New version</);
});

test("the form of a provider's process makes the job of a request in JSON; Run again fills the form by it", async () => {
  await using both = await openBoth();
  const { service } = both;
  const form = await formOf(service);
  form.set("/inputs/text", "from a page");
  form.set("~tags", "mine");
  const sent = await service.send("POST", `${place}/form`, { headers: browser, body: form });
  expect(sent.status).toBe(303);
  const job = (sent.headers.get("location") ?? "").replace("?f=html", "");
  expect(await jsonOf(await service.send("GET", job))).toMatchObject({ processID: "echo", providerID: "lab" });
  expect(await jsonOf(await service.send("GET", `${job}/inputs`))).toMatchObject({ inputs: { text: "from a page" } });
  const page = await pageOf(service, new URL(job).pathname);
  const again = /href="([^"]+)">Run again/.exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect(again).toStartWith(`${address}${place}?`);
  const filled = await formOf(service, new URL(again).search);
  expect([filled.get("/inputs/text"), filled.get("~tags")]).toEqual(["from a page", "mine"]);
  const runs = await pageOf(service, `${place}/jobs`);
  expect(runs).toContain("<h1>Jobs of echo at provider lab</h1>");
  expect(runs).toContain(new URL(job).pathname);
  expect(runs).not.toContain('name="processID"');
  expect(await pageOf(service, `${place}/jobs?f=html&status=failed`)).not.toContain(new URL(job).pathname);
});

test("a fault comes back beside its field with all that was entered, and a check starts nothing", async () => {
  await using both = await openBoth();
  const form = await formOf(both.service);
  form.set("/inputs/integer", "many");
  const wrong = await both.service.send("POST", `${place}/form`, { headers: browser, body: form });
  expect(wrong.status).toBe(422);
  const html = await wrong.text();
  expect(html.split('id="/inputs/integer"')[1]).toStartWith(' class="field field-wrong"');
  expect(html).toContain(`action="${address}${place}/form"`);
  expect(formEntries(html).get("/inputs/integer")).toBe("many");
  const right = await formOf(both.service);
  right.set("/inputs/text", "x");
  right.set("~do", "check");
  const checked = await both.service.send("POST", `${place}/form`, { headers: browser, body: right });
  expect([checked.status, await checked.text()]).toEqual([200, expect.stringContaining("The request is right.")]);
  expect(await jsonOf(await both.service.send("GET", "/jobs"))).toMatchObject({ jobs: [] });
});

test("who comes to look at the execution gets the form; nothing runs, and a program executes by the query", async () => {
  await using both = await openBoth();
  const html = await pageOf(both.service, `${place}/execution?text=looked`);
  expect(formEntries(html).get("/inputs/text")).toBe("looked");
  expect(await jsonOf(await both.service.send("GET", "/jobs"))).toMatchObject({ jobs: [] });
  const headers = { prefer: "respond-async" };
  const executed = await both.service.send("GET", `${place}/execution?text=asked`, { headers });
  expect(executed.status).toBe(201);
  expect(await jsonOf(executed)).toMatchObject({ providerID: "lab" });
  const foreign = { ...headers, origin: "https://elsewhere.example" };
  expect((await both.service.send("GET", `${place}/execution?text=x`, { headers: foreign })).status).toBe(403);
});

test("forms of a provider's process are for who may execute it, from pages of ours", async () => {
  await using other = await openService({ holdsJobs: true });
  await using lab = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => other.app.fetch(request) });
  await using service = await openService({ door: { isLoopback: false }, holdsJobs: true });
  const [admin, runner, viewer] = [
    await service.createKey("admin", "ada"),
    await service.createKey("runner", "rob"),
    await service.createKey("viewer", "vic"),
  ];
  const url = `http://127.0.0.1:${lab.port}`;
  for (const [id, isPublic] of [
    ["lab", true],
    ["closed", false],
  ] as const) {
    const answer = await service.send("POST", "/providers", { key: admin, body: { id, url, public: isPublic } });
    expect(answer.status).toBe(201);
  }
  const form = (id: string) => {
    const data = new FormData();
    data.set("/inputs/text", id);
    data.set("~do", "run");
    return data;
  };
  const statusOf = async (key: string, id: string, headers: Readonly<Record<string, string>> = browser) =>
    (await service.send("POST", `/providers/${id}/processes/echo/form`, { key, headers, body: form(id) })).status;
  expect(await statusOf(runner, "lab")).toBe(303);
  expect(await statusOf(viewer, "lab")).toBe(403);
  expect([await statusOf(runner, "closed"), await statusOf(admin, "closed")]).toEqual([404, 303]);
  expect(await statusOf(runner, "lab", { accept: browser.accept })).toBe(403);
  expect(await statusOf(runner, "lab", { ...browser, origin: "https://elsewhere.example" })).toBe(403);
  const seen = await service.send("GET", place, { key: viewer, headers: browser });
  const html = await seen.text();
  expect(html).toContain("to run a process takes the role of a runner");
  // What he may not run stands folded up.
  expect(html).toMatch(/<details class="fold"><summary><h3>Run it by a program, with a key that may<\/h3>/);
  const others = await (await service.send("GET", place, { key: runner, headers: browser })).text();
  expect(others).toMatch(/data-key="true"><h3>Run it by a program<\/h3>/);
});

test("a provider that does not answer: a page says what was asked and what came, and asks again; a program gets the problem", async () => {
  await using both = await openBoth();
  const form = await formOf(both.service);
  await both.stop();
  both.service.clock.advance(120_000);
  for (const path of ["/providers/lab/processes?q=a", place, `${place}?inputs=%7B%7D`]) {
    const html = await pageOf(both.service, path, 502);
    expect(html).toContain("<h1>Provider lab does not answer</h1>");
    expect(html).toContain(`${both.url}/processes`);
    expect(html).toContain(`href="${address}${path}">Try again`);
    const answer = await both.service.send("GET", path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([502, "application/problem+json"]);
  }
  const sent = await both.service.send("POST", `${place}/form`, { headers: browser, body: form });
  expect(sent.status).toBe(502);
  expect(await sent.text()).toContain(`href="${address}${place}?f=html">Try again`);
});

test("a WPS server is a provider with the same pages", async () => {
  await using server = await fakeWps();
  await using service = await openService({ holdsJobs: true });
  const body = { id: "wps", url: `${server.url}/wps`, public: true };
  expect((await service.send("POST", "/providers", { body })).status).toBe(201);
  expect(await pageOf(service, "/providers/wps/processes")).toContain("WPS 1.0.0 at ");
  const path = "/providers/wps/processes/faulty";
  const form = formEntries(await pageOf(service, path), { name: "~do", value: "run" });
  form.set("/inputs/word", "said");
  const sent = await service.send("POST", `${path}/form`, { headers: browser, body: form });
  expect(sent.status).toBe(303);
  const one = await pageOf(service, "/providers/wps");
  expect(one).toContain("It answers.");
  expect(one).toContain(`href="${address}/providers/wps/processes?f=html"`);
});

const sentForm = { ...browser, "content-type": "application/x-www-form-urlencoded" };

function sendForm(service: Service, path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
  return service.send("POST", path, { headers: sentForm, body: new URLSearchParams(fields).toString() });
}

test.each([
  "/",
  "/processes",
  "/processes/",
  "/processes/echo",
  "/processes/echo/execution",
  "/jobs?limit=3",
  "/conformance?f=html",
  "/api.html",
  "  ",
  "/wps?service=WPS&request=GetCapabilities",
])("an address that was copied with %p at its end is understood as that of the server", async (end) => {
  await using both = await openBoth();
  const answer = await sendForm(both.service, "/providers/form", { id: "copied", url: ` ${both.url}${end}` });
  expect([end, answer.status, await answer.text()]).toEqual([end, 303, ""]);
  const wanted = end.startsWith("/wps") ? `${both.url}/wps` : both.url;
  expect(await jsonOf(await both.service.send("GET", "/providers/copied"))).toMatchObject({ url: wanted });
});

test("a server that does not answer is told once, with the way on; one that answers something else, with what to paste", async () => {
  await using both = await openBoth();
  await using other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("<html>Hi</html>") });
  const faultOf = async (url: string) => {
    const html = await (await sendForm(both.service, "/providers/form", { id: "x", url })).text();
    return /role="alert">([^<]*)</.exec(html)?.[1]?.replaceAll("&quot;", '"') ?? "";
  };
  await both.stop();
  for (const url of [both.url, `${both.url}/processes`]) {
    const fault = await faultOf(url);
    expect(fault).toStartWith(`Cannot register "${url}": found no server that answers (`);
    expect(fault).toEndWith("Look whether the address is right and the server runs, then try again");
    expect(fault.split(both.url)).toHaveLength(2);
  }
  const fault = await faultOf(`http://127.0.0.1:${other.port}/`);
  expect(fault).toContain("wanted the address of a server, such as https://example.com/ogc-api");
  expect(fault).toContain("as wps-1.0.0 and wps-2.0.0: ");
});

test("whoever removes a provider is told which jobs are there, and what becomes of them", async () => {
  await using both = await openBoth();
  const { service } = both;
  const ask = async () => (await sendForm(service, "/providers/lab/remove-form", {})).text();
  expect(await ask()).toContain("No job waits or runs there.");
  const sendJob = async () => {
    const headers = { prefer: "respond-async" };
    const sent = await service.send("POST", `${place}/execution`, { headers, body: { inputs: { text: "x" } } });
    return new URL(sent.headers.get("location") ?? "").pathname;
  };
  const first = await sendJob();
  const one = await ask();
  expect(one).toContain("1 job waits: it fails, as nothing is sent there any more.");
  expect(one).toContain(`<a href="${address}${first}?f=html">echo, accepted (`);
  for (let more = 0; more < 4; more += 1) await sendJob();
  const five = await ask();
  expect(five).toContain("5 jobs wait: they fail, as nothing is sent there any more.");
  expect(five.match(/accepted \(/g)).toHaveLength(3);
  const all = /<a href="([^"]+)">All 5</.exec(five)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const { jobs } = await jsonOf(await service.send("GET", all.slice(address.length).replace("&f=html", "")));
  expect(jobs).toHaveLength(5);
  const body = { id: "signed", url: both.url, auth: { type: "header", name: "x-token", value: "secret" } };
  expect((await service.send("POST", "/providers", { body })).status).toBe(201);
  const headers = { prefer: "respond-async" };
  const signedJob = await service.send("POST", "/providers/signed/processes/echo/execution", {
    headers,
    body: { inputs: { text: "x" } },
  });
  const jobId = (signedJob.headers.get("location") ?? "").split("/jobs/")[1] ?? "";
  const at = service.clock.now();
  const event = { at, kind: "status", status: "running", progress: 1, message: "Claimed." } as const;
  await claimJobs(service.database, [{ jobId, executionId: "signed-1", moveId: "claim-signed", event }], at);
  const signed = await (await sendForm(service, "/providers/signed/remove-form", {})).text();
  expect(signed).toContain("without what signs in there, and fails where the provider asks for it");
  expect(signed).not.toContain("secret");
});

test("a job of a provider that was removed is not tried again: the page says why, and nothing waits", async () => {
  await using both = await openBoth();
  const { service } = both;
  const sendJob = async () => {
    const sent = await service.send("POST", `${place}/execution`, {
      headers: { prefer: "respond-async" },
      body: { inputs: { text: "x" } },
    });
    return (sent.headers.get("location") ?? "").split("/jobs/")[1] ?? "";
  };
  const [failed, dismissed] = [await sendJob(), await sendJob()];
  await service.finish(failed, { failure: { message: "no" } });
  await service.send("DELETE", `/jobs/${dismissed}`);
  expect(await pageOf(service, `/jobs/${failed}`)).toContain("Try again from the start");
  const register = async (id: string, path = "") => {
    const body = { id, url: `${both.url}${path}`, public: true };
    expect((await service.send("POST", "/providers", { body })).status).toBe(201);
  };
  const refusedWith = async (why: string) => {
    for (const job of [failed, dismissed]) {
      for (const body of [{}, { fromFailed: true }]) {
        const refused = await service.send("POST", `/jobs/${job}/retry`, { body });
        expect([refused.status, await jsonOf(refused)]).toEqual([
          404,
          expect.objectContaining({ detail: `Cannot try job "${job}" again: ${why}` }),
        ]);
      }
      const form = await sendForm(service, `/jobs/${job}/retry-form`, { fromFailed: "false" });
      expect(form.status).toBe(404);
      const html = await pageOf(service, `/jobs/${job}`);
      expect(html).toContain(`This job cannot be tried again: ${why.replaceAll('"', "&quot;")}.`);
      expect(html).not.toContain("/retry-form");
    }
    const chosen = await sendForm(service, "/jobs/retry-form", { retry: failed, confirmed: "true" });
    expect(chosen.headers.get("location") ?? (await chosen.text())).toContain("provider");
    expect(await jsonOf(await service.send("GET", "/jobs?status=accepted,running"))).toMatchObject({ jobs: [] });
  };
  expect((await service.send("DELETE", "/providers/lab")).status).toBe(204);
  await refusedWith('its provider "lab" was removed');
  expect(await pageOf(service, `/jobs/${failed}`)).not.toContain(">Run again");
  await using elsewhere = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => both.other.app.fetch(request),
  });
  const moved = { id: "lab", url: `http://127.0.0.1:${elsewhere.port}`, public: true };
  expect((await service.send("POST", "/providers", { body: moved })).status).toBe(201);
  await refusedWith('its provider "lab" has another address now');
  await service.send("DELETE", "/providers/lab");
  await register("lab");
  expect((await service.send("POST", `/jobs/${failed}/retry`, { body: {} })).status).toBe(200);
});

test("a provider that went away is told once on its page, with what to look at", async () => {
  await using both = await openBoth();
  await both.stop();
  both.service.clock.advance(120_000);
  const one = await pageOf(both.service, "/providers/lab");
  const state = /<p class="notice notice-bad" role="status">([^<]*)/.exec(one)?.[1] ?? "";
  expect(state).toStartWith("It does not answer (");
  expect(state).toContain("look whether it runs, and whether its address is right.");
  expect(state).not.toContain(both.url);
  const list = await pageOf(both.service, "/providers");
  const [table = ""] = /<table[\s\S]*?<\/table>/.exec(list) ?? [];
  expect(table.split("Cannot fetch")).toHaveLength(1);
});

test("a search that finds nothing here leads to the same search at each provider", async () => {
  await using both = await openBoth();
  const html = await pageOf(both.service, "/processes?f=html&q=buffer+x");
  const href = `${address}/providers/lab/processes?f=html&amp;q=buffer+x`;
  expect(html).toContain(`Also look at the processes of: <a href="${href}">lab</a>`);
  expect(await pageOf(both.service, "/processes?f=html&q=echo")).not.toContain("Also look at");
  expect(await pageOf(both.other, "/processes?f=html&q=buffer")).not.toContain("Also look at");
});

test("a provider that cannot be added is told by the names of the fields", async () => {
  await using both = await openBoth();
  const html = await (await sendForm(both.service, "/providers/form", { id: "a b", url: "ftp://x" })).text();
  expect(html).toContain("The provider was not added. Id: found &quot;a b&quot;, wanted letters, digits");
  expect(html).toContain("; Address: found &quot;ftp://x&quot;, wanted");
  expect(html).toContain("Everybody here may use it (otherwise only admins)");
});

test("a server that wants a key or a password is added by the form, which never shows it again", async () => {
  await using other = await openService();
  const seen: (string | null)[] = [];
  await using lab = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      seen.push(request.headers.get("authorization"));
      if (request.headers.get("authorization") === null) return new Response("", { status: 401 });
      return other.app.fetch(new Request(request.url, { headers: { accept: "application/json" } }));
    },
  });
  await using service = await openService();
  const url = `http://127.0.0.1:${lab.port}`;
  const send = (form: Readonly<Record<string, string>>) => sendForm(service, "/providers/form", { url, ...form });
  expect((await send({ id: "by-key", username: "", secret: "  k-123 " })).status).toBe(303);
  expect((await send({ id: "by-name", username: "ann", secret: "p:w" })).status).toBe(303);
  expect(seen).toContain("Bearer k-123");
  expect(seen).toContain(`Basic ${btoa("ann:p:w")}`);
  const { providers } = await jsonOf(await service.send("GET", "/providers"));
  expect(JSON.stringify(providers)).not.toMatch(/k-123|p:w/);
  const wrong = await send({ id: "by-key", username: "ben", secret: "s3cret" });
  const html = await wrong.text();
  expect(html).not.toContain("s3cret");
  expect(html).toContain('value="ben"');
  expect((await (await send({ id: "x", username: "ben", secret: "" })).text()).toString()).toContain(
    "Key or password:",
  );
});

test("the page of a provider gives it another key, which is used from then on and never shown", async () => {
  await using other = await openService();
  const seen: (string | null)[] = [];
  await using lab = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      seen.push(request.headers.get("authorization"));
      return other.app.fetch(new Request(request.url, { headers: { accept: "application/json" } }));
    },
  });
  await using service = await openService({ holdsJobs: true });
  const body = { id: "lab", url: `http://127.0.0.1:${lab.port}`, public: true };
  const added = await sendForm(service, "/providers/form", { id: "lab", url: body.url });
  expect(
    await pageOf(service, `${new URL(added.headers.get("location") ?? "").pathname}?done=provider-added`),
  ).toContain("nobody knows yet whether a run wants a key");
  const page = async () => pageOf(service, "/providers/lab");
  expect(await page()).toContain("<h2>Give a key or a password</h2>");
  const change = async (fields: Readonly<Record<string, string>>) => {
    const sent = await sendForm(service, "/providers/lab/sign-in-form", fields);
    expect([fields, sent.status]).toEqual([fields, 303]);
    seen.length = 0;
    const html = await page();
    expect(html).not.toMatch(/k-123|p4ss|newer/);
    return html;
  };
  expect(await change({ username: "", secret: " k-123 " })).toContain("<h2>Change the key or the password</h2>");
  expect(new Set(seen)).toEqual(new Set(["Bearer k-123"]));
  await change({ username: "ann", secret: "p4ss" });
  expect(new Set(seen)).toEqual(new Set([`Basic ${btoa("ann:p4ss")}`]));
  const empty = await sendForm(service, "/providers/lab/sign-in-form", { username: "ann", secret: "" });
  expect([empty.status, (await empty.text()).includes("p4ss")]).toEqual([400, false]);
  await change({ username: "", secret: "newer" });
  expect(await change({ do: "none", username: "", secret: "" })).toContain("<h2>Give a key or a password</h2>");
  expect(new Set(seen)).toEqual(new Set([null]));
  const lines = await listAudit(service.database, { limit: 9, action: "change-provider" });
  expect(lines.map(({ subject }) => subject)).toEqual(["lab", "lab", "lab", "lab"]);
  const none = await sendForm(service, "/providers/nowhere/sign-in-form", { secret: "x" });
  expect(none.status).toBe(404);
  const dan = await service.createKey("deployer", "dan");
  service.clock.advance(2000);
  const headers = { ...sentForm, authorization: `Bearer ${dan}` };
  expect((await service.send("POST", "/providers/lab/sign-in-form", { headers, body: "secret=x" })).status).toBe(403);
  const shown = await service.send("GET", "/providers/lab?f=html", { key: dan });
  expect(await shown.text()).not.toContain("sign-in-form");
});

test.each([
  "The remote refused the execution (status 401: it wants a key, or another one): Unauthorized",
  "The remote refused the execution (status 403: it wants a key, or another one): Forbidden",
  'Cannot read "http://lab.example/processes/echo": found status 401, wanted 200',
])("a job that its provider refused for want of a key says so, and leads admins to the form: %s", async (message) => {
  await using both = await openBoth();
  const { service } = both;
  const sent = await service.send("POST", `${place}/execution`, {
    headers: { prefer: "respond-async" },
    body: { inputs: { text: "x" } },
  });
  const id = (sent.headers.get("location") ?? "").split("/jobs/")[1] ?? "";
  await service.finish(id, { failure: { message } });
  const html = await pageOf(service, `/jobs/${id}`);
  expect(html).toContain("The provider wants a key, or another one than it is given.");
  expect(html).toContain(`<a href="${address}/providers/lab?f=html#sign-in">Give one on the page of lab</a>`);
  expect(await pageOf(service, "/providers/lab")).toContain('<section id="sign-in">');
  expect(await pageOf(service, "/jobs")).toContain("The provider wants a key, or another one than it is given.");
  const { text: vic } = await createKey(service.keys, { role: "admin", user: "vic", actions: [...overseer.actions] });
  service.clock.advance(2000);
  const seen = await (await service.send("GET", `/jobs/${id}?f=html`, { key: vic })).text();
  expect(seen).toContain("Ask the operator of this service to give it one.");
  expect(seen).not.toContain("/providers/lab?f=html#sign-in");
});
