import { chmod, chown, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { type Arguments, type Command, exitCodes, type Io, textOption, UsageError } from "../command.ts";
import { type UnitWords, unitText } from "./service-unit.ts";

/** What the command needs of the program's outer layer. */
export type ServiceDeps = {
  /** The path of the executable. */
  readonly program: string;
  /** Whether it is root who calls. */
  readonly isRoot: boolean;
  /** A file of settings to begin with. */
  sampleConfig(): string;
  /** Runs a program of the system; gives its exit code, or undefined when there is no such program. */
  run(words: readonly string[]): { readonly exitCode: number; readonly out: string } | undefined;
};

const defaults = {
  user: "heddle",
  config: "/etc/heddle/heddle.yml",
  data: "/var/lib/heddle",
  unit: "/etc/systemd/system/heddle.service",
};

/** Builds the command that makes a service of systemd. */
export function serviceCommand(deps: ServiceDeps): Command {
  return {
    name: "service",
    words: "install|print",
    maxWords: 1,
    summary: "Installs a unit of systemd that runs the service as a user of its own, or prints it.",
    examples: [
      { line: "service print", about: "prints the unit for systemd" },
      {
        line: "service install --config /etc/heddle/heddle.yml",
        about: "installs it, and starts the service with the machine",
      },
    ],
    options: {
      user: {
        type: "string",
        value: "NAME",
        about: `user that the service and its tools run as (default ${defaults.user}); made when missing`,
      },
      config: {
        type: "string",
        value: "FILE",
        about: `file of settings (default ${defaults.config}); made when missing`,
      },
      data: { type: "string", value: "DIR", about: `data directory (default ${defaults.data}); made when missing` },
      unit: { type: "string", value: "FILE", about: `where the unit is written (default ${defaults.unit})` },
      writable: {
        type: "string",
        value: "DIR",
        multiple: true,
        about: "further directory that the service writes into, such as that of outputs",
      },
    },
    async run(args, io) {
      const words = wordsOf(deps, args);
      const [what] = args.words;
      if (what === "print") {
        io.out(unitText(words));
        return exitCodes.ok;
      }
      if (what !== "install") {
        throw new UsageError(
          `Cannot tell what to do: found ${what === undefined ? "no word" : `"${what}"`}, wanted install or print`,
        );
      }
      await install(deps, words, textOption(args, "unit") ?? defaults.unit, io);
      return exitCodes.ok;
    },
  };
}

function wordsOf({ program, run }: ServiceDeps, args: Arguments): UnitWords {
  const { writable } = args.options;
  const [user, config, data] = (["user", "config", "data"] as const).map(
    (name) => textOption(args, name) ?? defaults[name],
  );
  const words = { program, user: user ?? "", config: config ?? "", data: data ?? "" };
  if (!/^[a-z_][a-z0-9_-]{0,30}$/.test(words.user)) {
    throw new UsageError(`Cannot use --user: found "${user}", wanted the name of a user in small letters`);
  }
  const directories = Array.isArray(writable) ? writable.map(String) : [];
  for (const [option, path] of [
    ["config", words.config],
    ["data", words.data],
    ...directories.map((path) => ["writable", path] as const),
  ] as const) {
    // systemd would read a percent sign, a quote or a space in its own way.
    if (!/^\/[\w./@+:,-]*$/.test(path)) {
      throw new UsageError(
        `Cannot use --${option}: found "${path}", wanted an absolute path of letters, digits and ./@+:,-`,
      );
    }
  }
  const [, version] = /^systemd (\d+)/.exec(run(["systemctl", "--version"])?.out ?? "") ?? [];
  return {
    ...words,
    writable: directories,
    ...defined({ systemd: version === undefined ? undefined : Number(version) }),
  };
}

async function install(deps: ServiceDeps, words: UnitWords, unit: string, io: Io): Promise<void> {
  if (!deps.isRoot)
    throw new Problem(
      "forbidden",
      "Cannot install the service: found a user without the rights for it, wanted root (sudo heddle service install)",
    );
  if (deps.run(["systemctl", "--version"]) === undefined) {
    throw new Problem(
      "unavailable",
      "Cannot install the service: found no systemctl, wanted a system that systemd runs (heddle service print shows the unit)",
    );
  }
  if (/^\/(?:home|root|tmp)\//.test(words.program)) {
    throw new Problem(
      "conflict",
      `Cannot install the service: found the executable at ${words.program}, which a service does not see; wanted it in a place such as /usr/local/bin`,
    );
  }
  await makeUser(deps, words, io);
  if (!(await exists(words.config))) {
    await mkdir(dirname(words.config), { recursive: true, mode: 0o755 });
    await writeFile(words.config, deps.sampleConfig());
    // Whatever the umask of who installs it: the user of the service reads it.
    await chmod(words.config, 0o644);
    io.talk(`Wrote ${words.config}: all settings, with none of them set\n`);
  }
  if (!(await exists(words.data))) {
    await mkdir(words.data, { recursive: true });
    const [uid = 0, gid = 0] = ["-u", "-g"].map((option) => Number(deps.run(["id", option, words.user])?.out));
    await chown(words.data, uid, gid);
    await chmod(words.data, 0o700);
    io.talk(`Made ${words.data}\n`);
  }
  await writeFile(unit, unitText(words));
  io.talk(`Wrote ${unit}\n`);
  deps.run(["systemctl", "daemon-reload"]);
  const key = `sudo heddle keys create --role admin --user you --data ${words.data}`;
  io.talk(`Next: ${key}; sudo systemctl enable --now heddle; systemctl status heddle\n`);
}

async function makeUser({ run }: ServiceDeps, { user, data }: UnitWords, io: Io): Promise<void> {
  if (run(["id", "-u", user])?.exitCode === 0) return;
  const made = run([
    "useradd",
    "--system",
    "--home-dir",
    data,
    "--no-create-home",
    "--shell",
    "/usr/sbin/nologin",
    user,
  ]);
  if (made?.exitCode !== 0) {
    throw new Problem(
      "unavailable",
      `Cannot make user "${user}": found ${made === undefined ? "no useradd" : "that useradd refused"}, wanted a user of that name`,
    );
  }
  io.talk(`Made the user ${user}\n`);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
