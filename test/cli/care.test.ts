import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { chmod, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { silentLogger } from "../../src/domain/logger.ts";
import { databaseFaults } from "../../src/store/database/backup.ts";
import { openDatabase } from "../../src/store/database/database.ts";
import { migrationFiles } from "../../src/store/migrations.macro.ts";
import { deployCwl, statusOf, submit, untilFinished } from "../support/jobs.ts";
import { realClock } from "../support/real-clock.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("a backup made while the service works holds every job answered before, and is restored elsewhere", async () => {
  await using folder = await temporaryDirectory();
  const [data, other, file] = ["data", "other", "backup.db"].map((name) => join(folder.path, name));
  const answered: string[] = [];
  {
    await using server = await startServer(data ?? "");
    for (let count = 0; count < 20; count += 1) answered.push(await submit(server.url, "echo", { text: `${count}` }));
    let isDone = false;
    const load = (async () => {
      while (!isDone) await submit(server.url, "echo", { text: "load" });
    })();
    const backup = await runExecutable(["backup", file ?? "", "--data", data ?? ""]);
    isDone = true;
    await load;
    expect(backup.exitCode).toBe(0);
    const refused = await runExecutable(["restore", file ?? "", "--data", data ?? ""]);
    expect([refused.exitCode, refused.talk]).toEqual([10, expect.stringContaining("holds it since")]);
  }
  expect((await runExecutable(["restore", file ?? "", "--data", other ?? ""])).exitCode).toBe(0);
  await using restored = await startServer(other ?? "");
  for (const job of answered) {
    expect((await untilFinished(restored.url, job)).at(-1)?.status).toBe("successful");
  }
});

test("what is no backup is not restored, and the database that was there stays beside the restored one", async () => {
  await using folder = await temporaryDirectory();
  const [data, file] = [join(folder.path, "data"), join(folder.path, "backup.db")];
  let kept = "";
  {
    await using server = await startServer(data);
    kept = await submit(server.url, "echo", { text: "a" });
    await untilFinished(server.url, kept);
  }
  await runExecutable(["backup", file, "--data", data]);
  await Bun.write(join(folder.path, "wrong"), "not a database, but long enough to be read as one");
  const wrong = await runExecutable(["restore", join(folder.path, "wrong"), "--data", data]);
  expect(wrong.exitCode).toBe(4);
  expect((await runExecutable(["restore", file, "--data", data])).exitCode).toBe(0);
  expect(await readdir(data)).toContain("heddle.db.replaced");
  await using server = await startServer(data);
  expect((await statusOf(server.url, kept)).status).toBe("successful");
});

test("doctor tells what it found, and repairs open directories and orphans when asked to", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  let job = "";
  {
    await using server = await startServer(data);
    job = await submit(server.url, "echo", { text: "a" });
    await untilFinished(server.url, job);
    const beside = await runExecutable(["doctor", "--data", data]);
    expect([beside.exitCode, beside.out]).toEqual([0, expect.stringContaining("good     database: 1 jobs")]);
    expect((await runExecutable(["doctor", "--fix", "--data", data])).exitCode).toBe(10);
  }
  await chmod(data, 0o755);
  await mkdir(join(data, "work", "01a20a51-0000-7000-8000-000000000000"));
  await symlink("nowhere", join(data, "outputs", job));
  await Bun.write(join(data, "outputs", "index.html"), "somebody else's");
  const found = await runExecutable(["doctor", "--json", "--data", data]);
  const states = (out: string) =>
    Object.fromEntries(
      JSON.parse(out).findings.map(({ about, state }: { about: string; state: string }) => [about, state]),
    );
  expect(states(found.out)).toMatchObject({ "data directory": "warning", orphans: "warning", database: "good" });
  const looked = [
    "data directory",
    "file system",
    "free space",
    "space",
    "database",
    "orphans",
    "tools",
    "sandbox",
    "containers",
    "limits",
    "tool network",
  ];
  expect(Object.keys(states(found.out))).toEqual(looked);
  const fixed = await runExecutable(["doctor", "--fix", "--json", "--data", data]);
  expect(states(fixed.out)).toMatchObject({ "data directory": "good", orphans: "good" });
  expect([await readdir(join(data, "work")), await readdir(join(data, "outputs"))]).toEqual([
    [".orphans"],
    ["index.html"],
  ]);
  expect(states(fixed.out)).toMatchObject({ "set aside": "warning" });
  await Bun.write(join(data, "heddle.db"), "ruined");
  const ruined = await runExecutable(["doctor", "--json", "--data", data]);
  expect([ruined.exitCode, states(ruined.out).database]).toEqual([1, "fault"]);
  expect((await runExecutable(["doctor", "--data", join(folder.path, "nowhere")])).exitCode).toBe(1);
  // It tries the sandbox and the container engines of the machine, which may take their time.
}, 30_000);

test("the database is kept as it was before a newer program changes it", async () => {
  await using folder = await temporaryDirectory();
  const file = join(folder.path, "heddle.db");
  const migrations = (await migrationFiles()).slice(0, -1);
  await (await openDatabase({ file, clock: realClock, logger: silentLogger, migrations }))[Symbol.asyncDispose]();
  await using server = await startServer(folder.path);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  await untilFinished(server.url, await submit(server.url, "echo", { text: "a" }));
  const copy = `${file}.of-${migrations.length}-migrations`;
  expect(databaseFaults(copy)).toEqual([]);
  using kept = new Database(copy, { readonly: true });
  expect(kept.query("SELECT count(*) AS count FROM __drizzle_migrations").get()).toEqual({ count: migrations.length });
});

test("doctor warns of a dot in the directory's name, and of packages that would be refused today, with the line to change", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "v1.2 data", "plain");
  const tool = { class: "CommandLineTool", baseCommand: "echo", inputs: { a: "string" }, outputs: {} };
  const workflow = (requirements: object) => ({
    cwlVersion: "v1.2",
    class: "Workflow",
    requirements,
    inputs: { words: "string[]" },
    outputs: {},
    steps: { s: { run: tool, in: { a: "words" }, scatter: "a", out: [] } },
  });
  {
    await using server = await startServer(data);
    for (const id of ["now", "earlier"]) await deployCwl(server.url, id, workflow({ ScatterFeatureRequirement: {} }));
  }
  {
    using database = new Database(join(data, "heddle.db"));
    database
      .query(
        "UPDATE process_revisions SET definition = json_set(definition, '$.document', json(?)) WHERE process_id = 'earlier'",
      )
      .run(JSON.stringify(workflow({})));
  }
  const { exitCode, out } = await runExecutable(["doctor", "--data", data]);
  expect(exitCode).toBe(0);
  expect(out).toContain('has a dot in "v1.2 data"');
  expect(out).toContain('warning  packages: process "earlier" would be refused today: ');
  expect(out).toContain('wanted the line "ScatterFeatureRequirement: {}"');
  expect(out).not.toContain('process "now"');
}, 30_000);

test("doctor names descriptions that would be refused today, and none that would be taken", async () => {
  await using folder = await temporaryDirectory();
  const data = join(folder.path, "data");
  const box = "https://raw.githubusercontent.com/eoap/schemas/main/ogc.yaml#BBox";
  const tool = {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: "echo",
    requirements: { SchemaDefRequirement: { types: [{ $import: box.split("#")[0] ?? "" }] } },
    inputs: {
      n: "int",
      l: "int[]",
      o: { type: "string?", default: "a" },
      e: { type: ["null", { type: "enum", symbols: ["x"] }] },
      f: "File?",
      b: { type: [box, "null"] },
      t: "string?",
    },
    outputs: { out: { type: "stdout" } },
    stdout: "o.txt",
  };
  const described = {
    n: { schema: { type: "integer", minimum: 1, maximum: 9, default: 2 } },
    l: { schema: { type: "array", items: { type: "integer" }, maxItems: 3 } },
    t: { schema: { type: "string", nullable: true, pattern: "^a+$" } },
  };
  const changes = {
    ref: ["$.inputs.n.schema", { $ref: "https://example.com/number.json" }],
    pattern: ["$.inputs.t.schema", { type: "string", pattern: "(?=a)" }],
    type: ["$.inputs.n.schema", { type: "string" }],
    default: ["$.inputs.n.schema", { type: "integer", maximum: 3, default: 5 }],
    output: ["$.outputs.gone", { schema: { type: "string" } }],
  } as const;
  {
    await using server = await startServer(data);
    for (const id of ["plain", "described", ...Object.keys(changes)]) {
      const body = {
        processDescription: { id, ...(id === "plain" ? {} : { inputs: described }) },
        executionUnit: { unit: tool, type: "application/cwl+json" },
      };
      const answer = await fetch(`${server.url}/processes`, {
        method: "POST",
        headers: { "content-type": "application/ogcapppkg+json" },
        body: JSON.stringify(body),
      });
      expect([id, answer.status, answer.status === 201 ? "" : await answer.text()]).toEqual([id, 201, ""]);
    }
  }
  {
    using database = new Database(join(data, "heddle.db"));
    const change = database.query(
      "UPDATE process_revisions SET description = json_set(description, ?, json(?)) WHERE process_id = ?",
    );
    for (const [id, [path, value]] of Object.entries(changes)) change.run(path, JSON.stringify(value), id);
  }
  const { out } = await runExecutable(["doctor", "--data", data]);
  const said = (id: string) =>
    out
      .split("\n")
      .filter((line) => line.includes(`process "${id}" would be refused today`))
      .join("");
  expect([said("plain"), said("described")]).toEqual(["", ""]);
  expect(said("ref")).toContain(": /processDescription/inputs/n/schema/$ref: ");
  expect(said("pattern")).toContain("/processDescription/inputs/t/schema/pattern: ");
  expect(said("type")).toContain("/processDescription/inputs/n/schema");
  expect(said("default")).toContain("/processDescription/inputs/n/schema/default: ");
  expect(said("output")).toContain("/processDescription/outputs/gone: ");
}, 30_000);
