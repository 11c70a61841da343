import { shellTool } from "../support/packages/shell-tool.ts";
import { startReceiver } from "../support/servers/receiver.ts";

/** Work for a service, which goes on until it is disposed of. */
export type Work = AsyncDisposable & {
  /** Resolves when all kinds of it have been done. */
  done(): Promise<void>;
};

const turnMilliseconds = 500;
const fileTool = {
  ...shellTool("cat", { id: "fetches" }),
  inputs: { ledger: { type: "string", inputBinding: { position: 1 } }, file: { type: "File" } },
};

/** Deploys some processes and executes them again and again: jobs that go well, that fail, fetch, wait, tell subscribers. */
export async function makeWork(url: string, key: string): Promise<Work> {
  const other = startReceiver();
  const stopping = new AbortController();
  const send = async (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", prefer: "respond-async" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const deploy = async (body: unknown) => {
    const response = await send("POST", "/processes", body);
    if (response.status !== 201) throw new Error(await response.text());
  };
  const run = async (processId: string, inputs: unknown, more: object = {}) => {
    const response = await send("POST", `/processes/${processId}/execution`, { inputs, ...more });
    if (response.status !== 201) throw new Error(await response.text());
  };
  await deploy(shellTool("echo said", { id: "good" }));
  await deploy(shellTool("exit 3", { id: "bad" }));
  await deploy(shellTool("sleep 3", { id: "slow" }));
  await deploy(fileTool);
  const stream = await fetch(`${url}/events`, {
    headers: { authorization: `Bearer ${key}` },
    signal: stopping.signal,
  });
  const turn = async () => {
    await run("echo", { text: "hello" }, { subscriber: { successUri: `${other.url}/told` } });
    await run("good", { ledger: "x" });
    await run("bad", { ledger: "x" });
    await run("slow", { ledger: "x" });
    await run("fetches", { ledger: "x", file: { href: `${other.url}/input.txt` } });
    await fetch(`${url}/jobs`);
  };
  let failure: unknown;
  let turns = 0;
  const working = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await turn();
        turns += 1;
      } catch (error) {
        // The service may be stopped while work goes on.
        failure = error;
        if (turns > 0) return;
      }
      await Bun.sleep(turnMilliseconds);
    }
  })();
  return {
    async done() {
      while (turns < 3) {
        if (failure !== undefined) throw failure;
        await Bun.sleep(100);
      }
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await stream.body?.cancel().catch(() => {});
      await working;
      await other[Symbol.asyncDispose]();
    },
  };
}
