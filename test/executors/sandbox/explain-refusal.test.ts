import { expect, test } from "bun:test";
import { explainRefusal, type KernelFacts } from "../../../src/executors/sandbox/explain-refusal.ts";

const noNamespace = "No permissions to create a new namespace";
const cases: readonly (readonly [title: string, fault: string, facts: KernelFacts, words: readonly string[]])[] = [
  [
    "no user namespaces",
    noNamespace,
    { maxUserNamespaces: "0", seccomp: "2" },
    ["switched off", "user.max_user_namespaces=10000"],
  ],
  [
    "Debian's switch",
    noNamespace,
    { maxUserNamespaces: "9", unprivilegedClone: "0" },
    ["for root only", "unprivileged_userns_clone=1"],
  ],
  [
    "a /proc with hidden parts",
    "Can't mount proc on /newroot/proc: Operation not permitted",
    { seccomp: "2" },
    ["hides parts of /proc", "unmask=ALL"],
  ],
  [
    "Docker's AppArmor profile",
    "Failed to make / slave: Permission denied",
    { apparmorProfile: "docker-default (enforce)", seccomp: "2" },
    ['"docker-default"', "apparmor=unconfined"],
  ],
  [
    "Ubuntu's AppArmor",
    "setting up uid map: Permission denied",
    { apparmorProfile: "unconfined", apparmorRestricts: "1" },
    ["with a profile only", "a profile for bwrap"],
  ],
  [
    "a seccomp filter",
    noNamespace,
    { maxUserNamespaces: "9", seccomp: "2" },
    ["seccomp filter", "--security-opt seccomp="],
  ],
  ["anything else", "execvp /bin/sh: No such file or directory", { seccomp: "2" }, ["does not work here: execvp"]],
];
for (const [title, fault, facts, words] of cases) {
  test(`explainRefusal() tells ${title} apart, with the permission that is missing`, () => {
    const text = explainRefusal(fault, facts);
    for (const word of words) expect(text).toContain(word);
  });
}
