import { expect, test } from "bun:test";
import {
  clusterAccountOf,
  isClusterAccount,
  readClusterAccounts,
} from "../../../src/domain/people/cluster-accounts.ts";

const accounts = readClusterAccounts(["group:/hydrology=water", "user:ana=rivers", "user:ben b=b.1"]);

test.each([
  [{ user: "ana", groups: ["hydrology"] }, "rivers"],
  [{ user: "cem", groups: ["other", "hydrology"] }, "water"],
  [{ user: "ben b" }, "b.1"],
  [{ user: "hydrology" }, undefined],
  [{}, undefined],
])("%j is accounted for under %p", (principal, account) => {
  expect(clusterAccountOf(accounts, principal)).toBe(account);
});

test.each(["user:ana", "role:admin=x", "user:ana=two words", "user:=x", "ana=x", "user:ana=$(id)"])(
  "%p is no row of the table",
  (text) => {
    expect(isClusterAccount(text)).toBe(false);
  },
);
