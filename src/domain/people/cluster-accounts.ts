import type { Principal } from "./access.ts";

/** Whose jobs a cluster accounts for under which name: what the operator said, first match first. */
export type ClusterAccounts = readonly {
  readonly whom: "user" | "group";
  readonly name: string;
  readonly account: string;
}[];

const row = /^(user|group):(.+)=([\w.-]{1,100})$/;

/** Tells whether a text is one row of the table: `group:hydrology=water`. */
export function isClusterAccount(text: string): boolean {
  return row.test(text);
}

/** Reads the table as the settings have it. */
export function readClusterAccounts(texts: readonly string[]): ClusterAccounts {
  return texts.flatMap((text) => {
    const [, whom, name, account] = row.exec(text) ?? [];
    if (name === undefined || account === undefined) return [];
    return [
      { whom: whom === "user" ? "user" : "group", name: whom === "group" ? name.replace(/^\//, "") : name, account },
    ];
  });
}

/** Finds the account of somebody: that of the user before those of groups; undefined when the table names neither. */
export function clusterAccountOf(
  accounts: ClusterAccounts,
  { user, groups = [] }: Pick<Principal, "user" | "groups">,
): string | undefined {
  const own = accounts.find(({ whom, name }) => whom === "user" && name === user);
  const ofGroup = accounts.find(({ whom, name }) => whom === "group" && groups.includes(name));
  return (own ?? ofGroup)?.account;
}
