import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "../../peers/provider-checks.ts";
import { runToEnd } from "./process.ts";
import type { Place } from "./service.ts";

/** A PostgreSQL server with durable settings, over a data directory of its own. */
export type Postgres = AsyncDisposable & {
  readonly port: number;
  readonly pid: number;
  run(sql: string): Promise<string>;
};

async function binDirectory(): Promise<string | undefined> {
  const found = await Array.fromAsync(
    new Bun.Glob("*/bin/postgres").scan({ cwd: "/usr/lib/postgresql", absolute: true }),
  );
  return found
    .toSorted()
    .at(-1)
    ?.replace(/\/postgres$/, "");
}

/** Finds the newest PostgreSQL of the system; as root, Debian's package is installed where there is none. */
async function findPostgres(): Promise<string> {
  const found = await binDirectory().catch(() => undefined);
  if (found !== undefined) return found;
  if (userInfo().uid !== 0) throw new Error("PostgreSQL is not installed, and only root can install it");
  await runToEnd(["apt-get", "update", "-qq"]);
  await runToEnd(["apt-get", "install", "-y", "-qq", "postgresql"], {
    environment: { DEBIAN_FRONTEND: "noninteractive" },
  });
  const installed = await binDirectory();
  if (installed === undefined) throw new Error("Debian's package brought no server");
  return installed;
}

/** Starts PostgreSQL on a free port of loopback. It refuses to run as root, which therefore becomes the user postgres. */
export async function startPostgres({ directory }: Pick<Place, "directory">): Promise<Postgres> {
  const bin = await findPostgres();
  const data = join(directory, "postgres");
  await mkdir(data, { recursive: true, mode: 0o700 });
  const isRoot = userInfo().uid === 0;
  if (isRoot) {
    await runToEnd(["chown", "postgres", data]);
    await runToEnd(["chmod", "a+x", directory]);
  }
  const as = isRoot ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"] : [];
  await runToEnd([...as, join(bin, "initdb"), "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8"]);
  const port = freePort();
  const settings = ["fsync=on", "synchronous_commit=on", "full_page_writes=on", "max_connections=100"];
  const child = Bun.spawn(
    [
      ...as,
      join(bin, "postgres"),
      "-D",
      data,
      "-h",
      "127.0.0.1",
      "-p",
      String(port),
      "-k",
      data,
      ...settings.flatMap((one) => ["-c", one]),
    ],
    { cwd: data, env: {}, stdin: "ignore", stdout: "ignore", stderr: Bun.file(join(directory, "postgres.log")) },
  );
  const run = (sql: string) =>
    runToEnd([
      join(bin, "psql"),
      "-h",
      "127.0.0.1",
      "-p",
      String(port),
      "-U",
      "bench",
      "-d",
      "postgres",
      "-qAt",
      "-c",
      sql,
    ]);
  const end = async () => {
    child.kill("SIGINT");
    await child.exited;
  };
  for (let tries = 0; tries < 200 && child.exitCode === null; tries += 1) {
    const answer = await run("SELECT 1").catch(() => undefined);
    if (answer !== undefined) return { port, pid: child.pid, run, [Symbol.asyncDispose]: end };
    await Bun.sleep(100);
  }
  await end();
  throw new Error("PostgreSQL does not answer");
}
