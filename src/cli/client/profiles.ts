import { readFileSync } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import { hasCode } from "../../files/disk/file-errors.ts";
import type { Io } from "../command.ts";

/** A service under a short name; with a key, when it is not signed in to by a provider of identities. */
const ProfileSchema = v.strictObject({ url: v.string(), key: v.exactOptional(v.string()) });
export type Profile = v.InferOutput<typeof ProfileSchema>;

const ProfilesSchema = v.strictObject({
  /** The one that is used where nothing else says which service. */
  current: v.exactOptional(v.string()),
  profiles: v.record(v.string(), ProfileSchema),
});
export type Profiles = v.InferOutput<typeof ProfilesSchema>;

type Environment = Io["environment"];

/** Names the directory of what a person keeps for this program; undefined without a home. */
export function ownDirectory({ XDG_CONFIG_HOME: config, HOME: home }: Environment): string | undefined {
  const base = config ?? (home === undefined ? undefined : join(home, ".config"));
  return base === undefined ? undefined : join(base, "heddle");
}

function fileOf(environment: Environment): string | undefined {
  const directory = ownDirectory(environment);
  return directory === undefined ? undefined : join(directory, "profiles.json");
}

/** Reads the kept profiles; none when there is no file. Throws `invalid-parameter-value` for a file of other text. */
export function readProfiles(environment: Environment): Profiles {
  const file = fileOf(environment);
  if (file === undefined) return { profiles: {} };
  try {
    return v.parse(ProfilesSchema, JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    if (hasCode(cause, "ENOENT", "ENOTDIR")) return { profiles: {} };
    const detail = `Cannot read "${file}": ${errorText(cause)}; wanted what "heddle login --profile" wrote`;
    throw new Problem("invalid-parameter-value", detail, { cause });
  }
}

/** Writes the profiles into a file that only its owner reads. Throws `unavailable` without a place for it. */
export async function writeProfiles(environment: Environment, profiles: Profiles): Promise<void> {
  const file = fileOf(environment);
  if (file === undefined) {
    const detail = "Cannot keep the profile: found neither HOME nor XDG_CONFIG_HOME, wanted one of them";
    throw new Problem("unavailable", detail);
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  {
    await using handle = await open(temporary, "w", 0o600);
    await handle.writeFile(`${JSON.stringify(profiles, null, 2)}\n`);
  }
  await rename(temporary, file);
}

/** Adds a profile, or changes it; the first one becomes the current one. */
export function withProfile({ current, profiles }: Profiles, name: string, profile: Profile): Profiles {
  return { current: current ?? name, profiles: { ...profiles, [name]: profile } };
}

/** Removes a profile. The current one leaves none behind. */
export function withoutProfile({ current, profiles }: Profiles, name: string): Profiles {
  const rest = Object.fromEntries(Object.entries(profiles).filter(([other]) => other !== name));
  return { ...defined({ current: current === name ? undefined : current }), profiles: rest };
}

/** What names of profiles look like: they stand in the environment and on command lines. */
export const profileName = /^[\w.-]{1,64}$/;
