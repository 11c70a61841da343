import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { shortId } from "../../../src/domain/jobs/short-id.ts";
import { silentLogger } from "../../../src/domain/logger.ts";
import type { ProcessDescription } from "../../../src/domain/processes/process.ts";
import { vaultFile } from "../../../src/files/vault.ts";
import { tidyUp } from "../../../src/runner/care/housekeeping.ts";
import { countHeldUploads, firstUploadEnds } from "../../../src/store/jobs/kept.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { address, jsonOf, openService, processOf, type Service } from "../service.ts";

const hour = 3_600_000;
const browser = { accept: "text/html", origin: address };

/** A process with a file for an input, and a user who may keep jobs. */
async function openLab() {
  const service = await openService({ holdsJobs: true });
  await mkdir(service.layout.workDirectory, { recursive: true });
  const description: ProcessDescription = {
    id: "reader",
    version: "1.0.0",
    inputs: { table: { schema: { type: "string", contentMediaType: "text/csv" }, minOccurs: 1, maxOccurs: 2 } },
    outputs: {},
    jobControlOptions: ["async-execute"],
    outputTransmission: ["value"],
  };
  await saveProcess(service.database, processOf(description, { fileInputs: ["table"] }), 0, { replace: true });
  return { service, ada: await service.createKey("deployer", "ada") };
}

async function upload(service: Service, key: string) {
  const headers = { "content-type": "text/csv", "content-disposition": 'attachment; filename="a.csv"' };
  const { id, file_href, href } = await jsonOf(await service.send("POST", "/vault", { headers, key, body: "a\n1\n" }));
  return { id: String(id), own: String(file_href ?? href), secret: String(href) };
}

/** Runs a job on an upload, to its end. */
async function run(
  service: Service,
  key: string,
  href: string,
  more: { readonly title?: string } = {},
): Promise<string> {
  const headers = { prefer: "respond-async" };
  const body = { inputs: { table: { href } }, ...more };
  const response = await service.send("POST", "/processes/reader/execution", { key, headers, body });
  expect(response.status).toBe(201);
  const id = String((await jsonOf(response)).jobID);
  await service.finish(id, { results: {} });
  return id;
}

function tidy({ database, layout, clock }: Service) {
  return tidyUp({ database, layout, clock, logger: silentLogger, orphanDays: 30, hasLivingTool: async () => false });
}

async function uploads(service: Service, key: string) {
  return JSON.parse(await (await service.send("GET", "/uploads", { key })).text()).uploads;
}

test("an upload that a kept job read stays and can be used until the last such job is released", async () => {
  const { service, ada } = await openLab();
  await using _ = service;
  const [{ id, own }, other] = [await upload(service, ada), await upload(service, ada)];
  const [one, two, free] = [
    await run(service, ada, own),
    await run(service, ada, own),
    await run(service, ada, other.own),
  ];
  for (const job of [one, two]) await service.send("PUT", `/jobs/${job}/keep`, { key: ada });
  service.clock.advance(25 * hour);
  await tidy(service);
  expect(existsSync(vaultFile(service.layout, id))).toBeTrue();
  expect(existsSync(vaultFile(service.layout, other.id))).toBeFalse();
  const [shown, ...others] = await uploads(service, ada);
  expect(others).toEqual([]);
  expect(shown).toMatchObject({ id, held: true });
  expect(shown.keptBy.map(({ jobID }: { readonly jobID: string }) => jobID).toSorted()).toEqual([one, two].toSorted());
  expect((await service.send("GET", `/vault/${id}`, { key: ada })).status).toBe(200);
  const form = await (await service.send("GET", `/processes/reader?from=${one}&f=html`, { key: ada })).text();
  expect(form).toContain(`value="vault://${id}"`);
  expect(form).not.toContain("was left out");
  // What the preview of retention tells is what is done.
  const preview = async () => [
    await firstUploadEnds(service.database, 10),
    await countHeldUploads(service.database, service.clock.now()),
  ];
  expect(await preview()).toEqual([[], 1]);
  const again = await run(service, ada, own);
  await service.send("DELETE", `/jobs/${one}/keep`, { key: ada });
  await tidy(service);
  expect(existsSync(vaultFile(service.layout, id))).toBeTrue();
  await service.send("DELETE", `/jobs/${two}/keep`, { key: ada });
  expect(await uploads(service, ada)).toEqual([]);
  expect(await preview()).toEqual([[Date.parse(shown.expires)], 0]);
  await tidy(service);
  expect(existsSync(vaultFile(service.layout, id))).toBeFalse();
  for (const job of [one, two, free, again]) {
    expect((await service.send("GET", `/jobs/${job}`, { key: ada })).status).toBe(200);
  }
});

test("a release before its time leaves an upload its whole day", async () => {
  const { service, ada } = await openLab();
  await using _ = service;
  const { id, own } = await upload(service, ada);
  const job = await run(service, ada, own);
  await service.send("PUT", `/jobs/${job}/keep`, { key: ada });
  await service.send("DELETE", `/jobs/${job}/keep`, { key: ada });
  service.clock.advance(23 * hour);
  await tidy(service);
  expect(existsSync(vaultFile(service.layout, id))).toBeTrue();
  service.clock.advance(2 * hour);
  await tidy(service);
  expect(existsSync(vaultFile(service.layout, id))).toBeFalse();
});

test("its removal is refused, and says which job keeps it, to who may see that job", async () => {
  const { service, ada } = await openLab();
  await using _ = service;
  const root = await service.createKey("admin", "root");
  const { id, secret } = await upload(service, ada);
  const ofRoot = await run(service, root, secret, { title: "Of <root>" });
  await service.send("PUT", `/jobs/${ofRoot}/keep`, { key: root });
  const press = (key: string, confirmed: boolean) =>
    service.send("POST", `/uploads/${id}/remove-form`, {
      key,
      headers: { ...browser, "content-type": "application/x-www-form-urlencoded" },
      body: confirmed ? "confirmed=true" : "",
    });
  const hidden = await service.send("DELETE", `/vault/${id}`, { key: ada });
  expect([hidden.status, await jsonOf(hidden)]).toMatchObject([
    409,
    { detail: expect.stringContaining("found it kept by a job of somebody else, wanted that released first") },
  ]);
  const told = await jsonOf(await service.send("DELETE", `/vault/${id}`, { key: root }));
  expect(told).toMatchObject({
    type: expect.stringContaining("kept-job"),
    detail: expect.stringContaining(`job ${ofRoot} "Of <root>" of process "reader"`),
  });
  for (const confirmed of [true, false]) {
    expect(await (await press(root, confirmed)).text()).toContain(
      `a.csv was not removed: job <a href="${address}/jobs/${ofRoot}?f=html">Of &lt;root&gt; ${shortId(ofRoot)}</a> is kept for good.`,
    );
    const words = await (await press(ada, confirmed)).text();
    expect(words).toContain("a.csv was not removed: a job of somebody else is kept for good");
    expect(words).not.toContain(ofRoot);
  }
  const page = async (key: string) => (await service.send("GET", "/uploads", { key, headers: browser })).text();
  expect(await page(ada)).toContain("as long as a job of somebody else is kept for good; else until ");
  expect(await page(root)).toContain(`as long as job <a href="${address}/jobs/${ofRoot}?f=html">Of &lt;root&gt; `);
  await service.send("DELETE", `/jobs/${ofRoot}/keep`, { key: root });
  expect((await service.send("DELETE", `/vault/${id}`, { key: ada })).status).toBe(204);
});

test("a failed job holds its uploads; one that was dismissed and lost some is not tried again: it says which, before anything starts", async () => {
  const { service, ada } = await openLab();
  await using _ = service;
  const submit = async (...hrefs: readonly string[]) => {
    const body = { inputs: { table: hrefs.map((href) => ({ href })) } };
    const sent = { key: ada, headers: { prefer: "respond-async" }, body };
    return String((await jsonOf(await service.send("POST", "/processes/reader/execution", sent))).jobID);
  };
  const retry = (job: string) => service.send("POST", `/jobs/${job}/retry`, { key: ada, body: {} });
  const pageOf = async (job: string) =>
    (await service.send("GET", `/jobs/${job}?f=html`, { key: ada, headers: browser })).text();
  const [held, kept, gone, other] = [
    await upload(service, ada),
    await upload(service, ada),
    await upload(service, ada),
    await upload(service, ada),
  ];
  const failed = await submit(held.own);
  await service.finish(failed, { failure: { message: "no" } });
  expect((await service.send("DELETE", `/vault/${held.id}`, { key: ada })).status).toBe(409);
  const dismissed = await submit(kept.own, gone.own);
  expect((await service.send("DELETE", `/jobs/${dismissed}`, { key: ada })).status).toBe(200);
  const expired = await submit(other.own);
  expect((await service.send("DELETE", `/jobs/${expired}`, { key: ada })).status).toBe(200);
  expect(await pageOf(dismissed)).toContain("Try again from the start");
  expect((await service.send("DELETE", `/vault/${gone.id}`, { key: ada })).status).toBe(204);
  const why = (id: string) =>
    `the upload of its input "table" (vault://${id}) is not there any more. Upload it again, and run the process anew with the same inputs`;
  const refused = await retry(dismissed);
  expect(refused.status).toBe(410);
  expect((await jsonOf(refused)).detail).toBe(`Cannot try job "${dismissed}" again: ${why(gone.id)}`);
  expect((await jsonOf(await service.send("GET", `/jobs/${dismissed}`, { key: ada }))).attempt).toBe(0);
  const page = await pageOf(dismissed);
  expect(page).not.toContain("Try again from the start");
  expect(page).toContain(`This job cannot be tried again: ${why(gone.id).replaceAll('"', "&quot;")}.</p>`);
  expect(page).toContain("Run again</a>");
  // Time removes what a dismissed job read, and nothing of the failed one.
  service.clock.advance(25 * hour);
  await tidy(service);
  expect((await jsonOf(await retry(expired))).detail).toContain(why(other.id));
  expect((await retry(failed)).status).toBe(200);
});

test("an upload of a failed job says that this job failed and can be retried, and goes on when it is removed", async () => {
  const { service, ada } = await openLab();
  await using _ = service;
  const { id, own } = await upload(service, ada);
  const body = { inputs: { table: { href: own } }, title: "Floods" };
  const sent = await service.send("POST", "/processes/reader/execution", {
    key: ada,
    headers: { prefer: "respond-async" },
    body,
  });
  const job = String((await jsonOf(sent)).jobID);
  await service.finish(job, { failure: { message: "no" } });
  const link = `<a href="${address}/jobs/${job}?f=html">Floods ${shortId(job)}</a>`;
  const page = async () => (await service.send("GET", "/uploads", { key: ada, headers: browser })).text();
  expect(await page()).toContain(`as long as job ${link} failed and can be retried; else until `);
  expect(await page()).not.toContain("remove-form");
  const [shown] = await uploads(service, ada);
  expect(shown).toMatchObject({ held: true, heldBy: [{ jobID: job, title: "Floods", status: "failed", kept: false }] });
  const pressed = await service.send("POST", `/uploads/${id}/remove-form`, {
    key: ada,
    headers: { ...browser, "content-type": "application/x-www-form-urlencoded" },
    body: "",
  });
  expect(await pressed.text()).toContain(`a.csv was not removed: job ${link} failed and can be retried.`);
  await service.send("DELETE", `/jobs/${job}`, { key: ada });
  expect((await uploads(service, ada))[0]).toMatchObject({ held: false });
  expect(await page()).toContain("remove-form");
});
