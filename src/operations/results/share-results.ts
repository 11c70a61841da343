import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { fault, refusal } from "../../domain/faults.ts";
import type { Job } from "../../domain/jobs/job.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { readExpiry } from "../../domain/people/key-expiry.ts";
import { Problem } from "../../domain/problem.ts";
import { type InputFacts, type ToldFile, type ToldInput, toldInputs } from "../../domain/values/input-lines.ts";
import { isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import type { DirectoryResult, Results } from "../../domain/values/values.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import { findJob } from "../../store/jobs/jobs.ts";
import { findShare, findShareByToken, removeShare, type Share, saveShare } from "../../store/results/shares.ts";
import { directoryOfResults, isFileOfResults } from "../deploy/shared-paths.ts";
import { readJob } from "../jobs/follow-jobs.ts";
import { type AuditDeps, actorOf, auditing } from "../people/audit.ts";
import { maySee, requireAction } from "../people/guard.ts";
import { hashSecret } from "../people/secrets.ts";
import { defaultsBeside, readRanProcess, unsetBeside } from "../runs/read-ran-process.ts";
import { tasksOf } from "../runs/read-tasks.ts";
import { findOutputDirectory } from "./read-directory.ts";
import {
  chosenOf,
  type JobResults,
  type KnownFile,
  openOutputPath,
  type ReadResultsDeps,
  resultsOfJob,
  resultsWithoutValues,
} from "./read-results.ts";

export type ShareDeps = ReadResultsDeps & { readonly clock: Clock; readonly newSecret: () => string } & AuditDeps;

/** What is asked of a share. */
export const ShareBodySchema = v.strictObject({
  expires: v.optional(
    v.pipe(
      v.string("some text"),
      v.description("When it ends: a time from now on, such as 12h or 30d, or a date; 7d when absent"),
    ),
  ),
  outputs: v.optional(
    v.pipe(
      v.array(v.string("the name of an output"), "a list of names of outputs"),
      v.description("The outputs whose results it opens, one at least; all when absent"),
    ),
  ),
});

/** A share as it is made: `replaces` says that an earlier one ended with it. */
export type NewShare = Share & { readonly token: string; readonly replaces: boolean };

/** How long a share lasts where nobody says. */
const usualTime = "7d";

/**
 * Shares the results of a job, or those of some outputs: who has the token reads them until the share ends. An earlier share of the
 * job ends with it. Gives the token, which is kept nowhere. Throws `no-such-job`, `forbidden`, `conflict` for a job without results,
 * `invalid-parameter-value` for an end that is none and outputs without a result.
 */
export async function shareResults(
  deps: ShareDeps,
  principal: Principal,
  jobId: string,
  { expires = usualTime, outputs: wanted }: v.InferOutput<typeof ShareBodySchema>,
): Promise<NewShare> {
  requireAction(principal, "dismiss-own", "share results");
  const job = await readJob(deps, principal, jobId);
  requireOwnJob(principal, job);
  if (job.status !== "successful") {
    throw new Problem("conflict", `Cannot share job "${jobId}": found status ${job.status}, wanted successful`);
  }
  const now = deps.clock.now();
  const expiresAt = readExpiry(expires, now);
  if (expiresAt === undefined) {
    const wantedTime = "a time from now on, such as 12h or 30d, or a date, such as 2030-01-31";
    throw refusal("share results", [fault("/expires", expires, wantedTime)]);
  }
  const outputs = someOf(Object.keys(await resultsWithoutValues(deps, job.id)), wanted);
  const replaces = (await findShare(deps.database, jobId, now)) !== undefined;
  const token = deps.newSecret();
  const { user } = principal;
  const share = { jobId, tokenHash: hashSecret(token), createdAt: now, expiresAt, ...defined({ user, outputs }) };
  // The two statements before the new share let go of older ones.
  await saveShare(auditing(deps, actorOf(principal), "share", { subject: jobId, after: 2 }), share);
  return { ...share, token, replaces };
}

/** So many names of results are told at most. */
const mostNames = 50;

/**
 * Picks the outputs that are wanted, each once and in the order of the results; undefined where these are all that there are. Throws
 * `invalid-parameter-value` where a job has no result of one, or none is wanted.
 */
function someOf(names: readonly string[], wanted: readonly string[] | undefined): readonly string[] | undefined {
  if (wanted === undefined) return undefined;
  if (wanted.length === 0) throw refusal("share results", [fault("/outputs", [], `one or more of ${listed(names)}`)]);
  const faults = wanted.flatMap((name, index) => {
    if (names.includes(name)) return [];
    const near = nearNames(name, names).slice(0, 3);
    const meant = near.length === 0 ? "" : `; did you mean ${near.map((one) => `"${one}"`).join(" or ")}?`;
    return [fault(`/outputs/${index}`, name, `one of ${listed(names)}${meant}`)];
  });
  if (faults.length > 0) throw refusal("share results", faults);
  const some = names.filter((name) => wanted.includes(name));
  return some.length === names.length ? undefined : some;
}

function listed(names: readonly string[]): string {
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : "";
  return `${names.slice(0, mostNames).join(", ")}${more}`;
}

/** Reads the share of a job. Throws `no-such-job`, and `not-found` when it is not shared. */
export async function readShare(deps: ShareDeps, principal: Principal, jobId: string): Promise<Share> {
  await readJob(deps, principal, jobId);
  const share = await findShare(deps.database, jobId, deps.clock.now());
  if (share === undefined) throw notShared(jobId);
  return share;
}

/** Tells whether a principal may share the results of a job, until when they are, and which; undefined for who may not. */
export async function readOwnShare(
  deps: Pick<ShareDeps, "database" | "clock">,
  principal: Principal,
  job: Job,
): Promise<Partial<Pick<Share, "expiresAt" | "outputs">> | undefined> {
  // Where nobody signs in, everybody sees them.
  const mayShare = principal.user !== undefined && mayDo(principal, "dismiss-own") && maySee(principal, job.user);
  if (!mayShare || job.status !== "successful") return undefined;
  const share = await findShare(deps.database, job.id, deps.clock.now());
  return share ?? {};
}

/** Takes the share of a job back. Throws as `readShare` does. */
export async function takeShareBack(deps: ShareDeps, principal: Principal, jobId: string): Promise<void> {
  requireAction(principal, "dismiss-own", "take a share back");
  requireOwnJob(principal, await readJob(deps, principal, jobId));
  const database = auditing(deps, actorOf(principal), "unshare", { subject: jobId });
  if (!(await removeShare(database, jobId))) throw notShared(jobId);
}

/** Who sees a job as a member of a group gives it to nobody. Throws `forbidden`. */
function requireOwnJob(principal: Principal, { id, user }: Pick<Job, "id" | "user">): void {
  if (maySee(principal, user)) return;
  throw new Problem("forbidden", `Cannot share results of job "${id}": found a job of another user, wanted an own one`);
}

function notShared(jobId: string): Problem {
  return new Problem("not-found", `Cannot find the share of job "${jobId}": it is not shared`);
}

/** What a share leads to: of its job only the outputs that it opens, with what the process says of them. */
export type Shared = JobResults & {
  readonly share: Share;
  /** How many results the job has, shared or not. */
  readonly resultCount: number;
  /** Reads all inputs of its job with the defaults that were used, without what looks like a secret. */
  inputs(): Promise<readonly ToldInput[]>;
  /** Opens a file below the directory of the job; of a share of some outputs, a file of these alone. Throws `not-found`. */
  open(segments: readonly string[]): Promise<KnownFile>;
  /** Finds a directory of its outputs. Throws `not-found` for what is not of its job. */
  directory(segments: readonly string[]): Promise<DirectoryResult | undefined>;
};

/** The same words, whatever is wrong with a token: nobody learns which ones there were, nor what else its job has. */
export function noShare(): Problem {
  return new Problem("not-found", "Cannot find what is shared: it has ended, was taken back, or never was");
}

/** Reads what the token of a share leads to. Throws `not-found` for any token that leads to nothing, in the same words. */
export async function readShared(deps: ShareDeps, token: string): Promise<Shared> {
  const share = await findShareByToken(deps.database, hashSecret(token), deps.clock.now());
  const job = share === undefined ? undefined : await findJob(deps.database, share.jobId);
  if (share === undefined || job?.status !== "successful") throw noShare();
  const whole = await resultsOfJob(deps, job);
  const shared = share.outputs === undefined ? whole : onlyOf(whole, share.outputs);
  return {
    ...shared,
    share,
    resultCount: Object.keys(whole.results).length,
    async inputs() {
      const { inputs } = job.request;
      const { ran, revision } = await readRanProcess(deps, reader, job);
      const process = ran ?? revision;
      const defaults = process === undefined ? {} : defaultsBeside(process, inputs);
      const unset = process === undefined ? [] : unsetBeside(process, inputs);
      return toldInputs({ inputs, defaults }, { unset, files: await filesOfInputs(deps, job) });
    },
    ...filesOfShare(deps, share, shared.results),
  };
}

/** Reads the files that a run was given, by its inputs, as it kept them; none of a run that kept nothing. */
async function filesOfInputs(deps: ShareDeps, { executionId }: Job): Promise<InputFacts["files"]> {
  const tasks = executionId === undefined ? [] : await tasksOf(deps, executionId);
  const own = tasks.findLast(({ step }) => step === "")?.inputs ?? {};
  const files = Object.entries(own).map(([name, value]) => [name, filesIn(value)] as const);
  return new Map(files.filter(([, found]) => found.length > 0));
}

/** Lists the files of a value as a run keeps it. */
function filesIn(value: Json): readonly ToldFile[] {
  if (isList(value)) return value.flatMap(filesIn);
  if (!isJsonObject(value) || value.class !== "File") return [];
  const { basename: name, size, sha256 } = value;
  if (typeof name !== "string") return [];
  const facts = {
    length: typeof size === "number" ? size : undefined,
    sha256: typeof sha256 === "string" ? sha256 : undefined,
  };
  return [{ name, ...defined(facts) }];
}

/** The share speaks for whoever made it, of this one job only. */
const reader: Principal = { role: "admin" };

/** Gives the ways to the files below the directory of a job. Those of a share of some outputs look for no other one on the disk. */
function filesOfShare(
  deps: ShareDeps,
  { jobId, outputs }: Share,
  results: Results,
): Pick<Shared, "open" | "directory"> {
  const requireOwn = ([first, ...below]: readonly string[]) => {
    if (first !== jobId || below.length === 0) throw noShare();
  };
  return {
    async open(segments) {
      requireOwn(segments);
      if (outputs !== undefined && !isFileOfResults(results, segments)) throw noShare();
      return await openOutputPath(deps, reader, segments);
    },
    async directory(segments) {
      requireOwn(segments);
      if (outputs !== undefined) return directoryOfResults(results, segments);
      return (await findOutputDirectory(deps, reader, segments))?.directory;
    },
  };
}

/** Leaves out what a share of some outputs does not open. */
function onlyOf({ job, description, results }: JobResults, only: readonly string[]): JobResults {
  const outputs = Object.entries(description.outputs).filter(([name]) => only.includes(name));
  return {
    job,
    description: { ...description, outputs: Object.fromEntries(outputs) },
    results: chosenOf({ job, description, results, only }),
  };
}
