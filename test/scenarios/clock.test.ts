import { expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startServer } from "../support/executable.ts";
import { deployCwl, statusOf, submit, until, untilFinished } from "../support/jobs.ts";
import { shellTool } from "../support/shell-tool.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { livingBelow } from "../support/tools.ts";

/** Debian's package `faketime`: it gives one program another time of day, and changes it while the program runs. */
const library = [...new Bun.Glob("*/faketime/libfaketime.so.1").scanSync({ cwd: "/usr/lib", absolute: true })].at(0);

/** Starts the executable with a time of day that is set by writing to a file: `+1000d` is that much ahead. */
async function startWithClock(directory: string, flags: readonly string[]) {
  const file = join(directory, "clock");
  await writeFile(file, "+0");
  const environment = {
    LD_PRELOAD: library ?? "",
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
  const server = await startServer(join(directory, "data"), flags, { environment });
  return { server, setClock: (text: string) => writeFile(file, text) };
}

for (const jump of ["+1000d", "-1000d"]) {
  test.skipIf(library === undefined)(
    `a clock that jumps by ${jump} while a tool runs harms no job: it ends, is kept, and the next one too`,
    async () => {
      await using folder = await temporaryDirectory();
      const clock = await startWithClock(folder.path, ["--keep-hours", "1", "--grace-seconds", "1"]);
      await using server = clock.server;
      await deployCwl(server.url, "tool", shellTool("sleep 1; echo hello"));
      await deployCwl(
        server.url,
        "endless",
        shellTool("trap '' TERM; echo x >\"$LEDGER\"; while :; do sleep 0.1; done"),
      );
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
