import { join } from "node:path";
import { ndviExample, ndviSite, shareNdvi } from "../support/packages/ndvi.ts";
import { runExecutable, startServer } from "../support/servers/executable.ts";
import type { Peer } from "./peer.ts";

const origin = "https://map.example";

/** The usual reader of STAC: it reads what a job and `heddle run` made, and holds it to the schemas that it brings along. */
export const pystac: Peer = {
  name: "pystac",
  packages: { python: ["pystac[validation]==1.15.2"] },
  async run({ directory, python, check, runChecks }) {
    const data = join(directory, "data");
    const environment = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
    await using site = await ndviSite();
    await using server = await startServer(data, ["--allow-fetch", "127.0.0.1", "--cors", origin], { environment });
    let catalog = "";
    await check("the example runs on a service with keys, deployed by its URL, and is shared", async () => {
      catalog = (await shareNdvi(server, data, site)).catalog;
    });
    const reader = join(import.meta.dir, "pystac_reader.py");
    await runChecks([python, reader, "share", catalog, origin]);
    const out = join(directory, "out");
    await check("heddle run leaves the directory", async () => {
      const words = ["run", "--outdir", out, join(ndviExample, "ndvi.cwl"), join(ndviExample, "job.yml")];
      const { exitCode, talk } = await runExecutable(words, { environment });
      if (exitCode !== 0) throw new Error(talk);
    });
    await runChecks([python, reader, "heddle run", join(out, "ndvi", "catalog.json")]);
    return undefined;
  },
};
