import { expect, test } from "bun:test";
import { networkOf, networkWords, readNetworkRules } from "../../../src/domain/processes/tool-network.ts";

const decided = (rules: readonly string[], deployerRole: "admin" | "deployer" | undefined, isExposed = true) =>
  networkOf(readNetworkRules(rules), { id: "p", ...(deployerRole === undefined ? {} : { deployerRole }) }, isExposed)
    .network;

test("without a rule what no admin deployed has no network, once others may bring it", () => {
  expect(decided([], "admin")).toBe("host");
  expect(decided([], "deployer")).toBe("none");
  expect(decided([], undefined)).toBe("none");
  expect(decided([], undefined, false)).toBe("host");
});

test("the rule of a process wins over that of a role, and that over the one for all", () => {
  expect(decided(["host"], "deployer")).toBe("host");
  expect(decided(["none"], "admin", false)).toBe("none");
  expect(decided(["host", "deployer=none"], "deployer")).toBe("none");
  expect(decided(["host", "deployer=none"], "admin")).toBe("host");
  expect(decided(["none", "deployer=none", "process:p=host"], "deployer")).toBe("host");
  expect(decided(["none", "process:other=host"], "deployer")).toBe("none");
  expect(decided(["none", "host"], "deployer")).toBe("host");
});

test("what holds is told in words", () => {
  expect(networkWords(readNetworkRules([]), false)).toBe(
    "Tools have the machine's network when they ask for it (--tool-network)",
  );
  expect(networkWords(readNetworkRules(["none", "process:p=host"]), true)).toBe(
    'Tools have no network, those of "p" the machine\'s network when they ask for it (--tool-network)',
  );
});
