import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import {
  type Arguments,
  type Command,
  exitCodes,
  explainError,
  type Io,
  type Option,
  readArguments,
  undeliveredText,
  usageOf,
} from "./cli/command.ts";
import { configDeps, configOf } from "./command-config.ts";
import type { Config } from "./config.ts";
import { nearNames } from "./domain/near-names.ts";
import { networkWords, readNetworkRules } from "./domain/tool-network.ts";
import { engineDeps } from "./engine-environment.ts";
import type { EngineChoice } from "./executors/images/container-engine.ts";
import { searchBubblewrap } from "./executors/sandbox/bubblewrap.ts";
import { isExposed, sandboxSettings } from "./exposure.ts";
import { giveToOwner } from "./files/give-to-owner.ts";
import { createLayout } from "./files/layout.ts";
import { refuseNoDatabase } from "./files/missing-database.ts";
import { firstMissing, removeEmpty, removeNewPlace } from "./files/new-place.ts";
import { catchHangUps } from "./hang-ups.ts";
import { flagOf, strangeVariables } from "./read-config.ts";
import { runDownloads } from "./run-downloads.ts";
import { serviceDeps } from "./service-deps.ts";
import { settingOptions } from "./setting-options.ts";
import { slurmParts } from "./slurm-settings.ts";

/** How the service learns of fatal errors, and ends itself. */
const ownEnd = {
  onUncaught: (listener: (error: unknown) => void) => {
    for (const event of ["uncaughtException", "unhandledRejection"] as const) process.on(event, listener);
  },
  abandon: (code: number) => process.exit(code),
};

const version = process.env.HEDDLE_VERSION ?? "0.0.0-dev";
const commit = process.env.HEDDLE_COMMIT ?? "";

const clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** Each command, loaded when it is called: a client's command must not load the server. */
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
      clusterOptions: optionsOf(["executor", "slurmPartition", "slurmAccount", "slurmOptions", "slurmPollSeconds"]),
      slurm: (args, io) => slurmParts(configOf(args, io), io.environment),
      dataDirectory: sharedDirectory,
      sandboxSettings: (args, io) => sandboxSettingsOf(args, io, false),
      engines: enginesOf,
      fetchFile: (args, io) => runDownloads(() => configOf(args, io), io.signal),
    }),
  images: async () =>
    (await import("./cli/images.ts")).imagesCommand({ dataOption: dataOption(), dataDirectory: sharedDirectory }),
  validate: async () => (await import("./cli/validate.ts")).validateCommand(),
  deploy: async () => (await import("./cli/deploy.ts")).deployCommand(),
  keys: async () =>
    (await import("./cli/keys.ts")).keysCommand({ dataOption: dataOption(), clock, open: openKeyStore }),
  audit: async () => (await import("./cli/audit.ts")).auditCommand({ dataOption: dataOption(), open: openKeyStore }),
  processes: async () =>
    (await import("./cli/processes.ts")).processesCommand({ dataOption: dataOption(), open: openKeyStore }),
  login: async () => (await import("./cli/login.ts")).loginCommand(),
  logout: async () => (await import("./cli/login.ts")).logoutCommand(),
  execute: async () => (await import("./cli/execute.ts")).executeCommand(),
  status: async () => (await import("./cli/jobs.ts")).statusCommand(),
  results: async () => (await import("./cli/jobs.ts")).resultsCommand(),
  logs: async () => (await import("./cli/jobs.ts")).logsCommand(),
  dismiss: async () => (await import("./cli/jobs.ts")).dismissCommand(),
  retry: async () => (await import("./cli/jobs.ts")).retryCommand(),
  reload: async () =>
    (await import("./cli/reload.ts")).reloadCommand({ dataOption: dataOption(), clock, care: careOf, hangUp }),
  config: async () => (await import("./cli/config.ts")).configCommand(configDeps(clock)),
  service: async () => (await import("./cli/service.ts")).serviceCommand(serviceDeps()),
  doctor: async () => (await import("./cli/care.ts")).doctorCommand(careDeps()),
  backup: async () => (await import("./cli/care.ts")).backupCommand(careDeps()),
  restore: async () => (await import("./cli/care.ts")).restoreCommand(careDeps()),
  version: async () => (await import("./cli/version.ts")).versionCommand(version, commit),
} as const satisfies Record<string, () => Promise<Command>>;

function dataOption(): Option {
  return settingOptions().data ?? { type: "string", about: "data directory" };
}

/** Lists the settings by which `doctor` knows what a service would do. */
function serviceOptions(): Readonly<Record<string, Option>> {
  const config: Option = { type: "string", value: "FILE", about: "settings in YAML or TOML, by their names" };
  return { config, ...optionsOf(["host", "publicUrl", "trustedProxy", "oidcIssuer", "sandbox", "toolNetwork"]) };
}

function optionsOf(settings: readonly string[]): Readonly<Record<string, Option>> {
  return Object.fromEntries(settings.map((name) => [flagOf(name), settingOptions()[flagOf(name)] ?? dataOption()]));
}

/** What images lie in. */
function sharedDirectory(args: Arguments, io: Io): string {
  const { workDir, data } = configOf(args, io);
  return workDir ?? data;
}

function dataDirectory(args: Arguments, io: Io): string {
  return configOf(args, io).data;
}

/** Tells a service to read its settings again. */
function hangUp(pid: number): void {
  process.kill(pid, "SIGHUP");
}

function careOf(args: Arguments, io: Io) {
  const { data, outputsDir, workDir } = configOf(args, io);
  const layout = createLayout(data, outputsDir, workDir);
  const hasLiving = async (executionId: string) =>
    (await import("./executors/local/living-tools.ts")).hasLivingTool(layout, executionId);
  const refuseOpenElsewhere = async (file: string) =>
    (await import("./executors/local/open-files.ts")).refuseOpenElsewhere(file, process.pid);
  return { layout, clock, pid: process.pid, hasLivingTool: hasLiving, refuseOpenElsewhere };
}

function careDeps() {
  return {
    dataOption: dataOption(),
    serviceOptions: serviceOptions(),
    care: careOf,
    sandboxSettings: sandboxSettingsOf,
    networkWords: (args: Arguments, io: Io, hasKeys: boolean) => {
      const config = configOf(args, io);
      return networkWords(readNetworkRules(config.toolNetwork), isExposed(config, hasKeys));
    },
    engines: enginesOf,
  };
}

/** Returns the container engine that a flag chooses, as in other runners. */
function chosenEngine({ options }: Arguments): EngineChoice | undefined {
  if (options.podman === true) return "podman";
  if (options.singularity !== true) return undefined;
  return Bun.which("apptainer") === null ? "singularity" : "apptainer";
}

function enginesOf(args: Arguments, io: Io) {
  return engineDeps(chosenEngine(args) ?? configOf(args, io).containerEngine, io.environment);
}

function sandboxSettingsOf(args: Arguments, io: Io, hasKeys: boolean) {
  const config = configOf(args, io);
  return sandboxSettings(
    config,
    createLayout(config.data, config.outputsDir, config.workDir),
    isExposed(config, hasKeys),
  );
}

/** Opens the database for a command. A command that only reads or removes makes no new one. */
async function openKeyStore(args: Arguments, io: Io, makesDatabase: boolean) {
  const config = configOf(args, io);
  if (!makesDatabase) await refuseNoDatabase(createLayout(config.data, config.outputsDir, config.workDir));
  useAddonDirectory(config);
  const { openKeys } = await import("./app.ts");
  return openKeys(config, io);
}

async function startService(args: Arguments, io: Io) {
  const config = configOf(args, io);
  for (const fault of strangeVariables(io.environment)) io.talk(`${fault}\n`);
  useAddonDirectory(config);
  const made = firstMissing(resolve(config.data));
  try {
    return await startServer(config, io, () => configOf(args, io));
  } catch (error) {
    if (made !== undefined) {
      await removeNewPlace(createLayout(config.data, config.outputsDir, config.workDir));
      await removeEmpty(resolve(config.data), made);
    }
    throw error;
  }
}

async function startServer(config: Config, io: Io, readAgain: () => Config) {
  const onHangUp = catchHangUps({ hasTerminal: io.isTerminal, end: () => stop.abort("SIGHUP") });
  // Tried while the modules of the server are read, which takes longer.
  using bubblewrap = searchBubblewrap();
  const { startApp } = await import("./app.ts");
  return await startApp(config, { ...io, ...ownEnd, readAgain, onHangUp }, bubblewrap.found);
}

/** Sets the place of the addon before the SQLite driver is imported: the import loads it. */
function useAddonDirectory(config: Config): void {
  process.env.HEDDLE_ADDON_DIRECTORY ??= config.data;
}

async function overview(): Promise<string> {
  const lines = Object.entries(commands).map(async ([name, load]) => {
    const { summary } = await load();
    return `  ${name.padEnd(10)}${/^[^.;:]*/.exec(summary)?.[0] ?? ""}\n`;
  });
  const shown = (await Promise.all(lines)).join("");
  return `Usage: heddle COMMAND [OPTION...]\n\nCommands:\n${shown}\nheddle COMMAND --help shows its options.\n`;
}

function isCommand(name: string | undefined): name is keyof typeof commands {
  return name !== undefined && Object.hasOwn(commands, name);
}

/** Formats that there is no such command, with the nearest name, else with all commands. */
async function unknownCommand(name: string): Promise<string> {
  const kind = name.startsWith("-") ? "option" : "command";
  const [near] = nearNames(name, [...Object.keys(commands), "help", "--help", "--version"]);
  if (near === undefined) return `Unknown ${kind}: ${name}\n\n${await overview()}`;
  return `Unknown ${kind}: ${name}. Did you mean ${near}?\n"heddle help" lists all commands\n`;
}

/** Writes the overview of all commands, or the usage of one. */
async function help([name, ...more]: readonly string[], io: Io): Promise<number> {
  if (isCommand(name) && more.length === 0) {
    io.out(usageOf(await commands[name]()));
    return exitCodes.ok;
  }
  if (name !== undefined) {
    const [word] = more;
    io.talk(
      word === undefined ? await unknownCommand(name) : `Too many words: "${word}". Usage: heddle help [COMMAND]\n`,
    );
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
    io.talk(name === undefined ? await overview() : await unknownCommand(name));
    return exitCodes.usage;
  }
  const command = await commands[chosen]();
  if (rest.includes("--help") || rest.includes("-h")) {
    io.out(usageOf(command));
    return exitCodes.ok;
  }
  const args = readArguments(command, rest);
  try {
    return await command.run(args, io);
  } finally {
    if (keepsData.has(command.name)) await giveToOwner(dataDirectory(args, io));
  }
}

/** Commands that may be run by root over the data directory of a service that another user runs. */
const keepsData: ReadonlySet<string> = new Set(["keys", "processes", "audit", "images", "backup", "restore", "doctor"]);

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort(signal));

const io: Io = {
  out: (text) => void process.stdout.write(text),
  talk: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
  environment: process.env,
  signal: stop.signal,
};

// The reader of the output may be gone, or its disk may be full: then the output is not delivered.
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
