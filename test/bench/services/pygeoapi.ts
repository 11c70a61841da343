import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { installPeer } from "../../peers/install.ts";
import { freePort } from "../../peers/provider-checks.ts";
import { commands } from "./heddle.ts";
import { ogcCalls } from "./ogc.ts";
import type { Postgres } from "./postgres.ts";
import { runToEnd, startProcess } from "./process.ts";
import type { Place, Service } from "./service.ts";

const peer = {
  name: "pygeoapi-bench",
  packages: { python: ["pygeoapi==0.21.0", "gunicorn==27.0.1", "psycopg2-binary==2.9.13", "geoalchemy2==0.20.0"] },
};

/** As its own documentation says; the program fills it. */
const jobTable = `CREATE TABLE IF NOT EXISTS jobs (type varchar NOT NULL DEFAULT 'process', identifier varchar PRIMARY KEY,
  process_id varchar NOT NULL, created timestamptz, started timestamptz, finished timestamptz, updated timestamptz,
  status varchar NOT NULL, location varchar, mimetype varchar, message varchar, progress integer NOT NULL)`;

/** Starts pygeoapi under gunicorn with two workers, its jobs in PostgreSQL or else in TinyDB. */
export async function startPygeoapi(place: Place, postgres?: Postgres): Promise<Service> {
  const { python } = await installPeer(place.toolsDirectory, peer);
  const directory = await mkdtemp(join(place.directory, "pygeoapi-"));
  const port = freePort();
  await postgres?.run(jobTable);
  const manager =
    postgres === undefined
      ? { name: "TinyDB", connection: join(directory, "jobs.db"), output_dir: directory }
      : {
          name: "PostgreSQL",
          connection: { host: "127.0.0.1", port: postgres.port, database: "postgres", user: "bench", password: "none" },
          output_dir: directory,
        };
  const environment = {
    PORT: String(port),
    DIRECTORY: directory,
    PYGEOAPI_CONFIG: join(directory, "config.yml"),
    PYGEOAPI_OPENAPI: join(directory, "openapi.yml"),
    PYTHONPATH: import.meta.dir,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  await Bun.write(environment.PYGEOAPI_CONFIG, await configuration(port, manager));
  const program = join(python, "..", "pygeoapi");
  const generate = [
    program,
    "openapi",
    "generate",
    environment.PYGEOAPI_CONFIG,
    "--output-file",
    environment.PYGEOAPI_OPENAPI,
  ];
  await runToEnd(generate, { environment });
  const url = `http://127.0.0.1:${port}`;
  const gunicorn = [
    "-m",
    "gunicorn",
    "--workers",
    "2",
    "--threads",
    "8",
    "--bind",
    `127.0.0.1:${port}`,
    "--log-level",
    "error",
  ];
  const started = await startProcess([python, ...gunicorn, "pygeoapi.flask_app:APP"], {
    url: `${url}/processes`,
    directory,
    environment,
  });
  const calls = ogcCalls(url, {
    inputsOf: (work, n) => ({ text: `job ${n}`, ...(work === "echo" ? {} : { command: commands[work] }) }),
    isEcho: (answer, n) => answer.includes(`job ${n}"`),
    resultPath: (job) => `/jobs/${job}/results?f=json`,
  });
  return {
    ...calls,
    title: postgres === undefined ? "pygeoapi, TinyDB" : "pygeoapi, PostgreSQL",
    pids: () => [started.pid, ...(postgres === undefined ? [] : [postgres.pid])],
    startSeconds: started.seconds,
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

/** The configuration of the tests with real peers, with other processes and another store. */
async function configuration(port: number, manager: Readonly<Record<string, unknown>>): Promise<string> {
  const file = Bun.file(join(import.meta.dir, "..", "..", "peers", "pygeoapi.yml"));
  const text = (await file.text()).replaceAll("$" + "{PORT}", String(port));
  const head = text.slice(0, text.indexOf("  manager:"));
  const middle = text.slice(text.indexOf("logging:"), text.indexOf("resources:"));
  const processes = ["echo", ...Object.keys(commands)].map((id) => {
    const processor = { name: `pygeoapi_processors.${id === "echo" ? "EchoProcessor" : "ToolProcessor"}`, id };
    return [id, { type: "process", processor }];
  });
  return `${head}  manager: ${JSON.stringify(manager)}\n${middle}resources: ${JSON.stringify(Object.fromEntries(processes))}\n`;
}
