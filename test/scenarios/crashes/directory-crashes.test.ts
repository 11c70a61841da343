import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { buildExecutable } from "../../../src/build.ts";
import { deployCwl, submitWith, untilFinished } from "../../support/jobs.ts";
import { makeArchive } from "../../support/packages/list-tool.ts";
import { startServer } from "../../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";

let built: TemporaryDirectory;
let program: string;

beforeAll(async () => {
  built = await temporaryDirectory();
  program = await buildExecutable(join(built.path, "heddle-failpoints"), "failpoints");
}, 60_000);

afterAll(() => built[Symbol.asyncDispose]());

const copy = {
  class: "CommandLineTool",
  baseCommand: [
    "sh",
    "-c",
    'mkdir -p out/sub out/empty; for i in 1 2 3 4 5 6 7 8 9; do cat "$0"/a.txt > out/sub/$i; done; cp "$0"/a.txt out/',
  ],
  inputs: { scene: { type: "Directory", inputBinding: {} } },
  outputs: { all: { type: "Directory", outputBinding: { glob: "out" } } },
} as const;

const processes = {
  tool: { cwlVersion: "v1.2", ...copy },
  workflow: {
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: { scene: "Directory" },
    outputs: { all: { type: "Directory", outputSource: "copy/all" } },
    steps: { copy: { run: copy, in: { scene: "scene" }, out: ["all"] } },
  },
} as const;

const ListingSchema = v.looseObject({
  files: v.array(v.looseObject({ name: v.string(), href: v.string(), length: v.number(), digest: v.string() })),
});

describe.each(Object.entries(processes))("a directory in and out of a %s is whole", (id, document) => {
  test.each([
    "JOB_PROGRESS_GET_INPUTS:after-commit",
    "JOB_PROGRESS_GET_INPUTS:after-effect",
    "JOB_PROGRESS_EXECUTE_REQUEST:before-commit",
    "JOB_PROGRESS_EXECUTE_MONITOR_END:before-commit",
    "JOB_PROGRESS_EXECUTE_MONITOR_END:after-commit",
    "JOB_PROGRESS_EXECUTE_MONITOR_END:after-effect",
    "JOB_PROGRESS_DONE:before-commit",
  ])("though the server killed itself at %s", async (failpoint) => {
    await using folder = await temporaryDirectory();
    const [data, archive] = [join(folder.path, "data"), join(folder.path, "scene.zip")];
    await makeArchive(
      archive,
      "z=zipfile.ZipFile(path,'w'); z.writestr('scene/a.txt','one'); z.writestr('scene/b/c','two')",
    );
    const flags = ["--input-root", folder.path];
    const before = await startServer(data, flags, { program, environment: { HEDDLE_FAILPOINT: failpoint } });
    await deployCwl(before.url, id, document);
    const request = { inputs: { scene: { href: pathToFileURL(archive).href } } };
    const key = { "idempotency-key": "one" };
    await submitWith(before.url, id, request, key).catch(() => undefined);
    expect(await before.exited).toBe(137);
    await using after = await startServer(data, flags);
    const job = await submitWith(after.url, id, request, key);
    const end = (await untilFinished(after.url, job)).at(-1);
    expect(end).toMatchObject({ status: "successful" });
    const { files } = v.parse(ListingSchema, await (await fetch(`${after.url}/jobs/${job}/results/all`)).json());
    const names = ["a.txt", ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `sub/${number}`)];
    expect(files.map(({ name, length }) => [name, length])).toEqual(names.map((name) => [name, 3]));
    expect(new Set(files.map((file) => file.digest)).size).toBe(1);
    for (const { href } of files) expect(await (await fetch(href)).text()).toBe("one");
    const published = join(data, "outputs", end?.executionId ?? "", "all", "out");
    expect(await readdir(published)).toEqual(expect.arrayContaining(["a.txt", "empty", "sub"]));
    expect((await readdir(published, { recursive: true })).filter((name) => name.includes(".heddle"))).toEqual([]);
  });
});
