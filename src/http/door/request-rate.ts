import { clientWords } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";

/** How many requests one client may send in a time. */
export type RequestRate = { readonly requests: number; readonly seconds: number };

/** What a request takes of its client's share. */
export type Turn = {
  /** What answers tell of it (draft-ietf-httpapi-ratelimit-headers). */
  readonly fields: Readonly<Record<string, string>>;
  /** Why it is not answered; undefined when it is. */
  readonly refusal?: Problem;
};

/** Clients that are remembered at once. */
const maxClients = 10_000;

type Bucket = { left: number; at: number };

/**
 * Creates the count of requests by client: a bucket that holds a whole share at first, and fills again evenly. Whoever has a full
 * one is not remembered.
 */
export function createRequestRate(
  { requests, seconds }: RequestRate,
  { elapsed }: Pick<Clock, "elapsed">,
): (client: string) => Turn {
  const buckets = new Map<string, Bucket>();
  const perMillisecond = requests / (seconds * 1000);
  const filled = ({ left, at }: Bucket, now: number) => Math.min(requests, left + (now - at) * perMillisecond);
  const makeRoom = (now: number) => {
    for (const [client, bucket] of buckets) if (filled(bucket, now) >= requests) buckets.delete(client);
    // What was used longest ago has the fullest bucket of the rest.
    for (const client of buckets.keys()) {
      if (buckets.size < maxClients) break;
      buckets.delete(client);
    }
  };
  const policy = `"requests";q=${requests};w=${seconds}`;
  return (client) => {
    const now = elapsed();
    const known = buckets.get(client);
    const left = known === undefined ? requests : filled(known, now);
    const isAllowed = left >= 1;
    if (known === undefined && buckets.size >= maxClients) makeRoom(now);
    // Put at the end: the order of the map is that of use.
    buckets.delete(client);
    buckets.set(client, { left: isAllowed ? left - 1 : left, at: now });
    const rest = Math.max(0, Math.floor(isAllowed ? left - 1 : left));
    const wait = Math.max(1, Math.ceil((isAllowed ? 1 : 1 - left) / perMillisecond / 1000));
    const fields = { "ratelimit-policy": policy, ratelimit: `"requests";r=${rest};t=${wait}` };
    if (isAllowed) return { fields };
    const detail = `Cannot answer now: found more than ${requests} requests in ${seconds} s of ${clientWords(client)}, wanted fewer (request-rate)`;
    return { fields, refusal: new Problem("too-many-requests", detail, { retryAfterSeconds: wait }) };
  };
}
