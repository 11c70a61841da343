import { expect, test } from "bun:test";
import { join } from "node:path";
import { deployCwl, readStatus, statusOf, until, untilFinished } from "../../support/jobs.ts";
import { shellTool, untilThere } from "../../support/packages/shell-tool.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** Runs until a file beside its ledger is there. */
const patient = `echo x >>"$LEDGER"; ${untilThere()}; echo done`;

function execute(url: string, ledger: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${url}/processes/tool/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ inputs: { ledger } }),
  });
}

test.each([
  ["the server's limit", ["--sync-limit-seconds", "1"], {}],
  ["its client's wait", [], { prefer: "wait=1" }],
] as const)(
  "a synchronous request that outlasts %s is answered 201 with the job's address, and its job goes on",
  async (_, flags, headers) => {
    await using folder = await temporaryDirectory();
    const ledger = join(folder.path, "ledger");
    await using server = await startServer(join(folder.path, "data"), flags);
    await deployCwl(server.url, "tool", shellTool(patient));
    const answer = await execute(server.url, ledger, headers);
    const { jobID } = await readStatus(answer);
    expect([answer.status, answer.headers.get("location")]).toEqual([201, `${server.url}/jobs/${jobID}`]);
    expect((await statusOf(server.url, jobID)).status).toBe("running");
    await Bun.write(`${ledger}.go`, "");
    expect((await untilFinished(server.url, jobID)).at(-1)).toMatchObject({ status: "successful", attempt: 1 });
    expect(await (await fetch(`${server.url}/jobs/${jobID}/results/said`)).text()).toBe("done\n");
    expect(await Bun.file(ledger).text()).toBe("x\n");
  },
  20_000,
);

test("a server that stops answers who waits with 201, and the next start ends the job", async () => {
  await using folder = await temporaryDirectory();
  const [data, ledger] = [join(folder.path, "data"), join(folder.path, "ledger")];
  await using before = await startServer(data, ["--sync-limit-seconds", "3600", "--drain-seconds", "3600"]);
  await deployCwl(before.url, "tool", shellTool(patient));
  const waiting = execute(before.url, ledger);
  await until("the tool runs", () => Bun.file(ledger).exists());
  expect(await before.stop("SIGTERM")).toBe(0);
  const answer = await waiting;
  const { jobID } = await readStatus(answer);
  expect([answer.status, answer.headers.get("location")]).toEqual([201, `${before.url}/jobs/${jobID}`]);
  await Bun.write(`${ledger}.go`, "");
  await using after = await startServer(data);
  expect((await untilFinished(after.url, jobID)).at(-1)).toMatchObject({ status: "successful", attempt: 1 });
  expect(await Bun.file(ledger).text()).toBe("x\n");
}, 20_000);
