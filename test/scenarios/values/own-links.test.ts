import { expect, test } from "bun:test";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const make = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", "mkdir tree; echo one > tree/a.txt; echo two > b.csv"],
  inputs: {},
  outputs: {
    tree: { type: "Directory", outputBinding: { glob: "tree" } },
    table: { type: "File", outputBinding: { glob: "b.csv" } },
  },
} as const;
const read = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", 'for one in "$@"; do if [ -d "$one" ]; then cat "$one"/*; else cat "$one"; fi; done', "x"],
  inputs: {
    file: { type: "File?", inputBinding: { position: 1 } },
    tree: { type: "Directory?", inputBinding: { position: 2 } },
  },
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
} as const;

test("results of a job are inputs of another by their addresses, though this service may ask no address of this machine", async () => {
  await using folder = await temporaryDirectory();
  // Nobody answers there: another server of files would.
  const made = "https://files.example/made";
  await using app = await startTestApp(folder.path, { outputsUrl: made });
  await deployCwl(app.url, "make", make);
  await deployCwl(app.url, "read", read);
  const job = await submit(app.url, "make", {});
  await untilFinished(app.url, job);
  const said = async (inputs: object): Promise<string> => {
    const reader = await submit(app.url, "read", { ...inputs });
    const end = (await untilFinished(app.url, reader)).at(-1);
    if (end?.status !== "successful") return end?.message ?? "";
    return (await fetch(`${app.url}/jobs/${reader}/results/said`)).text();
  };
  expect(await said({ file: { href: `${made}/${job}/table/b.csv` } })).toBe("two\n");
  expect(await said({ file: { href: `${app.url}/jobs/${job}/results/table` } })).toBe("two\n");
  expect(await said({ file: { href: `/outputs/${job}/tree/tree/a.txt?x` } })).toBe("one\n");
  expect(await said({ tree: { href: `${made}/${job}/tree/tree/` } })).toBe("one\n");
  const directory = submit(app.url, "read", { file: { href: `${made}/${job}/tree/tree/` } });
  await expect(directory).rejects.toThrow("found a directory");
  const table = submit(app.url, "read", { tree: { href: `${made}/${job}/table/b.csv` } });
  await expect(table).rejects.toThrow("/inputs/tree/href");
});
