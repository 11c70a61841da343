import { clientOf, clientWords, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Database } from "../../store/database/database.ts";
import { countQueuedOf, countRunningOf, usageOf } from "../../store/jobs/usage.ts";

/** What one client may take of the service: a user, or all without a key that come from one network. No bound when undefined. */
export type Quotas = {
  readonly vaultBytes?: number;
  readonly outputBytes?: number;
  readonly queued?: number;
  /** Tools and remote jobs that run at once. */
  readonly slots?: number;
};

export type QuotaDeps = { readonly database: Database; readonly settings: { readonly quotas?: Quotas } };

const retryAfterSeconds = 5;

/** Checks that a client's outputs leave room for a job. Throws `forbidden`, naming the quota and what is used. */
export async function requireOutputRoom({ database, settings }: QuotaDeps, principal: Principal): Promise<void> {
  const limit = settings.quotas?.outputBytes;
  if (limit === undefined) return;
  const client = clientOf(principal);
  const { outputBytes } = await usageOf(database, client);
  if (outputBytes < limit) return;
  const found = `${outputBytes} bytes of outputs of ${clientWords(client)}`;
  throw new Problem("forbidden", `Cannot execute: found ${found}, wanted fewer than ${limit} (quota-output-bytes)`);
}

/** Checks that a client may have one more job wait. Throws `too-many-requests`, naming the quota and what is used. */
export async function requireTurn({ database, settings }: QuotaDeps, client: string): Promise<void> {
  const limit = settings.quotas?.queued;
  if (limit === undefined) return;
  const queued = await countQueuedOf(database, client);
  if (queued >= limit) throw queueIsFull(client, queued, limit);
}

/** Words that a client has as many jobs waiting as it may. */
export function queueIsFull(client: string, queued: number, limit: number): Problem {
  const found = `${queued} waiting jobs of ${clientWords(client)}`;
  const detail = `Cannot accept a job: found ${found}, wanted fewer than ${limit} (quota-queued)`;
  return new Problem("too-many-requests", detail, { retryAfterSeconds });
}

/** Words which quota keeps a waiting job from running; undefined when none does. */
export async function slotsWaitedFor({ database, settings }: QuotaDeps, client: string): Promise<string | undefined> {
  const limit = settings.quotas?.slots;
  if (limit === undefined) return undefined;
  const running = await countRunningOf(database, client);
  if (running < limit) return undefined;
  return `a slot of ${clientWords(client)}: ${running} of ${limit} are taken (quota-slots)`;
}

/** What a client may still upload, in bytes, and how more is refused. */
export type UploadRoom = { readonly bytes: number; readonly refusal: () => Problem };

/** Tells what a client may still upload; undefined when there is no bound. */
export async function uploadRoom(
  { database, settings }: QuotaDeps,
  principal: Principal,
): Promise<UploadRoom | undefined> {
  const limit = settings.quotas?.vaultBytes;
  if (limit === undefined) return undefined;
  const client = clientOf(principal);
  const { vaultBytes } = await usageOf(database, client);
  const found = `${vaultBytes} bytes of uploads of ${clientWords(client)}`;
  const detail = `Cannot upload file: found ${found}, wanted at most ${limit} with this one (quota-vault-bytes)`;
  return { bytes: Math.max(0, limit - vaultBytes), refusal: () => new Problem("forbidden", detail) };
}
