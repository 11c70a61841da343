import { expect, test } from "bun:test";
import { join } from "node:path";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("a file that an expression made up is published like any other", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  const made = (basename: string, contents: string) => ({ class: "File", basename, contents });
  await deployCwl(server.url, "maker", {
    cwlVersion: "v1.2",
    class: "ExpressionTool",
    requirements: { InlineJavascriptRequirement: {} },
    inputs: {},
    outputs: { one: "File", many: "File[]", unnamed: "File" },
    expression: `$\{ return ${JSON.stringify({
      one: { ...made("a b.txt", "one\n"), secondaryFiles: [made("a b.txt.idx", "index\n")] },
      many: [made("same.csv", "1\n"), made("same.csv", "2\n")],
      unnamed: { class: "File", contents: "no name\n" },
    })}; }`,
  });
  const job = await submit(server.url, "maker", {});
  expect((await untilFinished(server.url, job)).at(-1)?.status).toBe("successful");
  const results = await (await fetch(`${server.url}/jobs/${job}/results`)).text();
  const at = (path: string) => `${server.url}/outputs/${job}/${path}`;
  expect(results).toContain(at("one/a%20b.txt"));
  const texts: Readonly<Record<string, string>> = {
    "one/a%20b.txt": "one\n",
    "one/a%20b.txt.idx": "index\n",
    "many/0/same.csv": "1\n",
    "many/1/same.csv": "2\n",
  };
  for (const [path, text] of Object.entries(texts)) {
    const answer = await fetch(at(path));
    expect([answer.status, await answer.text()]).toEqual([200, text]);
  }
  const unnamed = /"unnamed":\{"href":"([^"]+)"/.exec(results)?.[1] ?? "";
  expect(await (await fetch(unnamed)).text()).toBe("no name\n");
});
