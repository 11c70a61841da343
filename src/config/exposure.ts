import type { SandboxSettings } from "../executors/sandbox/confinement.ts";
import type { Layout } from "../files/layout.ts";
import type { Config } from "./config.ts";

/**
 * What sandboxed tools see, and when they are sandboxed: as the operator says, else always as soon as the service is exposed.
 * The data directory and secrets are hidden wherever they lie.
 */
export function sandboxSettings(config: Config, layout: Layout, exposed: boolean): SandboxSettings {
  const { toolPath, toolDirectories } = config;
  const use = config.sandbox ?? (exposed ? "require" : "auto");
  const secrets = [config.secretFile, config.tlsKeyFile, config.notifySecretFile, config.smtpPasswordFile];
  const hidden = [
    layout.dataDirectory,
    layout.sharedDirectory,
    layout.outputsDirectory,
    ...secrets.filter((file) => file !== undefined),
  ];
  return { use, toolPath, toolDirectories, hidden };
}

const loopbackNames = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i;

/** Tells whether a host name or address is this machine's loopback. */
export function isLoopback(host: string): boolean {
  return loopbackNames.test(host);
}

/** Tells whether only this machine can reach the service: then no key is needed. */
export function isLocalOnly(config: Pick<Config, "host" | "publicUrl" | "trustedProxy">): boolean {
  if (config.trustedProxy.length > 0) return false;
  return isLoopback(config.host) && (config.publicUrl === undefined || isLoopback(new URL(config.publicUrl).hostname));
}

/** Tells whether others than the users of this machine may bring or run processes: a key or a provider of identities exists, or they can reach the service. */
export function isExposed(
  config: Pick<Config, "host" | "publicUrl" | "trustedProxy" | "oidcIssuer">,
  hasKeys: boolean,
): boolean {
  return hasKeys || config.oidcIssuer !== undefined || !isLocalOnly(config);
}
