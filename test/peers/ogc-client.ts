import { join } from "node:path";
import type { Peer } from "./peer.ts";

/** The TypeScript client of GeoNetwork's pages: OGC API, and WPS 1.0.0 as soon as a release has it. */
export const ogcClient: Peer = {
  name: "ogc-client",
  packages: { npm: ["@camptocamp/ogc-client@1.3.0"] },
  async run({ url, npmDirectory, runChecks }) {
    await runChecks(["node", join(import.meta.dir, "ogc_client_api.mjs"), url, npmDirectory]);
    const index = join(npmDirectory, "node_modules", "@camptocamp", "ogc-client", "dist", "index.js");
    if (!(await Bun.file(index).text()).includes("WpsEndpoint")) {
      return { skipped: "its WPS client: no release has one, 1.3.0 is the newest" };
    }
    await runChecks(["node", join(import.meta.dir, "ogc_client_wps.mjs"), url, npmDirectory]);
    return undefined;
  },
};
