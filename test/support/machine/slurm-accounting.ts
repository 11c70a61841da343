import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { noSlurm, type SlurmPlace, startSlurm, type TestSlurm, until } from "./slurm.ts";

/** A Slurm that keeps what became of its jobs in a database: MariaDB behind slurmdbd, both its own. */
export type AccountedSlurm = TestSlurm & {
  /** Kills the daemon of the database by SIGKILL; resolves when it is gone. */
  killAccounting(): Promise<void>;
  /** Starts the daemon of the database again; resolves when it answers. */
  startAccounting(): Promise<void>;
};

/** Which users have which accounts, by name; root has always the account root, too. */
type Accounts = Readonly<Record<string, readonly string[]>>;

/** Tells why there can be no accounting here; undefined when there can. */
export function noAccounting(): string | undefined {
  const missing = [
    ["mariadbd", "mariadb-server"],
    ["mariadb-install-db", "mariadb-server"],
    ["slurmdbd", "slurmdbd"],
    ["sacct", "slurm-client"],
  ].flatMap(([program = "", name = ""]) =>
    Bun.which(program, { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }) === null ? [name] : [],
  );
  return noSlurm() ?? (missing.length === 0 ? undefined : `${[...new Set(missing)].join(", ")} not installed`);
}

/** Starts a Slurm that takes jobs of known users with accounts of theirs alone, and counts what jobs take. */
export async function startAccountedSlurm(
  accounts: Accounts,
  settings: Readonly<Record<string, string>> = {},
): Promise<AccountedSlurm> {
  const port = await freePort();
  const held: { accounting?: Accounting } = {};
  const slurm = await startSlurm(
    {
      ...{ AccountingStorageType: "accounting_storage/slurmdbd", AccountingStorageEnforce: "associations" },
      ...{ AccountingStorageHost: "127.0.0.1", AccountingStoragePort: `${port}` },
      ...{ AccountingStoreFlags: "job_comment" },
      ...{ JobAcctGatherType: "jobacct_gather/linux", JobAcctGatherFrequency: "task=1" },
      ...settings,
    },
    undefined,
    async (place) => {
      held.accounting = await startAccounting(place, port, accounts);
      return held.accounting;
    },
  );
  const { accounting } = held;
  if (accounting === undefined) throw new Error("no accounting was started");
  return { ...slurm, killAccounting: accounting.kill, startAccounting: accounting.start };
}

type Accounting = AsyncDisposable & { kill(): Promise<void>; start(): Promise<void> };

async function startAccounting(place: SlurmPlace, port: number, accounts: Accounts): Promise<Accounting> {
  const { directory, run } = place;
  await using parts = new AsyncDisposableStack();
  const socket = await startDatabase(directory, parts);
  await writeFile(join(directory, "slurmdbd.conf"), daemonText(place, port), { mode: 0o600 });
  const environment = { ...place.environment, MYSQL_UNIX_PORT: socket };
  const holder: { daemon?: Bun.Subprocess } = {};
  const kill = async () => {
    holder.daemon?.kill("SIGKILL");
    await holder.daemon?.exited;
  };
  const start = async () => {
    const log = Bun.file(join(directory, "log", "slurmdbd.out"));
    holder.daemon = Bun.spawn(["slurmdbd", "-D"], { env: environment, stdin: "ignore", stdout: log, stderr: log });
    await until("slurmdbd answers", () => run(["sacctmgr", "-n", "-P", "show", "user"]).exitCode === 0);
  };
  parts.defer(kill);
  await start();
  const change = (words: readonly string[]) => {
    const { exitCode, out } = run(["sacctmgr", "-i", ...words]);
    if (exitCode !== 0) throw new Error(`sacctmgr ${words.join(" ")}: ${out}`);
  };
  change(["add", "cluster", "test"]);
  const names = [...new Set(Object.values(accounts).flat())];
  if (names.length > 0) change(["add", "account", names.join(",")]);
  for (const [user, own] of Object.entries(accounts)) change(["add", "user", user, `account=${own.join(",")}`]);
  const all = parts.move();
  return { kill, start, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Starts MariaDB as Debian's user for it, with a socket and no port, and gives the socket; root of this machine is its root. */
async function startDatabase(directory: string, parts: AsyncDisposableStack): Promise<string> {
  const data = join(directory, "mariadb");
  await mkdir(data, { mode: 0o700 });
  const install = ["mariadb-install-db", "--no-defaults", "--user=mysql", `--datadir=${data}`, "--skip-test-db"];
  const make = Bun.spawnSync([...install, "--auth-root-authentication-method=socket"]);
  if (make.exitCode !== 0) throw new Error(`mariadb-install-db: ${make.stdout}${make.stderr}`);
  const socket = join(data, "socket");
  const log = Bun.file(join(directory, "log", "mariadbd.out"));
  const child = Bun.spawn(
    [
      ...["mariadbd", "--no-defaults", "--user=mysql", `--datadir=${data}`, `--socket=${socket}`, "--skip-networking"],
      ...[`--pid-file=${join(data, "pid")}`, "--innodb-buffer-pool-size=32M", "--innodb-flush-log-at-trx-commit=0"],
    ],
    { stdin: "ignore", stdout: log, stderr: log },
  );
  parts.defer(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  const ask = ["mariadb-admin", "--no-defaults", `--socket=${socket}`, "ping"];
  await until("MariaDB answers", () => Bun.spawnSync(ask).exitCode === 0);
  return socket;
}

function daemonText({ directory, authInfo }: SlurmPlace, port: number): string {
  const values: Readonly<Record<string, string | number>> = {
    ...{ AuthType: "auth/munge", AuthInfo: authInfo, SlurmUser: "root" },
    ...{ DbdHost: "localhost", DbdAddr: "127.0.0.1", DbdPort: port },
    ...{ PidFile: join(directory, "slurmdbd.pid"), LogFile: join(directory, "log", "slurmdbd") },
    ...{ StorageType: "accounting_storage/mysql", StorageHost: "localhost", StorageUser: "root" },
    ...{ StorageLoc: "slurm_acct_db" },
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return `${lines.join("\n")}\n`;
}
