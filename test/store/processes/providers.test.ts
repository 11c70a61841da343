import { expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { seal, unseal } from "../../../src/store/database/seal.ts";
import { dismissJob } from "../../../src/store/jobs/dismiss-job.ts";
import { insertJob } from "../../../src/store/jobs/jobs.ts";
import {
  authOfProvider,
  findProvider,
  headersOfJob,
  insertProvider,
  listProviders,
  removeProvider,
  sealHeaders,
} from "../../../src/store/processes/providers.ts";
import { acceptedEvent, newJob, openTestDatabase, startOfTest } from "../../support/jobs-in-store.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const key = new Uint8Array(32).fill(7);
const provider = {
  id: "peer",
  url: "http://peer.example/wps",
  type: "wps-1.0.0",
  isPublic: false,
  forwardHeaders: ["x-token"],
  createdAt: 1,
} as const;

test("A sealed text opens with its key and for its row only", () => {
  const sealed = seal(key, "row", "secret text");
  expect(unseal(key, "row", sealed)).toBe("secret text");
  expect(seal(key, "row", "secret text")).not.toBe(sealed);
  expect(() => unseal(key, "other row", sealed)).toThrow();
  expect(() => unseal(new Uint8Array(32), "row", sealed)).toThrow();
  const bytes = Buffer.from(sealed, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  expect(() => unseal(key, "row", bytes.toString("base64"))).toThrow();
});

test("A provider is kept without its credentials in clear, found, listed and forgotten", async () => {
  await using folder = await temporaryDirectory();
  const auth = { type: "basic", username: "ada", password: "lovelace-1843" } as const;
  {
    await using database = await openTestDatabase(folder.path);
    expect(await insertProvider(database, key, { ...provider, auth })).toBe(true);
    expect(await insertProvider(database, key, provider)).toBe(false);
    expect(await findProvider(database, "peer")).toEqual({ ...provider, hasAuth: true });
    expect(await listProviders(database)).toHaveLength(1);
    expect(await authOfProvider(database, key, "peer")).toEqual(auth);
    await expect(authOfProvider(database, new Uint8Array(32), "peer")).rejects.toThrow();
  }
  for (const name of await readdir(folder.path)) {
    expect((await readFile(join(folder.path, name))).toString("latin1")).not.toContain("lovelace-1843");
  }
  await using database = await openTestDatabase(folder.path);
  expect(await removeProvider(database, "peer")).toBe(true);
  expect(await removeProvider(database, "peer")).toBe(false);
  expect(await findProvider(database, "peer")).toBeUndefined();
});

test("The headers of a job are there while it is not final, and gone with its dismissal", async () => {
  await using folder = await temporaryDirectory();
  await using database = await openTestDatabase(folder.path);
  const job = newJob({ isRemote: true, providerId: "peer" });
  const sealedHeaders = sealHeaders(key, job.id, { "x-token": "t0ken" });
  await insertJob(database, job, acceptedEvent(), { sealedHeaders });
  expect(await headersOfJob(database, key, job.id)).toEqual({ "x-token": "t0ken" });
  await dismissJob(database, { jobId: job.id, moveId: "m", at: startOfTest, message: "Job dismissed" });
  expect(await headersOfJob(database, key, job.id)).toEqual({});
});
