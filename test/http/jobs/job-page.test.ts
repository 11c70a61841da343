import { expect, test } from "bun:test";
import { appendFile } from "node:fs/promises";
import type { Job } from "../../../src/domain/jobs/job.ts";
import { isJsonObject, type Json } from "../../../src/domain/values/json.ts";
import { appendJobLog } from "../../../src/files/jobs/job-log.ts";
import { executionLogFile } from "../../../src/files/layout.ts";
import { readJobView } from "../../../src/http/answers/jobs/job-page.ts";
import { createProcessCache } from "../../../src/operations/processes/process-cache.ts";
import { claimJobs, findJob } from "../../../src/store/jobs/jobs.ts";
import { insertVaultFile } from "../../../src/store/uploads/vault.ts";
import { address, defaultSettings, jsonOf, openService, type Service, submitEcho } from "../service.ts";

const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const form = { "content-type": "application/x-www-form-urlencoded", origin: address };

/** Lists each text, number and link of a document. */
function leavesOf(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (!isJsonObject(value)) return value === null ? [] : [String(value)];
  // A link is an anchor with its title, or else with its address.
  if (typeof value.href === "string") return [`href="${value.href}"`];
  return Object.entries(value).flatMap(([name, member]) => [name, ...leavesOf(member)]);
}

function plain(page: string): string {
  const names = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" } as const;
  return page.replaceAll(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) =>
    Object.hasOwn(names, name) ? Object(names)[name] : whole,
  );
}

async function runEcho(service: Service): Promise<string> {
  const id = await submitEcho(service);
  const event = { at: 1, kind: "stage", status: "running", stage: "setup", progress: 1, message: "Job setup" } as const;
  await claimJobs(service.database, [{ jobId: id, executionId: crypto.randomUUID(), moveId: id, event }], 1);
  return id;
}

const failure = {
  message: 'Tool <failed> & "went"',
  exitCode: 2,
  stage: "monitorLoop",
  step: "chart",
  stderrTail: "a\nb",
} as const;
const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

const states: Readonly<Record<string, (service: Service) => Promise<string>>> = {
  accepted: (service) => submitEcho(service),
  running: runEcho,
  async successful(service) {
    const id = await submitEcho(service);
    await service.finish(id, { results: { text: { kind: "value", value: "hello" } }, log: "one\ntwo\n" });
    return id;
  },
  async failed(service) {
    const id = await submitEcho(service);
    await service.finish(id, { failure, log: "one\n" });
    return id;
  },
  async dismissed(service) {
    const id = await submitEcho(service);
    await service.send("DELETE", `/jobs/${id}`);
    return id;
  },
};

test.each(Object.keys(states))("each member and link of a job that is %s stands in its page", async (state) => {
  await using service = await openService({ holdsJobs: true });
  const id = (await states[state]?.(service)) ?? "";
  const document = JSON.parse(await (await service.send("GET", `/jobs/${id}`)).text());
  expect(document.status).toBe(state);
  const page = await service.send("GET", `/jobs/${id}`, { headers: html });
  expect(page.status).toBe(200);
  const text = plain(await page.text());
  const links = document.links.filter((link: { readonly rel: string }) => link.rel !== "alternate");
  for (const leaf of leavesOf({ ...document, links })) expect(text).toContain(leaf);
  expect(text).toContain(`href="${address}/jobs/${id}?f=json"`);
});

test("a page tells its script where the events go on after what it shows", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const text = plain(await (await service.send("GET", `/jobs/${id}?f=html`)).text());
  const [, path = ""] = /data-events="http:\/\/127\.0\.0\.1:8080([^"]+)"/.exec(text) ?? [];
  expect(path).toBe(`/jobs/${id}/events?after=1.0.0`);
  await service.finish(id);
  const events = await (await service.send("GET", path)).text();
  expect(events.match(/^id: .*$/gm)).toEqual(["id: 2.0.0", "id: 3.0.0"]);
  const refused = await service.send("GET", `/jobs/${id}/events?after=x`);
  expect(refused.status).toBe(400);
  expect(JSON.parse(await refused.text()).detail).toContain('found after "x"');
});

test("a page that is made while its job begins leads to what comes after the lines that it shows, whole ones only", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const accepted = await findJob(service.database, id);
  if (accepted === undefined) throw new Error("no job");
  const executionId = crypto.randomUUID();
  const event = { at: 1, kind: "stage", status: "running", stage: "setup", progress: 1, message: "Job setup" } as const;
  await claimJobs(service.database, [{ jobId: id, executionId, moveId: id, event }], 1);
  await appendJobLog(service.layout, executionId, ["one", "two"]);
  await appendFile(executionLogFile(service.layout, executionId), "thr");
  // The page has read the job before it began, and the log after.
  const deps = { ...service, settings: defaultSettings, processes: createProcessCache(service, 16) };
  const asked = { baseUrl: address, caller: { role: "admin" }, queries: () => [] } as const;
  const view = await readJobView(deps, asked, accepted);
  expect(view.log).toEqual(["one", "two"]);
  expect(view.events).toBe(`${address}/jobs/${id}/events?after=2.1.8`);
});

test("one that was dismissed is removed by a button of its page, as others that have ended", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const send = (body = "") => service.send("POST", `/jobs/${id}/remove-form`, { headers: form, body });
  await service.send("DELETE", `/jobs/${id}`);
  const page = await (await service.send("GET", `/jobs/${id}?f=html`)).text();
  expect(page).toContain("Remove with its results");
  expect(page).toMatch(/Dismissed, <time/);
  expect(page).toMatch(/dismissed +Job dismissed\.\n/);
  expect(await (await send()).text()).toContain("Remove it with its results");
  const removed = await send("confirmed=true");
  expect([removed.status, removed.headers.get("location")]).toEqual([303, `${address}/jobs?f=html&done=job-removed`]);
  expect((await send("confirmed=true")).status).toBe(410);
});

test("its buttons cancel, retry and remove the job, and lead on", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const send = (name: string, body = "") => service.send("POST", `/jobs/${id}/${name}`, { headers: form, body });
  const question = await send("dismiss-form");
  expect([question.status, await question.text()]).toEqual([200, expect.stringContaining("<h1>Cancel the job?</h1>")]);
  expect(JSON.parse(await (await service.send("GET", `/jobs/${id}`)).text()).status).toBe("accepted");
  const cancelled = await send("dismiss-form", "confirmed=true");
  expect([cancelled.status, cancelled.headers.get("location")]).toEqual([303, `${address}/jobs/${id}?f=html`]);
  const status = async () => JSON.parse(await (await service.send("GET", `/jobs/${id}`)).text()).status;
  expect(await status()).toBe("dismissed");
  const retried = await send("retry-form", "fromFailed=true");
  expect([retried.status, retried.headers.get("location")]).toEqual([303, `${address}/jobs/${id}?f=html`]);
  expect(await status()).toBe("accepted");
  expect((await send("retry-form")).status).toBe(409);
  await service.finish(id);
  const asked = await send("remove-form");
  expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining("Remove it with its results")]);
  expect(await status()).toBe("successful");
  const removed = await send("remove-form", "confirmed=true");
  expect([removed.status, removed.headers.get("location")]).toEqual([303, `${address}/jobs?f=html&done=job-removed`]);
  expect((await service.send("GET", `/jobs/${id}`)).status).toBe(410);
});

const ends: readonly (readonly [string, (service: Service, id: string) => Promise<unknown>, string])[] = [
  ["ended", (service, id) => service.finish(id), "successful"],
  ["was cancelled", (service, id) => service.send("DELETE", `/jobs/${id}`), "dismissed"],
];

test.each(ends)("a page from before the job %s cancels nothing, and removes nothing", async (_what, end, status) => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await end(service, id);
  for (const body of ["", "confirmed=true"]) {
    const sent = await service.send("POST", `/jobs/${id}/dismiss-form`, { headers: form, body });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, `${address}/jobs/${id}?f=html&done=had-ended`]);
  }
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`))).toMatchObject({ status });
  const page = await (await service.send("GET", `/jobs/${id}?f=html&done=had-ended`)).text();
  expect(page).toContain("nothing was cancelled");
});

test("a job that is run again meanwhile is not removed; one that was cancelled can be", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const remove = (): Promise<Response> =>
    service.send("POST", `/jobs/${id}/remove-form`, { headers: form, body: "confirmed=true" });
  const early = await remove();
  expect(early.headers.get("location")).toBe(`${address}/jobs/${id}?f=html&done=has-not-ended`);
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`))).toMatchObject({ status: "accepted" });
  await service.send("DELETE", `/jobs/${id}`);
  expect((await remove()).headers.get("location")).toBe(`${address}/jobs?f=html&done=job-removed`);
  expect((await service.send("GET", `/jobs/${id}`)).status).toBe(410);
});

test.each([
  ["another origin", { ...form, origin: "https://evil.example" }, 403],
  ["no origin at all", { "content-type": form["content-type"] }, 403],
  ["JSON", { "content-type": "application/json", origin: address }, 415],
] as const)("its buttons do nothing for %s", async (_what, headers, wanted) => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  for (const name of ["dismiss-form", "remove-form", "retry-form"]) {
    expect((await service.send("POST", `/jobs/${id}/${name}`, { headers, body: "" })).status).toBe(wanted);
  }
  expect(JSON.parse(await (await service.send("GET", `/jobs/${id}`)).text()).status).toBe("accepted");
});

test("who may only look has no buttons, and may not send what they send", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "viewer" });
  const key = await service.createKey("runner", "ann");
  const viewer = await service.createKey("viewer", "ann");
  const id = await submitEcho(service, key);
  const page = await (await service.send("GET", `/jobs/${id}?f=html`, { key: viewer })).text();
  expect(page).not.toContain("<form");
  expect(page).not.toContain("Run again");
  const sent = await service.send("POST", `/jobs/${id}/dismiss-form`, { key: viewer, headers: form, body: "" });
  expect(sent.status).toBe(403);
  expect(await (await service.send("GET", `/jobs/${id}?f=html`, { key })).text()).toContain("dismiss-form");
});

test("who cancels the job of somebody else is asked with its name, and the owner without", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, root] = [await service.createKey("runner", "ann"), await service.createKey("admin", "root")];
  const id = await submitEcho(service, ann);
  const send = (key: string, body = "") =>
    service.send("POST", `/jobs/${id}/dismiss-form`, { key, headers: form, body });
  const asked = await send(root);
  const question = await asked.text();
  expect([asked.status, question]).toEqual([200, expect.stringContaining("<h1>Cancel ann&#39;s job?</h1>")]);
  expect(question).toContain(
    `<p>“Echo” (job ${id} of echo) is ann&#39;s, and has not started. Its inputs: text: hello. `,
  );
  expect(await jsonOf(await service.send("GET", `/jobs/${id}`, { key: ann }))).toMatchObject({ status: "accepted" });
  expect((await send(root, "confirmed=true")).status).toBe(303);
  const own = await submitEcho(service, ann);
  const sent = await service.send("POST", `/jobs/${own}/dismiss-form`, { key: ann, headers: form, body: "" });
  expect(await sent.text()).toContain("<h1>Cancel the job?</h1>");
  expect(await jsonOf(await service.send("GET", `/jobs/${own}`, { key: ann }))).toMatchObject({ status: "accepted" });
});

async function withFile(service: Service, name: string, mediaType: string, content: string | Uint8Array) {
  const id = await submitEcho(service);
  const sizeBytes = typeof content === "string" ? new TextEncoder().encode(content).byteLength : content.byteLength;
  const file = { kind: "file", reference: `/${id}/text/${name}`, basename: name, mediaType, sizeBytes } as const;
  await service.finish(id, { results: { text: file }, files: { [`text/${name}`]: content } });
  return id;
}

test.each([
  ["a.csv", "text/csv", "name,n\n<b>x</b>,1\n", ['<th scope="col">name</th>', "<td>&lt;b&gt;x&lt;/b&gt;</td>"]],
  ["a.json", "application/json", '{"<i>": [1, "<script>"]}', ["<dt>&lt;i&gt;</dt>", "&lt;script&gt;"]],
  ["d.json", "application/json", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, ['<pre class="code">[[[[']],
  [
    "b.json",
    "application/json",
    "{no json <script>",
    ["{no json &lt;script&gt;", "It is shown as text, because it is no JSON"],
  ],
  ["b.geojson", "application/geo+json", '{"type": "Point",', ["It is shown as text, because it is no JSON"]],
  ["n.csv", "text/csv", "1;2,5\n3;4,5\n", ["column 2", "<td>2,5</td>", 'data-head="none"', 'data-decimal=","']],
  ["e.csv", "text/csv", "", ["The table is empty."]],
  ["h.csv", "text/csv", "a,b\n", ["No rows.", '<th scope="col">b</th>']],
  ["a.txt", "text/plain", "<script>alert(1)</script>", ["&lt;script&gt;alert(1)"]],
  ["a.md", "text/markdown", "# A\n\n<script>*x*", ["<strong>A</strong>", "&lt;script&gt;<em>x</em>"]],
  [
    "a.html",
    "text/html",
    "<script>alert(1)</script>",
    ['<iframe class="framed" sandbox="" src="http', `/text/a.html" title="a.html"`],
  ],
  [
    "a.tif",
    "image/tiff; application=geotiff",
    "no tiff",
    ['data-view="raster" data-src="http', 'data-type="image/tiff"'],
  ],
  ["a.kml", "application/vnd.google-earth.kml+xml", "<script>", ['data-view="features"', "&lt;script&gt;"]],
  ["c.json", "application/json", '{"type": "Point", "coordinates": [1, 2]}', ['data-view="features" data-src="http']],
  [
    "a.geojson",
    "application/geo+json",
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point"}, "properties": {"name": "<b>"}}]}',
    ["<td>Point</td>", "<td>&lt;b&gt;</td>", 'data-view="features"', 'data-type="application/geo+json"'],
  ],
  ["a.png", "image/png", png, [`/text/a.png" alt="a.png"`]],
  ["a.svg", "image/svg+xml", "<svg onload='alert(1)'/>", [`/text/a.svg" alt="a.svg"`]],
  ["a.bin", "application/octet-stream", png, ["Download"]],
  ["a.pdf", "application/pdf", "%PDF-1.4", ['a.pdf" download="a.pdf">Download', 'a.pdf">Open in the browser']],
] as const)("a result %s can be looked at, and nothing of it runs", async (name, type, content, wanted) => {
  await using service = await openService({ holdsJobs: true });
  const id = await withFile(service, name, type, content);
  for (const path of [`/jobs/${id}`, `/jobs/${id}/results`, `/jobs/${id}/results/text`]) {
    const page = await service.send("GET", `${path}?f=html`);
    expect([path, page.status, page.headers.get("content-type")]).toEqual([path, 200, "text/html; charset=utf-8"]);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    const text = await page.text();
    for (const part of [...wanted, `href="${address}/outputs/${id}/text/${name}"`]) expect(text).toContain(part);
    expect(text).not.toContain("<script>");
    expect(text).not.toContain("<svg");
  }
  // Programs are sent the bytes as ever.
  const bytes = await service.send("GET", `/jobs/${id}/results/text`, { headers: html });
  expect(bytes.headers.get("content-type")).toStartWith(type);
});

test("a long table and a long text are cut, and say so", async () => {
  await using service = await openService({ holdsJobs: true });
  const table = await withFile(service, "a.csv", "text/csv", `n\n${"1\n".repeat(1000)}`);
  const page = await (await service.send("GET", `/jobs/${table}/results?f=html`)).text();
  expect(page.match(/<td>1<\/td>/g)).toHaveLength(200);
  expect(page).toContain("Only the first 200 rows are shown.");
  const text = await withFile(service, "a.txt", "text/plain", "x".repeat(100_000));
  const other = await (await service.send("GET", `/jobs/${text}/results?f=html`)).text();
  expect(other.length).toBeLessThan(50_000);
  expect(other).toContain("Only the beginning is shown");
});

test("a long text among the inputs is shortened, and leads to the page that has it in full", async () => {
  await using service = await openService({ holdsJobs: true });
  const headers = { prefer: "respond-async" };
  const body = { inputs: { text: "long ".repeat(1000), array: [1, 2] } };
  const made = await service.send("POST", "/processes/echo/execution", { headers, body });
  const { jobID } = JSON.parse(await made.text());
  const page = await (await service.send("GET", `/jobs/${jobID}?f=html`)).text();
  // The head tells the beginning of it in a line.
  expect(page.slice(page.indexOf('id="inputs"')).match(/long /g)).toHaveLength(100);
  expect(page).toContain("5000 characters in all");
  expect(page).toContain("<span>1, 2</span>");
  const inputs = await (await service.send("GET", `/jobs/${jobID}/inputs?f=html`)).text();
  // Its beginning in the table, and all of it in the document that is folded up.
  expect(inputs.match(/long /g)).toHaveLength(100 + 1000);
  // What nobody gave is told as on the page of the job.
  expect(inputs).toContain("not set");
});

test("Run again leads to the form of the process, filled by the request of the job", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const text = plain(await (await service.send("GET", `/jobs/${id}?f=html`)).text());
  const path = `/processes/echo?f=html&from=${id}`;
  expect(text).toContain(`href="${address}${path}"`);
  expect(await (await service.send("GET", path)).text()).toMatch(
    /<input type="text" name="\/inputs\/text" value="hello"/,
  );
});

test("a directory leads to its listing and to one zip, and the files of a list are shown each", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const file = (name: string) =>
    ({
      kind: "file",
      reference: `/${id}/array/${name}`,
      basename: name,
      mediaType: "text/plain",
      sizeBytes: 1,
    }) as const;
  const listed = { path: "a.txt", mediaType: "text/plain", sizeBytes: 1 };
  await service.finish(id, {
    results: {
      text: { kind: "directory", reference: `/${id}/text/all/`, basename: "all", files: [listed] },
      array: { kind: "list", items: [file("b.txt"), file("<i>.txt")] },
    },
    files: { "text/all/a.txt": "a", "array/b.txt": "b", "array/<i>.txt": "c" },
  });
  const page = await (await service.send("GET", `/jobs/${id}/results?f=html`)).text();
  expect(page).toContain(`href="${address}/outputs/${id}/text/all/?f=html"`);
  expect(page).toContain(`href="${address}/outputs/${id}/text/all/?f=zip"`);
  expect(page).toContain('<pre class="code">b</pre>');
  expect(page).toContain('<pre class="code">c</pre>');
  expect(page).not.toContain("<i>");
  // Its files have the time of the job's end, so that the same job is the same archive.
  const zips: Buffer[] = [];
  for (let at = 0; at < 2; at += 1) {
    zips.push(Buffer.from(await (await service.send("GET", `/outputs/${id}/text/all/?f=zip`)).bytes()));
    service.clock.advance(60_000);
  }
  expect(zips[0]?.equals(zips[1] ?? Buffer.of())).toBe(true);
  const { finished } = await jsonOf(await service.send("GET", `/jobs/${id}`));
  const day = zips[0]?.readUInt16LE(12) ?? 0;
  expect([(day >> 9) + 1980, (day >> 5) & 15]).toEqual(String(finished).split("-").slice(0, 2).map(Number));
  const listing = await service.send("GET", `/outputs/${id}/text/all/?f=html`);
  expect([listing.status, await listing.text()]).toEqual([200, expect.stringContaining("a.txt")]);
});

test("files of a directory are looked at: the first on the page of results, each on its own page", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const types = { txt: "text/plain", csv: "text/csv", tif: "image/tiff", bin: "application/octet-stream" };
  const contents = {
    ...{ "a.txt": "first", "b.txt": "second", "c.txt": "third", "d.bin": "none" },
    ...{ "deep/<i>.csv": "name\n<b>\n", "z.tif": "no picture" },
  };
  const files = Object.entries(contents).map(([path, text]) => {
    const type = Object.entries(types).find(([end]) => path.endsWith(`.${end}`))?.[1] ?? "";
    return { path, mediaType: type, sizeBytes: text.length };
  });
  await service.finish(id, {
    results: { text: { kind: "directory", reference: `/${id}/text/all/`, basename: "all", files } },
    files: Object.fromEntries(Object.entries(contents).map(([path, text]) => [`text/all/${path}`, text])),
  });
  const page = await (await service.send("GET", `/jobs/${id}/results?f=html`)).text();
  // Pictures and tables stand before text.
  const places = ["z.tif", "deep/%3Ci%3E.csv", "a.txt", "b.txt"].map((path) => page.indexOf(`/all/${path}"`));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places).not.toContain(-1);
  expect(page).toContain(`data-view="raster" data-src="${address}/outputs/${id}/text/all/z.tif"`);
  expect(page).toContain("<td>&lt;b&gt;</td>");
  expect(page).toContain('<pre class="code">second</pre>');
  expect(page).not.toContain('<pre class="code">third</pre>');
  expect(page).toContain("And 2 more files in ");
  const listing = await service.send("GET", `/outputs/${id}/text/all/?f=html`);
  expect(listing.headers.get("content-security-policy")).toContain("connect-src 'self'");
  const listed = await listing.text();
  expect(listed.match(/\?f=html&amp;look=[^"]*/g)?.map((link) => link.replaceAll("&amp;", "&"))).toEqual([
    ...["a.txt", "b.txt", "c.txt"].map((name) => `?f=html&look=${name}#look`),
    ...["deep%2F%3Ci%3E.csv", "z.tif"].map((name) => `?f=html&look=${name}#look`),
  ]);
  for (const base of [`/outputs/${id}/text/all/`, `/jobs/${id}/results/text`]) {
    const looked = await (await service.send("GET", `${base}?f=html&look=c.txt`)).text();
    expect(looked).toContain('<pre class="code">third</pre>');
    expect(looked).not.toContain('<pre class="code">first</pre>');
  }
  const wrong = await service.send("GET", `/outputs/${id}/text/all/?f=html&look=none.txt`);
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("found look")]);
});

test("a result whose file was removed beside the server says so, and the rest of the page stands", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const file = (name: string) =>
    ({
      kind: "file",
      reference: `/${id}/array/${name}`,
      basename: name,
      mediaType: "text/plain",
      sizeBytes: 1,
    }) as const;
  const results = { array: { kind: "list", items: [file("gone.txt"), file("b.txt")] } } as const;
  await service.finish(id, { results, files: { "array/b.txt": "b" } });
  for (const path of [`/jobs/${id}`, `/jobs/${id}/results`]) {
    const page = await service.send("GET", `${path}?f=html`);
    expect(page.status).toBe(200);
    const text = plain(await page.text());
    expect(text).toContain("no file has this path");
    expect(text).toContain('<pre class="code">b</pre>');
  }
});

test("who submitted a job stands in the list for who sees all jobs, and for nobody else", async () => {
  await using service = await openService({ holdsJobs: true });
  const [admin, ann] = [await service.createKey("admin", "root"), await service.createKey("runner", "ann")];
  await submitEcho(service, ann);
  const pageFor = async (key: string) => (await service.send("GET", "/jobs?f=html", { key })).text();
  expect(await pageFor(admin)).toMatch(/<td[^>]*><a [^>]*user=ann">ann<\/a><\/td>/);
  expect(await pageFor(ann)).not.toContain("User");
});

test("the form of the list filters it, with empty fields too", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const pageOf = async (query: string) => (await service.send("GET", `/jobs?${query}`)).text();
  expect(await pageOf("f=html&status=&processID=&q=")).toContain(id);
  expect(await pageOf("f=html&status=accepted&processID=echo&q=")).toContain(id);
  expect(await pageOf("f=html&status=failed&processID=&q=")).not.toContain(id);
});

test("long lines and long inputs do not make its page long", async () => {
  await using service = await openService({ holdsJobs: true, settings: { maxBodyBytes: 2 ** 20 } });
  const response = await service.send("POST", "/processes/echo/execution", {
    headers: { prefer: "respond-async" },
    body: { inputs: { text: "i".repeat(100_000) } },
  });
  const { jobID: id } = JSON.parse(await response.text());
  await service.finish(id, { log: `${"l".repeat(100_000)}\nlast\n` });
  const page = await (await service.send("GET", `/jobs/${id}?f=html`)).text();
  expect(page.length).toBeLessThan(30_000);
  expect(page).toContain("They are not shown here.");
  expect(page).toContain("last\n");
  expect(page).toContain(`href="${address}/processes/echo?f=html"`);
});

test("a job that can be retried says which version was deployed since, and what each button runs", async () => {
  await using service = await openService({ holdsJobs: true });
  const tool = (version: string) => ({
    processDescription: { id: "say", version },
    executionUnit: {
      unit: {
        cwlVersion: "v1.2",
        class: "CommandLineTool",
        baseCommand: ["echo", version],
        inputs: { times: { type: "int", default: 3 }, limit: "int?" },
        outputs: {},
      },
      type: "application/cwl+json",
    },
  });
  const headers = { "content-type": "application/ogcapppkg+json" };
  await service.send("POST", "/processes", { headers, body: tool("1.0.0") });
  const accepted = await service.send("POST", "/processes/say/execution", {
    headers: { prefer: "respond-async" },
    body: { inputs: {} },
  });
  const { jobID } = JSON.parse(await accepted.text());
  await service.finish(jobID, { failure: { message: "it failed" } });
  const page = async () => (await service.send("GET", `/jobs/${jobID}?f=html`)).text();
  expect(await page()).not.toContain("was deployed since");
  await service.send("PUT", "/processes/say", { headers, body: tool("2.0.0") });
  const newer = plain(await page());
  expect(newer).toContain("Version 2.0.0 of the process was deployed since");
  // It has no steps, and ran the version before with a default.
  expect(newer).not.toContain("Resume");
  expect(newer).toMatch(/processes\/say(@|%40)sha256[^"]*">version 1\.0\.0<\/a>/);
  expect(newer).toMatch(/<th [^>]*scope="row">times<\/th><td[^>]*><code>3<\/code>\s*<span class="muted"> default/);
  expect(newer).toMatch(/<th [^>]*scope="row">limit<\/th><td[^>]*>\s*<span class="muted">not set/);
  const [, mend = ""] = /href="http:\/\/127\.0\.0\.1:8080([^"]*)">Mend the package/.exec(newer) ?? [];
  expect(await (await service.send("GET", mend)).text()).toMatch(/name="id" value="say"/);
});

test("what a job waited is its time in the queue, not that between its attempts", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  await service.finish(id, { failure });
  service.clock.advance(3_600_000);
  await service.send("POST", `/jobs/${id}/retry-form`, { headers: form, body: "fromFailed=false" });
  service.clock.advance(5000);
  await service.finish(id, { failure });
  const { attempts, waitingSeconds } = JSON.parse(await (await service.send("GET", `/jobs/${id}/statistics`)).text());
  expect([attempts, waitingSeconds]).toEqual([2, 5]);
  expect(await (await service.send("GET", `/jobs/${id}?f=html`)).text()).toContain("Attempt 2 failed too, ");
});

test("the uploads of a job are looked for together: a page of many asks the database as often as a page of one", async () => {
  await using service = await openService({ holdsJobs: true });
  const accepted = await findJob(service.database, await submitEcho(service));
  if (accepted === undefined) throw new Error("no job");
  let reads = 0;
  const read: typeof service.database.read = (statement) => {
    reads += 1;
    return service.database.read(statement);
  };
  const processes = createProcessCache(service, 16);
  const deps = { ...service, database: { ...service.database, read }, settings: defaultSettings, processes };
  const asked = { baseUrl: address, caller: { role: "admin" }, queries: () => [] } as const;
  const readsOf = async (count: number) => {
    const ids = Array.from({ length: count }, () => crypto.randomUUID());
    const facts = { tokenHash: "0", mediaType: "text/plain", sizeBytes: 1, sha256: "0", createdAt: 1, expiresAt: 2 };
    for (const id of ids) await insertVaultFile(service.database, { id, name: id, ...facts });
    const inputs = Object.fromEntries(
      ids.map((id, at) => [`file${at}`, { kind: "reference", href: `vault://${id}` } as const]),
    );
    const job: Job = { ...accepted, status: "failed", request: { ...accepted.request, inputs } };
    reads = 0;
    const view = await readJobView(deps, asked, job);
    expect([view.mayRetry, view.uploads?.size]).toEqual([true, count]);
    return reads;
  };
  const ofOne = await readsOf(1);
  expect(await readsOf(40)).toBe(ofOne);
});
