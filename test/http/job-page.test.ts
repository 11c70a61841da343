import { expect, test } from "bun:test";
import { isJsonObject, type Json } from "../../src/domain/json.ts";
import { claimJobs } from "../../src/store/jobs.ts";
import { address, openService, type Service, submitEcho } from "./service.ts";

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

test("its buttons cancel, retry and remove the job, and lead on", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const send = (name: string, body = "") => service.send("POST", `/jobs/${id}/${name}`, { headers: form, body });
  const cancelled = await send("dismiss-form");
  expect([cancelled.status, cancelled.headers.get("location")]).toEqual([303, `${address}/jobs/${id}?f=html`]);
  const status = async () => JSON.parse(await (await service.send("GET", `/jobs/${id}`)).text()).status;
  expect(await status()).toBe("dismissed");
  const retried = await send("retry-form", "fromFailed=true");
  expect([retried.status, retried.headers.get("location")]).toEqual([303, `${address}/jobs/${id}?f=html`]);
  expect(await status()).toBe("accepted");
  expect((await send("retry-form")).status).toBe(409);
  await service.finish(id);
  const removed = await send("dismiss-form");
  expect([removed.status, removed.headers.get("location")]).toEqual([303, `${address}/jobs?f=html`]);
  expect((await service.send("GET", `/jobs/${id}`)).status).toBe(410);
});

test.each([
  ["another origin", { ...form, origin: "https://evil.example" }, 403],
  ["no origin at all", { "content-type": form["content-type"] }, 403],
  ["JSON", { "content-type": "application/json", origin: address }, 415],
] as const)("its buttons do nothing for %s", async (_what, headers, wanted) => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  for (const name of ["dismiss-form", "retry-form"]) {
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
  ["b.json", "application/json", "{no json <script>", ["{no json &lt;script&gt;"]],
  ["a.txt", "text/plain", "<script>alert(1)</script>", ["&lt;script&gt;alert(1)"]],
  ["a.html", "text/html", "<script>alert(1)</script>", ["&lt;script&gt;alert(1)"]],
  [
    "a.geojson",
    "application/geo+json",
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Point"}, "properties": {"name": "<b>"}}]}',
    ["<td>Point</td>", "<td>&lt;b&gt;</td>"],
  ],
  ["a.png", "image/png", png, [`/text/a.png" alt="a.png"`]],
  ["a.svg", "image/svg+xml", "<svg onload='alert(1)'/>", [`/text/a.svg" alt="a.svg"`]],
  ["a.bin", "application/octet-stream", png, ["Download"]],
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

test("Run again leads to the form of the process with the inputs of the job", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await submitEcho(service);
  const text = plain(await (await service.send("GET", `/jobs/${id}?f=html`)).text());
  const inputs = encodeURIComponent(JSON.stringify({ text: "hello" }));
  expect(text).toContain(`href="${address}/processes/echo?f=html&inputs=${inputs}"`);
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
  const listing = await service.send("GET", `/outputs/${id}/text/all/?f=html`);
  expect([listing.status, await listing.text()]).toEqual([200, expect.stringContaining("a.txt")]);
});

test("who submitted a job stands in the list for who sees all jobs, and for nobody else", async () => {
  await using service = await openService({ holdsJobs: true });
  const [admin, ann] = [await service.createKey("admin", "root"), await service.createKey("runner", "ann")];
  await submitEcho(service, ann);
  const pageFor = async (key: string) => (await service.send("GET", "/jobs?f=html", { key })).text();
  expect(await pageFor(admin)).toContain("<td>ann</td>");
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
