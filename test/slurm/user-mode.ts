import { afterAll, describe, expect, test } from "bun:test";
import { chown, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { deployCwl, submit, until } from "../support/jobs.ts";
import { makeRootFs } from "../support/machine/root-fs.ts";
import { noSlurm, startSlurm, type TestSlurm } from "../support/machine/slurm.ts";
import { asUser, makeUnixUsers, noUnixUsers, type UnixUser, type UnixUsers } from "../support/machine/unix-users.ts";
import { shellTool } from "../support/packages/shell-tool.ts";
import { endOf, openPlace } from "./user-place.ts";

const why = noSlurm() ?? noUnixUsers();
if (why !== undefined) test.skip(`jobs as the users who asked: ${why}`, () => undefined);
else {
  const slurm = await startSlurm();
  const users = await makeUnixUsers();
  afterAll(async () => {
    await slurm[Symbol.asyncDispose]();
    await users[Symbol.asyncDispose]();
  });
  describe("jobs as the users who asked", () => describeUsers(slurm, users));
}

async function seesAs(user: UnixUser, path: string): Promise<boolean> {
  return Bun.spawnSync(asUser(user, ["ls", path]), { env: { PATH: "/usr/bin:/bin" } }).exitCode === 0;
}

/** Says who it is, leaves a file that it shows to nobody, and waits. */
const revealing = shellTool(
  'id -u; cat "$2"; (umask 077; echo mine >secret.txt); echo "$(id -u)" >>"$LEDGER"; while [ ! -e "$LEDGER.go" ]; do sleep 0.1; done',
  {
    inputs: {
      ledger: { type: "string", inputBinding: { position: 1 } },
      text: { type: "File", inputBinding: { position: 2 } },
    },
    outputs: { said: { type: "stdout" }, secret: { type: "File", outputBinding: { glob: "secret.txt" } } },
  },
);

const UploadSchema = v.object({ href: v.string(), token: v.string() });

/** Says each word with the text and who says it, and joins what was said. */
const readingSteps = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { ScatterFeatureRequirement: {} },
  inputs: { words: "string[]", text: "File" },
  outputs: { all: { type: "File", outputSource: "join/all" } },
  steps: {
    each: {
      run: {
        class: "CommandLineTool",
        baseCommand: ["/bin/sh", "-c", 'umask 077; echo "$1 $(cat "$2") $(id -u)" >said.txt', "tool"],
        inputs: {
          word: { type: "string", inputBinding: { position: 1 } },
          text: { type: "File", inputBinding: { position: 2 } },
        },
        outputs: { said: { type: "File", outputBinding: { glob: "said.txt" } } },
      },
      scatter: "word",
      in: { word: "words", text: "text" },
      out: ["said"],
    },
    join: {
      run: {
        class: "CommandLineTool",
        baseCommand: "cat",
        inputs: { parts: { type: "File[]", inputBinding: {} } },
        outputs: { all: { type: "stdout" } },
        stdout: "all.txt",
      },
      in: { parts: "each/said" },
      out: ["all"],
    },
  },
} as const;

function describeUsers(slurm: TestSlurm, users: UnixUsers): void {
  const { ana, bob, service } = users;

  test("each job and its files belong to its user, neither sees those of the other, also after a restart", async () => {
    await using place = await openPlace(slurm, users);
    const keys = { ana: {}, bob: {}, carl: {} };
    const begin = async () => {
      await using server = await place.start();
      await deployCwl(server.url, "revealing", revealing);
      for (const name of ["ana", "bob", "carl"] as const) keys[name] = place.keyOf(name);
      const inputs = { ledger: place.at("ledger"), text: "for you" };
      const jobs = [
        await submit(server.url, "revealing", inputs, keys.ana),
        await submit(server.url, "revealing", inputs, keys.bob),
      ] as const;
      const refused = await endOf(server.url, await submit(server.url, "revealing", inputs, keys.carl), keys.carl);
      expect(JSON.stringify(refused)).toContain("slurm-users");
      expect(JSON.stringify(refused)).toContain("carl");
      await until("both have started", async () => {
        slurm.resume();
        return (await place.starts()).length === 2;
      });
      await server.stop("SIGKILL");
      return jobs;
    };
    const jobs = await begin();
    expect((await place.starts()).toSorted()).toEqual([`${ana.uid}`, `${bob.uid}`].toSorted());
    const queued = slurm.run(["squeue", "-h", "-t", "R", "-o", "%u"]).out.split("\n").toSorted();
    expect(queued).toEqual([ana.name, bob.name].toSorted());
    const work = place.at("shared/work");
    const areas = await Promise.all(
      (await readdir(work)).map(async (name) => ({ path: join(work, name), uid: (await stat(join(work, name))).uid })),
    );
    for (const user of [ana, bob]) {
      const own = areas.find(({ uid }) => uid === user.uid)?.path ?? "";
      const other = areas.find(({ uid }) => uid === (user === ana ? bob : ana).uid)?.path ?? "";
      expect(await seesAs(user, join(own, "tasks/main/0-1-out/secret.txt"))).toBe(true);
      expect(await seesAs(user, join(other, "tasks/main/0-1-out"))).toBe(false);
      expect(await seesAs(user, other)).toBe(false);
      expect((await stat(join(own, "tasks/main/0-1-out/secret.txt"))).uid).toBe(user.uid);
      expect((await stat(join(own, "tasks/main/0-1-out"))).uid).toBe(user.uid);
    }
    expect(await seesAs(ana, work)).toBe(false);
    await using server = await place.start();
    await place.letGo();
    for (const [index, user, headers] of [
      [0, ana, keys.ana],
      [1, bob, keys.bob],
    ] as const) {
      const job = jobs[index];
      expect(await endOf(server.url, job, headers)).toMatchObject({ status: "successful" });
      const results = JSON.stringify(await (await fetch(`${server.url}/jobs/${job}/results`, { headers })).json());
      expect(results).toContain("secret");
      const said = await (await fetch(`${server.url}/jobs/${job}/results/said`, { headers })).text();
      expect(said).toContain(`${user.uid}\nfor you`);
    }
    expect(await place.starts()).toHaveLength(2);
    // What failed without a start keeps its empty directory for a while.
    await until("nothing of theirs is left", async () => (await readdir(work)).length === 1);
  });

  test.skipIf(Bun.which("bwrap") === null)(
    "a workflow whose step is scattered reads an upload, and files of its own steps (bubblewrap)",
    async () => {
      await using place = await openPlace(slurm, users);
      await using server = await place.start();
      await deployCwl(server.url, "steps", readingSteps);
      const headers = place.keyOf("ana");
      const upload = await fetch(`${server.url}/vault`, { method: "POST", body: "uploaded", headers });
      const { href, token } = v.parse(UploadSchema, await upload.json());
      const words = Array.from({ length: 6 }, (_, index) => `word${index}`);
      const inputs = { words, text: { href } };
      const job = await submit(server.url, "steps", inputs, { ...headers, "x-auth-vault": `token ${token}` });
      const end = await endOf(server.url, job, headers);
      const log = await (await fetch(`${server.url}/jobs/${job}/log`, { headers })).text();
      expect({ status: end.status, log }).toEqual({ status: "successful", log });
      const all = await (await fetch(`${server.url}/jobs/${job}/results/all`, { headers })).text();
      expect(all).toBe(`${words.map((word) => `${word} uploaded ${ana.uid}`).join("\n")}\n`);
    },
    100_000,
  );

  test.skipIf(Bun.which("bwrap") === null)(
    "a tool runs in an image from the shared directory as its user, and where users may not read it the job says so (bubblewrap)",
    async () => {
      await using place = await openPlace(slurm, users);
      const archive = await saveImage(place.at("image"), ["sh", "id", "cat"]);
      const words = ["images", "import", archive, "own:1", "--data", place.at("data")];
      const lying = { HEDDLE_WORK_DIR: place.at("shared") };
      const imported = Bun.spawnSync([place.at("service"), ...words], { env: lying });
      expect(`${imported.exitCode} ${imported.exitCode === 0 ? "" : imported.stderr}`).toBe("0 ");
      await using server = await place.start();
      const requirements = { DockerRequirement: { dockerPull: "own:1" } };
      await deployCwl(server.url, "inside", shellTool("id -u; cat /etc/of-image", { requirements }));
      const headers = place.keyOf("ana");
      const run = async () => {
        const job = await submit(server.url, "inside", { ledger: place.at("ledger") }, headers);
        return { job, end: await endOf(server.url, job, headers) };
      };
      const refused = JSON.stringify((await run()).end);
      expect(refused).toContain('Cannot run image \\"own:1\\"');
      expect(refused).toContain("chmod -R o+rX");
      expect(Bun.spawnSync(["chmod", "-R", "o+rX", place.at("shared/images")]).exitCode).toBe(0);
      const { job, end } = await run();
      const log = await (await fetch(`${server.url}/jobs/${job}/log`, { headers })).text();
      expect({ status: end.status, log }).toEqual({ status: "successful", log });
      const said = await (await fetch(`${server.url}/jobs/${job}/results/said`, { headers })).text();
      expect(said).toBe(`${ana.uid}\nof the image\n`);
    },
    100_000,
  );

  test("a job is dismissed, and its tool of the other user ends", async () => {
    await using place = await openPlace(slurm, users);
    await using server = await place.start();
    await deployCwl(server.url, "revealing", revealing);
    const headers = place.keyOf("ana");
    const inputs = { ledger: place.at("ledger"), text: "for you" };
    const job = await submit(server.url, "revealing", inputs, headers);
    await until("it has started", async () => (await place.starts()).length === 1);
    expect((await fetch(`${server.url}/jobs/${job}`, { method: "DELETE", headers })).status).toBe(200);
    await until("the queue is empty", () => slurm.run(["squeue", "-h"]).out === "");
    await until("nothing is left", async () => (await readdir(place.at("shared/work"))).length === 0);
  });

  test("a helper that is called with something else refuses it", async () => {
    await using place = await openPlace(slurm, users);
    const work = place.at("shared/work");
    const call = (request: unknown, as: readonly string[] = ["-u", ana.name], words: readonly string[] = []) => {
      const rule = words.length === 0 ? ["slurm-helper", place.at("rules.json")] : words;
      const sudo = ["sudo", "-n", ...as, "--", place.at("heddle"), ...rule];
      const child = Bun.spawnSync(asUser(service, sudo), {
        env: { PATH: "/usr/bin:/bin" },
        stdin: Buffer.from(JSON.stringify(request)),
      });
      return { isRefused: child.exitCode !== 0, why: child.stderr.toString() };
    };
    const withGroup = ["-u", ana.name, "-g", service.name];
    const prepare = (execution: string, directories: unknown = []) => ({ verb: "prepare", execution, directories });
    expect(call(prepare("e1", [["slurm"]]), withGroup)).toEqual({ isRefused: false, why: "" });
    const script = join(work, "e1/slurm/job.sh");
    await writeFile(script, "#!/bin/sh\n", { mode: 0o644 });
    await chown(script, service.uid, service.gid);
    const send = (words: readonly string[], name = "job.sh") => ({
      verb: "submit",
      execution: "e1",
      script: name,
      words,
    });
    expect(call(send(["--hold"]))).toEqual({ isRefused: false, why: "" });
    await symlink("/etc/passwd", join(work, "e1/slurm/link.sh"));
    await writeFile(join(work, "e1/slurm/other.sh"), "#!/bin/sh\n", { mode: 0o644 });
    await symlink(place.at("data"), join(work, "away"));
    await mkdir(join(work, "e1/root"));
    for (const [request, as, words, wanted] of [
      [prepare("../data"), withGroup, [], "wanted the name of one file"],
      [prepare("/etc"), withGroup, [], "wanted the name of one file"],
      [prepare(".."), withGroup, [], "wanted the name of one file"],
      [prepare("e1", [["slurm", "..", ".."]]), withGroup, [], "wanted the name of one file"],
      [prepare("away", [["x"]]), withGroup, [], "found no directory"],
      [prepare("e1", [["root", "x"]]), withGroup, [], "found a directory of user 0"],
      [prepare("e2"), ["-u", ana.name], [], "wanted group"],
      [send(["--uid=0"]), undefined, [], '"--uid=0"'],
      [send(["--ui=0"]), undefined, [], '"--ui=0"'],
      [send(["--wrap=id"]), undefined, [], '"--wrap=id"'],
      [send(["--output=/etc/x"]), undefined, [], '"--output=/etc/x"'],
      [send(["/etc/passwd"]), undefined, [], '"/etc/passwd"'],
      [send([], "../../x"), undefined, [], "wanted the name of one file"],
      [send([], "link.sh"), undefined, [], "or a link"],
      [send([], "other.sh"), undefined, [], "a file of user 0"],
      [{ verb: "run", words: ["id"] }, undefined, [], "prepare, submit, cancel or release"],
      [{ verb: "cancel", jobs: ["--user=root"] }, undefined, [], "a number of a job"],
      [{ verb: "release", execution: ".." }, withGroup, [], "wanted the name of one file"],
      [prepare("e3"), ["-u", "root"], [], "sudo"],
      [prepare("e3"), ["-u", "#0"], [], "sudo"],
      [prepare("e3"), ["-u", "munge"], [], "sudo"],
      [prepare("e3"), undefined, ["serve"], "sudo"],
      [prepare("e3"), undefined, ["slurm-helper", place.at("rules.json"), "x"], "sudo"],
      [prepare("e3"), undefined, ["slurm-helper", "/etc/passwd"], "sudo"],
    ] as const) {
      const answer = call(request, as, words);
      expect({ request, ...answer }).toEqual({ request, isRefused: true, why: expect.stringContaining(wanted) });
    }
    // Not by sudo, but as root itself, and by rules that somebody else wrote.
    const direct = (rules: string) =>
      Bun.spawnSync([place.at("heddle"), "slurm-helper", rules], {
        env: {},
        stdin: Buffer.from(JSON.stringify(prepare("e4"))),
      });
    expect(direct(place.at("rules.json")).stderr.toString()).toContain("neither root");
    await writeFile(place.at("forged.json"), "{}");
    await chown(place.at("forged.json"), ana.uid, ana.gid);
    expect(direct(place.at("forged.json")).stderr.toString()).toContain("only root may write");
    expect((await readdir(work)).toSorted()).toEqual(["away", "e1"]);
    slurm.run(["scancel", "--user", ana.name]);
  });
}

/** Makes an archive as `docker save` does, of an image with these programs of this machine. */
async function saveImage(folder: string, programs: readonly string[]): Promise<string> {
  const at = (name: string) => join(folder, name);
  await mkdir(at("parts"), { recursive: true });
  await makeRootFs(at("root"), programs);
  await writeFile(join(at("root"), "etc/of-image"), "of the image\n");
  const tar = (archive: string, from: string) => Bun.spawnSync(["tar", "-cf", archive, "-C", from, "."]);
  tar(join(at("parts"), "layer.tar"), at("root"));
  const manifest = [{ Config: "config.json", RepoTags: ["own:1"], Layers: ["layer.tar"] }];
  await writeFile(join(at("parts"), "manifest.json"), JSON.stringify(manifest));
  await writeFile(join(at("parts"), "config.json"), "{}");
  tar(at("image.tar"), at("parts"));
  return at("image.tar");
}
