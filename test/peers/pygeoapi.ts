import { join } from "node:path";
import { untilFinished } from "../support/jobs.ts";
import { addProvider, submitRemote } from "../support/servers/providers.ts";
import type { Peer } from "./peer.ts";
import { checkKills, countLines, expectSame, freePort, resultsOf, untilAnswers } from "./provider-checks.ts";

/** The Python server of OGC API - Processes 1.0, as a provider of ours. */
export const pygeoapi: Peer = {
  name: "pygeoapi",
  packages: { python: ["pygeoapi==0.21.0"] },
  flags: ["--allow-fetch", "127.0.0.1"],
  async run(context) {
    const { url, directory, python, check } = context;
    const port = freePort();
    const program = join(python, "..", "pygeoapi");
    const environment = {
      PATH: process.env.PATH ?? "",
      PORT: String(port),
      DIRECTORY: directory,
      PYGEOAPI_CONFIG: join(import.meta.dir, "pygeoapi.yml"),
      PYGEOAPI_OPENAPI: join(directory, "openapi.yml"),
      PYTHONPATH: import.meta.dir,
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const generate = [program, "openapi", "generate", environment.PYGEOAPI_CONFIG];
    await Bun.spawn([...generate, "--output-file", environment.PYGEOAPI_OPENAPI], {
      env: environment,
      stdout: "ignore",
      stderr: "ignore",
    }).exited;
    const serve = `from pygeoapi.flask_app import APP; APP.run(host="127.0.0.1", port=${port}, threaded=True)`;
    const child = Bun.spawn([python, "-c", serve], {
      cwd: directory,
      env: environment,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    try {
      const provider = { url: `http://127.0.0.1:${port}` };
      await untilAnswers(`${provider.url}/processes`, child);
      await check("is registered as OGC API - Processes", async () => {
        const { type } = await addProvider(url, { id: "peer", ...provider });
        expectSame(type, "ogc-api-processes");
      });
      await check("hello-world", async () => {
        expectSame(await resultsOf(url, "hello-world", { name: "Ada", message: "hi" }), { echo: "Hello Ada! hi" });
      });
      await check("an asynchronous process, watched to its end", async () => {
        expectSame(await resultsOf(url, "slow", { seconds: 3 }), { said: "waited 3" });
      });
      await check("a failure is told", async () => {
        const job = await submitRemote(url, "peer", "slow", { inputs: { seconds: 0, fails: true } });
        expectSame((await untilFinished(url, job)).at(-1)?.status, "failed");
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
