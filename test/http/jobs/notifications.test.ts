import { expect, test } from "bun:test";
import * as v from "valibot";
import { documentSchemas } from "../../../src/http/openapi/api-schemas.ts";
import { reasonWords } from "../../../src/pages/job/notifications.tsx";
import { keepTries, notificationsOf } from "../../../src/store/jobs/outbox.ts";
import { jsonOf, openService, type Service, submitEcho } from "../service.ts";

const subscriber = {
  failedUri: "https://example.org/hooks/failed?token=sesame",
  failedEmail: "ada.lovelace@example.org",
};

/** Submits a job with a subscriber and dismisses it, which is told. */
async function dismissedJob(service: Service, key: string): Promise<string> {
  const response = await service.send("POST", "/processes/echo/execution", {
    key,
    headers: { prefer: "respond-async" },
    body: { inputs: { text: "hello" }, subscriber },
  });
  const id = String((await jsonOf(response)).jobID);
  expect((await service.send("DELETE", `/jobs/${id}`, { key })).status).toBe(200);
  return id;
}

const withMails = { holdsJobs: true, settings: { sendsMail: true } };

test("what is told of a job stands at its notifications, without what only its subscriber may know", async () => {
  await using service = await openService(withMails);
  const key = await service.createKey("runner", "ada");
  const id = await dismissedJob(service, key);
  const response = await service.send("GET", `/jobs/${id}/notifications`, { key });
  const { notifications } = v.parse(documentSchemas.JobNotifications, await response.json());
  expect(notifications).toMatchObject([
    { event: "failed", channel: "callback", address: "https://example.org/hooks/failed", status: "waiting", tries: [] },
    { event: "failed", channel: "mail", address: "a…@example.org", status: "waiting", tries: [] },
  ]);
});

test("only the owner of a job, and who may read all jobs, reads its notifications", async () => {
  await using service = await openService(withMails);
  const key = await service.createKey("runner", "ada");
  const id = await dismissedJob(service, key);
  const statusFor = async (role: "runner" | "deployer" | "admin") =>
    (await service.send("GET", `/jobs/${id}/notifications`, { key: await service.createKey(role, "bob") })).status;
  expect([await statusFor("runner"), await statusFor("deployer"), await statusFor("admin")]).toEqual([404, 404, 200]);
  expect((await service.send("GET", `/jobs/${id}/notifications`)).status).toBe(401);
});

test("a job's status links to its notifications only when somebody wants to be told", async () => {
  await using service = await openService(withMails);
  const key = await service.createKey("runner", "ada");
  const [told, other] = [await dismissedJob(service, key), await submitEcho(service, key)];
  const statusOf = async (id: string) => (await service.send("GET", `/jobs/${id}`, { key })).text();
  expect(await statusOf(told)).toContain(`/jobs/${told}/notifications"`);
  expect(await statusOf(other)).not.toContain("notifications");
  expect(await jsonOf(await service.send("GET", `/jobs/${other}/notifications`, { key }))).toMatchObject({
    notifications: [],
  });
});

test("notifications are a page too", async () => {
  await using service = await openService(withMails);
  const key = await service.createKey("runner", "ada");
  const id = await dismissedJob(service, key);
  const page = await service.send("GET", `/jobs/${id}/notifications?f=html`, { key });
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const text = await page.text();
  expect(text).toContain("https://example.org/hooks/failed");
  expect(text).not.toMatch(/sesame|lovelace/);
});

test("nothing that others read of a job shows who is told", async () => {
  await using service = await openService(withMails);
  const key = await service.createKey("runner", "ada");
  const id = await dismissedJob(service, key);
  for (const path of ["", "/inputs", "/log", "/exceptions"]) {
    const text = await (await service.send("GET", `/jobs/${id}${path}`, { key })).text();
    expect(text).not.toMatch(/sesame|lovelace|example\.org/);
  }
});

test("the page of notifications says in words what became of each, with the way back to the job", async () => {
  await using service = await openService(withMails);
  const key = await service.createKey("runner", "ada");
  const id = await dismissedJob(service, key);
  const page = async () => {
    const html = await (await service.send("GET", `/jobs/${id}/notifications?f=html`, { key })).text();
    return { html, text: html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ") };
  };
  const before = await page();
  expect(before.html).toContain(`/jobs/${id}?f=html">`);
  expect(before.text).toContain("That it failed or was dismissed");
  expect(before.text).toContain("Not sent yet.");
  const [first, second] = await notificationsOf(service.database, id);
  const now = service.clock.now();
  const tries = Array.from({ length: 6 }, (_, index) => ({
    at: now + index * 1000,
    error: "getaddrinfo ENOTFOUND hooks.example",
  }));
  await keepTries(service.database, first?.id ?? "", { tries, state: "waiting", dueAt: now + 60_000 });
  await keepTries(service.database, second?.id ?? "", { tries: [{ at: now, status: 550 }], state: "abandoned" });
  const { html, text } = await page();
  const shown =
    html
      .split("<details")[0]
      ?.replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ") ?? "";
  expect(text).toMatch(/Not delivered: the host is unknown; 6 tries, the next \d{4}-\d\d-\d\d \d\d:\d\d/);
  expect(text).toMatch(/Not delivered: the receiver answered 550; 1 try, the last one .* It is not tried any more\./);
  expect(shown).not.toMatch(/ENOTFOUND|nextTry|inProgress|\.\d{3}Z/);
});

test("reasons of a try are told in words, and others as they are", () => {
  for (const [error, words] of [
    ["getaddrinfo ENOTFOUND a.example", "the host is unknown"],
    ["connect ECONNREFUSED 127.0.0.1:9", "nothing answers at that address"],
    ["read ECONNRESET", "the connection broke off"],
    ["The operation timed out.", "there was no answer in time"],
    ["unable to verify the first certificate", "its certificate is not trusted"],
    ["no server for mails is set", "no server for mails is set"],
  ] as const) {
    expect(reasonWords({ error })).toBe(words);
  }
  expect(reasonWords({ status: 404 })).toBe("the receiver answered 404");
  expect(reasonWords({})).toBe("there was no answer");
});
