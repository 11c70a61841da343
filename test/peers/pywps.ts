import { join } from "node:path";
import { untilFinished } from "../support/jobs.ts";
import { addProvider, submitRemote } from "../support/servers/providers.ts";
import type { Peer } from "./peer.ts";
import { checkKills, countLines, expectSame, freePort, resultsOf, untilAnswers } from "./provider-checks.ts";

/** The Python server of WPS 1.0.0, as a provider of ours. */
export const pywps: Peer = {
  name: "PyWPS",
  packages: { python: ["pywps==4.8.1", "setuptools==80.9.0"] },
  flags: ["--allow-fetch", "127.0.0.1"],
  async run(context) {
    const { url, directory, python, check } = context;
    const port = freePort();
    const child = Bun.spawn([python, join(import.meta.dir, "pywps_server.py"), String(port), directory], {
      cwd: directory,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    try {
      const provider = { url: `http://127.0.0.1:${port}/wps` };
      await untilAnswers(`${provider.url}?service=WPS&request=GetCapabilities`, child);
      await check("is registered as WPS 1.0.0", async () => {
        const { type } = await addProvider(url, { id: "peer", ...provider });
        expectSame(type, "wps-1.0.0");
      });
      await check("literals, with a default, several occurrences and units", async () => {
        const inputs = { word: "red", names: ["a", "b"], length: 2.5, flag: true };
        expectSame(await resultsOf(url, "literals", inputs), { said: "red a b", doubled: 6, flagged: true });
      });
      await check("a value that is not allowed is refused before it is sent", async () => {
        const answer = await fetch(`${url}/providers/peer/processes/literals/execution`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ inputs: { word: "blue" } }),
        });
        expectSame(answer.status, 400);
      });
      await check("a document by value comes back as a file of ours", async () => {
        const inputs = { document: { value: "hällo & <co>", mediaType: "text/plain" } };
        const job = await submitRemote(url, "peer", "complex", { inputs });
        expectSame((await untilFinished(url, job)).at(-1)?.status, "successful");
        expectSame(await (await fetch(`${url}/jobs/${job}/results/copy`)).text(), "hällo & <co>");
        expectSame(await (await fetch(`${url}/jobs/${job}/results/json`)).json(), { length: 12 });
      });
      await check("a bounding box", async () => {
        const results = await resultsOf(url, "box", { area: { bbox: [1, 2, 3, 4] } });
        const text = JSON.stringify(results);
        if (!text.includes("EPSG:4326") || !text.includes("5")) throw new Error(text);
      });
      await check("a slow process, watched to its end", async () => {
        expectSame(await resultsOf(url, "slow", { seconds: 3 }), { said: "at last" });
      });
      await check("a process that runs synchronously only", async () => {
        expectSame(await resultsOf(url, "slow-sync", { seconds: 1 }), { said: "at last" });
      });
      await check("a failure keeps its code and its text", async () => {
        const job = await submitRemote(url, "peer", "failing", { inputs: {} });
        const last = (await untilFinished(url, job)).at(-1);
        expectSame([last?.status, last?.progress], ["failed", 85]);
        if (!JSON.stringify(last).includes("no luck today")) throw new Error(JSON.stringify(last));
      });
      await checkKills(context, provider, {
        process: "slow",
        body: { inputs: { seconds: 1 } },
        starts: () => countLines(join(directory, "executes.log")),
      });
      return undefined;
    } finally {
      child.kill();
      await child.exited;
    }
  },
};
