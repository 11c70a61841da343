import { join } from "node:path";
import type { Peer } from "./peer.ts";

/** The Python client that QGIS plugins, birdy and others build upon: WPS 1.0.0 and OGC API - Processes. */
export const owslib: Peer = {
  name: "OWSLib",
  packages: { python: ["OWSLib==0.35.0"] },
  async run({ url, python, runChecks }) {
    await runChecks([python, join(import.meta.dir, "owslib_wps.py"), url]);
    await runChecks([python, join(import.meta.dir, "owslib_processes.py"), url]);
    return undefined;
  },
};
