import { expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { executable, startServer } from "../support/executable.ts";
import { deployCwl } from "../support/jobs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Texts that a shell, Python or JavaScript would read otherwise when they are not quoted well. */
const hard = ["it's", '"quoted"', "$HOME `id` $(id)", "back\\slash \\n", "two\nlines", "a%sb", "ä 💧", "</pre><b>"];

const hasPython = Bun.spawnSync(["python3", "-c", "import requests"], { stderr: "ignore" }).exitCode === 0;

/** Lists the texts to copy of the page of a process, by their titles. */
async function usesOf(url: string, process: string): Promise<ReadonlyMap<string, string>> {
  const html = await (await fetch(`${url}/processes/${process}?f=html`)).text();
  const uses = new Map<string, string>();
  for (const [, title = "", text = ""] of html.matchAll(/<h3>([^<]*)<\/h3><pre>([^<]*)<\/pre>/g)) {
    uses.set(title, plain(text));
  }
  return uses;
}

function plain(text: string): string {
  const marks: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => marks[name] ?? "");
}

/** The program that runs each text, beside the text itself. */
const programs: Readonly<Record<string, (text: string) => readonly string[]>> = {
  curl: (text) => ["sh", "-c", `${text} --silent --show-error --fail --output /dev/null`],
  heddle: (text) => ["sh", "-c", text],
  "JavaScript (fetch)": (text) => [process.execPath, "-e", text],
  "Python (requests)": (text) => ["python3", "-c", text],
};

for (const [title, commandOf] of Object.entries(programs)) {
  test.skipIf(title.startsWith("Python") && !hasPython)(
    `the text to copy for ${title} executes the process as it stands`,
    async () => {
      await using folder = await temporaryDirectory();
      await using server = await startServer(join(folder.path, "data"));
      await symlink(executable, join(folder.path, "heddle"));
      await deployCwl(server.url, "hard", {
        cwlVersion: "v1.2",
        class: "CommandLineTool",
        baseCommand: "true",
        inputs: { texts: { type: "string[]", default: hard }, flag: { type: "boolean", default: true }, n: "int" },
        outputs: { out: "stdout" },
      });
      const text = (await usesOf(server.url, "hard")).get(title) ?? "";
      const child = Bun.spawn([...commandOf(text)], {
        env: { PATH: `${folder.path}:${process.env.PATH}` },
        stdout: "pipe",
        stderr: "pipe",
      });
      const [, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      expect([await child.exited, err]).toEqual([0, title === "heddle" ? expect.any(String) : ""]);
      const { jobs } = JSON.parse(await (await fetch(`${server.url}/jobs`)).text());
      expect(jobs).toHaveLength(1);
      const { inputs } = JSON.parse(await (await fetch(`${server.url}/jobs/${jobs[0].jobID}/inputs`)).text());
      expect(inputs).toMatchObject({ texts: hard, flag: true, n: 1 });
    },
  );
}
