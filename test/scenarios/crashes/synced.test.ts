import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deployCwl, statusOf, submit, until } from "../../support/jobs.ts";
import { linesOf } from "../../support/lines.ts";
import { shellTool } from "../../support/packages/shell-tool.ts";
import { executable } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const strace = "/usr/bin/strace";

/** The system calls that finished well, in the order in which they finished, each as one text. */
function callsOf(trace: string): readonly string[] {
  const begun = new Map<string, string>();
  return trace.split("\n").flatMap((line) => {
    const [, thread = "", text = ""] = /^(\d+)\s+(.*)$/s.exec(line) ?? [];
    if (text.endsWith("<unfinished ...>")) {
      begun.set(thread, text.slice(0, -"<unfinished ...>".length));
      return [];
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    const whole = resumed === undefined ? text : `${begun.get(thread) ?? ""}${resumed}`;
    return /\) += -1 /.test(whole) ? [] : [whole];
  });
}

// What a power cut would leave, as far as the order of system calls can show it.
test.skipIf(!existsSync(strace))(
  "the accepted job, each published file, its directories and the database's log are synced before anyone is told",
  async () => {
    await using folder = await temporaryDirectory();
    const [data, trace] = [join(folder.path, "data"), join(folder.path, "trace")];
    const traced =
      "trace=openat,fsync,fdatasync,rename,renameat,renameat2,link,linkat,symlink,symlinkat,write,writev,sendto,sendmsg";
    const child = Bun.spawn(
      [strace, "-f", "-y", "-s", "8192", "-e", traced, "-o", trace, executable, "serve", "--port", "0", "--data", data],
      { env: {}, stdio: ["ignore", "pipe", "ignore"] },
    );
    const url = (await linesOf(child.stdout).next()) ?? "";
    await deployCwl(url, "tool", shellTool("echo hello"));
    const job = await submit(url, "tool", { ledger: "" });
    // Its answers are looked for in the trace: as they are, not packed.
    const asIs = () => fetch(`${url}/jobs/${job}`, { headers: { "accept-encoding": "identity" } });
    await until("the job has ended", async () => (await (await asIs()).text()).includes('"status":"successful"'));
    const { executionId } = await statusOf(url, job);
    const server = Number(
      (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")).trim().split(" ")[0],
    );
    process.kill(server, "SIGTERM");
    await child.exited;

    const calls = callsOf(await readFile(trace, "utf8"));
    const find = (what: string, holds: (call: string) => boolean, from = 0) => {
      const index = calls.findIndex((call, at) => at >= from && holds(call));
      if (index < 0) throw new Error(`Cannot find in the trace: ${what}`);
      return index;
    };
    const isSync = (path: string) => (call: string) => /^f(data)?sync\(/.test(call) && call.includes(`<${path}>`);
    const isSent = (text: string) => (call: string) =>
      /^(write|writev|sendto|sendmsg)\(/.test(call) && call.includes(text);
    const wal = join(data, "heddle.db-wal");

    const created = find("the answer 201 of the job", isSent(`/jobs/${job}\\r\\n`));
    const beforeAnswer = calls.slice(0, created).findLastIndex(isSync(wal));
    const submitted = find("the deployment's answer", isSent("/processes/tool\\r\\n"));
    expect(beforeAnswer).toBeGreaterThan(submitted);

    const outputs = join(data, "outputs", executionId ?? "");
    const named = find(
      "the published file's name",
      (call) => /^(rename|link)/.test(call) && call.includes(join(outputs, "said", "said.txt")),
    );
    const bytes = calls
      .slice(0, named)
      .findLastIndex((call) => /^f(data)?sync\(/.test(call) && call.includes("said.txt>"));
    expect(bytes).toBeGreaterThan(created);
    let last = named;
    for (const directory of [join(outputs, "said"), outputs, join(data, "outputs")]) {
      last = find(`the sync of ${directory}`, isSync(directory), last);
    }
    const linked = find("the job's link", (call) => /^rename/.test(call) && call.includes(`outputs/${job}"`), named);
    const linkSynced = find("the sync of the links", isSync(join(data, "outputs")), linked);
    const finished = find("the sync of the finishing write", isSync(wal), Math.max(last, linkSynced));
    const told = find("the status successful", isSent('\\"status\\":\\"successful\\"'));
    expect(told).toBeGreaterThan(finished);
  },
  30_000,
);
