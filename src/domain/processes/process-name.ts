/** What a process is called: its id, and which of its revisions is meant when it is not the current one. */
export type ProcessName = {
  readonly id: string;
  /** Of revisions with one version the one that was deployed last. */
  readonly version?: string;
  /** `sha256:<hex>`. */
  readonly revision?: string;
};

/** Reads a name as it stands in a path: `id`, `id:version` or `id@sha256:<hex>`; ids hold neither sign. */
export function parseProcessName(name: string): ProcessName {
  const at = name.search(/[:@]/);
  if (at < 0) return { id: name };
  const [id, rest] = [name.slice(0, at), name.slice(at + 1)];
  return name[at] === ":" ? { id, version: rest } : { id, revision: rest };
}

/** Formats a name as a path has it. */
export function processNameText({ id, version, revision }: ProcessName): string {
  if (revision !== undefined) return `${id}@${revision}`;
  return version === undefined ? id : `${id}:${version}`;
}
