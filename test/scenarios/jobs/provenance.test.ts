import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import * as v from "valibot";
import { deployCwl, statusOf, submit, untilFinished } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const RecordsSchema = v.record(v.string(), v.record(v.string(), v.unknown()));
const ProvSchema = v.object({
  prefix: v.record(v.string(), v.string()),
  entity: RecordsSchema,
  activity: RecordsSchema,
  agent: RecordsSchema,
  used: RecordsSchema,
  wasGeneratedBy: v.optional(RecordsSchema, {}),
  wasAssociatedWith: RecordsSchema,
  wasInformedBy: v.optional(RecordsSchema, {}),
  wasDerivedFrom: v.optional(RecordsSchema, {}),
  hadMember: v.optional(RecordsSchema, {}),
  actedOnBehalfOf: RecordsSchema,
});
type Prov = v.InferOutput<typeof ProvSchema>;

const count = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  hints: { SoftwareRequirement: { packages: { coreutils: { version: ["9.1"] } } } },
  baseCommand: ["sh", "-c", 'sleep "$2"; test "$3" = ok && cat "$1"', "count"],
  inputs: {
    table: { type: "File", inputBinding: { position: 1 } },
    seconds: { type: "double", default: 0, inputBinding: { position: 2 } },
    word: { type: "string", default: "ok", inputBinding: { position: 3 } },
  },
  outputs: { out: { type: "stdout" } },
  stdout: "out.txt",
};

function flow(second = {}) {
  return {
    cwlVersion: "v1.2",
    class: "Workflow",
    requirements: { ScatterFeatureRequirement: {} },
    inputs: { tables: "File[]", seconds: "double?", word: "string?" },
    outputs: { last: { type: "File", outputSource: "join/out" } },
    steps: {
      count: { run: "count", scatter: "table", in: { table: "tables" }, out: ["out"] },
      join: {
        run: {
          class: "CommandLineTool",
          baseCommand: ["sh", "-c", 'sleep "$1"; test "$2" = ok || exit 3; shift 2; cat "$@"', "join"],
          inputs: {
            seconds: { type: "double", default: 0, inputBinding: { position: 1 } },
            word: { type: "string", default: "ok", inputBinding: { position: 2 } },
            files: { type: "File[]", inputBinding: { position: 3 } },
          },
          outputs: { out: { type: "stdout" } },
          stdout: "joined.txt",
        },
        in: { files: "count/out", seconds: "seconds", word: "word" },
        out: ["out"],
        ...second,
      },
    },
  };
}

async function provOf(url: string, job: string): Promise<Prov> {
  const response = await fetch(`${url}/jobs/${job}/prov`);
  expect(response.headers.get("content-type")).toBe("application/json");
  return v.parse(ProvSchema, await response.json());
}

const inline = (text: string) => ({ value: text, mediaType: "text/plain" });
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Activities of a step, by its name. */
function activitiesOf({ activity }: Prov, step: string) {
  return Object.entries(activity).filter(([, facts]) => facts["heddle:step"] === step);
}

function filesOf({ entity }: Prov, digest: string): readonly string[] {
  return Object.entries(entity).flatMap(([name, facts]) => (facts["heddle:sha256"] === digest ? [name] : []));
}

test("A workflow tells what each of its tasks used, ran and made, by whom and where", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const { url } = server;
  await deployCwl(url, "count", count);
  await deployCwl(url, "flow", flow());
  const job = await submit(url, "flow", { tables: [inline("red"), inline("green")] });
  expect((await untilFinished(url, job)).at(-1)).toMatchObject({ status: "successful" });
  const prov = await provOf(url, job);
  const { executionId = "" } = await statusOf(url, job);
  expect(JSON.stringify(prov)).not.toContain(folder.path);
  expect(JSON.stringify(prov)).not.toContain(executionId);

  const [whole = ""] = Object.keys(prov.activity).filter((name) => prov.activity[name]?.["heddle:jobID"] === job);
  expect(prov.activity[whole]).toMatchObject({ "heddle:status": "successful", "heddle:attempt": 1 });
  expect(prov.activity[whole]).not.toHaveProperty("heddle:notRecorded");
  const parts = ["count[0]", "count[1]"].map((step) => activitiesOf(prov, step));
  const [[join = "", joinFacts = {}] = []] = activitiesOf(prov, "join");
  expect(parts.map((part) => part.length)).toEqual([1, 1]);
  const first = parts[0]?.[0]?.[1];
  expect(first).toMatchObject({ "heddle:exitCode": 0, "heddle:tries": 1, "heddle:software": ["coreutils 9.1"] });
  expect(JSON.parse(String(first?.["heddle:command"]))).toEqual([
    "sh",
    "-c",
    'sleep "$2"; test "$3" = ok && cat "$1"',
    "count",
    expect.stringMatching(/^inputs\/tables\/0\//),
    "0",
    "ok",
  ]);
  expect(Object.keys(joinFacts)).toContain("prov:startTime");

  // The files, from those that were given to the result.
  for (const text of ["red", "green"]) expect(filesOf(prov, sha256(text))).toHaveLength(2);
  const results = filesOf(prov, sha256("redgreen"));
  expect(results).toHaveLength(2);
  const used = Object.values(prov.used);
  const usedBy = (activity: string) => used.filter((one) => one["prov:activity"] === activity);
  expect(usedBy(whole).map((one) => one["prov:role"])).toEqual(["tables", "tables"]);
  expect(
    usedBy(join)
      .map((one) => one["prov:role"])
      .toSorted(),
  ).toEqual(["files", "seconds", "word"]);
  const made = Object.values(prov.wasGeneratedBy);
  expect(made.filter((one) => one["prov:activity"] === join)).toHaveLength(1);
  expect(made.filter((one) => one["prov:activity"] === whole)).toMatchObject([{ "prov:role": "last" }]);
  const informants = Object.values(prov.wasInformedBy).filter((one) => one["prov:informed"] === join);
  expect(informants.map((one) => one["prov:informant"]).toSorted()).toEqual(
    [whole, ...parts.flatMap((part) => part.map(([name]) => name))].toSorted(),
  );
  expect(Object.values(prov.wasDerivedFrom)).toHaveLength(1);
  expect(Object.values(prov.hadMember)).toHaveLength(2);

  // Who, and by which plan.
  const { revision } = v.parse(
    v.looseObject({ revision: v.string() }),
    await (await fetch(`${url}/processes/count`)).json(),
  );
  const entities = Object.values(prov.entity);
  expect(entities.find((one) => one["heddle:revision"] === revision)).toMatchObject({ "heddle:processID": "count" });
  expect(entities.find((one) => one["heddle:processID"] === "flow")).toMatchObject({
    "heddle:version": "1.0.0",
    "heddle:documentDigest": expect.stringMatching(/^sha256:/),
  });
  const agents = Object.values(prov.agent).map((one) => one["prov:label"]);
  const host = hostname().replaceAll(/[^\w.-]/g, "_");
  expect(agents.toSorted()).toEqual([expect.stringMatching(/^Heddle \d/), "anonymous", `executor local on ${host}`]);
}, 60_000);

test("A single tool has the inputs as they were resolved, and its argv; a built-in its values, host and version", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path);
  const { url } = server;
  await deployCwl(url, "count", count);
  const job = await submit(url, "count", { table: inline("red") });
  await untilFinished(url, job);
  const prov = await provOf(url, job);
  const [[main = "", facts = {}] = []] = activitiesOf(prov, "main");
  expect(facts).toMatchObject({ "heddle:exitCode": 0 });
  const roles = Object.values(prov.used).filter((one) => one["prov:activity"] === main);
  expect(roles.map((one) => one["prov:role"]).toSorted()).toEqual(["seconds", "table", "word"]);
  expect(Object.values(prov.entity).map((one) => one["prov:value"])).toContain('"ok"');
  // Nothing is made after the end of its maker.
  const made = { "prov:activity": main, "prov:role": "out", "prov:time": facts["prov:endTime"] };
  expect(Object.values(prov.wasGeneratedBy)).toMatchObject([made]);

  // Whoever has the address of a share is told which bytes went in, and led to nothing else.
  const shared = await fetch(`${url}/jobs/${job}/share`, { method: "POST" });
  const { href } = v.parse(v.looseObject({ href: v.string() }), await shared.json());
  const page = await (await fetch(`${href}?f=html`)).text();
  expect(page).toMatch(new RegExp(`SHA-256\\s*<code class="digest">${sha256("red")}</code>`));
  expect(page).toContain('title="3 bytes">');

  const echoed = await submit(url, "echo", { text: "hello" });
  await untilFinished(url, echoed);
  const sync = await fetch(`${url}/processes/echo/execution`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs: { text: "hello" } }),
  });
  const [, synced = ""] = /jobs\/([0-9a-f-]+)/.exec(sync.headers.get("link") ?? "") ?? [];
  for (const id of [echoed, synced]) {
    const told = await provOf(url, id);
    expect(Object.values(told.entity).filter((one) => one["prov:value"] === '"hello"')).toHaveLength(2);
    expect(Object.values(told.activity)[0]).not.toHaveProperty("heddle:notRecorded");
    expect(Object.values(told.agent)[0]).toMatchObject({ "heddle:version": expect.stringMatching(/^\d/) });
  }
}, 60_000);

test("What was recorded outlives a killed server, a failure and a retry from the failed step", async () => {
  await using folder = await temporaryDirectory();
  const before = await startServer(folder.path);
  await deployCwl(before.url, "count", count);
  await deployCwl(before.url, "flow", flow());
  const job = await submit(before.url, "flow", { tables: [inline("red"), inline("green")], seconds: 4, word: "no" });
  const isAtJoin = async () =>
    (await (await fetch(`${before.url}/jobs/${job}/log`)).text()).includes('Started step "join"');
  while (!(await isAtJoin())) await Bun.sleep(20);
  await before.stop("SIGKILL");
  await using after = await startServer(folder.path);
  const { url } = after;
  expect((await untilFinished(url, job)).at(-1)).toMatchObject({ status: "failed" });
  const failed = await provOf(url, job);
  expect(activitiesOf(failed, "count[0]")[0]?.[1]).toMatchObject({ "heddle:exitCode": 0 });
  expect(activitiesOf(failed, "join")[0]?.[1]).toMatchObject({
    "heddle:exitCode": 3,
    "heddle:failure": expect.any(String),
  });
  const retried = await fetch(`${url}/jobs/${job}/retry`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fromFailed: true }),
  });
  expect(retried.status).toBeLessThan(300);
  expect((await untilFinished(url, job)).at(-1)).toMatchObject({ status: "failed" });
  const again = await provOf(url, job);
  expect(activitiesOf(again, "count[1]")).toHaveLength(1);
  expect(activitiesOf(again, "join")).toHaveLength(2);

  // Each attempt is an activity of its own, with its end, and its steps belong to it.
  const attempts = Object.values(again.activity).filter((facts) => typeof facts["heddle:asked"] === "string");
  expect(attempts).toMatchObject([
    {
      "prov:label": "attempt 1",
      "prov:startTime": expect.any(String),
      "prov:endTime": expect.any(String),
      "heddle:status": "failed",
      "heddle:exitCode": 3,
      "heddle:failedStep": "join",
    },
    { "prov:label": "attempt 2", "heddle:status": "failed", "heddle:keptSteps": ["count[0]", "count[1]"] },
  ]);
  const joins = activitiesOf(again, "join").map(([, facts]) => facts["heddle:attempt"]);
  expect(joins).toEqual([1, 2]);
  const retries = Object.entries(again.activity).filter(([, facts]) => facts["prov:label"] === "tried again");
  expect(retries).toHaveLength(1);
  const askers = Object.values(again.wasAssociatedWith).filter((one) => one["prov:activity"] === retries[0]?.[0]);
  expect(askers).toMatchObject([{ "prov:role": "requester" }]);
  const told = await (await fetch(`${url}/jobs/${job}/prov/run`)).text();
  expect(told.match(/attempt [12], as the job was (submitted|tried again) failed exit code 3/g)).toHaveLength(2);
  const page = await (await fetch(`${url}/jobs/${job}/prov?f=html`)).text();
  expect(page).toContain("failed, in step join, exit code 3");
  expect(page).toContain("Kept of the attempt before, and not run again: count (part 1), count (part 2).");
}, 60_000);

test("Files that two attempts made alike have each their own maker, and a job of one attempt has none beside itself", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(folder.path, ["--cache-bytes", "0"]);
  const { url } = server;
  await deployCwl(url, "count", count);
  await deployCwl(url, "flow", flow());
  const job = await submit(url, "flow", { tables: [inline("red")], word: "no" });
  await untilFinished(url, job);
  const once = await provOf(url, job);
  expect(Object.values(once.activity).filter((facts) => facts["heddle:asked"] !== undefined)).toEqual([]);
  expect(once.activity["job:activity-1"]).toMatchObject({ "heddle:status": "failed", "heddle:exitCode": 3 });
  await fetch(`${url}/jobs/${job}/retry`, { method: "POST" });
  await untilFinished(url, job);
  const twice = await provOf(url, job);
  const counts = activitiesOf(twice, "count[0]").map(([name]) => name);
  const makers = Object.values(twice.wasGeneratedBy).map((one) => one["prov:activity"]);
  expect(counts).toHaveLength(2);
  expect(makers).toEqual(expect.arrayContaining(counts));
  const [, last = ""] = activitiesOf(twice, "join").map(([name]) => name);
  const informants = Object.values(twice.wasInformedBy).filter((one) => one["prov:informed"] === last);
  expect(informants.map((one) => one["prov:informant"])).toContain(counts[1]);
  expect(informants.map((one) => one["prov:informant"])).not.toContain(counts[0]);
}, 60_000);
