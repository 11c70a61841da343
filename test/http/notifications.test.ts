import { expect, test } from "bun:test";
import * as v from "valibot";
import { documentSchemas } from "../../src/http/openapi/api-schemas.ts";
import { jsonOf, openService, type Service, submitEcho } from "./service.ts";

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
