import { expect, test } from "bun:test";
import { overseer } from "../../../src/domain/people/access.ts";
import { address, jsonOf, openService, type RequestOptions, type Service, submitEcho } from "../service.ts";

const browser = { accept: "text/html", origin: address, "content-type": "application/x-www-form-urlencoded" };
const failure = { message: "Tool failed", code: "tool-failed", exitCode: 1 };

type Pairs = readonly (readonly [string, string])[];

function encoded(fields: Pairs): string {
  const body = new URLSearchParams();
  for (const [name, value] of fields) body.append(name, value);
  return body.toString();
}

/** Presses a button of the list, or of the page that asks. */
function press(service: Service, name: "dismiss" | "retry", fields: Pairs, options: RequestOptions = {}) {
  const headers = { ...browser, ...options.headers };
  return service.send("POST", `/jobs/${name}-form`, { ...options, headers, body: encoded(fields) });
}

const chosen = (ids: readonly string[], list = "/jobs?f=html") => [
  ["f", "html"] as const,
  ["list", list] as const,
  ...ids.map((id) => ["jobs", id] as const),
];

/** Reads the hidden fields of the page that asks, and adds the answer yes. */
function confirmed(html: string): Pairs {
  const hidden = [...html.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  return answer(Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")])));
}

/** What the page that asks sends. */
const answer = (fields: Readonly<Record<string, string>>): Pairs => Object.entries({ ...fields, confirmed: "true" });

/** Presses a button and says yes; gives the question, where the answer leads, and the page there. */
async function pressAndConfirm(
  service: Service,
  name: "dismiss" | "retry",
  {
    ids,
    list,
    meanwhile,
    ...options
  }: RequestOptions & {
    readonly ids: readonly string[];
    readonly list?: string;
    readonly meanwhile?: () => Promise<unknown>;
  },
) {
  const asked = await press(service, name, chosen(ids, list), options);
  expect(asked.status).toBe(200);
  const question = await asked.text();
  await meanwhile?.();
  const done = await press(service, name, confirmed(question), options);
  expect([done.status, done.ok ? "" : await done.text()]).toEqual([303, ""]);
  const location = done.headers.get("location") ?? "";
  const page = await (await service.send("GET", location, { ...options, headers: { accept: "text/html" } })).text();
  return { question, location, told: toldOn(page) };
}

function toldOn(page: string): string {
  const notice = /<(div|p) class="notice[^"]*" role="status">(.*?)<\/\1>/s.exec(page)?.[2] ?? "";
  return notice
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/ +/g, " ")
    .trim();
}

async function statusOf(service: Service, id: string, options: RequestOptions = {}): Promise<unknown> {
  const response = await service.send("GET", `/jobs/${id}`, options);
  return response.ok ? (await jsonOf(response)).status : response.status;
}

const shown = (id: string) => id.slice(-8);

test("chosen jobs are dismissed after a question that says what happens to each kind, and the list tells what was done", async () => {
  await using service = await openService({ holdsJobs: true });
  const [waiting, ended, failed] = [await submitEcho(service), await submitEcho(service), await submitEcho(service)];
  await service.finish(ended, {});
  await service.finish(failed, { failure });
  const list =
    "/jobs?f=html&limit=50&status=accepted%2Csuccessful%2Cfailed&chosen=old&done=two-wanted&outcome=stopped:9";
  const ids = [waiting, ended, failed, waiting];
  const { question, location, told } = await pressAndConfirm(service, "dismiss", { ids, list });
  expect(question).toContain("<h1>Cancel 1 job and remove 2 jobs?</h1>");
  expect(question).toContain("1 job waits: it is cancelled. What is cancelled stays in the list as dismissed");
  expect(question).toContain("2 jobs have ended: they are removed from the list with their results and logs");
  expect(question).toContain(
    `<a href="${address}/jobs/${failed}?f=html">Echo, failed (${shown(failed)})</a>, text: hello`,
  );
  expect(question).toContain(`status=accepted%2Csuccessful%2Cfailed&amp;chosen=${waiting}&amp;chosen=${ended}`);
  expect(location).toBe(
    `${address}/jobs?f=html&limit=50&status=accepted%2Csuccessful%2Cfailed&outcome=unqueued%3A1&outcome=removed%3A2`,
  );
  expect(told).toBe("1 waiting job was cancelled. 2 ended jobs were removed with their results.");
  expect(service.stopped).toEqual([waiting]);
  expect(await Promise.all([waiting, ended, failed].map((id) => statusOf(service, id)))).toEqual([
    "dismissed",
    410,
    410,
  ]);
});

test("until somebody says yes nothing is done", async () => {
  await using service = await openService({ holdsJobs: true });
  const [waiting, failed] = [await submitEcho(service), await submitEcho(service)];
  await service.finish(failed, { failure });
  expect((await press(service, "dismiss", chosen([waiting, failed]))).status).toBe(200);
  expect((await press(service, "retry", chosen([waiting, failed]))).status).toBe(200);
  expect([await statusOf(service, waiting), await statusOf(service, failed)]).toEqual(["accepted", "failed"]);
});

test("a job that was dismissed before is removed, and told so", async () => {
  await using service = await openService({ holdsJobs: true });
  const one = await submitEcho(service);
  await service.send("DELETE", `/jobs/${one}`);
  const { question, told } = await pressAndConfirm(service, "dismiss", { ids: [one] });
  expect(question).toContain("<h1>Remove 1 job?</h1>");
  expect(told).toBe("1 ended job was removed with its results.");
  expect(await statusOf(service, one)).toBe(410);
});

test("failed and dismissed jobs are retried; the others are named with the reason, in the question and after it", async () => {
  await using service = await openService({ holdsJobs: true });
  const ids = [
    await submitEcho(service),
    await submitEcho(service),
    await submitEcho(service),
    await submitEcho(service),
  ];
  const [waiting = "", ended = "", failed = "", dismissed = ""] = ids;
  await service.finish(ended, {});
  await service.finish(failed, { failure });
  await service.send("DELETE", `/jobs/${dismissed}`);
  const { question, told } = await pressAndConfirm(service, "retry", { ids });
  expect(question).toContain("<h1>Retry 2 jobs?</h1>");
  expect(question).toMatch(/<button type="submit" class="button-main" name="confirmed"/);
  expect(question).toContain("2 jobs run again from the start.");
  const left = `${shown(waiting)}, ${shown(ended)}: neither failed nor dismissed, so there is nothing to retry.`;
  expect(question).toContain(`<li>${left}</li>`);
  expect(told).toBe(`2 jobs run again from the start. ${left}`);
  expect(await Promise.all(ids.map((id) => statusOf(service, id)))).toEqual([
    "accepted",
    "successful",
    "accepted",
    "accepted",
  ]);
  const none = await press(service, "retry", chosen([ended]));
  expect([none.status, none.headers.get("location")]).toEqual([
    303,
    `${address}/jobs?f=html&outcome=state%3A${shown(ended)}`,
  ]);
});

test("what changed between the question and the answer is told and left, and the others are done", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ends, removed, again, stays] = [
    await submitEcho(service),
    await submitEcho(service),
    await submitEcho(service),
    await submitEcho(service),
  ];
  await service.finish(removed, {});
  await service.finish(again, { failure });
  const meanwhile = async () => {
    await service.finish(ends, {});
    await service.send("DELETE", `/jobs/${removed}`);
    await service.send("POST", `/jobs/${again}/retry`, { body: {} });
  };
  const ids = [ends, removed, again, stays];
  const { told } = await pressAndConfirm(service, "dismiss", { ids, meanwhile });
  expect(told).toBe(
    `1 waiting job was cancelled. ${shown(removed)}: removed before. ${shown(ends)}: ended meanwhile, kept with the results. ${shown(again)}: retried meanwhile, left to run.`,
  );
  expect(await Promise.all(ids.map((id) => statusOf(service, id)))).toEqual([
    "successful",
    410,
    "accepted",
    "dismissed",
  ]);
});

test("a job that is retried meanwhile, or gone, keeps no other from being retried", async () => {
  await using service = await openService({ holdsJobs: true });
  const ids = [await submitEcho(service), await submitEcho(service), await submitEcho(service)];
  for (const id of ids) await service.finish(id, { failure });
  const [first = "", second = "", third = ""] = ids;
  const meanwhile = async () => {
    await service.send("DELETE", `/jobs/${first}`);
    await service.send("POST", `/jobs/${second}/retry`, { body: {} });
  };
  const { told } = await pressAndConfirm(service, "retry", { ids, meanwhile });
  expect(told).toBe(
    `1 job runs again from the start. ${shown(first)}: removed before. ${shown(second)}: neither failed nor dismissed, so there is nothing to retry.`,
  );
  expect(await statusOf(service, third)).toBe("accepted");
});

test("each retry counts against the quota of jobs that wait, and what does not fit any more is told", async () => {
  await using service = await openService({ holdsJobs: true, settings: { quotas: { queued: 3 } } });
  const ids = [await submitEcho(service), await submitEcho(service), await submitEcho(service)];
  for (const id of ids) await service.finish(id, { failure });
  await submitEcho(service);
  const { told } = await pressAndConfirm(service, "retry", { ids });
  expect(told).toBe(
    `2 jobs run again from the start. ${shown(ids[2] ?? "")}: no more jobs may wait now; try again later.`,
  );
});

test("somebody else's jobs are nobody's: they are told as ids of none, and left; an admin is told whose they are not", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ann, bob, admin] = [
    await service.createKey("runner", "ann"),
    await service.createKey("runner", "bob"),
    await service.createKey("admin", "carl"),
  ];
  const [hers, his] = [await submitEcho(service, ann), await submitEcho(service, bob)];
  const { question, told } = await pressAndConfirm(service, "dismiss", { ids: [hers, his], key: bob });
  expect(question).toContain(`<li>${shown(hers)}: no job has this id, or your key may not see it.</li>`);
  expect(told).toBe(`1 waiting job was cancelled. ${shown(hers)}: no job has this id, or your key may not see it.`);
  expect([await statusOf(service, hers, { key: ann }), await statusOf(service, his, { key: bob })]).toEqual([
    "accepted",
    "dismissed",
  ]);
  // The fields of the page that asks are no right either.
  const forged = await press(service, "dismiss", answer({ stop: hers, remove: hers }), { key: bob });
  expect(forged.headers.get("location")).toContain(`outcome=unknown%3A${shown(hers)}`);
  expect(await statusOf(service, hers, { key: ann })).toBe("accepted");
  const byAdmin = await pressAndConfirm(service, "dismiss", { ids: [hers], key: admin });
  expect(byAdmin.question).toContain("It is not your own.");
  expect(await jsonOf(await service.send("GET", `/jobs/${hers}`, { key: ann }))).toMatchObject({
    status: "dismissed",
    dismissedBy: "carl",
  });
});

test("the buttons are for who may: a viewer compares only, is refused, and changes nothing; so is a stranger and a foreign page", async () => {
  await using service = await openService({ holdsJobs: true });
  const admin = await service.createKey("admin", "carl");
  const viewer = await service.createKey("viewer", "vera");
  const watching = { role: "admin", user: "olga", actions: [...overseer.actions] };
  const watcher = await jsonOf(await service.send("POST", "/_/keys", { key: admin, body: watching }));
  const ids = [await submitEcho(service, admin), await submitEcho(service, admin)];
  const listFor = async (key: string) =>
    (await service.send("GET", "/jobs?f=html", { key, headers: { accept: "text/html" } })).text();
  expect(await listFor(admin)).toContain('Cancel or remove<span class="longer"> the chosen jobs</span>');
  expect(await listFor(String(watcher.key))).toContain('Compare<span class="longer"> two chosen jobs</span>');
  for (const key of [viewer, String(watcher.key)]) {
    expect(await listFor(key)).not.toContain("-form");
    for (const name of ["dismiss", "retry"] as const) {
      expect((await press(service, name, chosen(ids), { key })).status).toBe(403);
      const forged = answer({ stop: ids.join(","), retry: ids.join(",") });
      expect((await press(service, name, forged, { key })).status).toBe(403);
    }
  }
  const yes = answer({ stop: ids.join(",") });
  const foreign = { key: admin, headers: { origin: "https://elsewhere.example" } };
  expect((await press(service, "dismiss", yes, foreign)).status).toBe(403);
  const site = { key: admin, headers: { "sec-fetch-site": "cross-site" } };
  expect((await press(service, "dismiss", yes, site)).status).toBe(403);
  const { origin: _, ...without } = browser;
  expect(
    (await service.send("POST", "/jobs/dismiss-form", { key: admin, headers: without, body: encoded(yes) })).status,
  ).toBe(403);
  const stranger = await press(service, "dismiss", yes);
  expect(stranger.headers.get("location") ?? "").toContain("/_/sign-in");
  for (const id of ids) expect(await statusOf(service, id, { key: admin })).toBe("accepted");
});

test("a job that one may see and not change is named with the reason, and left", async () => {
  await using service = await openService({ holdsJobs: true });
  const admin = await service.createKey("admin", "carl");
  const body = { role: "admin", user: "olga", actions: [...overseer.actions, "dismiss-own", "execute"] };
  const key = String((await jsonOf(await service.send("POST", "/_/keys", { key: admin, body }))).key);
  const [his, hers] = [await submitEcho(service, admin), await submitEcho(service, key)];
  const dismissed = await pressAndConfirm(service, "dismiss", { ids: [his, hers], key });
  const left = `${shown(his)}: your key may not do this.`;
  expect(dismissed.question).toContain(`<li>${left}</li>`);
  expect(dismissed.told).toBe(`1 waiting job was cancelled. ${left}`);
  await service.finish(his, { failure });
  const retried = await pressAndConfirm(service, "retry", { ids: [his, hers], key });
  expect(retried.told).toBe(`1 job runs again from the start. ${left}`);
  expect([await statusOf(service, his, { key }), await statusOf(service, hers, { key })]).toEqual([
    "failed",
    "accepted",
  ]);
});

test("none, and more than a page, come back to the list with a sentence, and nothing is done", async () => {
  await using service = await openService({ holdsJobs: true });
  const one = await submitEcho(service);
  for (const name of ["dismiss", "retry"] as const) {
    for (const fields of [chosen([]), answer({}), answer({ stop: ",,", retry: "," })]) {
      const none = await press(service, name, fields);
      expect([none.status, none.headers.get("location")]).toEqual([303, `${address}/jobs?f=html&done=jobs-wanted`]);
    }
    const many = [one, ...Array.from({ length: 100 }, (_, index) => `id-${index}`)];
    const tooMany = await press(service, name, chosen(many, "/processes/echo/jobs?f=html&status=accepted"));
    const location = new URL(tooMany.headers.get("location") ?? "");
    expect([tooMany.status, location.pathname, location.searchParams.get("status")]).toEqual([
      303,
      "/processes/echo/jobs",
      "accepted",
    ]);
    expect(location.searchParams.getAll("chosen")).toEqual(many.slice(0, 100));
    const page = await (await service.send("GET", location.href)).text();
    expect(toldOn(page)).toStartWith("At most 100 jobs are cancelled, removed or retried at once. Nothing was done");
    expect(page).toContain(`name="jobs" value="${one}" checked=""`);
    const answered = answer({ stop: many.join(","), retry: many.join(",") });
    expect((await press(service, name, answered)).headers.get("location")).toContain("done=fewer-jobs-wanted");
  }
  expect(await statusOf(service, one)).toBe("accepted");
  const page = await (await service.send("GET", "/jobs?f=html&done=jobs-wanted")).text();
  expect(toldOn(page)).toBe("Tick at least one job first. Nothing was done.");
});

test("a whole page of jobs is dismissed at once, and each is told", async () => {
  await using service = await openService({ holdsJobs: true });
  const ids: string[] = [];
  for (let made = 0; made < 100; made += 1) ids.push(await submitEcho(service));
  const { question, told } = await pressAndConfirm(service, "dismiss", { ids });
  expect(question).toContain("<h1>Cancel 100 jobs?</h1>");
  expect(question.match(/<li><a /g)).toHaveLength(5);
  expect(question).toContain("<li>and 95 more</li>");
  expect(told).toBe("100 waiting jobs were cancelled.");
}, 60_000);

test("hostile ids, lists and outcomes are told as ids of none, and written as text", async () => {
  await using service = await openService({ holdsJobs: true });
  const one = await submitEcho(service);
  const hostile = [
    "<script>alert(1)</script>",
    "../../x",
    "a\u0000b",
    "'; DROP TABLE jobs; --",
    "ü".repeat(2000),
    " ",
    "%00",
  ];
  const { question, location, told } = await pressAndConfirm(service, "dismiss", { ids: [...hostile, one] });
  expect(question).not.toContain("<script>alert");
  expect(told).toStartWith("1 waiting job was cancelled. ");
  expect(told).toEndWith(": no job has this id, or your key may not see it.");
  expect(location.length).toBeLessThan(400);
  for (const list of [
    "https://evil.example/jobs",
    "//evil.example/jobs",
    "/_/keys",
    "/jobs#x",
    "/jobs/../_/keys",
    "\\\\evil",
  ]) {
    const led = await press(service, "retry", chosen(hostile, list));
    expect(led.headers.get("location")).toStartWith(`${address}/jobs?f=html&outcome=unknown%3A`);
  }
  const forged = [
    "stopped:<b>1</b>",
    "removed:-5",
    "retried:1e9",
    "ended:<script>alert(1)</script>,ok-1",
    "__proto__:x",
    "constructor:1",
    "x",
  ];
  const query = encoded([["f", "html"], ...forged.map((words) => ["outcome", words] as const)]);
  const page = await (await service.send("GET", `/jobs?${query}`)).text();
  expect(page).not.toContain("<script>alert");
  expect(toldOn(page)).toBe("Nothing was done to the chosen jobs. ok-1: ended meanwhile, kept with the results.");
  expect(toldOn(await (await service.send("GET", "/jobs?f=html&outcome=")).text())).toBe("");
  for (const name of ["dismiss", "retry"] as const) {
    const many = [...Array.from({ length: 101 }, (_, index) => `${"ü".repeat(100)}${index}`)];
    const tooMany = await press(service, name, chosen(many));
    expect(tooMany.headers.get("location")).toBe(`${address}/jobs?f=html&done=fewer-jobs-wanted`);
    const json = await service.send("POST", `/jobs/${name}-form`, {
      headers: { origin: address },
      body: { jobs: [one] },
    });
    expect(json.status).toBe(415);
  }
});

test("the pages beside a list do not tell again what was done", async () => {
  await using service = await openService({ holdsJobs: true });
  for (let made = 0; made < 3; made += 1) await submitEcho(service);
  const page = await (
    await service.send("GET", "/jobs?f=html&limit=2&outcome=stopped:2&done=jobs-wanted&chosen=x")
  ).text();
  const next = /<a href="([^"]*)" rel="next"/.exec(page)?.[1] ?? "";
  expect(next).toContain("limit=2");
  expect(next).not.toMatch(/outcome|done|chosen/);
});
