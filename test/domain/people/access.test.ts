import { describe, expect, test } from "bun:test";
import {
  type Action,
  actions,
  isOwn,
  mayDo,
  overseer,
  type Role,
  roles,
  toldRole,
} from "../../../src/domain/people/access.ts";

/** Written out a second time on purpose: a change of the table must be meant twice. */
const wanted: Record<Action, Record<Role, boolean>> = {
  "read-processes": { viewer: true, runner: true, deployer: true, admin: true },
  "read-own-jobs": { viewer: true, runner: true, deployer: true, admin: true },
  execute: { viewer: false, runner: true, deployer: true, admin: true },
  "read-package": { viewer: false, runner: true, deployer: true, admin: true },
  "dismiss-own": { viewer: false, runner: true, deployer: true, admin: true },
  upload: { viewer: false, runner: true, deployer: true, admin: true },
  deploy: { viewer: false, runner: false, deployer: true, admin: true },
  "read-all-jobs": { viewer: false, runner: false, deployer: false, admin: true },
  "dismiss-all": { viewer: false, runner: false, deployer: false, admin: true },
  "manage-providers": { viewer: false, runner: false, deployer: false, admin: true },
  "manage-keys": { viewer: false, runner: false, deployer: false, admin: true },
  bulk: { viewer: false, runner: false, deployer: false, admin: true },
  "read-metrics": { viewer: false, runner: false, deployer: false, admin: true },
  "read-audit": { viewer: false, runner: false, deployer: false, admin: true },
  "read-system": { viewer: false, runner: false, deployer: false, admin: true },
};

describe("mayDo() answers", () => {
  for (const action of actions) {
    for (const role of roles) {
      const may = wanted[action][role];
      test(`${may ? "yes" : "no"} when a ${role} asks to ${action}`, () => {
        expect(mayDo({ role }, action)).toBe(may);
      });
    }
  }
});

test("isOwn() tells users and the anonymous user apart", () => {
  expect(isOwn({ role: "runner", user: "ann" }, "ann")).toBe(true);
  expect(isOwn({ role: "runner", user: "ann" }, "bob")).toBe(false);
  expect(isOwn({ role: "runner", user: "ann" }, undefined)).toBe(false);
  expect(isOwn({ role: "runner" }, undefined)).toBe(true);
  expect(isOwn({ role: "runner" }, "ann")).toBe(false);
});

test.each([
  [{ role: "admin", scope: { actions: overseer.actions } }, "overseer"],
  [{ role: "admin", scope: { actions: overseer.actions, processes: ["a*"] } }, "overseer"],
  [{ role: "admin", scope: { actions: [...overseer.actions, "deploy"] } }, "admin"],
  [{ role: "admin", scope: { processes: ["a*"] } }, "admin"],
  [{ role: "admin" }, "admin"],
  [{ role: "runner", scope: { actions: ["read-own-jobs"] } }, "runner"],
] as const)("records name the role of %j %s", (principal, name) => {
  expect(toldRole(principal)).toBe(name);
});
