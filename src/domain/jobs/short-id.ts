/** Shortens an id. Ids of jobs begin with the time: those of one day differ at their ends. */
export function shortId(id: string): string {
  return id.slice(-shortLength);
}

const shortLength = 8;

const wholeId = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

const noId = "00000000-0000-0000-0000-000000000000";

/** Reads the id of a job, whole, without its beginning or as it is shortened, from a word that somebody looks for: an address of the job has it, too. Undefined for any other word. */
export function readJobId(word: string): string | undefined {
  const small = word.toLowerCase();
  const [whole] = wholeId.exec(small) ?? [];
  if (whole !== undefined) return whole;
  if (/^[0-9a-f-]{9,35}$/.test(small) && wholeId.test(noId.slice(0, -small.length) + small)) return small;
  const [, short] = /^[^0-9a-z]*([0-9a-f]{8})[^0-9a-z]*$/.exec(small) ?? [];
  return short;
}

/** Reads the beginning of an id of a job, of 6 characters or more, from a word that somebody looks for. Undefined for any other word, and for a whole id. */
export function readIdStart(word: string): string | undefined {
  const small = word.toLowerCase();
  if (!/^[0-9a-f-]{6,35}$/.test(small)) return undefined;
  return wholeId.test(small + noId.slice(small.length)) ? small : undefined;
}

/** Shortens the digest of a revision, such as `sha256:6fd5a0b1c2d3…`, as pages and texts show it. */
export function shortDigest(revision: string): string {
  return `${revision.slice(0, 19)}…`;
}

/** Names a revision by its version and its short digest, where several have one version. */
export function versionWithDigest(version: string, revision: string): string {
  return `${version} (${shortDigest(revision)})`;
}
