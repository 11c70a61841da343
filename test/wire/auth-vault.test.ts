import { expect, test } from "bun:test";
import { parseVaultAuthorizations } from "../../src/wire/auth-vault.ts";

test("a token with an id is read", () => {
  expect(parseVaultAuthorizations("token abc; id=f1")).toEqual([{ token: "abc", id: "f1" }]);
});

test("several tokens are separated by commas, and an id may be left out", () => {
  expect(parseVaultAuthorizations('Token abc, token def; id="f2"')).toEqual([
    { token: "abc" },
    { token: "def", id: "f2" },
  ]);
});

test("what is no token is left out", () => {
  expect(parseVaultAuthorizations("Bearer abc, token, token a b")).toEqual([]);
  expect(parseVaultAuthorizations(null)).toEqual([]);
});
