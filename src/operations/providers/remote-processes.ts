import { defined } from "../../domain/defined.ts";
import { errorText, Problem } from "../../domain/problem.ts";
import {
  jobControlOptions,
  type Process,
  type ProcessDescription,
  type RemoteDefinition,
  transmissionModes,
} from "../../domain/processes/process.ts";
import { authHeaders, type Provider } from "../../domain/processes/provider.ts";
import { canonicalJson, type Json, parseExact } from "../../domain/values/json.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { sleep, timeLimit } from "../../domain/waiting/timers.ts";
import { currentParameters } from "../../engines/json-schema/current-words.ts";
import type { Gate } from "../../net/fetch.ts";
import type { RemoteClient, RemoteDescription, RemoteSummary } from "../../net/remote/remote.ts";
import { createRemoteClient } from "../../net/remote/remote-client.ts";
import type { Tries } from "../../net/try-again.ts";
import type { Database } from "../../store/database/database.ts";
import type { SecretKey } from "../../store/database/seal.ts";
import { authOfProvider } from "../../store/processes/providers.ts";
import { digestOf } from "../people/secrets.ts";
import { noSuchProcess } from "../processes/describe-processes.ts";

export type RemoteProcessDeps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly secretKey: SecretKey;
  readonly maxDocumentBytes: number;
  /** How often descriptions are asked for; somebody waits meanwhile. */
  readonly tries?: Tries;
};

/** Whether a provider answers, when that was last looked at. */
export type Probe = {
  /** `unknown`: it was asked and has not answered yet. */
  readonly state: "up" | "down" | "unknown";
  readonly title?: string;
  readonly message?: string;
  readonly at: number;
};

/** The processes of other servers, asked for and remembered for a while. */
export type RemoteProcesses = {
  /** Speaks to a provider with its credentials. */
  clientOf(provider: Provider): Promise<RemoteClient>;
  list(provider: Provider): Promise<readonly RemoteSummary[]>;
  /** Throws `no-such-process`, `remote-failure`. */
  describe(provider: Provider, processId: string): Promise<Process>;
  /** Asks a server that is known by its URL only. Throws `unprocessable-content`, with the cause. */
  ask(definition: RemoteDefinition): Promise<RemoteDescription>;
  /** Looks whether a provider answers; never throws, and never waits longer than a second. */
  probe(provider: Provider): Promise<Probe>;
  /** Forgets what a provider said; to be called when it was removed. */
  forget(providerId: string): void;
};

/** How long an answer is remembered. What runs asks again. */
const freshMilliseconds = 60_000;
const askMilliseconds = 30_000;
const probeMilliseconds = 10_000;
/** How long anybody waits for a probe; it goes on, and its end is what the next one is told. */
const patienceMilliseconds = 1000;
const maxRemembered = 1024;

/** Creates the memory of what other servers offer. */
export function createRemoteProcesses(deps: RemoteProcessDeps): RemoteProcesses {
  const descriptions = createMemory<Process>(deps.clock);
  const probes = createMemory<Probe>(deps.clock);
  const clientOf = async (provider: Provider): Promise<RemoteClient> => {
    const auth = provider.hasAuth ? await authOfProvider(deps.database, deps.secretKey, provider.id) : undefined;
    const origin = new URL(provider.url).origin;
    return createRemoteClient(deps, {
      type: provider.type,
      url: provider.url,
      ...(auth === undefined ? {} : { secrets: { origin, headers: authHeaders(auth) } }),
    });
  };
  return {
    clientOf,
    list: async (provider) => (await clientOf(provider)).processes(timeLimit(askMilliseconds), deps.tries),
    describe: (provider, processId) =>
      descriptions.of(`${provider.id} ${processId}`, async () => {
        const described = await (await clientOf(provider)).describe(processId, timeLimit(askMilliseconds), deps.tries);
        if (described === undefined) throw noSuchProcess(processId);
        return remoteProcess(definitionOf(provider, processId), described, { isPublic: provider.isPublic });
      }),
    ask: (definition) => askServer(deps, definition),
    probe: (provider) => {
      const probing = probes.of(`${provider.id} `, async (): Promise<Probe> => {
        const at = deps.clock.now();
        try {
          const client = await clientOf(provider);
          const { title } = await client.probe(timeLimit(probeMilliseconds));
          return { state: "up", at, ...defined({ title }) };
        } catch (error) {
          return { state: "down", at, message: error instanceof Problem ? error.message : errorText(error) };
        }
      });
      const unknown: Probe = { state: "unknown", at: deps.clock.now(), message: "It has not answered yet" };
      return Promise.race([probing, sleep(patienceMilliseconds, { isIdle: true }).then(() => unknown)]);
    },
    forget(providerId) {
      descriptions.forget(`${providerId} `);
      probes.forget(`${providerId} `);
    },
  };
}

async function askServer(deps: RemoteProcessDeps, definition: RemoteDefinition): Promise<RemoteDescription> {
  const { type, url, processId } = definition;
  const refuse = (cause: string) =>
    new Problem("unprocessable-content", `Cannot deploy process "${processId}" of "${url}": ${cause}`);
  try {
    const signal = timeLimit(askMilliseconds);
    const described = await createRemoteClient(deps, { type, url }).describe(processId, signal, deps.tries);
    if (described === undefined) throw refuse("the server knows no such process");
    return described;
  } catch (error) {
    if (error instanceof Problem && error.kind === "remote-failure") throw refuse(error.message);
    throw error;
  }
}

function definitionOf(provider: Provider, processId: string): RemoteDefinition {
  return { kind: "remote", type: provider.type, url: provider.url, processId, providerId: provider.id };
}

/** Builds a process of what another server says of one of its own. */
export function remoteProcess(
  definition: RemoteDefinition,
  described: RemoteDescription,
  options: { readonly isPublic: boolean; readonly id?: string },
): Process {
  const { native: _native, fileInputs, offersSync: _sync, offersAsync: _async, keywords, ...known } = described;
  const description: ProcessDescription = {
    ...known,
    inputs: currentParameters(described.inputs),
    outputs: currentParameters(described.outputs),
    ...(keywords === undefined ? {} : { keywords: [...keywords] }),
    id: options.id ?? described.id,
    version: described.version ?? "1.0.0",
    // Whatever the remote offers: its job is watched from here.
    jobControlOptions: [...jobControlOptions],
    outputTransmission: [...transmissionModes],
  };
  // Its type admits members that are undefined; those are left out.
  const digested: Json = parseExact(JSON.stringify({ description, definition }));
  return {
    id: description.id,
    revision: `sha256:${digestOf(canonicalJson(digested))}`,
    description,
    definition,
    isWorkflow: false,
    isMutable: options.id !== undefined,
    visibility: options.isPublic ? "public" : "private",
    fileInputs,
  };
}

type Memory<Value> = { of(key: string, ask: () => Promise<Value>): Promise<Value>; forget(prefix: string): void };

/** Remembers answers for a while; who asks meanwhile gets the same one. Failures are not remembered. */
function createMemory<Value>(clock: Clock): Memory<Value> {
  const known = new Map<string, { readonly value: Promise<Value>; readonly until: number }>();
  return {
    of(key, ask) {
      const kept = known.get(key);
      if (kept !== undefined && clock.elapsed() < kept.until) return kept.value;
      const value = ask();
      const entry = { value, until: clock.elapsed() + freshMilliseconds };
      known.delete(key);
      known.set(key, entry);
      value.catch(() => known.get(key) === entry && known.delete(key));
      const [oldest] = known.keys();
      if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
      return value;
    },
    forget(prefix) {
      for (const key of known.keys()) if (key.startsWith(prefix)) known.delete(key);
    },
  };
}
