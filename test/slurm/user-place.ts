import { chmod, chown, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readStatus } from "../support/jobs.ts";
import type { TestSlurm } from "../support/machine/slurm.ts";
import { asUser, type UnixUsers } from "../support/machine/unix-users.ts";
import { executable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** The executable, the rules of the helper, and directories of the service, as an administrator sets them up. */
export async function openPlace({ environment }: Pick<TestSlurm, "environment">, users: UnixUsers) {
  const directory = await temporaryDirectory();
  await chmod(directory.path, 0o755);
  const at = (name: string) => join(directory.path, name);
  const { service } = users;
  await copyFile(executable, at("heddle"));
  await chmod(at("heddle"), 0o755);
  for (const name of ["data", "shared", "shared/work"]) {
    await mkdir(at(name));
    await chown(at(name), service.uid, service.gid);
  }
  await chmod(at("data"), 0o700);
  await chmod(at("shared"), 0o711);
  await chmod(at("shared/work"), 0o2771);
  const rules = { workDirectory: at("shared"), service: service.uid, group: service.gid };
  await writeFile(at("rules.json"), JSON.stringify({ ...rules, slurmConf: environment.SLURM_CONF }));
  await users.allow(`${at("heddle")} slurm-helper ${at("rules.json")}`);
  await writeFile(at("service"), `#!/bin/sh\nexec ${asUser(service, [at("heddle")]).join(" ")} "$@"\n`);
  await chmod(at("service"), 0o755);
  await writeFile(at("ledger"), "");
  await chmod(at("ledger"), 0o666);
  const cluster = [
    ...["--executor", "slurm", "--work-dir", at("shared"), "--slurm-poll-seconds", "5"],
    ...["--slurm-run-as", "user", "--slurm-helper-rules", at("rules.json")],
    ...["--slurm-users", `user:ana=${users.ana.name},user:bob=${users.bob.name}`],
  ];
  const flags = [
    ...cluster,
    ...["--tool-directories", `${directory.path}:rw`, "--sandbox", Bun.which("bwrap") === null ? "off" : "require"],
  ];
  const keyOf = (user: string) => {
    const words = [at("service"), "keys", "create", "--role", "runner", "--user", user, "--data", at("data")];
    return { authorization: `Bearer ${Bun.spawnSync(words, { env: {} }).stdout.toString().trim()}` };
  };
  const starts = async () => (await readFile(at("ledger"), "utf8")).split("\n").filter((line) => line !== "");
  return {
    ...{ at, cluster, keyOf, starts },
    start: () => startServer(at("data"), flags, { environment, program: at("service"), hidesLedgers: true }),
    letGo: () => writeFile(`${at("ledger")}.go`, ""),
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  };
}

type Headers = Readonly<Record<string, string>>;

export async function endOf(url: string, job: string, headers: Headers) {
  for (;;) {
    const status = await readStatus(await fetch(`${url}/jobs/${job}`, { headers }));
    if (["successful", "failed", "dismissed"].includes(status.status)) return status;
    await Bun.sleep(200);
  }
}
