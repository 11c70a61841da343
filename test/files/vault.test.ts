import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { createLayout } from "../../src/files/layout.ts";
import { removeVaultFile, storeVaultFile, vaultFile } from "../../src/files/vault.ts";
import { filesRig } from "./support.ts";

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
}

const limits = { maxBytes: 10 };

describe("storeVaultFile()", () => {
  test("writes a body with its size and digest, for the owner only", async () => {
    await using r = await filesRig();
    const stored = await storeVaultFile(r.layout, "id", streamOf("01234", "56789"), limits);
    expect(stored).toEqual({ sizeBytes: 10, sha256: createHash("sha256").update("0123456789").digest("hex") });
    expect(await readFile(vaultFile(r.layout, "id"), "utf8")).toBe("0123456789");
    expect((await stat(vaultFile(r.layout, "id"))).mode & 0o777).toBe(0o600);
    expect((await stat(r.layout.vaultDirectory)).mode & 0o777).toBe(0o700);
    expect(await readdir(r.layout.vaultDirectory)).toEqual(["id"]);
  });

  test("writes an empty body", async () => {
    await using r = await filesRig();
    expect(await storeVaultFile(r.layout, "id", streamOf(), limits)).toMatchObject({ sizeBytes: 0 });
  });

  test("refuses a body over the limit, stops reading it and leaves nothing", async () => {
    await using r = await filesRig();
    let wasCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(4)),
      cancel: () => {
        wasCancelled = true;
      },
    });
    expect(await storeVaultFile(r.layout, "id", endless, limits).catch((error) => error)).toMatchObject({
      kind: "content-too-large",
    });
    expect(wasCancelled).toBe(true);
    expect(await readdir(r.layout.vaultDirectory)).toEqual([]);
  });

  test("leaves nothing of a body that breaks off", async () => {
    await using r = await filesRig();
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(4)),
      pull: (controller) => controller.error(new Error("connection lost")),
    });
    expect(await storeVaultFile(r.layout, "id", broken, limits).catch(String)).toContain("connection lost");
    expect(await readdir(r.layout.vaultDirectory)).toEqual([]);
  });

  test("tells when the vault cannot be written", async () => {
    await using r = await filesRig();
    const blocked = createLayout(await r.make("in-the-way"));
    expect(storeVaultFile(blocked, "id", streamOf("x"), limits)).rejects.toThrow("ENOTDIR");
  });

  test("refuses an id that leaves the vault", async () => {
    await using r = await filesRig();
    expect(storeVaultFile(r.layout, "../id", streamOf("x"), limits)).rejects.toThrow("Cannot find");
    expect(() => vaultFile(r.layout, "..")).toThrow("Cannot find");
  });
});

describe("removeVaultFile()", () => {
  test("removes a file, and may be called again", async () => {
    await using r = await filesRig();
    await storeVaultFile(r.layout, "id", streamOf("x"), limits);
    await removeVaultFile(r.layout, "id");
    await removeVaultFile(r.layout, "id");
    expect(await readdir(r.layout.vaultDirectory)).toEqual([]);
  });
});
