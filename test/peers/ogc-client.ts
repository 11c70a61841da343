import { join } from "node:path";
import type { Peer } from "./peer.ts";

/** The TypeScript client of GeoNetwork's pages; WPS 1.0.0. Its published releases have no WPS yet. */
export const ogcClient: Peer = {
  name: "ogc-client",
  packages: { npm: ["@camptocamp/ogc-client@1.3.0"] },
  async run({ url, npmDirectory, runChecks }) {
    const index = join(npmDirectory, "node_modules", "@camptocamp", "ogc-client", "dist", "index.js");
    if (!(await Bun.file(index).text()).includes("WpsEndpoint")) {
      return { skipped: "@camptocamp/ogc-client 1.3.0, the newest release, has no WpsEndpoint" };
    }
    await runChecks(["node", join(import.meta.dir, "ogc_client_wps.mjs"), url, npmDirectory]);
    return undefined;
  },
};
