import type { DeployedProcess, DeployedRun, FindDeployed } from "../../cwl/document/deployed-process.ts";
import { fault } from "../../domain/faults.ts";
import type { Principal } from "../../domain/people/access.ts";
import { type Fault, Problem } from "../../domain/problem.ts";
import type { DeployedStep, PinnedRun, Process } from "../../domain/processes/process.ts";
import { httpUrl } from "../../domain/processes/remote-requirement.ts";
import { type Json, type JsonObject, parseExact } from "../../domain/values/json.ts";
import { requireAction } from "../people/guard.ts";
import { type DescribeDeps, describeProcess } from "../processes/describe-processes.ts";
import { describeProviderProcess, type ProviderDeps } from "../providers/manage-providers.ts";
import { cwlTypeOf } from "./schema-types.ts";

/** What finding deployed processes needs. */
export type FinderDeps = Pick<DescribeDeps, "processes"> & ProviderDeps;

/** Who deploys, and what the addresses of this service begin with: with and without a proxy before it. */
export type DeployingCaller = { readonly principal: Principal; readonly serviceUrls: readonly string[] };

/**
 * Builds what finds the deployed processes that steps of a package name: those that whoever deploys it may see and execute.
 * Every other name finds nothing, so that nobody learns what is there.
 */
export function deployedFinder(deps: FinderDeps, { principal, serviceUrls }: DeployingCaller): FindDeployed {
  return async (reference) => {
    const name = nameIn(reference, serviceUrls);
    if (name === undefined) return undefined;
    requireAction(principal, "execute", `run process "${name.process}" as a step`);
    const process = await unlessAbsent(() =>
      name.provider === undefined
        ? describeProcess(deps, principal, name.process)
        : describeProviderProcess(deps, principal, name.provider, name.process),
    );
    return process === undefined ? undefined : asStep(process, name.provider);
  };
}

type Name = { readonly process: string; readonly provider?: string };

/** Reads the name of a process, or its address on this service: `https` and `http` mean the same. */
function nameIn(reference: string, serviceUrls: readonly string[]): Name | undefined {
  const url = httpUrl(reference);
  if (url === undefined) return { process: reference };
  const address = `${url.host}${url.pathname}`;
  for (const base of serviceUrls) {
    const own = base.replace(/^https?:\/\//, "");
    if (!address.startsWith(`${own}/`)) continue;
    const [, provider, process = ""] =
      /^(?:\/providers\/([^/]+))?\/processes\/([^/]+)\/?$/.exec(address.slice(own.length)) ?? [];
    if (process === "") continue;
    const suffix = suffixIn(url.searchParams);
    const named = `${decoded(process)}${suffix}`;
    return provider === undefined ? { process: named } : { process: named, provider: decoded(provider) };
  }
  return undefined;
}

function suffixIn(query: URLSearchParams): string {
  const [version, revision] = [query.get("version"), query.get("revision")];
  if (revision !== null) return `@${revision}`;
  return version === null ? "" : `:${version}`;
}

/** Never fails: what cannot be decoded is the name of nothing. */
function decoded(text: string): string {
  return new URLSearchParams(`name=${text.replaceAll("+", "%2B").replaceAll("&", "%26")}`).get("name") ?? "";
}

async function unlessAbsent(find: () => Promise<Process>): Promise<Process | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof Problem && (error.kind === "no-such-process" || error.kind === "not-found")) return undefined;
    throw error;
  }
}

function asStep({ id, revision, description, definition }: Process, provider: string | undefined): DeployedProcess {
  const name = `${provider === undefined ? "" : `${provider}/`}${id}@${revision}`;
  const { version } = description;
  if (definition.kind === "cwl") {
    const { document, main, steps = {}, runs = [] } = definition;
    return { name, version, document, main, steps, runs };
  }
  return {
    name,
    version,
    document: operationOf(name, description),
    main: name,
    steps: { [name]: definition },
    runs: [],
  };
}

/** A process without a document of its own stands in the package as an operation: what runs it is kept beside. */
function operationOf(id: string, { title, inputs, outputs }: Process["description"]): JsonObject {
  const parameters = (all: Readonly<Record<string, unknown>>, at: string) =>
    Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { type: cwlTypeOf(asJson(one), at, []) }]));
  return {
    cwlVersion: "v1.2",
    class: "Operation",
    id,
    ...(title === undefined ? {} : { label: title }),
    inputs: parameters(inputs, "inputs"),
    outputs: parameters(outputs, "outputs"),
  };
}

/** What a description says is JSON, but its type admits members that are undefined. */
function asJson(value: unknown): Json {
  return parseExact(JSON.stringify(value));
}

/** Lists what runs the operations of a package whose steps run deployed processes. */
export function stepsOf(deployed: readonly DeployedRun[]): Readonly<Record<string, DeployedStep>> {
  return Object.assign({}, ...deployed.map(({ process }) => process.steps));
}

/** Lists the deployed processes that the steps of a package run, and once each those that these run. */
export function pinnedRuns(deployed: readonly DeployedRun[]): readonly PinnedRun[] {
  const own = deployed.map(({ step, process: { name, version } }) => ({ step, process: name, version }));
  const known = new Set(own.map(({ process }) => process));
  const inner = deployed.flatMap(({ step, process }) =>
    process.runs.map((run) => ({ ...run, step: `${step}/${run.step}` })),
  );
  const others = inner.filter(({ process }) => {
    const isNew = !known.has(process);
    known.add(process);
    return isNew;
  });
  return [...own, ...others];
}

/** Adds a fault for each step that runs the process itself, directly or in another one that it runs. */
export function circleFaults(id: string, deployed: readonly DeployedRun[], faults: Fault[]): void {
  for (const { step, pointer, process } of deployed) {
    const names = [process.name, ...process.runs.map((run) => run.process)];
    if (!names.some((name) => name.startsWith(`${id}@`))) continue;
    faults.push(
      fault(pointer, process.name, `another process for step "${step}": that one is "${id}" itself, or runs it`),
    );
  }
}
