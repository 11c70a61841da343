import type { Config } from "../config/config.ts";
import { isLoopback } from "../config/exposure.ts";
import { defined } from "../domain/defined.ts";
import { type Role, roles } from "../domain/people/access.ts";
import { Problem } from "../domain/problem.ts";
import type { Clock } from "../domain/waiting/clock.ts";
import { readSecretFile } from "../files/disk/secret-file.ts";
import type { IdentityProvider } from "../net/openid/identity-provider.ts";
import { openGate } from "./gate.ts";

/** The provider of identities of a service, with the way to it. */
export type Identities = { readonly provider?: IdentityProvider } & Disposable;

/** Opens the way to the provider of identities; none when no issuer is set. Throws `invalid-parameter-value` or `unavailable` naming the setting. */
export async function openIdentities(config: Config, clock: Clock): Promise<Identities> {
  const { oidcIssuer: issuer, oidcClientId: clientId } = config;
  requireSound(config);
  if (issuer === undefined || clientId === undefined) return { [Symbol.dispose]: () => {} };
  const gate = openWay(config, issuer);
  // The libraries are read when there is a provider.
  const { createOpenIdProvider } = await import("../net/openid/openid-provider.ts");
  const file = config.oidcClientSecretFile;
  const clientSecret = file === undefined ? undefined : await readSecretFile(file, "--oidc-client-secret-file");
  const provider = createOpenIdProvider(
    { gate, clock },
    {
      issuer,
      clientId,
      audience: config.oidcAudience ?? clientId,
      scopes: config.oidcScopes,
      allowHttp: config.oidcAllowHttp,
      ...defined({ clientSecret, deviceClientId: config.oidcDeviceClientId }),
      claims: {
        userClaim: config.oidcUserClaim,
        groupsClaim: config.oidcGroupsClaim,
        roleOfGroup: new Map(config.oidcRole.map(readGroupRole)),
        defaultRole: roles.find((role) => role === config.oidcDefaultRole),
      },
    },
  );
  return { provider, [Symbol.dispose]: () => gate[Symbol.dispose]() };
}

/** The provider may be on a private network: the operator named it. Nothing else reaches it by this gate. */
function openWay(config: Config, issuer: string): ReturnType<typeof openGate> {
  const { host } = new URL(issuer);
  const port = new URL(issuer).port === "" ? (issuer.startsWith("https:") ? ":443" : ":80") : "";
  return openGate({
    ...config,
    allowFetch: [...config.allowFetch, `${host}${port}`],
    fetchIdleSeconds: 10,
    downloadSeconds: 15,
  });
}

/** Asks the provider of identities whether people can sign in by it, and lists why not; undefined when none is set. */
export async function lookAtProvider(config: Config, clock: Clock): Promise<readonly string[] | undefined> {
  const { oidcIssuer: issuer } = config;
  if (issuer === undefined) return undefined;
  const { providerFaults } = await import("../net/remote/examine-provider.ts");
  using gate = openWay(config, issuer);
  return await providerFaults({ gate, clock }, issuer);
}

/** Reads GROUP=ROLE. Keycloak writes groups as paths; a group counts with and without the slash. */
function readGroupRole(item: string): readonly [string, Role] {
  const at = item.lastIndexOf("=");
  const role = roles.find((one) => one === item.slice(at + 1));
  if (role === undefined) throw new Error(`Cannot read "${item}": the setting lets no other role pass`);
  return [item.slice(0, at).replace(/^\//, ""), role];
}

function requireSound(config: Config): void {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcAllowHttp: allowHttp, oidcRole, oidcDefaultRole } = config;
  if (issuer === undefined) {
    if (clientId === undefined) return;
    throw refuse("--oidc-client-id", "no --oidc-issuer", "one beside it");
  }
  if (clientId === undefined) throw refuse("--oidc-issuer", "no --oidc-client-id", "one beside it");
  const { protocol, hostname } = new URL(issuer);
  if (protocol === "http:" && !(allowHttp && isLoopback(hostname))) {
    throw refuse("--oidc-issuer", `"${issuer}"`, "https; http only on this machine, with --oidc-allow-http");
  }
  if (oidcRole.length === 0 && oidcDefaultRole === "none") {
    throw refuse("--oidc-issuer", "no role for anybody", "--oidc-role GROUP=ROLE or --oidc-default-role beside it");
  }
}

function refuse(setting: string, found: string, wanted: string): Problem {
  // In a file it has the name without the dashes.
  const name = setting.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const detail = `Cannot use ${setting} (in a file ${name}): found ${found}, wanted ${wanted}`;
  return new Problem("invalid-parameter-value", detail);
}
