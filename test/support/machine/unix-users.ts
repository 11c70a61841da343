import { chmod, rm, writeFile } from "node:fs/promises";

/** Users of this machine that a test makes and removes: one that runs the service, and others in a group of theirs. */
export type UnixUsers = AsyncDisposable & {
  readonly service: UnixUser;
  readonly ana: UnixUser;
  readonly bob: UnixUser;
  /** Lets the service run one command as the others, and nothing else. */
  allow(command: string): Promise<void>;
};

export type UnixUser = { readonly name: string; readonly uid: number; readonly gid: number };

/** Tells why no users can be made here; undefined when they can. */
export function noUnixUsers(): string | undefined {
  if (process.getuid?.() !== 0) return "it needs root";
  const missing = ["useradd", "userdel", "groupadd", "sudo", "setpriv"].filter((name) => Bun.which(name) === null);
  return missing.length === 0 ? undefined : `${missing.join(", ")} not installed`;
}

function run(words: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(words);
  if (exitCode !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
  return stdout.toString().trim();
}

/** Makes the users; their names have a part that is this test's own. */
export async function makeUnixUsers(): Promise<UnixUsers> {
  const own = `ht${process.pid}`;
  const group = `${own}-users`;
  const made: string[] = [];
  const rule = `/etc/sudoers.d/${own}`;
  const make = (name: string, words: readonly string[]): UnixUser => {
    run(["useradd", "--no-create-home", "--user-group", "--shell", "/bin/sh", ...words, name]);
    made.push(name);
    return { name, uid: Number(run(["id", "-u", name])), gid: Number(run(["id", "-g", name])) };
  };
  run(["groupadd", group]);
  const service = make(`${own}-service`, []);
  const [ana, bob] = [make(`${own}-ana`, ["-G", group]), make(`${own}-bob`, ["-G", group])];
  return {
    ...{ service, ana, bob },
    async allow(command) {
      await writeFile(rule, `${service.name} ALL=(%${group} : ${service.name}) NOPASSWD: ${command}\n`);
      await chmod(rule, 0o440);
    },
    async [Symbol.asyncDispose]() {
      await rm(rule, { force: true });
      for (const name of made) run(["userdel", name]);
      run(["groupdel", group]);
    },
  };
}

/** Words a command that runs as a user, with nothing of the groups of this process. */
export function asUser({ uid, gid }: UnixUser, words: readonly string[]): string[] {
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--no-new-privs", ...words].filter(
    (word) => word !== "--no-new-privs",
  );
}
