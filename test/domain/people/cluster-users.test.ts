import { expect, test } from "bun:test";
import { clusterUserOf, isClusterUser, readClusterUsers } from "../../../src/domain/people/cluster-users.ts";

const named = ["user:ana=ana2", "user:b@c.example=carl"];

for (const [rows, user, unix] of [
  [named, "ana", "ana2"],
  [named, "b@c.example", "carl"],
  [named, "bob", undefined],
  [named, undefined, undefined],
  [[...named, "same"], "ana", "ana2"],
  [[...named, "same"], "bob", "bob"],
  [["same"], "#0", undefined],
  [["same"], "-u root", undefined],
  [["same"], undefined, undefined],
] as const) {
  test(`with ${rows.join(",")} ${user ?? "who signs in with nothing"} is ${unix ?? "nobody"}`, () => {
    expect(clusterUserOf(readClusterUsers(rows), user)).toBe(unix);
  });
}

for (const text of ["ana=ana2", "user:ana", "user:ana=", "user:ana=#0", "group:a=b", "user:ana=a b"]) {
  test(`"${text}" is no row of the table`, () => expect(isClusterUser(text)).toBe(false));
}
