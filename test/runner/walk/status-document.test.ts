import { describe, expect, test } from "bun:test";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { App } from "../../../src/app.ts";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createLayout } from "../../../src/files/layout.ts";
import { tidyUp } from "../../../src/runner/care/housekeeping.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import type { WpsStatus } from "../../../src/wire/wps/status.ts";
import { readStatus } from "../../../src/wire/wps-client/read-status.ts";
import { parseXml } from "../../../src/wire/xml.ts";
import { startTestApp } from "../../support/app.ts";
import { until } from "../../support/jobs.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const asynchronous = "storeExecuteResponse=true&status=true";

async function execute(app: App, inputs: string, form = asynchronous, identifier = "echo"): Promise<WpsStatus> {
  const list = encodeURIComponent(inputs);
  const query = `service=WPS&version=1.0.0&request=Execute&identifier=${identifier}&DataInputs=${list}&${form}`;
  return readStatus(parseXml(await (await fetch(`${app.url}/wps?${query}`)).text()));
}

async function readAt(url: string): Promise<WpsStatus> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return readStatus(parseXml(await response.text()));
}

/** Reads the document until it says that the execution ended. */
async function untilEnd(url: string): Promise<WpsStatus> {
  for (;;) {
    const status = await readAt(url);
    if (!["accepted", "running"].includes(status.state)) return status;
    await Bun.sleep(20);
  }
}

async function untilState(url: string, state: WpsStatus["state"]): Promise<void> {
  await until(`the document says ${state}`, async () => (await readAt(url)).state === state);
}

async function dismiss(app: App, status: WpsStatus): Promise<void> {
  const answer = await fetch(`${app.url}/jobs/${jobIdOf(status)}`, { method: "DELETE" });
  expect(answer.status).toBe(200);
}

const jobIdOf = (status: WpsStatus) => /([^/]+)\.xml$/.exec(status.statusLocation ?? "")?.[1] ?? "";

describe("the status document of an asynchronous WPS job", () => {
  test("can be read when the answer arrives, tells stages, and ends with the outputs", async () => {
    await using directory = await temporaryDirectory();
    await using app = await startTestApp(directory.path);
    const accepted = await execute(app, "text=later;pause=2", `${asynchronous}&ResponseDocument=text`);
    const location = accepted.statusLocation ?? "";
    expect(location).toBe(`${app.url}/outputs/${jobIdOf(accepted)}.xml`);
    expect(["accepted", "running"]).toContain((await readAt(location)).state);
    const end = await untilEnd(location);
    expect([end.state, end.outputs[0]?.data]).toEqual([
      "succeeded",
      { kind: "literal", text: "later", dataType: "string" },
    ]);
    expect(end.statusLocation).toBe(location);
  });

  test("is a plain file until the claim, then a link to that of the execution", async () => {
    await using directory = await temporaryDirectory();
    await using app = await startTestApp(directory.path);
    const accepted = await execute(app, "text=x");
    await untilEnd(accepted.statusLocation ?? "");
    const link = join(directory.path, "outputs", `${jobIdOf(accepted)}.xml`);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    const status = await fetch(`${app.url}/jobs/${jobIdOf(accepted)}`);
    expect(await status.json()).toMatchObject({ executionId: (await readlink(link)).replace(/\.xml$/, "") });
  });

  test("of a synchronous request is kept when storage was asked for, and not otherwise", async () => {
    await using directory = await temporaryDirectory();
    await using app = await startTestApp(directory.path);
    const kept = await execute(app, "text=x", "storeExecuteResponse=true");
    expect([kept.state, (await untilEnd(kept.statusLocation ?? "")).state]).toEqual(["succeeded", "succeeded"]);
    const other = await execute(app, "text=x", "lineage=false");
    expect([other.state, other.statusLocation]).toEqual(["succeeded", undefined]);
  });

  test("follows a job that the wait of a synchronous request did not see end", async () => {
    await using directory = await temporaryDirectory();
    await using app = await startTestApp(directory.path, { syncLimitSeconds: 0 });
    const unfinished = await execute(app, "text=x;pause=1", "");
    expect(["accepted", "running"]).toContain(unfinished.state);
    expect((await untilEnd(unfinished.statusLocation ?? "")).state).toBe("succeeded");
  });

  test("of a tool stands beside its log, tells a failure with its stage, and gives files by reference", async () => {
    await using directory = await temporaryDirectory();
    await using app = await startTestApp(directory.path);
    const deploy = async (id: string, baseCommand: readonly string[]) => {
      const tool = {
        cwlVersion: "v1.2",
        class: "CommandLineTool",
        id,
        baseCommand,
        inputs: {},
        stdout: "out.txt",
        outputs: { out: { type: "stdout" } },
      };
      await fetch(`${app.url}/processes`, {
        method: "POST",
        headers: { "content-type": "application/cwl+json" },
        body: JSON.stringify(tool),
      });
    };
    await deploy("good", ["echo", "<done>"]);
    await deploy("bad", ["false"]);
    const inline = await execute(app, "", asynchronous, "good");
    expect((await untilEnd(inline.statusLocation ?? "")).outputs[0]?.data).toMatchObject({
      kind: "complex",
      content: "<done>\n",
      mediaType: "text/plain",
    });
    const referenced = await execute(app, "", `${asynchronous}&ResponseDocument=out@asReference=true`, "good");
    const data = (await untilEnd(referenced.statusLocation ?? "")).outputs[0]?.data;
    expect(data?.kind === "reference" ? await (await fetch(data.href)).text() : "").toBe("<done>\n");
    expect((await fetch((referenced.statusLocation ?? "").replace(/xml$/, "log"))).status).toBe(200);
    const failed = await untilEnd((await execute(app, "", asynchronous, "bad")).statusLocation ?? "");
    expect([failed.state, failed.exceptions.length, failed.exceptions[0]?.code]).toEqual([
      "failed",
      1,
      "NoApplicableCode",
    ]);
  });

  test("of a dismissed job says so; that of a removed one is gone", async () => {
    await using directory = await temporaryDirectory();
    await using app = await startTestApp(directory.path);
    const running = await execute(app, "text=x;pause=60");
    await dismiss(app, running);
    const end = await untilEnd(running.statusLocation ?? "");
    expect([end.state, end.exceptions[0]?.text]).toEqual(["failed", expect.stringContaining("dismissed")]);
    const finished = await execute(app, "text=x");
    await untilEnd(finished.statusLocation ?? "");
    await dismiss(app, finished);
    const gone = await fetch(finished.statusLocation ?? "");
    expect([gone.status, await gone.text()]).toEqual([410, expect.stringContaining("dismissed")]);
    const outputs = join(directory.path, "outputs");
    await until("only the stopped one has a document", async () => {
      return (await readdir(outputs)).join() === `${jobIdOf(running)}.xml`;
    });
  });

  test("can be read all the while that its job is dismissed, and is kept with the job", async () => {
    await using directory = await temporaryDirectory();
    const stopped: WpsStatus[] = [];
    {
      await using app = await startTestApp(directory.path);
      for (let round = 0; round < 20; round += 1) {
        const running = await execute(app, "text=x;pause=60");
        // Until its claim no link stands between.
        if (round % 2 === 0) await untilState(running.statusLocation ?? "", "running");
        const [end] = await Promise.all([untilEnd(running.statusLocation ?? ""), dismiss(app, running)]);
        expect(end.state).toBe("failed");
        stopped.push(running);
      }
    }
    const clock = realClock;
    await using database = await openDatabase({ file: join(directory.path, "heddle.db"), clock, logger: silentLogger });
    const kept = { orphanDays: 30, hasLivingTool: async () => false };
    await tidyUp({ database, layout: createLayout(directory.path), clock, logger: silentLogger, ...kept });
    const names = await readdir(join(directory.path, "outputs"));
    expect(names.sort()).toEqual(stopped.map((status) => `${jobIdOf(status)}.xml`).sort());
  }, 30_000);

  test("does not come back when its job is dismissed just after its end", async () => {
    await using directory = await temporaryDirectory();
    await using app = await startTestApp(directory.path);
    for (let round = 0; round < 20; round += 1) {
      const finished = await execute(app, "text=x");
      await untilEnd(finished.statusLocation ?? "");
      await dismiss(app, finished);
      expect((await fetch(finished.statusLocation ?? "")).status).toBe(410);
    }
    const outputs = join(directory.path, "outputs");
    await until("no document is left", async () => (await readdir(outputs)).length === 0);
  }, 30_000);

  test("tells the new attempt of a job that is retried", async () => {
    await using directory = await temporaryDirectory();
    await using app = await startTestApp(directory.path);
    const running = await execute(app, "text=again;pause=2");
    const location = running.statusLocation ?? "";
    await untilState(location, "running");
    await dismiss(app, running);
    await until("the retry is accepted", async () => {
      const retried = await fetch(`${app.url}/jobs/${jobIdOf(running)}/retry`, { method: "POST" });
      return retried.status === 200;
    });
    expect(["accepted", "running"]).toContain((await readAt(location)).state);
    expect((await untilEnd(location)).state).toBe("succeeded");
  });
});

describe("after a restart", () => {
  test("documents go on with their jobs, and finished ones stay as they are", async () => {
    await using directory = await temporaryDirectory();
    const port = { port: 0 };
    let unfinished: WpsStatus;
    let finished: WpsStatus;
    {
      await using app = await startTestApp(directory.path, { ...port, publicUrl: "http://127.0.0.1:1" });
      unfinished = await execute(app, "text=slow;pause=1");
      finished = await execute(app, "text=quick");
    }
    await using app = await startTestApp(directory.path, { ...port, publicUrl: "http://127.0.0.1:1" });
    const local = (status: WpsStatus) => `${app.url}/outputs/${jobIdOf(status)}.xml`;
    expect((await untilEnd(local(unfinished))).state).toBe("succeeded");
    expect((await untilEnd(local(finished))).statusLocation).toBe(
      `http://127.0.0.1:1/outputs/${jobIdOf(finished)}.xml`,
    );
  });

  test("documents name the new address and path when these changed", async () => {
    await using directory = await temporaryDirectory();
    let finished: WpsStatus;
    {
      await using app = await startTestApp(directory.path);
      finished = await execute(app, "text=x;array=[1]", `${asynchronous}&ResponseDocument=array@asReference=true`);
      await untilEnd(finished.statusLocation ?? "");
    }
    const moved = { publicUrl: "http://127.0.0.1:1/base", outputsPath: "/files" };
    await using app = await startTestApp(directory.path, moved);
    const read = await readAt(`${app.url}/files/${jobIdOf(finished)}.xml`);
    expect(read.statusLocation).toBe(`http://127.0.0.1:1/base/files/${jobIdOf(finished)}.xml`);
    expect(read.outputs[0]?.data).toMatchObject({
      href: `http://127.0.0.1:1/base/jobs/${jobIdOf(finished)}/results/array`,
    });
  });
});
