import { matchesPattern, type Principal } from "./access.ts";

/** What a right is about: seeing a process, executing it, bringing, changing and removing it. */
export const rightVerbs = ["see", "run", "deploy"] as const;
export type RightVerb = (typeof rightVerbs)[number];

/** Who may do something with the processes that a pattern names. */
export type Right = {
  readonly whom: "user" | "group" | "role";
  readonly name: string;
  readonly verb: RightVerb;
  readonly pattern: string;
};

/** The rights that the operator gave. A process that none names for a verb is everybody's whose role allows it. */
export type Rights = readonly Right[];

const row = /^(user|group|role):(.+)=(see|run|deploy):([\w.*-]{1,200})$/;

/** Tells whether a text is one right: `group:hydrology=run:flood-*`. */
export function isRight(text: string): boolean {
  return row.test(text);
}

/** Reads rights as the settings have them. */
export function readRights(texts: readonly string[]): Rights {
  return texts.map((text) => {
    const [, whom, name = "", verb, pattern = ""] = row.exec(text) ?? [];
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
  principal: Principal | undefined,
  verb: RightVerb,
  processId: string,
): boolean {
  if (principal?.role === "admin") return true;
  const named = rights.filter(({ pattern }) => matchesPattern(pattern, processId));
  if (!named.some((right) => right.verb === verb)) return true;
  const given = verb === "see" ? named : named.filter((right) => right.verb === verb);
  return principal !== undefined && given.some((right) => isMeant(right, principal));
}

function isMeant({ whom, name }: Right, { user, groups = [], role }: Principal): boolean {
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
