import { defined } from "../../domain/defined.ts";
import type { Job } from "../../domain/jobs/job.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Trace } from "../../domain/people/origin.ts";
import type { RemoteDefinition } from "../../domain/processes/process.ts";
import { authHeaders, whyUnsent } from "../../domain/processes/provider.ts";
import type { Engine } from "../../engines/engine.ts";
import { createRemoteEngine } from "../../engines/remote/remote.ts";
import type { Layout } from "../../files/layout.ts";
import type { Gate } from "../../net/fetch.ts";
import type { RemoteClient } from "../../net/remote/remote.ts";
import { createRemoteClient } from "../../net/remote/remote-client.ts";
import { tracedGate } from "../../net/traced-gate.ts";
import type { Tries } from "../../net/try-again.ts";
import type { Database } from "../../store/database/database.ts";
import type { SecretKey } from "../../store/database/seal.ts";
import { authOfProvider, findProvider, headersOfJob } from "../../store/processes/providers.ts";
import type { RemoteAccess } from "../queue/claim.ts";

export type RemoteEnginesDeps = {
  readonly database: Database;
  readonly layout: Layout;
  readonly logger: Logger;
  readonly gate: Gate;
  readonly secretKey: SecretKey;
  readonly maxDocumentBytes: number;
  readonly maxDownloadBytes: number;
  readonly tries?: Tries;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
};

/** Makes the engines of remote jobs, one each: they differ in what they sign in with. */
export type RemoteEngines = {
  /** The address and the forwarded headers of a job on a provider; both undefined for any other job. */
  accessOf(job: Job): Promise<RemoteAccess>;
  engineOf(providerId: string | undefined, access: RemoteAccess): Promise<Engine>;
  /** Speaks to the server of a step that is a remote process: a provider's with its credentials, and nobody's headers. */
  clientOf(definition: RemoteDefinition): Promise<RemoteClient>;
  /** Says why nothing new may be sent to the server of a process; undefined where it may. */
  whyUnsent(definition: RemoteDefinition): Promise<string | undefined>;
  /** The engine of such a step. */
  engineOfStep(definition: RemoteDefinition, trace: Trace | undefined): Promise<Engine>;
};

/** Makes the source of the engines of remote jobs. */
export function createRemoteEngines(deps: RemoteEnginesDeps): RemoteEngines {
  const why = async (definition: RemoteDefinition) => {
    const { providerId } = definition;
    if (providerId === undefined) return undefined;
    return whyUnsent(definition, await findProvider(deps.database, providerId));
  };
  const engineOf: RemoteEngines["engineOf"] = async (providerId, { url, headers, trace }) => {
    const gate = tracedGate(deps.gate, trace);
    const secrets = await secretsOf(deps, providerId, url, headers ?? {});
    const signed = defined({ secrets });
    return createRemoteEngine({
      ...deps,
      gate,
      ...signed,
      whyUnsent: why,
      clientOf: (definition, language) =>
        createRemoteClient(
          { ...deps, gate },
          { type: definition.type, url: definition.url, ...signed, ...defined({ language }) },
        ),
    });
  };
  const urlOf = async ({ providerId }: RemoteDefinition) =>
    providerId === undefined ? undefined : (await findProvider(deps.database, providerId))?.url;
  return {
    engineOf,
    whyUnsent: why,
    engineOfStep: async (definition, trace) =>
      engineOf(definition.providerId, { url: await urlOf(definition), headers: undefined, ...defined({ trace }) }),
    async clientOf(definition) {
      const { type, url, providerId } = definition;
      const secrets = await secretsOf(deps, providerId, await urlOf(definition), {});
      return createRemoteClient(deps, { type, url, ...defined({ secrets }) });
    },
    async accessOf(job) {
      if (job.providerId === undefined) return { url: undefined, headers: undefined };
      const provider = await findProvider(deps.database, job.providerId);
      return { url: provider?.url, headers: await openHeaders(deps, job.id) };
    },
  };
}

/** Without its headers a job fails where the remote wants them, and says so; it must not keep the runner from it. */
async function openHeaders(deps: RemoteEnginesDeps, jobId: string): Promise<Readonly<Record<string, string>>> {
  try {
    return await headersOfJob(deps.database, deps.secretKey, jobId);
  } catch (error) {
    deps.logger.error("Cannot open the headers of a job: was the key file replaced?", { jobId, error });
    return {};
  }
}

/** What goes to the provider's origin and to no other: its credentials, and the caller's headers. */
async function secretsOf(
  deps: RemoteEnginesDeps,
  providerId: string | undefined,
  url: string | undefined,
  headers: Readonly<Record<string, string>>,
) {
  if (url === undefined || providerId === undefined) return undefined;
  const auth = await authOfProvider(deps.database, deps.secretKey, providerId);
  const all = { ...headers, ...(auth === undefined ? {} : authHeaders(auth)) };
  return Object.keys(all).length === 0 ? undefined : { origin: new URL(url).origin, headers: all };
}
