import { afterAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runExecutable, startServer } from "../support/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { whileHealthy } from "./watch-health.ts";

const folder = await temporaryDirectory();
let count = 0;

afterAll(() => folder[Symbol.asyncDispose]());

function newData(): string {
  count += 1;
  return join(folder.path, `data-${count}`);
}

const echo = { method: "POST", headers: { "content-type": "application/json" }, body: '{"inputs":{"text":"hi"}}' };

describe("what callers without a key may do is what was said, not more", () => {
  for (const [title, flags, environment, status] of [
    ["a bare flag", ["--allow-anonymous"], {}, 403],
    ["a bare flag before another", ["--allow-anonymous", "--log-level", "warn"], {}, 403],
    ["viewer as a word", ["--allow-anonymous", "viewer"], {}, 403],
    ["viewer after =", ["--allow-anonymous=viewer"], {}, 403],
    ["viewer in the environment", [], { HEDDLE_ALLOW_ANONYMOUS: "viewer" }, 403],
    ["true in the environment", [], { HEDDLE_ALLOW_ANONYMOUS: "true" }, 403],
    ["runner as a word", ["--allow-anonymous", "runner"], {}, 200],
    ["runner after =", ["--allow-anonymous=runner"], {}, 200],
  ] as const) {
    test(`${title} answers an execution with ${status}`, async () => {
      await using server = await startServer(newData(), flags, { environment });
      const response = await whileHealthy(server.url, title, () =>
        fetch(`${server.url}/processes/echo/execution`, echo),
      );
      expect(response.status).toBe(status);
      expect((await fetch(`${server.url}/processes/echo`)).status).toBe(200);
    });
  }

  const file = join(folder.path, "boss.yml");
  for (const [title, words, environment] of [
    ["boss as a word", ["--allow-anonymous", "boss"], {}],
    ["boss after =", ["--allow-anonymous=boss"], {}],
    ["admin as a word", ["--allow-anonymous", "admin"], {}],
    ["an empty value", ["--allow-anonymous="], {}],
    ["boss in the environment", [], { HEDDLE_ALLOW_ANONYMOUS: "boss" }],
    ["nothing in the environment", [], { HEDDLE_ALLOW_ANONYMOUS: "" }],
    ["boss in the file", ["--config", file], {}],
  ] as const) {
    test(`${title} is refused with the roles that are allowed`, async () => {
      await writeFile(file, "allowAnonymous: boss\n");
      const data = newData();
      const all = ["serve", "--port", "0", "--data", data, ...words];
      const { exitCode, talk } = await runExecutable(all, { environment });
      expect(exitCode).toBe(4);
      expect(talk).toContain("wanted viewer or runner");
    });
  }
});

test("a crawler that follows each link of each page starts nothing", async () => {
  await using server = await startServer(newData());
  const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
  const seen = new Set<string>();
  const waiting = [`${server.url}/`];
  await whileHealthy(server.url, "a crawler", async () => {
    for (let url = waiting.pop(); url !== undefined && seen.size < 200; url = waiting.pop()) {
      if (seen.has(url)) continue;
      seen.add(url);
      for (const headers of [browser, { accept: "*/*" }]) {
        const text = await (await fetch(url, { headers })).text();
        for (const [, href = ""] of text.matchAll(/(?:href=|"href":)"([^"]+)"/g)) {
          const next = new URL(href.replaceAll("&amp;", "&"), url).href;
          if (next.startsWith(server.url)) waiting.push(next);
        }
      }
    }
  });
  expect([...seen]).toContain(`${server.url}/processes/echo/execution`);
  expect(await (await fetch(`${server.url}/jobs`)).json()).toMatchObject({ jobs: [] });
});
