import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { issueFaults, refusal } from "../../domain/faults.ts";
import { mayDo, type Principal } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { holdsNeedles } from "../../domain/processes/process-search.ts";
import { authHeaders, type Provider, ProviderAuthSchema, ProviderBodySchema } from "../../domain/processes/provider.ts";
import { remoteTypes } from "../../domain/processes/remote-type.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Gate } from "../../net/fetch.ts";
import type { RemoteSummary } from "../../net/remote/remote.ts";
import type { Database } from "../../store/database/database.ts";
import type { SecretKey } from "../../store/database/seal.ts";
import {
  changeProviderAuth,
  findProvider,
  insertProvider,
  listProviders as readAll,
  removeProvider as removeRow,
} from "../../store/processes/providers.ts";
import { type AuditDeps, actorOf, auditing } from "../people/audit.ts";
import { requireAction } from "../people/guard.ts";
import { refusedForKeyAt } from "../submit/refused-runs.ts";
import { findServer } from "./find-server.ts";
import type { Probe, RemoteProcesses } from "./remote-processes.ts";

export type ProviderDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly secretKey: SecretKey;
  readonly remotes: RemoteProcesses;
  readonly settings: { readonly maxDocumentBytes: number };
} & AuditDeps;

/** A provider, and whether it answers. */
export type ProbedProvider = {
  readonly provider: Provider;
  readonly probe: Probe;
  /** When it refused a run since it wants a key (milliseconds since 1970), if nothing changed since. */
  readonly refusedAt?: number;
};

/**
 * Registers a server; its type is found by asking it, at the address of the server that the given one lies below. Opens nothing in the gate. Throws `invalid-parameter-value`,
 * `conflict` when the id is taken, `unprocessable-content` when no server of a known type answers, with the causes.
 */
export async function registerProvider(deps: ProviderDeps, principal: Principal, body: unknown): Promise<Provider> {
  requireAction(principal, "manage-providers", "register a provider");
  const outcome = v.safeParse(ProviderBodySchema, body);
  if (!outcome.success) {
    throw refusal("register provider", issueFaults(outcome.issues).map(withoutSecret));
  }
  const { id, url: typed, public: isPublic, auth, forwardHeaders, type: given } = outcome.output;
  if ((await findProvider(deps.database, id)) !== undefined) throw taken(id);
  const secrets = auth === undefined ? undefined : { origin: new URL(typed).origin, headers: authHeaders(auth) };
  const remote = { gate: deps.gate, maxDocumentBytes: deps.settings.maxDocumentBytes };
  const types = given === undefined ? remoteTypes : [given];
  const { url, type } = await findServer(remote, typed, { types, secrets });
  const createdAt = deps.clock.now();
  const provider = { id, url, type, isPublic, forwardHeaders: [...new Set(forwardHeaders)], createdAt };
  const database = auditing(deps, actorOf(principal), "add-provider", { subject: id });
  const isKept = await insertProvider(database, deps.secretKey, {
    ...provider,
    ...defined({ auth }),
  });
  if (!isKept) throw taken(id);
  deps.remotes.forget(id);
  return { ...provider, hasAuth: auth !== undefined };
}

/**
 * Keeps what signs in to a provider in place of what did; undefined for nothing. Nothing is asked of the server. Throws `not-found`,
 * `invalid-parameter-value` without repeating a secret.
 */
export async function changeSignIn(deps: ProviderDeps, principal: Principal, id: string, auth: unknown): Promise<void> {
  const verb = `change what signs in to provider "${id}"`;
  requireAction(principal, "manage-providers", verb);
  const outcome = v.safeParse(v.object({ auth: v.optional(ProviderAuthSchema) }), { auth });
  if (!outcome.success) throw refusal(verb, issueFaults(outcome.issues).map(withoutSecret));
  const database = auditing(deps, actorOf(principal), "change-provider", { subject: id });
  if (!(await changeProviderAuth(database, deps.secretKey, id, outcome.output.auth))) throw noSuchProvider(id);
  deps.remotes.forget(id);
}

/** What was found wrong with a credential is not repeated. */
function withoutSecret(fault: { readonly pointer: string; readonly detail: string }) {
  if (!fault.pointer.startsWith("/auth")) return fault;
  return { ...fault, detail: fault.detail.replace(/^found .*?, wanted /s, "found another value, wanted ") };
}

function taken(id: string): Problem {
  return new Problem("conflict", `Cannot register provider "${id}": found one with this id, wanted a free id`);
}

/** Lists the providers that the principal may see, each probed; one that is silent holds up none. */
export async function listProviders(deps: ProviderDeps, principal: Principal): Promise<readonly ProbedProvider[]> {
  requireAction(principal, "read-processes", "list providers");
  const all = await readAll(deps.database);
  const seen = all.filter((provider) => isVisible(provider, principal));
  return Promise.all(seen.map((provider) => probed(deps, provider)));
}

/** Lists the ids of the providers that the principal may see; none is asked for anything. */
export async function providerIds(
  deps: Pick<ProviderDeps, "database">,
  principal: Principal,
): Promise<readonly string[]> {
  if (!mayDo(principal, "read-processes")) return [];
  const all = await readAll(deps.database);
  return all.filter((provider) => isVisible(provider, principal)).map(({ id }) => id);
}

/** Reads a provider with its state. Throws `not-found`, also for one that may not be seen. */
export async function readProvider(deps: ProviderDeps, principal: Principal, id: string): Promise<ProbedProvider> {
  return probed(deps, await requireProvider(deps, principal, id));
}

async function probed({ remotes, database }: ProviderDeps, provider: Provider): Promise<ProbedProvider> {
  const [probe, refusedAt] = await Promise.all([remotes.probe(provider), refusedForKeyAt(database, provider.id)]);
  return { provider, probe, ...defined({ refusedAt }) };
}

/** Finds a provider without asking it. Throws `not-found`, also for one that may not be seen. */
export async function requireProvider(
  deps: Pick<ProviderDeps, "database">,
  principal: Principal,
  id: string,
): Promise<Provider> {
  requireAction(principal, "read-processes", `read provider "${id}"`);
  const provider = await findProvider(deps.database, id);
  if (provider === undefined || !isVisible(provider, principal)) throw noSuchProvider(id);
  return provider;
}

/**
 * Forgets a provider. Its jobs stay; those that run there are followed and dismissed without its credentials, and nothing new is sent
 * there. Throws `not-found`.
 */
export async function removeProvider(deps: ProviderDeps, principal: Principal, id: string): Promise<void> {
  requireAction(principal, "manage-providers", `remove provider "${id}"`);
  const isGone = await removeRow(auditing(deps, actorOf(principal), "remove-provider", { subject: id }), id);
  deps.remotes.forget(id);
  if (!isGone) throw noSuchProvider(id);
}

/** Lists the processes of a provider that say all needles of themselves. Throws `not-found`, `remote-failure`. */
export async function listProviderProcesses(
  deps: ProviderDeps,
  principal: Principal,
  id: string,
  needles: readonly string[] = [],
): Promise<readonly RemoteSummary[]> {
  const all = await deps.remotes.list(await requireProvider(deps, principal, id));
  return all.filter((one) => holdsNeedles([one.id, one.title, one.description], needles));
}

/** Describes a process of a provider. Throws `not-found`, `no-such-process`, `remote-failure`. */
export async function describeProviderProcess(
  deps: ProviderDeps,
  principal: Principal,
  id: string,
  processId: string,
): Promise<Process> {
  return deps.remotes.describe(await requireProvider(deps, principal, id), processId);
}

function isVisible(provider: Provider, principal: Principal): boolean {
  return provider.isPublic || mayDo(principal, "manage-providers");
}

function noSuchProvider(id: string): Problem {
  return new Problem("not-found", `Cannot find provider "${id}": no provider has this id`);
}
