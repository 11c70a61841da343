import type { Config } from "./config.ts";

/** The settings that a running service takes in: who it is, whom it lets in, and what a request may ask for. */
const taken: readonly (keyof Config)[] = [
  "logLevel",
  "cors",
  "serviceTitle",
  "serviceDescription",
  "serviceProvider",
  "serviceProviderUrl",
  "serviceContactName",
  "serviceContactEmail",
  "serviceContactUrl",
  "serviceLicense",
  "serviceTermsUrl",
  "serviceLogoUrl",
  "serviceKeywords",
  "serviceLanguages",
  "mapTiles",
  "mapAttribution",
  "clientRequests",
  "clientStreams",
  "clientUploads",
  "maxQueued",
  "maxBodyBytes",
  "maxBodyValues",
  "maxUploadBytes",
  "maxInlineBytes",
  "quotaVaultBytes",
  "quotaQueued",
  "syncLimitSeconds",
];

/** Tells whether a running service takes in another value of a setting. */
export function isTakenIn(setting: string): boolean {
  return taken.some((name) => name === setting);
}
