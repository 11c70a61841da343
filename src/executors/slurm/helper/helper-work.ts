import { constants } from "node:fs";
import { chmod, lchown, lstat, mkdir, open, readdir, realpath } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { Problem } from "../../../domain/problem.ts";
import { hasCode } from "../../../files/disk/file-errors.ts";
import { wayTo } from "../../../files/disk/open-regular.ts";
import { feedProgram, type ProgramEnd } from "../../run-program.ts";
import { forbiddenWord, type HelperRequest, type HelperRules } from "./helper-request.ts";

const limitMilliseconds = 30_000;

/**
 * Does what the service asks, as the user of this process, and trusts nobody: not the service, and not what lies in the
 * directories. Throws `forbidden` for what the rules do not allow.
 */
export async function doHelperRequest(rules: HelperRules, request: HelperRequest): Promise<ProgramEnd> {
  const user = checkUser(rules);
  process.chdir("/");
  process.umask(0o007);
  switch (request.verb) {
    case "prepare":
      await prepare(rules, user, request);
      return nothingSaid;
    case "submit":
      return submit(rules, user, request);
    case "cancel": {
      const { jobs, signal } = request;
      return run(rules, ["scancel", ...(signal === undefined ? [] : ["--batch", `--signal=${signal}`]), ...jobs]);
    }
    case "release":
      await release(await areaOf(rules, user, request.execution), user, rules.group);
      return nothingSaid;
    default:
      return request satisfies never;
  }
}

const nothingSaid: ProgramEnd = { exitCode: 0, out: "", talk: "" };

function refuse(action: string, found: string, wanted: string): Problem {
  return new Problem("forbidden", `Cannot ${action}: found ${found}, wanted ${wanted}`);
}

function checkUser({ service, minUser, maxUser, users }: HelperRules): number {
  const { uid, username } = userInfo();
  const isSame = uid === process.getuid?.() && uid === process.geteuid?.();
  if (!isSame || uid === 0 || uid === service || uid < minUser || uid > maxUser) {
    const wanted = `a user with a number from ${minUser} to ${maxUser}, neither root nor that of the service`;
    throw refuse("work for the service", `user "${username}" (${uid})`, wanted);
  }
  if (users !== undefined && !users.includes(username)) {
    throw refuse("work for the service", `user "${username}"`, "one of the users in the rules");
  }
  return uid;
}

/** The directory of all executions; no link leads there. */
async function workOf({ workDirectory, service }: HelperRules): Promise<string> {
  const work = join(workDirectory, "work");
  const real = await realpath(work);
  if (real !== work)
    throw refuse(`use "${work}"`, `a link to "${real}"`, "the real path in workDirectory of the rules");
  const facts = await lstat(work);
  if (facts.uid !== service)
    throw refuse(`use "${work}"`, `user ${facts.uid} as its owner`, `the service (${service})`);
  return work;
}

/** The directory of an execution, which must be the user's own. */
async function areaOf(rules: HelperRules, user: number, execution: string): Promise<string> {
  const area = join(await workOf(rules), execution);
  await requireOwn(area, user);
  return area;
}

async function requireOwn(path: string, user: number): Promise<void> {
  const facts = await lstat(path);
  if (facts.isDirectory() && facts.uid === user) return;
  const found = facts.isDirectory() ? `a directory of user ${facts.uid}` : "no directory";
  throw refuse(`use "${path}"`, found, `a directory of user ${user}`);
}

type Prepare = Extract<HelperRequest, { verb: "prepare" }>;

async function prepare(rules: HelperRules, user: number, { execution, directories }: Prepare): Promise<void> {
  const { group } = rules;
  if (process.getegid?.() !== group) throw refuse("make directories", `group ${process.getegid?.()}`, `group ${group}`);
  const area = join(await workOf(rules), execution);
  await makeOwn(area, user);
  const made = new Set<string>();
  for (const names of directories) {
    let path = area;
    for (const name of names) {
      path = join(path, name);
      if (!made.has(path)) await makeOwn(path, user);
      made.add(path);
    }
  }
}

/** With the set-group bit all that comes into it belongs to the group, too. */
const areaMode = 0o2770;

async function makeOwn(path: string, user: number): Promise<void> {
  try {
    await mkdir(path, 0o770);
    await chmod(path, areaMode);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    await requireOwn(path, user);
  }
}

type Submit = Extract<HelperRequest, { verb: "submit" }>;

const maxScriptBytes = 64 * 2 ** 20;

async function submit(rules: HelperRules, user: number, { execution, script, words }: Submit): Promise<ProgramEnd> {
  const wrong = forbiddenWord(words);
  if (wrong !== undefined) throw refuse("submit a job", `"${wrong}" for sbatch`, "an option that the helper knows");
  const directory = join(await areaOf(rules, user, execution), "slurm");
  await requireOwn(directory, user);
  const path = join(directory, script);
  await using file = await openScript(path);
  const { uid, size, isFile } = await factsOf(file);
  if (!isFile || uid !== rules.service || size > maxScriptBytes) {
    const found = isFile ? `a file of user ${uid} with ${size} bytes` : "no regular file";
    throw refuse(
      `submit "${path}"`,
      found,
      `a file of the service (${rules.service}) with at most ${maxScriptBytes} bytes`,
    );
  }
  // What was looked at is handed over: the name may lead elsewhere by now.
  return run(rules, ["sbatch", "--parsable", ...words], await file.readFile("utf8"));
}

async function openScript(path: string) {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (!hasCode(error, "ELOOP", "ENOENT", "EACCES")) throw error;
    throw refuse(`submit "${path}"`, "nothing that can be opened, or a link", "a file of the service");
  }
}

async function factsOf(file: Awaited<ReturnType<typeof openScript>>) {
  const facts = await file.stat();
  return { uid: facts.uid, size: facts.size, isFile: facts.isFile() };
}

/** Opens all that is the user's to the group of the service, which then can read and remove it. */
async function release(path: string, user: number, group: number): Promise<void> {
  const facts = await lstat(path);
  if (facts.isSymbolicLink()) return;
  if (facts.isDirectory()) {
    if (facts.uid === user) await chmod(path, areaMode);
    await using directory = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY);
    if (facts.uid === user) {
      await directory.chown(user, group);
      await directory.chmod(areaMode);
    }
    const way = wayTo(directory);
    for (const name of await readdir(way)) await release(join(way, name), user, group);
    return;
  }
  if (facts.uid !== user) return;
  if (facts.gid !== group) await lchown(path, user, group);
  if (facts.isFile() && (facts.mode & 0o660) !== 0o660) await chmod(path, (facts.mode & 0o777) | 0o660);
}

/** Nothing of the environment of whoever called is taken over. */
function run({ slurmConf }: HelperRules, words: readonly string[], input = ""): Promise<ProgramEnd> {
  const environment = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...(slurmConf === undefined ? {} : { SLURM_CONF: slurmConf }),
  };
  return feedProgram(words, environment, limitMilliseconds, input);
}
