import type { Config } from "../config/config.ts";
import { defined } from "../domain/defined.ts";
import type { MapTiles } from "../domain/documents/view-settings.ts";
import { type Role, roles, type WishBounds, wishes } from "../domain/people/access.ts";
import { readClusterAccounts } from "../domain/people/cluster-accounts.ts";
import { type Rights, readRights } from "../domain/people/rights.ts";
import type { ServiceIdentity } from "../domain/people/service-identity.ts";
import type { ClientBounds } from "../http/door/client-limits.ts";
import type { RequestRate } from "../http/door/request-rate.ts";
import type { HttpDeps } from "../http/server.ts";
import type { Quotas } from "../operations/submit/quotas.ts";
import { descriptorsForClients } from "./listening/descriptor-guard.ts";

/** Gives the URL below which outputs are found. */
export function outputsUrlOf(config: Config, serviceUrl: string): string {
  return config.outputsUrl ?? `${serviceUrl}${config.outputsPath}`;
}

/** Gives how long jobs are kept after their end; nothing when that is for ever. */
function retentionOf({ keepHours }: Config): { readonly keptMilliseconds?: number } {
  return keepHours === undefined ? {} : { keptMilliseconds: keepHours * 3_600_000 };
}

/** Gives what is kept, and for how long. */
export function tidyingOf(config: Config) {
  const { keepAuditDays, cacheBytes, minFreeBytes, orphanDays } = config;
  return {
    ...retentionOf(config),
    auditMilliseconds: keepAuditDays * 86_400_000,
    cacheBytes,
    minFreeBytes,
    orphanDays,
  };
}

/** Gives what one client may take of the service. */
export function quotasOf(config: Config): Quotas {
  const { quotaVaultBytes: vaultBytes, quotaOutputBytes: outputBytes, quotaQueued: queued, quotaSlots: slots } = config;
  return {
    ...(vaultBytes === undefined ? {} : { vaultBytes }),
    ...(outputBytes === undefined ? {} : { outputBytes }),
    ...(queued === undefined ? {} : { queued }),
    ...(slots === undefined ? {} : { slots }),
  };
}

/** Gives what one client may have open: never so much that nobody else could have anything. */
function clientBoundsOf({ clientRequests, clientStreams, clientUploads, slots }: Config): ClientBounds {
  const share = Math.max(1, Math.floor((descriptorsForClients(slots) ?? Number.MAX_SAFE_INTEGER) / 2));
  return {
    requests: Math.min(clientRequests, share),
    streams: Math.min(clientStreams, share),
    uploads: Math.min(clientUploads, share),
  };
}

/** Gives what the operator says of single processes; nothing when that is nothing. */
export function rightsOf({ right }: Config): { readonly rights?: Rights } {
  return right.length === 0 ? {} : { rights: readRights(right) };
}

/** Gives how many requests one client may send; nothing when that is any number. */
function requestRateOf({ requestRate }: Config): { readonly requestRate?: RequestRate } {
  const [requests = "", unit] = requestRate?.split("/") ?? [];
  if (unit === undefined) return {};
  return { requestRate: { requests: Number(requests), seconds: unit === "s" ? 1 : unit === "m" ? 60 : 3600 } };
}

/** Gives what each role may wish for its jobs. */
function wishBoundsOf({ rolePriority, pinRole }: Config): WishBounds {
  const given = new Map(rolePriority.map((item) => [item.split("=")[0], Number(item.split("=")[1])]));
  const boundOf = (role: Role) => ({
    maxPriority: given.get(role) ?? wishes[role].maxPriority,
    mayPin: roles.indexOf(role) >= roles.indexOf(pinRole),
  });
  return {
    viewer: boundOf("viewer"),
    runner: boundOf("runner"),
    deployer: boundOf("deployer"),
    admin: boundOf("admin"),
  };
}

/** Gives what requests are held to and answered by. */
export function requestSettings(config: Config, sendsMail: boolean): HttpDeps["settings"] {
  return {
    syncLimitMilliseconds: config.syncLimitSeconds * 1000,
    inputRoots: config.inputRoot,
    sendsMail,
    mailTo: config.mailTo,
    wishBounds: wishBoundsOf(config),
    quotas: quotasOf(config),
    clusterAccounts: readClusterAccounts(config.slurmAccounts),
    maxBodyBytes: config.maxBodyBytes,
    maxBodyValues: config.maxBodyValues,
    maxUploadBytes: config.maxUploadBytes,
    ...retentionOf(config),
    sessionHours: config.sessionHours,
    maxInlineBytes: config.maxInlineBytes,
    removedJobs: config.removedJobs,
    syncJobs: config.syncJobs,
    maxDocumentBytes: config.maxDocumentBytes,
    outputsPath: config.outputsPath,
    ...(config.outputsUrl === undefined ? {} : { outputsUrl: config.outputsUrl }),
  };
}

/** Gives what the service says of itself. */
function identityOf(config: Config): ServiceIdentity {
  const { serviceProvider, serviceProviderUrl, serviceContactName, serviceContactEmail, serviceContactUrl } = config;
  const contact = defined({ name: serviceContactName, email: serviceContactEmail, url: serviceContactUrl });
  return {
    title: config.serviceTitle,
    description: config.serviceDescription,
    keywords: config.serviceKeywords,
    languages: config.serviceLanguages,
    ...defined({
      provider:
        serviceProvider === undefined ? undefined : { name: serviceProvider, ...defined({ url: serviceProviderUrl }) },
      contact: Object.keys(contact).length === 0 ? undefined : contact,
      license: config.serviceLicense === undefined ? undefined : licenseOf(config.serviceLicense),
      termsUrl: config.serviceTermsUrl,
      logoUrl: config.serviceLogoUrl,
    }),
  };
}

/** Splits `NAME <URL>`. */
function licenseOf(text: string): { readonly name: string; readonly url?: string } {
  const [, name = text, url] = /^(.*?)(?: <(.*)>)?$/.exec(text) ?? [];
  return { name, ...defined({ url }) };
}

function mapTilesOf({ mapTiles: url, mapAttribution: attribution }: Config): MapTiles | undefined {
  return url === undefined ? undefined : { url, ...defined({ attribution }) };
}

/** Gives what the edge is made by, all of which may change while it runs. */
export function edgeSettings(config: Config, sendsMail: boolean) {
  return {
    identity: identityOf(config),
    settings: requestSettings(config, sendsMail),
    clientBounds: clientBoundsOf(config),
    ...defined({ mapTiles: mapTilesOf(config) }),
    ...requestRateOf(config),
    // Long texts, which few ask for.
    readNotices: async () => (await import("./notices.ts")).notices,
  };
}
