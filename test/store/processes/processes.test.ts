import { expect, test } from "bun:test";
import type { Process } from "../../../src/domain/processes/process.ts";
import { undeployProcess } from "../../../src/store/processes/process-revisions.ts";
import {
  findProcess,
  findProcessRevision,
  listProcesses,
  saveProcess,
} from "../../../src/store/processes/processes.ts";
import { packageFacts, packageOfRevision } from "../../../src/store/processes/revision-packages.ts";
import { openTestDatabase } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

function processOf(id: string, revision = "sha256:1"): Process {
  return {
    id,
    revision,
    description: {
      id,
      version: "1.0.0",
      jobControlOptions: ["async-execute"],
      outputTransmission: ["value"],
      inputs: { text: { schema: { type: "string" }, minOccurs: 1, maxOccurs: "unbounded" } },
      outputs: {},
    },
    definition: { kind: "cwl", document: { class: "CommandLineTool" }, main: "#main" },
    isWorkflow: true,
    isMutable: true,
    visibility: "private",
    fileInputs: ["text"],
  };
}
const add = { replace: false };
const replace = { replace: true };

test("a process is found as it was saved", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  expect(await saveProcess(database, processOf("p"), 1, add)).toBe("deployed");
  expect(await findProcess(database, "p")).toStrictEqual(processOf("p"));
  expect(await findProcess(database, "none")).toBeUndefined();
});

test("an id that is taken is not replaced unless asked for", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await saveProcess(database, processOf("p", "sha256:1"), 1, add);
  expect(await saveProcess(database, processOf("p", "sha256:2"), 2, add)).toBe("exists");
  expect((await findProcess(database, "p"))?.revision).toBe("sha256:1");
  expect(await findProcessRevision(database, "p", "sha256:2")).toBeUndefined();
  expect(await saveProcess(database, processOf("p", "sha256:2"), 3, replace)).toBe("replaced");
  expect((await findProcess(database, "p"))?.revision).toBe("sha256:2");
});

test("what is refused as taken changes nothing, neither where it is the same revision", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  const source = (text: string) => ({ mediaType: "application/zip", bytes: Buffer.from(text) });
  const first = processOf("p");
  await saveProcess(database, first, 1, { ...add, source: source("first") });
  const before = await packageFacts(database, first);
  const other = { ...first, visibility: "public", deployerRole: "admin" } as const;
  expect(await saveProcess(database, other, 2, { ...add, source: source("another") })).toBe("exists");
  expect(await findProcess(database, "p")).toStrictEqual(first);
  expect(Buffer.from((await packageOfRevision(database, first))?.bytes ?? []).toString()).toBe("first");
  expect(await packageFacts(database, first)).toEqual(before);
  expect(await undeployProcess(database, "p", 3)).toBe(true);
  expect(await saveProcess(database, other, 4, { ...add, source: source("another") })).toBe("deployed");
  expect(await findProcess(database, "p")).toStrictEqual(other);
  expect(await packageFacts(database, first)).toEqual({ sizeBytes: 7, deployment: 2 });
});

test("a revision outlives its replacement and undeployment", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await saveProcess(database, processOf("p", "sha256:1"), 1, add);
  await saveProcess(database, processOf("p", "sha256:2"), 2, replace);
  expect(await undeployProcess(database, "p", 9)).toBe(true);
  expect(await undeployProcess(database, "p", 9)).toBe(false);
  expect(await findProcess(database, "p")).toBeUndefined();
  for (const revision of ["sha256:1", "sha256:2"]) {
    expect(await findProcessRevision(database, "p", revision)).toEqual(processOf("p", revision));
  }
});

test("a revision that comes back takes over what is no part of its digest", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  await saveProcess(database, processOf("p"), 1, add);
  await saveProcess(database, { ...processOf("p"), visibility: "public" }, 2, replace);
  expect((await findProcess(database, "p"))?.visibility).toBe("public");
});

test("the current revisions are listed by id, in pages", async () => {
  await using dir = await temporaryDirectory();
  await using database = await openTestDatabase(dir.path);
  for (const id of ["b", "a", "c"]) await saveProcess(database, processOf(id, "sha256:1"), 1, add);
  await saveProcess(database, processOf("b", "sha256:2"), 2, replace);
  const pageOf = async (limit: number, after?: string) =>
    (await listProcesses(database, { limit, withPrivate: true, ...(after === undefined ? {} : { after }) })).map(
      (process) => `${process.id} ${process.revision}`,
    );
  expect(await pageOf(10)).toEqual(["a sha256:1", "b sha256:2", "c sha256:1"]);
  expect(await pageOf(1, "a")).toEqual(["b sha256:2"]);
});
