import { describe, expect, test } from "bun:test";
import type { Io } from "../../src/cli/command.ts";
import { serveCommand } from "../../src/cli/server/serve.ts";

/** Runs `serve` with a service that takes a while to say that it listens; `told` is called when it would answer already. */
async function serve(stop: AbortController, told: () => void) {
  let ended = 0;
  const talk: string[] = [];
  const io: Io = {
    ...{ out: () => undefined, talk: (text) => void talk.push(text), isTerminal: false, environment: {} },
    signal: stop.signal,
  };
  const command = serveCommand({
    settingOptions: {},
    async start() {
      told();
      const service = { url: "http://127.0.0.1:1", notes: [] };
      return {
        ...service,
        async [Symbol.asyncDispose]() {
          ended += 1;
        },
      };
    },
  });
  const code = await command.run({ options: {}, words: [], usage: "" }, io);
  return { code, ended, talk };
}

describe("heddle serve", () => {
  test("ends when it is told to while it starts", async () => {
    const stop = new AbortController();
    expect(await serve(stop, () => stop.abort())).toMatchObject({ code: 0, ended: 1 });
  });

  test("ends when it is told to after it has started", async () => {
    const stop = new AbortController();
    const served = serve(stop, () => undefined);
    await Promise.resolve();
    stop.abort();
    const { talk, ...rest } = await served;
    expect(rest).toEqual({ code: 0, ended: 1 });
    expect(talk.join("")).toContain("Stopping");
  });
});
