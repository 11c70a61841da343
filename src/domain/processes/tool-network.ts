import type { Role } from "../people/access.ts";
import type { Process } from "./process.ts";

/** Whether tools that ask for the network share that of the machine. */
export const networks = ["host", "none"] as const;
export type Network = (typeof networks)[number];

/** What the operator says: for one process, for what a role deployed, for all. The narrower one wins. */
export type NetworkRules = {
  readonly all?: Network;
  readonly ofRole: Readonly<Partial<Record<Role, Network>>>;
  readonly ofProcess: Readonly<Record<string, Network>>;
};

const item = /^(?:(?:(deployer|admin)|process:([A-Za-z0-9][A-Za-z0-9_.-]*))=)?(host|none)$/;

/** Tells whether a text is one rule: `host`, `none`, `deployer=none`, `admin=host`, `process:ID=host`. */
export function isNetworkRule(text: string): boolean {
  return item.test(text);
}

/** Reads rules; of two for the same the later one holds. */
export function readNetworkRules(texts: readonly string[]): NetworkRules {
  let rules: NetworkRules = { ofRole: {}, ofProcess: {} };
  for (const text of texts) {
    const [, role, processId, value] = item.exec(text) ?? [];
    const network = value === "host" ? "host" : "none";
    if (role !== undefined) rules = { ...rules, ofRole: { ...rules.ofRole, [role]: network } };
    else if (processId !== undefined) rules = { ...rules, ofProcess: { ...rules.ofProcess, [processId]: network } };
    else rules = { ...rules, all: network };
  }
  return rules;
}

/**
 * Decides for the tools of a process. Without a word of the operator those have the network that an admin deployed, or
 * anybody as long as the service is for the users of this machine alone; of the others nobody knows whom they would call.
 * Gives why there is none.
 */
export function networkOf(
  rules: NetworkRules,
  process: Pick<Process, "id" | "deployerRole">,
  isExposed: boolean,
): { readonly network: "host" } | { readonly network: "none"; readonly reason: string } {
  const { id, deployerRole } = process;
  const own = Object.hasOwn(rules.ofProcess, id) ? rules.ofProcess[id] : undefined;
  const ofRole = deployerRole === undefined ? undefined : rules.ofRole[deployerRole];
  const said = own ?? ofRole ?? rules.all;
  if (said === "host") return { network: "host" };
  if (said === "none") {
    const whom = own !== undefined ? `process:${id}=` : ofRole !== undefined ? `${deployerRole}=` : "";
    return { network: "none", reason: `--tool-network ${whom}none` };
  }
  if (deployerRole === "admin" || !isExposed) return { network: "host" };
  const who = deployerRole === undefined ? "nobody knows who deployed it" : `a ${deployerRole} deployed it`;
  return { network: "none", reason: `${who}, and no --tool-network says that it may` };
}

/** Words what holds for all processes. */
export function networkWords(rules: NetworkRules, isExposed: boolean): string {
  const { all, ofRole, ofProcess } = rules;
  const ofAdmins = ofRole.admin ?? all ?? "host";
  const ofOthers = ofRole.deployer ?? all ?? (isExposed ? "none" : "host");
  const words = (network: Network) =>
    network === "host" ? "the machine's network when they ask for it" : "no network";
  const single = Object.entries(ofProcess).map(([id, network]) => `, those of "${id}" ${words(network)}`);
  const most =
    ofAdmins === ofOthers
      ? `Tools have ${words(ofAdmins)}`
      : `Tools that an admin deployed have ${words(ofAdmins)}, all others ${words(ofOthers)}`;
  return `${most}${single.join("")} (--tool-network)`;
}
