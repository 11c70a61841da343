import { expect, test } from "bun:test";
import { join } from "node:path";
import { statusOf, until, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const clients = 32;

type Told = { readonly status: number; readonly address: string };

/** Executes synchronously, again and again, until the server is gone; notes each job that it was told of. */
async function load(url: string, told: Told[]): Promise<void> {
  for (let number = 0; ; number += 1) {
    // Most end at once; some take longer than that, and are claimed as others are.
    const inputs = number % 8 === 7 ? { text: "slow", pause: 0.05 } : { text: "hello" };
    const answer = await fetch(`${url}/processes/echo/execution`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs }),
    }).catch(() => undefined);
    if (answer === undefined) return;
    const link = /<([^>]*)>; rel="monitor"/.exec(answer.headers.get("link") ?? "")?.[1];
    const address = answer.headers.get("location") ?? link;
    const isRead = await answer.text().then(
      () => true,
      () => false,
    );
    if (isRead && address !== undefined) told.push({ status: answer.status, address });
  }
}

test.each([
  ["SIGTERM", 0],
  ["SIGKILL", 137],
] as const)(
  "%s in the midst of synchronous load: every job that somebody was told of is there after the next start",
  async (signal, exitCode) => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    for (let round = 0; round < 5; round += 1) {
      const told: Told[] = [];
      {
        await using server = await startServer(data, ["--drain-seconds", "5"]);
        const loads = Array.from({ length: clients }, () => load(server.url, told));
        await until("somebody was answered", async () => told.length > 0);
        await Bun.sleep(Math.random() * 500);
        const code = await server.stop(signal);
        await Promise.all(loads);
        expect([round, code, server.talk()]).toEqual([round, exitCode, expect.not.stringContaining("closed")]);
        expect(server.talk()).not.toContain("trying again");
      }
      await using after = await startServer(data);
      for (const { status, address } of told) {
        const jobId = address.slice(address.lastIndexOf("/") + 1);
        if (status === 201) await untilFinished(after.url, jobId);
        expect([status, await statusOf(after.url, jobId)]).toMatchObject([
          status,
          { status: "successful", progress: 100 },
        ]);
      }
    }
  },
  120_000,
);
