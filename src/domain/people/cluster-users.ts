/** As which users of the cluster the users of the service run their tools: what the operator said. */
export type ClusterUsers = {
  readonly named: ReadonlyMap<string, string>;
  /** Who is not named has the same name there. */
  readonly isSameName: boolean;
};

const unixName = /^[a-z_][a-z0-9_.-]{0,31}$/i;
const row = /^user:(.+)=([^=]+)$/;
const sameName = "same";

/** Tells whether a text is one row of the table: `user:ana=ana2`, or `same`. */
export function isClusterUser(text: string): boolean {
  return text === sameName || unixName.test(row.exec(text)?.[2] ?? "");
}

/** Reads the table as the settings have it. */
export function readClusterUsers(texts: readonly string[]): ClusterUsers {
  const rows = texts.flatMap((text) => {
    const [, name, unix] = row.exec(text) ?? [];
    return name === undefined || unix === undefined ? [] : [[name, unix] as const];
  });
  return { named: new Map(rows), isSameName: texts.includes(sameName) };
}

/** Finds the user of the cluster that somebody's tools run as; undefined for who has none there. */
export function clusterUserOf({ named, isSameName }: ClusterUsers, user: string | undefined): string | undefined {
  if (user === undefined) return undefined;
  return named.get(user) ?? (isSameName && unixName.test(user) ? user : undefined);
}
