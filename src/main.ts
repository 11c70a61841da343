import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import { withoutAlias } from "./cli/aliases.ts";
import { type Arguments, exitCodes, explainError, type Io, readArguments, undeliveredText } from "./cli/command.ts";
import type { Option } from "./cli/option.ts";
import { type Commands, findCommand, help, overviewText, unknownCommandText } from "./cli/overview.ts";
import { usageOf } from "./cli/usage.ts";
import { configDeps, configOf, settingSources } from "./command-config.ts";
import type { Config } from "./config/config.ts";
import { isExposed, sandboxSettings } from "./config/exposure.ts";
import { startNames } from "./config/identity-settings.ts";
import { flagOf, strangeVariables } from "./config/read-config.ts";
import { slurmParts } from "./config/slurm-settings.ts";
import { networkWords, readNetworkRules } from "./domain/processes/tool-network.ts";
import { engineDeps } from "./engine-environment.ts";
import type { EngineChoice } from "./executors/images/container-engine.ts";
import { searchBubblewrap } from "./executors/sandbox/bubblewrap.ts";
import { giveToOwner } from "./files/disk/give-to-owner.ts";
import { firstMissing, removeEmpty, removeNewPlace } from "./files/disk/new-place.ts";
import { createLayout } from "./files/layout.ts";
import { refuseNoDatabase } from "./files/missing-database.ts";
import { catchHangUps } from "./hang-ups.ts";
import { runDownloads } from "./run-downloads.ts";
import { serviceDeps } from "./service-deps.ts";
import { settingOptions } from "./setting-options.ts";

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
    (await import("./cli/server/serve.ts")).serveCommand({ settingOptions: settingOptions(), start: startService }),
  run: async () =>
    (await import("./cli/run/run.ts")).runCommand({
      clock,
      newId: Bun.randomUUIDv7,
      cores: availableParallelism(),
      version,
      dataOption: dataOption(),
      clusterOptions: optionsOf(clusterNames),
      slurm: slurmOf,
      dataDirectory: sharedDirectory,
      sandboxSettings: (args, io) => sandboxSettingsOf(args, io, false),
      engines: enginesOf,
      fetchFile: (args, io) => runDownloads(() => configOf(args, io), io.signal),
    }),
  images: async () => (await import("./cli/run/images.ts")).imagesCommand({ options: placeOptions(), sharedDirectory }),
  validate: async () => (await import("./cli/run/validate.ts")).validateCommand(),
  deploy: async () => (await import("./cli/client/deploy.ts")).deployCommand(),
  keys: async () =>
    (await import("./cli/server/keys.ts")).keysCommand({ dataOption: dataOption(), clock, open: openKeyStore }),
  audit: async () =>
    (await import("./cli/server/audit.ts")).auditCommand({ dataOption: dataOption(), open: openKeyStore }),
  processes: async () =>
    (await import("./cli/server/processes.ts")).processesCommand({ dataOption: dataOption(), open: openKeyStore }),
  login: async () => (await import("./cli/client/login.ts")).loginCommand(),
  logout: async () => (await import("./cli/client/login.ts")).logoutCommand(),
  profiles: async () => (await import("./cli/client/profile-list.ts")).profilesCommand(),
  jobs: async () => (await import("./cli/client/job-list.ts")).jobsCommand(),
  upload: async () => (await import("./cli/client/upload.ts")).uploadCommand(),
  providers: async () => (await import("./cli/client/providers.ts")).providersCommand(),
  execute: async () => (await import("./cli/client/execute.ts")).executeCommand(),
  status: async () => (await import("./cli/client/jobs.ts")).statusCommand(),
  results: async () => (await import("./cli/client/jobs.ts")).resultsCommand(),
  logs: async () => (await import("./cli/client/logs.ts")).logsCommand(),
  dismiss: async () => (await import("./cli/client/jobs.ts")).dismissCommand(),
  retry: async () => (await import("./cli/client/jobs.ts")).retryCommand(),
  reload: async () =>
    (await import("./cli/server/reload.ts")).reloadCommand({ dataOption: dataOption(), clock, care: careOf, hangUp }),
  config: async () => (await import("./cli/server/config.ts")).configCommand(configDeps(clock)),
  service: async () => (await import("./cli/server/service.ts")).serviceCommand(serviceDeps()),
  doctor: async () => (await import("./cli/server/care.ts")).doctorCommand(careDeps()),
  "slurm-helper": async () => (await import("./cli/server/slurm-helper.ts")).slurmHelperCommand(),
  backup: async () => (await import("./cli/server/care.ts")).backupCommand(careDeps()),
  restore: async () => (await import("./cli/server/care.ts")).restoreCommand(careDeps()),
  completion: async () => (await import("./cli/completion.ts")).completionCommand(allCommands),
  man: async () => (await import("./cli/man-page.ts")).manCommand(allCommands, version),
  version: async () => (await import("./cli/version.ts")).versionCommand(version, commit),
} as const satisfies Commands;

function allCommands(): Commands {
  return commands;
}

function dataOption(): Option {
  return settingOptions().data ?? { type: "string", about: "data directory" };
}

/** Lists the settings by which `doctor` knows what a service would do. */
function serviceOptions(): Readonly<Record<string, Option>> {
  const config: Option = { type: "string", value: "FILE", about: "settings in YAML or TOML, by their names" };
  return {
    config,
    ...optionsOf(["host", "publicUrl", "trustedProxy", "sandbox", "toolNetwork"]),
    ...optionsOf(startNames),
  };
}

/** Lists the settings that say where images lie. */
function placeOptions(): Readonly<Record<string, Option>> {
  const { config = dataOption() } = serviceOptions();
  return { config, data: dataOption(), ...optionsOf(["workDir"]) };
}

function optionsOf(settings: readonly string[]): Readonly<Record<string, Option>> {
  return Object.fromEntries(settings.map((name) => [flagOf(name), settingOptions()[flagOf(name)] ?? dataOption()]));
}

/** The settings of where tools run. */
const clusterNames = [
  ...["executor", "slurmPartition", "slurmAccount", "slurmOptions"],
  ...["slurmPollSeconds", "slurmHeartbeatSeconds"],
];
/** Those of as whom tools run there. */
const runAsNames = ["slurmRunAs", "slurmUsers", "slurmHelperRules"];

function slurmOf(args: Arguments, io: Io) {
  return slurmParts(configOf(args, io), io.environment);
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
    serviceOptions: { ...serviceOptions(), ...optionsOf(["workDir", ...clusterNames, ...runAsNames]) },
    slurm: slurmOf,
    newId: Bun.randomUUIDv7,
    sharedDirectory,
    care: careOf,
    sandboxSettings: sandboxSettingsOf,
    networkWords: (args: Arguments, io: Io, hasKeys: boolean) => {
      const config = configOf(args, io);
      return networkWords(readNetworkRules(config.toolNetwork), isExposed(config, hasKeys));
    },
    engines: enginesOf,
    startFaults: async (args: Arguments, io: Io) => {
      const { startFaults } = await import("./app.ts");
      return startFaults(configOf(args, io), clock);
    },
    askProvider: async (args: Arguments, io: Io) => {
      const { lookAtProvider } = await import("./app.ts");
      return lookAtProvider(configOf(args, io), clock);
    },
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
    return await startServer(config, io, settingSources(args, io));
  } catch (error) {
    if (made !== undefined) {
      await removeNewPlace(createLayout(config.data, config.outputsDir, config.workDir));
      await removeEmpty(resolve(config.data), made);
    }
    throw error;
  }
}

async function startServer(config: Config, io: Io, sources: ReturnType<typeof settingSources>) {
  const onHangUp = catchHangUps({ hasTerminal: io.isTerminal, end: () => stop.abort("SIGHUP") });
  // Tried while the modules of the server are read, which takes longer.
  using bubblewrap = searchBubblewrap();
  const { startApp } = await import("./app.ts");
  return await startApp(config, { ...io, ...ownEnd, ...sources, onHangUp }, bubblewrap.found);
}

/** Sets the place of the addon before the SQLite driver is imported: the import loads it. */
function useAddonDirectory(config: Config): void {
  process.env.HEDDLE_ADDON_DIRECTORY ??= config.data;
}

async function main(line: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = withoutAlias(line);
  if (name === "--help" || name === "-h" || name === "help") return help(commands, rest, io);
  const load = findCommand(commands, name === "--version" ? "version" : (name ?? ""));
  if (load === undefined) {
    io.talk(name === undefined ? await overviewText(commands) : await unknownCommandText(commands, name));
    return exitCodes.usage;
  }
  const command = await load();
  if (rest.includes("--help") || rest.includes("-h")) {
    io.out(usageOf(command));
    return exitCodes.ok;
  }
  const args = readArguments(command, rest);
  try {
    return await command.run(args, io);
  } finally {
    if (keepsData.has(command.name)) await giveToOwner(dataDirectory(args, io));
    if (command.name === "images") await giveToOwner(sharedDirectory(args, io), undefined, "images");
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
  ...(process.stdout.isTTY === true ? { columns: process.stdout.columns || 80 } : {}),
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
