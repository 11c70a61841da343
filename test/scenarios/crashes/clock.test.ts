import { expect, test } from "bun:test";
import { join } from "node:path";
import { deployCwl, statusOf, submit, until, untilFinished } from "../../support/jobs.ts";
import { shellTool, untilThere } from "../../support/packages/shell-tool.ts";
import { livingBelow } from "../../support/packages/tools.ts";
import { canSetClocks, clockEnvironment, startWithClock } from "../../support/servers/clocked-server.ts";
import { runExecutable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

for (const jump of ["+1000d", "-1000d"]) {
  test.skipIf(!canSetClocks)(
    `a clock that jumps by ${jump} while a tool runs harms no job: it ends, is kept, and the next one too`,
    async () => {
      await using folder = await temporaryDirectory();
      const clock = await startWithClock(folder.path, ["--keep-hours", "1", "--grace-seconds", "1"]);
      await using server = clock.server;
      await deployCwl(server.url, "tool", shellTool("sleep 1; echo hello"));
      await deployCwl(server.url, "endless", shellTool(`trap '' TERM; echo x >"$LEDGER"; ${untilThere()}`));
      const before = await submit(server.url, "echo", { text: "before" });
      await untilFinished(server.url, before);
      const running = await submit(server.url, "tool", { ledger: "" });
      const ledger = join(folder.path, "ledger");
      const endless = await submit(server.url, "endless", { ledger });
      await until("the endless tool runs", () => Bun.file(ledger).exists());
      await until("the tool runs", async () => (await statusOf(server.url, running)).progress === 20);
      await clock.setClock(jump);
      expect((await untilFinished(server.url, running)).at(-1)?.status).toBe("successful");
      const after = await submit(server.url, "echo", { text: "after" });
      expect((await untilFinished(server.url, after)).at(-1)?.status).toBe("successful");
      // The grace period is measured, not read off the clock.
      const dismissed = await fetch(`${server.url}/jobs/${endless}`, { method: "DELETE" });
      expect(dismissed.status).toBe(200);
      const work = join(folder.path, "data", "work");
      await until("the tool is gone", async () => (await livingBelow(work)).length === 0);
      expect(await (await fetch(`${server.url}/jobs`)).json()).toMatchObject({ jobs: Array(4).fill({}) });
      expect((await statusOf(server.url, before)).status).toBe("successful");
    },
  );
}

test.skipIf(!canSetClocks)(
  "doctor warns of a clock that is behind what stands in the database",
  async () => {
    await using folder = await temporaryDirectory();
    const data = join(folder.path, "data");
    {
      await using server = await startServer(data);
      await untilFinished(server.url, await submit(server.url, "echo", { text: "a" }));
    }
    const file = join(folder.path, "clock");
    await Bun.write(file, "-2d");
    const found = await runExecutable(["doctor", "--data", data], { environment: clockEnvironment(file) });
    expect([found.exitCode, found.out]).toEqual([0, expect.stringMatching(/^warning +clock: \d{6} s behind/m)]);
    // It tries the sandbox and the container engines of the machine, which may take their time.
  },
  30_000,
);
