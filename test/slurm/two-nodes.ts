import { afterAll, describe, expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { insideOwnTmp, noSlurm, startSlurm, type TestSlurm } from "../support/machine/slurm.ts";
import { mayMount } from "../support/machine/small-disk.ts";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { counted } from "./packages.ts";

const why = noSlurm() ?? ((await mayMount()) ? undefined : "no file system can be mounted here");
if (why !== undefined) test.skip(`jobs on two nodes: ${why}`, () => undefined);
else {
  const directory = await temporaryDirectory();
  const shared = join(directory.path, "shared");
  await mkdir(shared);
  const slurm = await startSlurm({}, { names: ["n1", "n2"], cpus: 4, inside: insideOwnTmp(shared) });
  afterAll(async () => {
    await slurm[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  });
  describe("jobs on two nodes that share nothing of /tmp but the work directory", () =>
    describeNodes(slurm, directory.path, shared));
}

function describeNodes(slurm: TestSlurm, directory: string, shared: string): void {
  test("a scatter runs on both, each of its tools once, and sees nothing that is not shared", async () => {
    const data = join(directory, "data");
    const ledger = join(shared, "ledger");
    await writeFile(ledger, "");
    await writeFile(join(directory, "hidden"), "");
    const flags = ["--executor", "slurm", "--work-dir", shared, "--slurm-poll-seconds", "5", "--sandbox", "off"];
    await using server = await startServer(data, flags, { environment: slurm.environment, hidesLedgers: true });
    const look = `if [ -e ${join(directory, "hidden")} ]; then exit 7; fi; echo "$2 $HOME" >>"$1"; sleep 2; echo "said $2"`;
    const each = counted.steps.each;
    const seeing = {
      ...counted,
      steps: { each: { ...each, run: { ...each.run, baseCommand: ["/bin/sh", "-c", look, "tool"] } } },
    };
    await deployCwl(server.url, "seeing", seeing);
    const words = Array.from({ length: 16 }, (_, index) => `word${index}`);
    const job = await submit(server.url, "seeing", { ledger, words });
    expect((await untilFinished(server.url, job, 200)).at(-1)).toMatchObject({ status: "successful" });
    const started = (await readFile(ledger, "utf8")).split("\n").slice(0, -1);
    expect(started.map((line) => line.split(" ")[0]).toSorted()).toEqual(words.toSorted());
    const log = await (await fetch(`${server.url}/jobs/${job}/log`)).text();
    expect(log).toContain("at node n1");
    expect(log).toContain("at node n2");
  });
}
