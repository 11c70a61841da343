import type { FetchFile } from "./cli/run/fetch-inputs.ts";
import type { Config } from "./config/config.ts";

/** Who runs a package on their own machine reaches what they reach anyway, also by a redirect. */
const everywhere = ["0.0.0.0/0", "::/0"];

/** Creates what fetches input files for a run without a server. Nothing of it is loaded before the first file. */
export function runDownloads(config: () => Config, signal: AbortSignal): FetchFile {
  return async (url, directory, tell) => {
    const { lookup } = await import("node:dns/promises");
    const { readAllowList } = await import("./net/addresses.ts");
    const { createGate } = await import("./net/fetch.ts");
    const { download, nameOf } = await import("./net/download.ts");
    const { fetchIdleSeconds, downloadSeconds, downloadTries, maxDownloadBytes } = config();
    const gate = createGate({
      resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
      allowed: readAllowList(everywhere),
      limits: { idleMilliseconds: fetchIdleSeconds * 1000, totalMilliseconds: downloadSeconds * 1000 },
    });
    const tries = { tries: downloadTries, totalMilliseconds: downloadSeconds * 1000, tell, signal };
    // CWL calls a file as its location does, whatever the server calls it.
    const name = nameOf({ url, headers: new Headers() });
    const { path } = await download({ gate, maxBytes: maxDownloadBytes, ...tries }, { url }, directory, { name });
    return path;
  };
}
