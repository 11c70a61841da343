import { expect, test } from "bun:test";
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { formEntries } from "../../support/browser-form.ts";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };

async function upload(service: Service, key?: string) {
  const headers = { "content-type": "image/png", "content-disposition": 'attachment; filename="dem.png"' };
  const { id, token } = await jsonOf(
    await service.send("POST", "/vault", { headers, body: "eA==", ...(key ? { key } : {}) }),
  );
  return { id: String(id), token: String(token) };
}

/** What a check, or a run, says of an input that is a link. */
async function asked(service: Service, href: string, key?: string, query = "?dryRun=true") {
  const sent = await service.send("POST", `/processes/echo/execution${query}`, {
    headers: { prefer: "respond-async" },
    body: { inputs: { text: "x", mixed: { href } } },
    ...(key ? { key } : {}),
  });
  return { status: sent.status, text: await sent.text(), location: sent.headers.get("location") ?? "" };
}

async function published(service: Service, key?: string) {
  const jobId = await submitEcho(service, key);
  const place = { reference: `/${jobId}/text/a%20b.gml`, basename: "a b.gml", mediaType: "application/gml+xml" };
  const executionId = await service.finish(jobId, {
    results: { text: { kind: "file", sizeBytes: 4, ...place } },
    files: { "text/a b.gml": "<a/>" },
  });
  return { jobId, executionId };
}

test("the address of an upload is taken as the upload, however it was copied, and no token stays", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const ana = await service.createKey("runner", "ana");
  const own = await upload(service, ana);
  for (const href of [
    `${address}/vault/${own.id}`,
    `/vault/${own.id}?f=html`,
    `http://localhost:8080/vault/${own.id}/`,
  ]) {
    const { status, text } = await asked(service, href, ana);
    expect([status, JSON.parse(text).inputs?.mixed]).toEqual([200, { href: `vault://${own.id}` }]);
  }
  const nobodys = await upload(service);
  const withToken = `${address}/vault/${nobodys.id}/${nobodys.token}`;
  const run = await asked(service, withToken, undefined, "");
  expect(run.status).toBe(201);
  const inputs = await (await service.send("GET", `${run.location}/inputs`)).text();
  expect([inputs.includes(`vault://${nobodys.id}`), inputs.includes(nobodys.token)]).toEqual([true, false]);
});

test("the address of an upload serves nobody who may not use it", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const [ana, ben] = [await service.createKey("runner", "ana"), await service.createKey("runner", "ben")];
  const { id, token } = await upload(service, ana);
  for (const [key, href] of [
    [ben, `${address}/vault/${id}`],
    [ben, `${address}/vault/${id}/${token}`],
    [undefined, `${address}/vault/${id}/wr0ng`],
  ] as const) {
    const { status, text } = await asked(service, href, key);
    expect([status, JSON.parse(text).errors[0].pointer]).toEqual([400, "/inputs/mixed/href"]);
    expect([text.includes(token), text.includes("wr0ng")]).toEqual([false, false]);
  }
});

test("the address of a result is taken for who may read its job, and for nobody else", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const [ana, ben] = [await service.createKey("runner", "ana"), await service.createKey("runner", "ben")];
  const { jobId, executionId } = await published(service, ana);
  const hrefs = [
    `${address}/outputs/${jobId}/text/a%20b.gml`,
    `${address}/outputs/${executionId}/text/a%20b.gml?x=1`,
    `${address}/jobs/${jobId}/results/text`,
  ];
  for (const href of hrefs) {
    const taken = await asked(service, href, ana);
    expect([taken.status, JSON.parse(taken.text).inputs?.mixed]).toEqual([200, { href }]);
    for (const key of [ben, undefined]) {
      const { status, text } = await asked(service, href, key);
      expect([status, text.includes("of a job that you may read")]).toEqual([400, true]);
    }
  }
  await unlink(join(service.layout.outputsDirectory, executionId, "text", "a b.gml"));
  for (const href of hrefs) {
    const answers = [await asked(service, href, ana), await asked(service, href, ana, "")];
    for (const { status, text } of answers) {
      expect([status, text.includes("a result that is still kept")]).toEqual([400, true]);
    }
  }
});

test("in a form, the address of an upload becomes the upload by its name, and its token is not shown again", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  for (const key of [await service.createKey("runner", "ana"), undefined]) {
    const { id, token } = await upload(service, key);
    const send = async (form: FormData) =>
      service.send("POST", "/processes/echo/form", { headers: browser, body: form, ...(key ? { key } : {}) });
    const page = await service.send("GET", "/processes/echo", { headers: browser, ...(key ? { key } : {}) });
    const form = formEntries(await page.text(), { name: "~do", value: "run" });
    form.set("/inputs/image/~href", `${address}/vault/${id}/${token}?f=html`);
    const html = await (await send(form)).text();
    const shown = html.replaceAll(/<[^>]*>/g, " ");
    expect([shown.includes("dem.png"), shown.includes(token)]).toEqual([true, false]);
    const again = formEntries(html, { name: "~do", value: "run" });
    expect(again.get("/inputs/image/~href")).toBe("");
    again.set("/inputs/text", "x");
    expect((await send(again)).status).toBe(303);
  }
});

test("an input that another job made is told by its output and that job, not by its address", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const ana = await service.createKey("runner", "ana");
  const { jobId, executionId } = await published(service, ana);
  const words = `output text of echo (<a href="${address}/jobs/${jobId}?f=html" title="${jobId}">job ${jobId.slice(-8)}</a>)`;
  const made: string[] = [];
  for (const href of [
    `${address}/outputs/${jobId}/text/a%20b.gml`,
    `${address}/outputs/${executionId}/text/a%20b.gml`,
    `${address}/jobs/${jobId}/results/text`,
  ]) {
    const { location } = await asked(service, href, ana, "");
    made.push(location.slice(location.lastIndexOf("/") + 1));
    for (const path of [`${location}?f=html`, `${location}/inputs?f=html`]) {
      const page = await (await service.send("GET", path, { key: ana })).text();
      expect(page).toContain(`<a href="${address}/jobs/${jobId}/results/text?f=html">a b.gml</a>`);
      expect(page).toContain(`<a href="${href}" download="a b.gml">Download</a>`);
      expect(page).toContain(words);
    }
  }
  const [one, other] = made;
  const compared = await service.send("GET", `/jobs/compare?f=html&jobs=${one}&jobs=${other}`, { key: ana });
  expect((await compared.text()).split(words)).toHaveLength(3);
});
