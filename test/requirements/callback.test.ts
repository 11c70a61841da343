import { expect } from "bun:test";
import * as v from "valibot";
import { until } from "../support/jobs.ts";
import { expectOgcSchema } from "../support/packages/ogc-schemas.ts";
import { startReceiver } from "../support/servers/receiver.ts";
import { ignoresMember, member, on } from "./faults.ts";
import { requirement } from "./requirement.ts";
import { document, finishedJobOf, get, soundAddress, useService } from "./service.ts";

useService();

const PathsSchema = v.looseObject({
  paths: v.record(
    v.string(),
    v.record(v.string(), v.looseObject({ callbacks: v.optional(v.record(v.string(), v.looseObject({}))) })),
  ),
});

const NotificationsSchema = v.looseObject({ notifications: v.array(v.looseObject({ status: v.string() })) });

/** Executes with a subscriber of all kinds and gives what it was sent, by path. */
async function told(request: Readonly<Record<string, unknown>>, processId: string, paths: readonly string[]) {
  await using receiver = startReceiver();
  const subscriber = {
    // The schema of 1.0 requires it by mistake.
    successUrl: `${receiver.url}/success`,
    successUri: `${receiver.url}/success`,
    inProgressUri: `${receiver.url}/inProgress`,
    failedUri: `${receiver.url}/failed`,
  };
  expectOgcSchema("subscriber", subscriber);
  const path = await finishedJobOf(processId, { ...request, subscriber });
  await until("the subscriber is told all", async () => {
    const body = v.parse(NotificationsSchema, await document(await get(`${path}/notifications`), 200));
    return body.notifications.every(({ status }) => status === "delivered");
  });
  expect(receiver.received.map((one) => one.path).toSorted()).toEqual([...paths]);
  for (const { headers } of receiver.received) expect(headers.get("content-type")).toBe("application/json");
  const bodyOf = (name: string): unknown => JSON.parse(receiver.received.find((one) => one.path === name)?.body ?? "");
  return { path, bodyOf };
}

const execution = "POST /processes/*/execution";

requirement(
  ["1.0 /req/callback/job-callback", "2.0 /req/callback/job-callback"],
  [
    on(execution, ignoresMember("/subscriber")),
    on(execution, ignoresMember("/subscriber/inProgressUri")),
    on(execution, ignoresMember("/subscriber/failedUri")),
    on("GET /api", member("/paths/*/post/callbacks")),
  ],
  async () => {
    for (const request of [{ response: "document" }, {}]) {
      const sent = { ...request, inputs: { message: "hello" } };
      const { path, bodyOf } = await told(sent, "tool", ["/inProgress", "/success"]);
      const results = bodyOf("/success");
      expectOgcSchema("results", results, { overlaps: true });
      // What is sent begins with the address that the service has for itself.
      const asked = await get(`${soundAddress()}${path}/results`, { accept: "application/json" });
      expect(results).toEqual(await asked.json());
      expect(results).toMatchObject({ text: "hello" });
      expectOgcSchema("statusInfo", bodyOf("/inProgress"));
      expect(bodyOf("/inProgress")).toMatchObject({ jobID: path.split("/").at(-1), status: "running" });
    }
    const { bodyOf } = await told({ inputs: { code: 3 } }, "tool", ["/failed", "/inProgress"]);
    expectOgcSchema("statusInfo", bodyOf("/failed"));
    expect(bodyOf("/failed")).toMatchObject({ status: "failed", exception: { exitCode: 3 } });

    const { paths } = v.parse(PathsSchema, await (await get("/api")).json());
    for (const path of ["/processes/{processId}/execution", "/processes/tool/execution"]) {
      const { callbacks } = paths[path]?.post ?? {};
      expect(Object.keys(callbacks ?? {})).toEqual(["successUri", "inProgressUri", "failedUri"]);
      expect(Object.keys(callbacks?.successUri ?? {})).toEqual(["{$request.body#/subscriber/successUri}"]);
    }
  },
);
