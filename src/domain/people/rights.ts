import { matchesPattern } from "../values/pattern.ts";

/** Who asks, as far as rights look at it. */
type Asking = {
  readonly role: string;
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly rights?: Rights;
};

/** What a right is about: seeing a process, executing it, bringing, changing and removing it; seeing the jobs of a group. */
const rightVerbs = ["see", "run", "deploy", "jobs"] as const;
type RightVerb = (typeof rightVerbs)[number];

/** Who may do something with the processes that a pattern names. */
export type Right = {
  readonly whom: "user" | "group" | "role";
  readonly name: string;
  readonly verb: RightVerb;
  readonly pattern: string;
};

/** The rights that the operator gave. A process that none names for a verb is everybody's whose role allows it. */
export type Rights = readonly Right[];

const row = /^(?:(user|group|role):(.+)=(see|run|deploy)|(group):(.+)=(jobs)):([\w.*-]{1,200})$/;

/** Tells whether a text is one right: `group:hydrology=run:flood-*`. */
export function isRight(text: string): boolean {
  return row.test(text);
}

/** Reads rights as the settings have them. */
export function readRights(texts: readonly string[]): Rights {
  return texts.map((text) => {
    const [, one, ofOne, about, group, ofGroup, jobs, pattern = ""] = row.exec(text) ?? [];
    const [whom, name, verb] = [one ?? group, ofOne ?? ofGroup ?? "", about ?? jobs];
    return {
      whom: whom === "user" ? "user" : whom === "group" ? "group" : "role",
      name: whom === "group" ? name.replace(/^\//, "") : name,
      verb: rightVerbs.find((one) => one === verb) ?? "see",
      pattern,
    };
  });
}

/**
 * Tells whether rights let somebody do something with a process: where one names it for the verb, only those whom such a right
 * names, and admins. Who may run or bring it may also see it.
 */
export function hasRight(
  rights: Rights,
  principal: Asking | undefined,
  verb: Exclude<RightVerb, "jobs">,
  processId: string,
): boolean {
  if (principal?.role === "admin") return true;
  const named = rights.filter((right) => right.verb !== "jobs" && matchesPattern(right.pattern, processId));
  if (!named.some((right) => right.verb === verb)) return true;
  const given = verb === "see" ? named : named.filter((right) => right.verb === verb);
  return principal !== undefined && given.some((right) => isMeant(right, principal));
}

/** Tells whether rights let some group see the jobs of its members. */
export function sharesJobs(rights: Rights): boolean {
  return rights.some(({ verb }) => verb === "jobs");
}

/** Lists the groups that may see the jobs of their members of a process. */
export function groupsWithJobs(rights: Rights, processId: string): readonly string[] {
  const given = rights.filter(({ verb, pattern }) => verb === "jobs" && matchesPattern(pattern, processId));
  return [...new Set(given.map(({ name }) => name))];
}

/** Lists the groups of a principal that may see the jobs of their members: those of one process, or of any. */
export function groupsForJobs({ rights = [], groups = [] }: Asking, processId?: string): readonly string[] {
  const given = rights.filter(
    ({ verb, pattern }) => verb === "jobs" && (processId === undefined || matchesPattern(pattern, processId)),
  );
  return given.map(({ name }) => name).filter((name) => groups.includes(name));
}

function isMeant({ whom, name }: Right, { user, groups = [], role }: Asking): boolean {
  switch (whom) {
    case "user":
      return user === name;
    case "group":
      return groups.includes(name);
    case "role":
      return role === name;
    default:
      return whom satisfies never;
  }
}
