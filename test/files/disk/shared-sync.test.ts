import { expect, test } from "bun:test";
import { createSharedSync } from "../../../src/files/disk/shared-sync.ts";

/** Syncs that end when they are told to. */
function heldSyncs() {
  const begun: { readonly directory: string; readonly end: PromiseWithResolvers<void> }[] = [];
  const sync = createSharedSync((directory) => {
    const end = Promise.withResolvers<void>();
    begun.push({ directory, end });
    return end.promise;
  });
  return { begun, sync };
}

test("who asks while a directory is synced shares the next sync of it, and never the one that has begun", async () => {
  const { begun, sync } = heldSyncs();
  const first = sync("/a");
  const ended: string[] = [];
  const others = ["second", "third"].map((name) => sync("/a").then(() => ended.push(name)));
  expect(begun.length).toBe(1);
  begun[0]?.end.resolve();
  await first;
  await Bun.sleep(0);
  expect([begun.length, ended]).toEqual([2, []]);
  // Whoever comes now has the next but one.
  const last = sync("/a");
  begun[1]?.end.resolve();
  await Promise.all(others);
  await Bun.sleep(0);
  expect(begun.length).toBe(3);
  begun[2]?.end.resolve();
  await last;
  const later = sync("/a");
  begun[3]?.end.resolve();
  await later;
  expect(begun.map(({ directory }) => directory)).toEqual(["/a", "/a", "/a", "/a"]);
});

test("directories are synced beside each other, and a sync that fails fails those who share it, not the next ones", async () => {
  const { begun, sync } = heldSyncs();
  const first = sync("/a");
  const shared = [sync("/a"), sync("/a")];
  void sync("/b");
  expect(begun.map(({ directory }) => directory)).toEqual(["/a", "/b"]);
  begun[0]?.end.reject(new Error("no disk"));
  await expect(first).rejects.toThrow("no disk");
  await Bun.sleep(0);
  begun[2]?.end.reject(new Error("still none"));
  for (const one of shared) await expect(one).rejects.toThrow("still none");
  const next = sync("/a");
  begun[3]?.end.resolve();
  await next;
});
