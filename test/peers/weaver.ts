import { join } from "node:path";
import type { Peer } from "./peer.ts";

/** What the client of Weaver sends: it is in no package index (what has its name there is another program), so a stand-in sends it. */
export const weaver: Peer = {
  name: "Weaver",
  packages: {},
  async run({ url, directory, runChecks }) {
    await runChecks(["python3", join(import.meta.dir, "weaver_client.py"), url, directory]);
    return undefined;
  },
};
