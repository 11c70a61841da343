import { expect, test } from "bun:test";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { claimJobs, findJob, finishJob, recordJob } from "../../../src/store/jobs/jobs.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { address, jsonOf, openService, processOf, type Service, submitEcho } from "../service.ts";

const pageOf = async (service: Service, path: string, key?: string) =>
  (await service.send("GET", `${path}?f=html`, key === undefined ? {} : { key })).text();

const form = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };

async function ended(service: Service, key?: string): Promise<string> {
  const id = await submitEcho(service, key);
  const file = {
    kind: "file",
    reference: `/${id}/text/t.txt`,
    basename: "t.txt",
    mediaType: "text/plain",
    sizeBytes: 5,
  } as const;
  await service.finish(id, { results: { text: file }, files: { "text/t.txt": "hello" } });
  return id;
}

test("the owner shares results by a button of the job's page, and who has the address reads them without a key", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, bob, viewer, admin] = [
    await service.createKey("runner", "ann"),
    await service.createKey("runner", "bob"),
    await service.createKey("viewer", "vic"),
    await service.createKey("admin", "root"),
  ];
  const id = await ended(service, ann);
  expect(await pageOf(service, `/jobs/${id}`, ann)).toContain("Share the results");
  expect(await pageOf(service, `/jobs/${id}`, admin)).toContain("Share the results");
  const post = (name: string, key: string) =>
    service.send("POST", `/jobs/${id}/${name}`, { key, headers: form, body: "" });
  const choices = await pageOf(service, `/jobs/${id}`, ann);
  expect(choices).toContain('type="number" name="days" min="1" max="3650" step="1" value="7"');
  expect(choices).toContain("the inputs of the job and your name, without signing in");
  expect((await post("share-form", bob)).status).toBe(404);
  expect((await post("share-form", viewer)).status).toBe(403);
  const told = await post("share-form", ann);
  expect([told.status, told.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const first = await told.text();
  expect(first).not.toContain("The earlier address");
  const href = /<pre class="code" data-shared="" data-copy="">([^<]+)<\/pre>/.exec(first)?.[1] ?? "";
  const shown = await service.send("GET", href, { key: viewer, headers: { accept: "text/html" } });
  const link = /href="([^"]+\/text\/t\.txt)"/.exec(await shown.text())?.[1] ?? "";
  expect(await (await service.send("GET", link, { key: viewer })).text()).toBe("hello");
  expect((await service.send("GET", `/jobs/${id}`, { key: viewer })).status).toBe(404);
  const page = await pageOf(service, `/jobs/${id}`, ann);
  expect(page).toContain("The results are shared until");
  expect(page).toContain("Share by a new address");
  expect(await (await post("share-form", ann)).text()).toContain(
    "The earlier address of these results leads to nothing",
  );
  const back = await post("unshare-form", ann);
  expect([back.status, back.headers.get("location")]).toEqual([
    303,
    expect.stringContaining(`/jobs/${id}?f=html&done=share-taken-back`),
  ]);
  expect((await service.send("GET", href)).status).toBe(404);
  expect(await pageOf(service, `/jobs/${id}`, ann)).not.toContain("are shared until");
});

test("a job that did not succeed, or that everybody sees, has no button that shares", async () => {
  await using service = await openService({ holdsJobs: true });
  expect(await pageOf(service, `/jobs/${await ended(service)}`)).not.toContain("share-form");
  const ann = await service.createKey("runner", "ann");
  expect(await pageOf(service, `/jobs/${await submitEcho(service, ann)}`, ann)).not.toContain("share-form");
});

test("a job whose process was removed names it without a link, on its page, in the list and at home", async () => {
  await using service = await openService({ holdsJobs: true });
  const deployed = { ...echo.description, id: "gone" };
  await saveProcess(service.database, processOf(deployed, { isMutable: true }), 0, { replace: false });
  const headers = { prefer: "respond-async" };
  const answer = await service.send("POST", "/processes/gone/execution", { headers, body: { inputs: { text: "x" } } });
  const id = String((await jsonOf(answer)).jobID);
  const places = [`/jobs/${id}`, "/jobs", "/"];
  for (const place of places) {
    const page = await pageOf(service, place);
    expect(page).toMatch(/href="[^"]*\/processes\/gone\?f=html">(?:Echo<\/a>[^a-z]*<span class="muted">\s*)?gone/);
    expect(page).toContain("Echo");
  }
  expect((await service.send("DELETE", "/processes/gone")).status).toBe(204);
  for (const place of places) {
    const page = await pageOf(service, place);
    expect(page).toMatch(
      /(?:Echo <span class="muted">\(undeployed\)<\/span>[^a-z]*<span class="muted">\s*gone|gone <span class="muted">\(undeployed\))/,
    );
    expect(page).toContain("Echo");
    expect(page).not.toMatch(/href="[^"]*\/processes\/gone\?f=html/);
  }
  const page = await pageOf(service, `/jobs/${id}`);
  expect(page).not.toContain("Run again");
  const more = page.slice(page.indexOf("<h2>More</h2>"), page.indexOf("<summary>All fields"));
  // The revision is kept, and told to who looks at what it made.
  const [, ran = ""] =
    /href="[^"]*(\/processes\/gone@[^"]*)"[^>]*>The process, in the version that this job ran</.exec(more) ?? [];
  expect((await service.send("GET", ran)).status).toBe(200);
});

test("results beyond those that are shown from inside are told", async () => {
  await using service = await openService({ holdsJobs: true });
  const withList = async (count: number) => {
    const id = await submitEcho(service);
    const items = Array.from({ length: count }, (_, value) => ({ kind: "value", value }) as const);
    await service.finish(id, { results: { array: { kind: "list", items } } });
    return pageOf(service, `/jobs/${id}/results`);
  };
  expect(await withList(8)).not.toContain("shown when opened");
  expect(await withList(9)).toContain("And one more result, shown when opened:");
  expect(await withList(20)).toContain("And 12 more results, shown when opened:");
  const long = await withList(130);
  expect(long).toContain("And 92 more results, shown when opened:");
  expect(long).toContain("And 30 more results, which the JSON of the results lists.");
});

test.each([
  ["each tool", [{ isCached: true }], true],
  ["no tool", [{}], false],
  ["one of two tools", [{ isCached: true }, {}], false],
] as const)(
  "a job that took the outputs of %s from an earlier run says so where it took all",
  async (_, tools, isTold) => {
    await using service = await openService({ holdsJobs: true });
    const id = await submitEcho(service);
    const executionId = crypto.randomUUID();
    const event = {
      at: 1,
      kind: "stage",
      status: "running",
      stage: "setup",
      progress: 1,
      message: "Job setup",
    } as const;
    await claimJobs(service.database, [{ jobId: id, executionId, moveId: id, event }], 1);
    const { fence = 0 } = (await findJob(service.database, id)) ?? {};
    const times = { process: "p", startedAt: 1, endedAt: 2 };
    const tasks = [
      { step: "", kind: "workflow", ...times },
      ...tools.map((one) => ({ step: "one", kind: "tool", ...times, ...one })),
    ];
    const execution = { id: executionId, checkpoint: { key: "#usage", value: { "#run": tasks } } };
    const progress = { at: 2, events: [], progress: 20, stage: "monitorLoop", message: "Running" } as const;
    const told = async () => [
      (await pageOf(service, `/jobs/${id}`)).includes("All steps were taken from an earlier run."),
      (await pageOf(service, `/jobs/${id}/statistics`)).includes("All steps were taken from an earlier run."),
    ];
    expect(await recordJob(service.database, { ...progress, jobId: id, fence, execution })).toBe(true);
    expect(await told()).toEqual([false, false]);
    const outcome = { status: "successful", results: {} } as const;
    const end = { ...progress, jobId: id, executionId, fence, moveId: "end", outcome, executionEnded: true };
    expect(await finishJob(service.database, end)).toBe(true);
    expect(await told()).toEqual([isTold, isTold]);
  },
);

test("the form shares for a number of days or until the end of a day, and takes no other end", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ann");
  const sent = { key, headers: { prefer: "respond-async" }, body: { inputs: { text: "a" } } };
  const made = await service.send("POST", "/processes/echo/execution", sent);
  const { pathname } = new URL(made.headers.get("location") ?? "");
  await service.finish(pathname.split("/").at(-1) ?? "");
  const headers = { accept: "text/html", origin: address, "content-type": "application/x-www-form-urlencoded" };
  const share = async (body: string) => service.send("POST", `${pathname}/share-form`, { key, headers, body });
  const day = 86_400_000;
  const now = service.clock.now();
  const dayText = (at: number) => new Date(at).toISOString().slice(0, 10);
  for (const [body, end] of [
    ["days=3&until=", dayText(now + 3 * day)],
    ["days=90&until=", dayText(now + 90 * day)],
    ["expires=1d", dayText(now + day)],
    [`days=7&until=${dayText(now + 20 * day)}`, dayText(now + 21 * day)],
  ] as const) {
    const told = await share(body);
    expect([body, told.status]).toEqual([body, 200]);
    expect(await told.text()).toContain(`datetime="${end}`);
  }
  for (const body of ["days=0&until=", "days=-1&until=", "days=x&until=", "days=7&until=2001-01-01"]) {
    expect([body, (await share(body)).status]).toEqual([body, 400]);
  }
});
