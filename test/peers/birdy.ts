import { join } from "node:path";
import type { Peer } from "./peer.ts";

/** The Python client that makes a function of each process; WPS 1.0.0. */
export const birdy: Peer = {
  name: "birdy",
  packages: { python: ["birdhouse-birdy==0.10.0", "OWSLib==0.35.0"] },
  async run({ url, python, runChecks }) {
    await runChecks([python, join(import.meta.dir, "birdy_wps.py"), url]);
    return undefined;
  },
};
