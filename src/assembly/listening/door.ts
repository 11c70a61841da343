import type { Config } from "../../config/config.ts";
import { isLocalOnly } from "../../config/exposure.ts";
import { Problem } from "../../domain/problem.ts";
import type { Bubblewrap } from "../../executors/sandbox/bubblewrap.ts";
import type { DoorConfig } from "../../http/door/door.ts";
import { createAddressTest } from "../../net/addresses.ts";

/** A deployed package runs programs: who can reach the service must be known, or allowed on purpose. Throws `unavailable`. */
export function refuseOpenDoor(config: Config, hasKeys: boolean): void {
  const isKnown = hasKeys || config.oidcIssuer !== undefined;
  if (isLocalOnly(config) || config.allowAnonymous !== undefined || isKnown) return;
  const [proxy] = config.trustedProxy;
  const where = config.publicUrl ?? (proxy === undefined ? config.host : `--trusted-proxy ${proxy}`);
  throw new Problem(
    "unavailable",
    `Cannot start: found "${where}", which others can reach, and no key; wanted a key (${keyCommand(config)}) or --allow-anonymous`,
  );
}

/** Why tools need a sandbox, unless the operator says otherwise. */
export function exposureReason(config: Config): string {
  return isLocalOnly(config)
    ? "a key or a provider of identities, by which others may bring and run processes"
    : "an address that others can reach";
}

/**
 * What others bring runs in a sandbox, or the operator says that it need not. Throws `unavailable` when neither holds.
 */
export function refuseOpenTools(config: Config, exposed: boolean, bubblewrap: Bubblewrap): void {
  if (config.sandbox !== undefined || !exposed || bubblewrap.kind === "found") return;
  throw new Problem(
    "unavailable",
    `Cannot start: found ${exposureReason(config)}, and no sandbox for tools, because ${bubblewrap.reason}; wanted bubblewrap installed and working here, or --sandbox off (tools run as the server's user, without any) or --sandbox auto said on purpose`,
  );
}

/** Tells how callers sign in. */
export function signInNote(config: Config, hasKeys: boolean): string {
  if (config.oidcIssuer !== undefined) return `People sign in with ${config.oidcIssuer}, or with a key`;
  if (hasKeys) return "Callers sign in with a key (Authorization: Bearer)";
  if (config.allowAnonymous !== undefined) return `Callers without a key are ${config.allowAnonymous}s`;
  return `There is no key yet: every user of this machine can deploy and execute (${keyCommand(config)})`;
}

/** The whole command that makes the first key, as a shell takes it. */
function keyCommand({ data }: Config): string {
  const isPlain = /^[\w./@%+=:,-]+$/.test(data);
  return `heddle keys create --role admin --data ${isPlain ? data : `'${data.replaceAll("'", "'\\''")}'`}`;
}

/** Reads how clients may come to the service. Throws `invalid-parameter-value`. */
export function readDoor(config: Config, listenUrl: string): DoorConfig {
  return {
    listenHost: config.host,
    listenUrl,
    isLoopback: isLocalOnly(config),
    corsOrigins: config.cors,
    isTrustedProxy: createAddressTest("--trusted-proxy", config.trustedProxy),
    ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
  };
}
