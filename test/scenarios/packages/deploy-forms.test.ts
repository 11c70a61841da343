import { afterAll, describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { findBubblewrap } from "../../../src/executors/sandbox/bubblewrap.ts";
import { startTestApp } from "../../support/app.ts";
import { submit, untilFinished } from "../../support/jobs.ts";
import { makeRootFs } from "../../support/machine/root-fs.ts";
import { zipOf } from "../../support/packages/archives.ts";
import { packageFiles } from "../../support/packages/package-files.ts";
import { runExecutable } from "../../support/servers/executable.ts";
import { fileSite } from "../../support/servers/file-site.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const folder = await temporaryDirectory();
const data = join(folder.path, "data");
afterAll(() => folder[Symbol.asyncDispose]());

const files = Object.fromEntries(Object.entries(packageFiles).map(([name, content]) => [`/p/${name}`, content]));

async function deploy(url: string, type: string, body: string | Uint8Array): Promise<void> {
  const sent = new Blob([Buffer.from(body)]);
  const response = await fetch(`${url}/processes`, { method: "POST", headers: { "content-type": type }, body: sent });
  expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
}

async function run(
  url: string,
  id: string,
  inputs: Readonly<Record<string, unknown>>,
  output: string,
): Promise<string> {
  const job = await submit(url, id, inputs);
  expect((await untilFinished(url, job)).at(-1)).toMatchObject({ status: "successful" });
  return (await fetch(`${url}/jobs/${job}/results/${output}`)).text();
}

test("a workflow that was fetched, and one of an archive, run with the files that they name", async () => {
  await using site = fileSite(files);
  await using app = await startTestApp(join(folder.path, "first"), { allowFetch: ["127.0.0.1"] });
  await deploy(app.url, "application/json", JSON.stringify({ executionUnit: { href: `${site.url}/p/main.cwl` } }));
  const entries = Object.entries(files).map(([name, content]) => ({ name: name.replace("/p/", "zipped/"), content }));
  await deploy(app.url, "application/zip", zipOf(entries));
  for (const id of ["main", "zipped"]) expect(await run(app.url, id, { word: "hello" }, "said")).toBe("It says hello");
});

describe.skipIf(findBubblewrap().kind === "missing")("an image that was deployed without CWL", () => {
  const script = `mkdir -p /outputs; printf "%s." "$@" > said.txt; printf 4.5 > /outputs/mean.txt; cat "\${1#file=}" >> said.txt`;

  /** Imports an image as `docker save` writes it, whose entry point is a script. */
  async function importImage(): Promise<void> {
    const [root, parts] = [join(folder.path, "root"), join(folder.path, "parts")];
    await makeRootFs(root, ["sh", "cat", "mkdir"]);
    await mkdir(parts);
    await Bun.$`tar -C ${root} -cf ${join(parts, "layer.tar")} .`.quiet();
    const config = { config: { Entrypoint: ["/bin/sh", "-c", script, "say"] } };
    await Bun.write(join(parts, "config.json"), JSON.stringify(config));
    const manifest = [{ Config: "config.json", RepoTags: ["example/say:1"], Layers: ["layer.tar"] }];
    await Bun.write(join(parts, "manifest.json"), JSON.stringify(manifest));
    await Bun.$`tar -C ${parts} -cf ${join(folder.path, "image.tar")} .`.quiet();
    const imported = await runExecutable(["images", "import", join(folder.path, "image.tar"), "--data", data]);
    expect([imported.exitCode, imported.talk]).toEqual([0, expect.any(String)]);
  }

  test("runs with the inputs as its bindings say, and gives the outputs that they name", async () => {
    await importImage();
    await using app = await startTestApp(data, { allowFetch: ["127.0.0.1"], sandbox: "auto" });
    const body = {
      processDescription: {
        id: "say",
        inputs: {
          file: { schema: { type: "string", contentMediaType: "text/plain" } },
          words: { schema: { type: "string" }, maxOccurs: 3 },
          count: { schema: { type: "integer" }, minOccurs: 0 },
          area: { schema: { type: "object" } },
        },
        outputs: {
          said: { schema: { type: "string", contentMediaType: "text/plain" } },
          mean: { schema: { type: "number" } },
        },
      },
      executionUnit: {
        type: "docker",
        image: "example/say:1",
        bindings: {
          inputBindings: { file: { prefix: "file=" }, words: { prefix: "--words", itemSeparator: "," } },
          outputBindings: { said: { glob: "said.*" }, mean: { glob: "/outputs/mean.txt" } },
        },
      },
    };
    await deploy(app.url, "application/ogcapppkg+json", JSON.stringify(body));
    const inputs = { file: { value: "text", mediaType: "text/plain" }, words: ["a", "b"], area: { value: { x: 1 } } };
    const said = await run(app.url, "say", inputs, "said");
    expect(said).toEndWith('.--words.a,b.{"x":1}.text');
    expect(await run(app.url, "say", { ...inputs, count: 7 }, "mean")).toBe("4.5");
  });
});
