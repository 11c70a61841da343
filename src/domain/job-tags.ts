/** What each job is tagged with by itself: where it runs, what it is, and how it was asked for. */
const ownTags: readonly string[] = ["local", "remote", "application", "workflow", "sync", "async"];

/** Lists the tags of a job that somebody gave it. */
export function givenTags(tags: readonly string[] = []): readonly string[] {
  return tags.filter((tag) => !ownTags.includes(tag));
}
