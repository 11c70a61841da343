import type { Config } from "../config.ts";
import type { HttpDeps } from "../http/server.ts";

/** Gives the URL below which outputs are found. */
export function outputsUrlOf(config: Config, serviceUrl: string): string {
  return config.outputsUrl ?? `${serviceUrl}${config.outputsPath}`;
}

/** Gives how long jobs are kept after their end; nothing when that is for ever. */
export function retentionOf({ keepHours }: Config): { readonly keptMilliseconds?: number } {
  return keepHours === undefined ? {} : { keptMilliseconds: keepHours * 3_600_000 };
}

/** Gives what requests are held to and answered by. */
export function requestSettings(config: Config, sendsMail: boolean): HttpDeps["settings"] {
  return {
    syncLimitMilliseconds: config.syncLimitSeconds * 1000,
    inputRoots: config.inputRoot,
    sendsMail,
    mailTo: config.mailTo,
    maxBodyBytes: config.maxBodyBytes,
    maxBodyValues: config.maxBodyValues,
    maxUploadBytes: config.maxUploadBytes,
    ...retentionOf(config),
    maxInlineBytes: config.maxInlineBytes,
    maxDocumentBytes: config.maxDocumentBytes,
    outputsPath: config.outputsPath,
    ...(config.outputsUrl === undefined ? {} : { outputsUrl: config.outputsUrl }),
  };
}
