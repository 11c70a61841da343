import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import {
  type Command,
  exitCodes,
  explainError,
  type Given,
  type Io,
  type Option,
  readArguments,
  undeliveredText,
  usageOf,
} from "./cli/command.ts";
import { type Config, ConfigSchema, isExposed, sandboxSettings } from "./config.ts";
import { nearNames } from "./domain/near-names.ts";
import { networkWords, readNetworkRules } from "./domain/tool-network.ts";
import { engineDeps } from "./engine-environment.ts";
import type { EngineChoice } from "./executors/images/container-engine.ts";
import { searchBubblewrap } from "./executors/sandbox/bubblewrap.ts";
import { giveToOwner } from "./files/give-to-owner.ts";
import { createLayout } from "./files/layout.ts";
import { refuseNoDatabase } from "./files/missing-database.ts";
import { firstMissing, removeEmpty, removeNewPlace } from "./files/new-place.ts";
import { flagOf, readConfig } from "./read-config.ts";
import { runDownloads } from "./run-downloads.ts";
import { settingOptions } from "./setting-options.ts";

/** How the service hears of its own end and brings it about. */
const ownEnd = {
  onUncaught: (listener: (error: unknown) => void) => {
    for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, listener);
  },
  abandon: (code: number) => process.exit(code),
};

const version = process.env.HEDDLE_VERSION ?? "0.0.0-dev";

const clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** Each command, loaded when it is asked for: a client's command must not load the server. */
const commands = {
  serve: async () =>
    (await import("./cli/serve.ts")).serveCommand({ settingOptions: settingOptions(), start: startService }),
  run: async () =>
    (await import("./cli/run.ts")).runCommand({
      clock,
      newId: Bun.randomUUIDv7,
      cores: availableParallelism(),
      version,
      dataOption: dataOption(),
      dataDirectory,
      sandboxSettings: (given, io) => sandboxSettingsOf(given, io, false),
      engines: enginesOf,
      fetchFile: (given, io) => runDownloads(() => configOf(given, io), io.signal),
    }),
  images: async () => (await import("./cli/images.ts")).imagesCommand({ dataOption: dataOption(), dataDirectory }),
  validate: async () => (await import("./cli/validate.ts")).validateCommand(),
  deploy: async () => (await import("./cli/deploy.ts")).deployCommand(),
  keys: async () =>
    (await import("./cli/keys.ts")).keysCommand({ dataOption: dataOption(), clock, open: openKeyStore }),
  processes: async () =>
    (await import("./cli/processes.ts")).processesCommand({ dataOption: dataOption(), open: openKeyStore }),
  execute: async () => (await import("./cli/execute.ts")).executeCommand(),
  status: async () => (await import("./cli/jobs.ts")).statusCommand(),
  results: async () => (await import("./cli/jobs.ts")).resultsCommand(),
  logs: async () => (await import("./cli/jobs.ts")).logsCommand(),
  dismiss: async () => (await import("./cli/jobs.ts")).dismissCommand(),
  retry: async () => (await import("./cli/jobs.ts")).retryCommand(),
  doctor: async () => (await import("./cli/care.ts")).doctorCommand(careDeps()),
  backup: async () => (await import("./cli/care.ts")).backupCommand(careDeps()),
  restore: async () => (await import("./cli/care.ts")).restoreCommand(careDeps()),
  version: async () => (await import("./cli/version.ts")).versionCommand(version),
} as const satisfies Record<string, () => Promise<Command>>;

function dataOption(): Option {
  return settingOptions().data ?? { type: "string", about: "data directory" };
}

/** Those that tell a look at the machine what a service would do. */
function serviceOptions(): Readonly<Record<string, Option>> {
  const names = ["host", "publicUrl", "trustedProxy", "sandbox", "toolNetwork"].map(flagOf);
  const config: Option = { type: "string", value: "FILE", about: "settings in YAML, by their names" };
  const some = Object.entries(settingOptions()).filter(([name]) => names.includes(name));
  return { config, ...Object.fromEntries(some) };
}

function dataDirectory(given: Given, io: Io): string {
  return configOf(given, io).data;
}

function careDeps() {
  return {
    dataOption: dataOption(),
    serviceOptions: serviceOptions(),
    care: (given: Given, io: Io) => {
      const { data, outputsDir } = configOf(given, io);
      const layout = createLayout(data, outputsDir);
      const hasLiving = async (executionId: string) =>
        (await import("./executors/local/living-tools.ts")).hasLivingTool(layout, executionId);
      const refuseOpenElsewhere = async (file: string) =>
        (await import("./executors/local/open-files.ts")).refuseOpenElsewhere(file, process.pid);
      return { layout, clock, pid: process.pid, hasLivingTool: hasLiving, refuseOpenElsewhere };
    },
    sandboxSettings: sandboxSettingsOf,
    networkWords: (given: Given, io: Io, hasKeys: boolean) => {
      const config = configOf(given, io);
      return networkWords(readNetworkRules(config.toolNetwork), isExposed(config, hasKeys));
    },
    engines: enginesOf,
  };
}

/** Options that other runners have too. */
function chosenEngine({ options }: Given): EngineChoice | undefined {
  if (options.podman === true) return "podman";
  if (options.singularity !== true) return undefined;
  return Bun.which("apptainer") === null ? "singularity" : "apptainer";
}

function enginesOf(given: Given, io: Io) {
  return engineDeps(chosenEngine(given) ?? configOf(given, io).containerEngine, io.environment);
}

function sandboxSettingsOf(given: Given, io: Io, hasKeys: boolean) {
  const config = configOf(given, io);
  return sandboxSettings(config, createLayout(config.data, config.outputsDir), isExposed(config, hasKeys));
}

/** Opens the database for a command; one that only looks or takes away makes none. */
async function openKeyStore(given: Given, io: Io, makesDatabase: boolean) {
  const config = configOf(given, io);
  if (!makesDatabase) await refuseNoDatabase(createLayout(config.data, config.outputsDir));
  useAddonDirectory(config);
  const { openKeys } = await import("./app.ts");
  return openKeys(config, io);
}

/** Reads the configuration of a command: its flags, then the environment, then its file. */
function configOf(given: Given, io: Io): Config {
  const names = Object.keys(ConfigSchema.entries);
  const flags = Object.fromEntries(names.map((name) => [name, flagValue(given.options[flagOf(name)])]));
  const file = given.options.config;
  return readConfig({ flags, environment: io.environment, ...(typeof file === "string" ? { file } : {}) });
}

/** A list may be given by commas, by repeating its flag, or by both. */
function flagValue(value: Given["options"][string]): unknown {
  return Array.isArray(value) ? value.join() : value;
}

async function startService(given: Given, io: Io) {
  const config = configOf(given, io);
  useAddonDirectory(config);
  const made = firstMissing(resolve(config.data));
  try {
    return await startServer(config, io);
  } catch (error) {
    if (made !== undefined) {
      await removeNewPlace(createLayout(config.data, config.outputsDir));
      await removeEmpty(resolve(config.data), made);
    }
    throw error;
  }
}

async function startServer(config: Config, io: Io) {
  // Tried while the modules of the server are read, which takes longer.
  using bubblewrap = searchBubblewrap();
  const { startApp } = await import("./app.ts");
  return await startApp(config, { ...io, ...ownEnd }, bubblewrap.found);
}

/** The SQLite driver loads its addon while it is imported, so the place must be known before. */
function useAddonDirectory(config: Config): void {
  process.env.HEDDLE_ADDON_DIRECTORY ??= config.data;
}

async function overview(): Promise<string> {
  const lines = Object.entries(commands).map(async ([name, load]) => {
    const { summary } = await load();
    return `  ${name.padEnd(10)}${/^[^.;:]*/.exec(summary)?.[0] ?? ""}\n`;
  });
  const shown = (await Promise.all(lines)).join("");
  return `Usage: heddle COMMAND [OPTION...]\n\nCommands:\n${shown}\nheddle COMMAND --help tells more.\n`;
}

function isCommand(name: string | undefined): name is keyof typeof commands {
  return name !== undefined && Object.hasOwn(commands, name);
}

/** Words the commands that somebody may have meant. */
function meant(name: string): string {
  const [near] = nearNames(name, Object.keys(commands));
  return near === undefined ? "" : `, did you mean "${near}"?`;
}

/** Tells of all commands, or of the one that is named. */
async function help([name, ...more]: readonly string[], io: Io): Promise<number> {
  if (isCommand(name) && more.length === 0) {
    io.out(usageOf(await commands[name]()));
    return exitCodes.ok;
  }
  if (name !== undefined) {
    io.talk(`Cannot help with "${[name, ...more].join(" ")}": wanted the name of one command\n\n${await overview()}`);
    return exitCodes.usage;
  }
  io.out(await overview());
  return exitCodes.ok;
}

async function main(words: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = words;
  if (name === "--help" || name === "-h" || name === "help") return help(rest, io);
  const chosen = name === "--version" ? "version" : name;
  if (!isCommand(chosen)) {
    const fault = name === undefined ? "" : `Cannot run "${name}": no such command${meant(name)}\n\n`;
    io.talk(fault + (await overview()));
    return exitCodes.usage;
  }
  const command = await commands[chosen]();
  if (rest.includes("--help") || rest.includes("-h")) {
    io.out(usageOf(command));
    return exitCodes.ok;
  }
  const given = readArguments(command, rest);
  try {
    return await command.run(given, io);
  } finally {
    if (keepsData.has(command.name)) await giveToOwner(dataDirectory(given, io));
  }
}

/** Commands that may be run by root over the data directory of a service that another user runs. */
const keepsData: ReadonlySet<string> = new Set(["keys", "processes", "images", "backup", "restore", "doctor"]);

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort(signal));

const io: Io = {
  out: (text) => void process.stdout.write(text),
  talk: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
  environment: process.env,
  signal: stop.signal,
};

// Whoever reads may be gone, or have no room: what was asked for is not delivered then, and that is no fault of ours.
let isUndelivered = false;
process.stdout.on("error", (error: unknown) => {
  if (!isUndelivered) io.talk(`${undeliveredText(error)}\n`);
  isUndelivered = true;
  process.exitCode = exitCodes.error;
});
process.stderr.on("error", () => {});

/** Under the name that CWL programs look for, the executable is the command that runs packages. */
const isRunner = basename(process.argv0) === "cwl-runner";
const words = [...(isRunner ? ["run"] : []), ...process.argv.slice(2)];
const exitCode = await main(words, io).catch((error: unknown) => explainError(error, io));
process.exitCode = isUndelivered ? exitCodes.error : exitCode;
