import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { installPeer } from "../../peers/install.ts";
import { freePort } from "../../peers/provider-checks.ts";
import { startProcess } from "./process.ts";
import type { Place, Service } from "./service.ts";

const peer = {
  name: "pywps-bench",
  packages: { python: ["pywps==4.8.1", "setuptools==80.9.0", "gunicorn==27.0.1"] },
};

/** Starts PyWPS under gunicorn with two workers, its jobs in SQLite. */
export async function startPywps(place: Place): Promise<Service> {
  const { python } = await installPeer(place.toolsDirectory, peer);
  const directory = await mkdtemp(join(place.directory, "pywps-"));
  const port = freePort();
  const url = `http://127.0.0.1:${port}/wps`;
  const gunicorn = ["-m", "gunicorn", "--workers", "2", "--bind", `127.0.0.1:${port}`, "--log-level", "error"];
  const started = await startProcess([python, ...gunicorn, "pywps_application:application"], {
    url: `${url}?service=WPS&request=GetCapabilities`,
    directory,
    environment: { DIRECTORY: directory, URL: url, PYTHONPATH: import.meta.dir, PYTHONDONTWRITEBYTECODE: "1" },
  });
  const execute = async (n: number, more = "") => {
    const query = `service=WPS&version=1.0.0&request=Execute&identifier=echo&DataInputs=text=job${n}${more}`;
    return (await fetch(`${url}?${query}`)).text();
  };
  return {
    title: "PyWPS, SQLite",
    pids: () => [started.pid],
    startSeconds: started.seconds,
    async echo(n) {
      const answer = await execute(n);
      if (!answer.includes(`job${n}<`)) throw new Error(`Found "${answer}", wanted an echo of ${n}`);
    },
    async submit(_, n) {
      const answer = await execute(n, "&storeExecuteResponse=true&status=true");
      const document = /statusLocation="[^"]*\/([^"/]+)"/.exec(answer)?.[1];
      if (document === undefined) throw new Error(`Found no status location: ${answer}`);
      return document;
    },
    // It writes its status to a file, which a web server would send.
    async ended(job) {
      const text = await Bun.file(join(directory, job)).text();
      if (text.includes("ProcessFailed")) throw new Error(`Job ${job} failed: ${text}`);
      return text.includes("ProcessSucceeded");
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}
