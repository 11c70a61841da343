import { afterAll, describe, expect, test } from "bun:test";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findBubblewrap } from "../../src/executors/sandbox/bubblewrap.ts";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { digestTree } from "./digest-tree.ts";
import { whileHealthy } from "./watch-health.ts";

const folder = await temporaryDirectory();
const data = join(folder.path, "data");
const bubblewrap = findBubblewrap();

afterAll(() => folder[Symbol.asyncDispose]());

async function tar(archive: string, ...words: readonly string[]): Promise<void> {
  const code = await Bun.spawn(["tar", "--create", "--file", archive, ...words], { stderr: "ignore" }).exited;
  if (code !== 0) throw new Error(`tar ended with ${code}`);
}

let made = 0;

/** Makes an archive as `docker save` does: a manifest, and the files beside it that `fill` adds. */
async function savedImage(manifest: unknown, fill: (parts: string) => Promise<unknown> = async () => {}) {
  made += 1;
  const parts = join(folder.path, `parts-${made}`);
  await mkdir(parts, { recursive: true });
  await mkdir(join(folder.path, "layer"), { recursive: true });
  await writeFile(join(folder.path, "layer", "file"), "1");
  await tar(join(parts, "layer.tar"), "-C", join(folder.path, "layer"), ".");
  await writeFile(join(parts, "manifest.json"), typeof manifest === "string" ? manifest : JSON.stringify(manifest));
  await writeFile(join(parts, "config.json"), "{}");
  await fill(parts);
  const archive = join(folder.path, `image-${made}.tar`);
  await tar(archive, "-C", parts, ".");
  return archive;
}

const manifestOf = (changes: object) => [
  { Config: "config.json", RepoTags: ["good:1"], Layers: ["layer.tar"], ...changes },
];
const importing = (...words: readonly string[]) => runExecutable(["images", "import", ...words, "--data", data]);

describe.skipIf(bubblewrap.kind === "missing")("images import takes only names that an image can have:", () => {
  const names = [
    "a b",
    "a\nb",
    "../../x",
    "/etc/x",
    "https://example.org/a.tar",
    "Big",
    "a:b:c",
    "x".repeat(300),
    "",
    "a;b",
  ];
  test.each(names)("the name %j is refused, and nothing is kept", async (name) => {
    const { exitCode, talk } = await importing(await savedImage(manifestOf({})), name);
    expect([exitCode, talk]).toEqual([4, expect.stringContaining("wanted [HOST[:PORT]/]NAME[:TAG][@DIGEST]")]);
    expect((await runExecutable(["images", "list", "--data", data])).out).toBe("");
  });

  test("one that begins with a dash is refused, also behind --", async () => {
    const archive = await savedImage(manifestOf({}));
    expect((await importing(archive, "--privileged")).exitCode).toBe(2);
    const behind = await runExecutable(["images", "import", "--data", data, "--", archive, "--privileged"]);
    expect([behind.exitCode, behind.talk]).toEqual([4, expect.stringContaining('found the name "--privileged"')]);
  });

  const victim = join(folder.path, "victim.tar");
  for (const [title, manifest, fill] of [
    ["a name with a dash in the archive", manifestOf({ RepoTags: ["--privileged"] })],
    ["a name that leads out in the archive", manifestOf({ RepoTags: ["../../x:1"] })],
    ["a layer that leads out", manifestOf({ Layers: ["../layer.tar"] })],
    ["an absolute layer", manifestOf({ Layers: ["/etc/passwd"] })],
    ["a layer with NUL", manifestOf({ Layers: ["layer.tar\0x"] })],
    ["a layer that is not there", manifestOf({ Layers: ["none.tar"] })],
    ["a configuration that leads out", manifestOf({ Config: "../../data/secret.key" })],
    ["a configuration with NUL", manifestOf({ Config: "a\0b" })],
    ["a manifest that is no JSON", "{"],
    [
      "a layer that is a link to a file of the machine",
      manifestOf({ Layers: ["link.tar"] }),
      (parts: string) => symlink(victim, join(parts, "link.tar")),
    ],
    [
      "a layer below a link to a directory of the machine",
      manifestOf({ Layers: ["there/victim.tar"] }),
      (parts: string) => symlink(folder.path, join(parts, "there")),
    ],
  ] as const) {
    test(`${title} is refused with a sentence, and nothing is kept`, async () => {
      await tar(victim, "-C", folder.path, "layer");
      const archive = await savedImage(manifest, fill);
      const before = await digestTree(folder.path, (path) => path === "data");
      const { exitCode, talk } = await importing(archive);
      expect([exitCode, talk]).toEqual([4, expect.stringMatching(/^Cannot import image .*wanted /)]);
      expect(talk).not.toMatch(/^ +at /m);
      expect((await runExecutable(["images", "list", "--data", data])).out).toBe("");
      expect(await digestTree(folder.path, (path) => path === "data")).toEqual(before);
    });
  }

  test("a name that an image can have is taken", async () => {
    const { exitCode, out } = await importing(await savedImage(manifestOf({})), "example.org:5000/a/b:1");
    expect([exitCode, out]).toEqual([0, "example.org:5000/a/b:1\n"]);
    expect((await runExecutable(["images", "remove", "example.org:5000/a/b:1", "--data", data])).exitCode).toBe(0);
  });
});

describe("what a package calls its image never reaches an engine's options:", () => {
  const tool = (docker: object, isRequired = true) => ({
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    [isRequired ? "requirements" : "hints"]: { DockerRequirement: docker },
    baseCommand: ["true"],
    inputs: {},
    outputs: {},
  });

  test("a text that no image can be called is a fault of the package or of the job; the engine is not called", async () => {
    const bin = join(folder.path, "bin");
    await mkdir(bin);
    const calls = join(folder.path, "calls");
    const script = `#!/bin/sh\nprintf '%s\\n' "$*" >>'${calls}'\ntest "$1" = version\n`;
    await writeFile(join(bin, "docker"), script, { mode: 0o755 });
    const environment = { PATH: `${bin}:/usr/bin:/bin` };
    await using server = await startServer(join(folder.path, "served"), ["--container-engine", "docker"], {
      environment,
    });
    const dangerous = ["--privileged", "-v/:/host", "a b", "a\nb", "debian\n", " debian", "a\0b", ""];
    const impossible = [
      "Debian",
      "../../x",
      "/etc/passwd",
      "a;b",
      "a$(id)",
      "https://example.org/root.tar",
      "a@sha256:1",
    ];
    let count = 0;
    await whileHealthy(server.url, "names of images", async () => {
      for (const field of ["dockerPull", "dockerImageId", "dockerLoad", "dockerImport"]) {
        for (const name of dangerous) {
          for (const isRequired of [true, false]) {
            const body = JSON.stringify({ executionUnit: { unit: tool({ [field]: name }, isRequired) } });
            const request = { method: "POST", headers: { "content-type": "application/ogcapppkg+json" }, body };
            const answer = await fetch(`${server.url}/processes`, request);
            expect([field, name, answer.status]).toEqual([field, name, 400]);
            expect(await answer.text()).toContain(field);
          }
        }
        for (const name of impossible) {
          count += 1;
          await deployCwl(server.url, `image-${count}`, tool({ [field]: name }));
          const job = await submit(server.url, `image-${count}`, {});
          const end = (await untilFinished(server.url, job)).at(-1);
          expect([field, name, end?.status]).toEqual([field, name, "failed"]);
          expect(end?.message).toContain(`found the image name ${JSON.stringify(name)}`);
        }
      }
    });
    const called = await readFile(calls, "utf8").catch(() => "");
    expect(called.split("\n").filter((line) => line !== "" && !line.startsWith("version"))).toEqual([]);
  });
});
