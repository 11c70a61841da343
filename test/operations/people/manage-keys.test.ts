import { expect, test } from "bun:test";
import { join } from "node:path";
import { silentLogger } from "../../../src/domain/logger.ts";
import { createAuthenticator } from "../../../src/operations/people/authenticate.ts";
import { createKey, readKeys, revokeKey } from "../../../src/operations/people/manage-keys.ts";
import { openDatabase } from "../../../src/store/database/database.ts";
import { touchKey } from "../../../src/store/people/keys.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

async function openKeys() {
  const stack = new AsyncDisposableStack();
  const directory = stack.use(await temporaryDirectory());
  const clock = fakeClock();
  const file = join(directory.path, "heddle.db");
  const database = stack.use(await openDatabase({ file, clock, logger: silentLogger }));
  const deps = { database, clock, newSecret: () => crypto.randomUUID().replaceAll("-", "") };
  const authenticator = createAuthenticator({ ...deps, allowAnonymous: undefined, isLocalOnly: true });
  const authenticate = (authorization?: string) => authenticator(authorization === undefined ? {} : { authorization });
  return { deps, clock, file, authenticate, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("a key signs its user in with its role", async () => {
  await using opened = await openKeys();
  const { key, text } = await createKey(opened.deps, { user: "ann", role: "deployer" });
  expect(text).toMatch(/^hdl_[A-Za-z0-9]+_[A-Za-z0-9]+$/);
  expect(await opened.authenticate(`Bearer ${text}`)).toEqual({
    kind: "known",
    principal: { user: "ann", role: "deployer", keyId: key.id },
  });
});

test("no key text and no hash of one is listed", async () => {
  await using opened = await openKeys();
  const { key, text } = await createKey(opened.deps, { user: "ann", role: "viewer" });
  const listed = JSON.stringify(await readKeys(opened.deps));
  expect(listed).toContain(key.id);
  expect(listed).not.toContain(text.split("_")[2] ?? "");
  expect(listed).not.toContain("ash");
});

test("a key made beside a running server is honoured within a second, a revoked one refused within one", async () => {
  await using opened = await openKeys();
  expect(await opened.authenticate(undefined)).toEqual({ kind: "known", principal: { role: "admin" } });
  const { key, text } = await createKey(opened.deps, { user: "ann", role: "viewer" });
  opened.clock.advance(1000);
  expect(await opened.authenticate(undefined)).toEqual({ kind: "stranger" });
  expect((await opened.authenticate(`Bearer ${text}`)).kind).toBe("known");
  await revokeKey(opened.deps, key.id);
  opened.clock.advance(1000);
  expect(opened.authenticate(`Bearer ${text}`)).rejects.toThrow("no valid key");
  expect(await opened.authenticate(undefined)).toEqual({ kind: "stranger" });
});

test("a key that was not known before is found as soon as it exists for a second", async () => {
  await using opened = await openKeys();
  const { text } = await createKey(
    { ...opened.deps, newSecret: () => "abc123abc123abc123" },
    { user: "a", role: "admin" },
  );
  expect(opened.authenticate("Bearer hdl_unknown_x")).rejects.toThrow("no valid key");
  expect((await opened.authenticate(`bearer ${text}`)).kind).toBe("known");
});

test("a role or user that cannot be is refused, and an unknown key cannot be revoked", async () => {
  await using opened = await openKeys();
  expect(createKey(opened.deps, { user: "ann", role: "owner" })).rejects.toThrow("viewer, runner, deployer, admin");
  expect(createKey(opened.deps, { user: " ", role: "admin" })).rejects.toThrow('found user " "');
  expect(revokeKey(opened.deps, "nope")).rejects.toThrow('"nope"');
});

test("the use of a key is written down beside requests, at most once a minute", async () => {
  await using opened = await openKeys();
  const { key, text } = await createKey(opened.deps, { user: "ann", role: "viewer" });
  const usedAt = async () => {
    // The write is not waited for by anybody: another one behind it is.
    await touchKey(opened.deps.database, "nobody's", 0);
    return (await readKeys(opened.deps)).find(({ id }) => id === key.id)?.lastUsedAt;
  };
  const first = opened.clock.now();
  await opened.authenticate(`Bearer ${text}`);
  expect(await usedAt()).toBe(first);
  for (let second = 0; second < 59; second += 1) {
    opened.clock.advance(1000);
    await opened.authenticate(`Bearer ${text}`);
  }
  expect(await usedAt()).toBe(first);
  opened.clock.advance(1000);
  await opened.authenticate(`Bearer ${text}`);
  expect(await usedAt()).toBe(first + 60_000);
});

test("a key with an end is refused from then on, also when it was remembered", async () => {
  await using opened = await openKeys();
  const { key, text } = await createKey(opened.deps, { user: "ann", role: "viewer", expires: "90s" });
  expect(key.expiresAt).toBe(opened.clock.now() + 90_000);
  opened.clock.advance(89_900);
  expect((await opened.authenticate(`Bearer ${text}`)).kind).toBe("known");
  opened.clock.advance(100);
  expect(opened.authenticate(`Bearer ${text}`)).rejects.toThrow("no valid key");
  expect(createKey(opened.deps, { user: "ann", role: "viewer", expires: "soon" })).rejects.toThrow('--expires "soon"');
});
