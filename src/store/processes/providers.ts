import { asc, eq } from "drizzle-orm";
import * as v from "valibot";
import { type Provider, type ProviderAuth, ProviderAuthSchema } from "../../domain/processes/provider.ts";
import type { Database } from "../database/database.ts";
import { type SecretKey, seal, unseal } from "../database/seal.ts";
import { type ArgumentsOf, argument, argumentsOf, build, compile } from "../database/statements.ts";
import type { TableRow } from "../rows.ts";
import { jobSecrets } from "../schema/jobs.ts";
import { providers } from "../schema/providers.ts";

const insert = compile<ArgumentsOf<typeof providers>>()(() =>
  build.insert(providers).values(argumentsOf(providers)).onConflictDoNothing(),
);
const selectAll = compile()(() => build.select().from(providers).orderBy(asc(providers.id)));
const selectOne = compile<{ id: string }>()(() =>
  build
    .select()
    .from(providers)
    .where(eq(providers.id, argument("id"))),
);
const updateAuth = compile<{ id: string; sealedAuth: string | null }>()(() =>
  build
    .update(providers)
    .set({ sealedAuth: argument("sealedAuth") })
    .where(eq(providers.id, argument("id"))),
);
const remove = compile<{ id: string }>()(() => build.delete(providers).where(eq(providers.id, argument("id"))));
const selectSecrets = compile<{ jobId: string }>()(() =>
  build
    .select()
    .from(jobSecrets)
    .where(eq(jobSecrets.jobId, argument("jobId"))),
);

/** Sealed texts of providers and of jobs are never taken for one another. */
const providerScope = (id: string) => `provider:${id}`;
const jobScope = (id: string) => `job:${id}`;

/** Keeps a new provider with what signs in to it. False when the id is taken. */
export async function insertProvider(
  database: Database,
  key: SecretKey,
  provider: Omit<Provider, "hasAuth"> & { readonly auth?: ProviderAuth },
): Promise<boolean> {
  const { auth, ...known } = provider;
  const [inserted] = await database.write([
    insert({
      ...known,
      isPublic: Number(known.isPublic),
      forwardHeaders: JSON.stringify(known.forwardHeaders),
      sealedAuth: sealedAuth(key, known.id, auth),
    }),
  ]);
  return inserted?.rowsAffected === 1;
}

/** Keeps what signs in to a provider in place of what did; undefined for nothing. False when there is no such provider. */
export async function changeProviderAuth(
  database: Database,
  key: SecretKey,
  id: string,
  auth: ProviderAuth | undefined,
): Promise<boolean> {
  const [changed] = await database.write([updateAuth({ id, sealedAuth: sealedAuth(key, id, auth) })]);
  return changed?.rowsAffected === 1;
}

function sealedAuth(key: SecretKey, id: string, auth: ProviderAuth | undefined): string | null {
  return auth === undefined ? null : seal(key, providerScope(id), JSON.stringify(auth));
}

/** Lists the providers by id. */
export async function listProviders(database: Database): Promise<readonly Provider[]> {
  return (await database.read(selectAll({}))).map(providerOf);
}

/** Finds a provider. */
export async function findProvider(database: Database, id: string): Promise<Provider | undefined> {
  const [row] = await database.read(selectOne({ id }));
  return row === undefined ? undefined : providerOf(row);
}

/** Reads what signs in to a provider; undefined when it needs nothing. Throws when it cannot be opened. */
export async function authOfProvider(
  database: Database,
  key: SecretKey,
  id: string,
): Promise<ProviderAuth | undefined> {
  const [row] = await database.read(selectOne({ id }));
  const sealed = row?.sealedAuth;
  return sealed === undefined
    ? undefined
    : v.parse(ProviderAuthSchema, JSON.parse(unseal(key, providerScope(id), sealed)));
}

/** Forgets a provider and what signs in to it. False when there is none. */
export async function removeProvider(database: Database, id: string): Promise<boolean> {
  const [removed] = await database.write([remove({ id })]);
  return removed?.rowsAffected === 1;
}

const HeadersSchema = v.record(v.string(), v.string());

/** Seals the headers of a caller for one job. */
export function sealHeaders(key: SecretKey, jobId: string, headers: Readonly<Record<string, string>>): string {
  return seal(key, jobScope(jobId), JSON.stringify(headers));
}

/** Reads the headers that a job sends on; none once it is final. Throws when they cannot be opened. */
export async function headersOfJob(
  database: Database,
  key: SecretKey,
  jobId: string,
): Promise<Readonly<Record<string, string>>> {
  const [row] = await database.read(selectSecrets({ jobId }));
  if (row === undefined) return {};
  return v.parse(HeadersSchema, JSON.parse(unseal(key, jobScope(jobId), row.sealedHeaders)));
}

function providerOf({ sealedAuth, ...provider }: TableRow<typeof providers>): Provider {
  return { ...provider, hasAuth: sealedAuth !== undefined };
}
