import { join } from "node:path";
import { statusOf, until, untilFinished } from "../support/jobs.ts";
import { startServer } from "../support/servers/executable.ts";
import { addProvider, submitRemote } from "../support/servers/providers.ts";
import type { Peer } from "./peer.ts";
import { expectSame, resultsOf } from "./provider-checks.ts";

/** A second server of ours, as a provider in each of the three ways that it can be spoken to. */
export const heddle: Peer = {
  name: "Heddle",
  packages: {},
  flags: ["--allow-fetch", "127.0.0.1"],
  async run({ url, directory, check }) {
    await using other = await startServer(join(directory, "data"));
    for (const [type, path] of [
      ["ogc-api-processes", ""],
      ["wps-1.0.0", "/wps"],
      ["wps-2.0.0", "/wps"],
    ] as const) {
      await check(`${type}: echo`, async () => {
        await addProvider(url, { id: "peer", type, url: `${other.url}${path}` });
        const inputs = { text: "there", number: 2.5, bbox: { bbox: [1, 2, 3, 4] } };
        const results = JSON.stringify(await resultsOf(url, "echo", inputs));
        for (const part of ['"there"', "2.5", "[1,2,3,4]"]) if (!results.includes(part)) throw new Error(results);
      });
      await check(`${type}: a dismissal goes there`, async () => {
        const job = await submitRemote(url, "peer", "echo", { inputs: { text: "x", pause: 30 } });
        let there = "";
        await until("the remote runs it", async () => {
          there = String(Reflect.get(await statusOf(url, job), "remoteJobID") ?? "");
          return there !== "";
        });
        await fetch(`${url}/jobs/${job}`, { method: "DELETE" });
        if (type === "wps-1.0.0") return;
        const end = (await untilFinished(other.url, there)).at(-1);
        expectSame(end?.status, "dismissed");
      });
      await fetch(`${url}/providers/peer`, { method: "DELETE" });
    }
    return undefined;
  },
};
