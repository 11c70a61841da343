import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { Problem } from "../../domain/problem.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import type { Io } from "../command.ts";
import { ownDirectory } from "./profiles.ts";

const LoginSchema = v.object({
  /** The service that the tokens are for: they go nowhere else. */
  url: v.string(),
  issuer: v.string(),
  clientId: v.string(),
  accessToken: v.string(),
  refreshToken: v.exactOptional(v.string()),
  expiresAt: v.number(),
});

/** Who is signed in at a service, as a file of the person's own keeps it. */
export type KeptLogin = v.InferOutput<typeof LoginSchema>;

type Environment = Io["environment"];

/** Names the file of a service: only its owner reads it. */
function fileOf(
  environment: Environment,
  url: string,
): { readonly directory: string; readonly file: string } | undefined {
  const own = ownDirectory(environment);
  if (own === undefined) return undefined;
  const directory = join(own, "logins");
  const name = createHash("sha256").update(url).digest("hex").slice(0, 32);
  return { directory, file: join(directory, `${name}.json`) };
}

/** Reads who is signed in at a service; undefined when nobody is. */
export async function readLogin(environment: Environment, url: string): Promise<KeptLogin | undefined> {
  const place = fileOf(environment, url);
  const text = place === undefined ? undefined : await ifExists(readFile(place.file, "utf8"));
  if (text === undefined || place === undefined) return undefined;
  try {
    const login = v.parse(LoginSchema, JSON.parse(text));
    return login.url === url ? login : undefined;
  } catch (cause) {
    const wanted = 'what "heddle login" wrote; run it again';
    throw new Problem("invalid-parameter-value", `Cannot read "${place.file}": found other text, wanted ${wanted}`, {
      cause,
    });
  }
}

/** Writes who is signed in at a service, into a file that only its owner reads. Throws `unavailable` without a place for it. */
export async function saveLogin(environment: Environment, login: KeptLogin): Promise<void> {
  const place = fileOf(environment, login.url);
  if (place === undefined) {
    throw new Problem(
      "unavailable",
      "Cannot keep the login: found neither HOME nor XDG_CONFIG_HOME, wanted one of them",
    );
  }
  await mkdir(place.directory, { recursive: true, mode: 0o700 });
  const temporary = `${place.file}.${process.pid}`;
  {
    await using handle = await open(temporary, "w", 0o600);
    await handle.writeFile(`${JSON.stringify(login)}\n`);
  }
  await rename(temporary, place.file);
}

/** Removes who is signed in at a service. False when nobody was. */
export async function removeLogin(environment: Environment, url: string): Promise<boolean> {
  const place = fileOf(environment, url);
  if (place === undefined || (await readLogin(environment, url)) === undefined) return false;
  await rm(place.file, { force: true });
  return true;
}

/** A token that ends so soon is not sent any more; in milliseconds. */
const marginMilliseconds = 10_000;

/**
 * Returns a token that holds for a service, a new one where the kept one has ended; undefined when nobody is signed in. Throws
 * `unauthorized` when the provider gives no other.
 */
export async function tokenFor(environment: Environment, url: string): Promise<string | undefined> {
  const login = await readLogin(environment, url);
  if (login === undefined || Date.now() < login.expiresAt - marginMilliseconds) return login?.accessToken;
  const { refreshToken } = login;
  if (refreshToken === undefined) throw ended(url);
  const { refreshLogin } = await import("../../net/openid/device-login.ts");
  try {
    const tokens = await refreshLogin(login, refreshToken, Date.now);
    await saveLogin(environment, { ...login, ...tokens });
    return tokens.accessToken;
  } catch (error) {
    if (!(error instanceof Problem) || error.kind !== "unauthorized") throw error;
    // Another command may have got new ones in the meantime; a refresh token may count once.
    const latest = await readLogin(environment, url);
    if (latest !== undefined && latest.accessToken !== login.accessToken) return latest.accessToken;
    throw ended(url);
  }
}

function ended(url: string): Problem {
  return new Problem(
    "unauthorized",
    `Cannot sign in at ${url}: the login has ended; "heddle login --url ${url}" begins another`,
  );
}
