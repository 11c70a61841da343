/** Verbs that users of Weaver's command line know, and the words that they stand for here. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  capabilities: ["processes", "list"],
  describe: ["processes", "describe"],
  package: ["processes", "package"],
  undeploy: ["processes", "undeploy"],
  monitor: ["jobs", "watch"],
  inputs: ["jobs", "inputs"],
  exceptions: ["jobs", "exceptions"],
  statistics: ["jobs", "statistics"],
  provenance: ["jobs", "prov"],
  outputs: ["results"],
  register: ["providers", "add"],
  unregister: ["providers", "remove"],
};

/** Names each alias with what it stands for. */
export function aliasLines(): readonly (readonly [string, string])[] {
  return Object.entries(aliases).map(([name, words]) => [name, words.join(" ")]);
}

/** Replaces an alias at the begin of a command line by the words that it stands for. */
export function withoutAlias(words: readonly string[]): readonly string[] {
  const [name = "", ...rest] = words;
  return Object.hasOwn(aliases, name) ? [...(aliases[name] ?? []), ...rest] : words;
}
