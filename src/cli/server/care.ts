import type { Clock } from "../../domain/waiting/clock.ts";
import type { EngineDeps } from "../../executors/images/container-engine.ts";
import type { Confinement, SandboxSettings } from "../../executors/sandbox/confinement.ts";
import type { SlurmCommands, SlurmSettings } from "../../executors/slurm/slurm-commands.ts";
import type { CareDeps } from "../../operations/system/care-for-data.ts";
import type { Finding } from "../../operations/system/examine-data.ts";
import { type Arguments, type Command, exitCodes, hasOption, type Io, onlyWord } from "../command.ts";
import type { Option } from "../option.ts";

/** What these commands need of the program's outer layer. */
export type CareCommandDeps = {
  readonly dataOption: Option;
  care(args: Arguments, io: Io): CareDeps;
  /** Settings that say who can reach the service, and how it runs tools. */
  readonly serviceOptions: Readonly<Record<string, Option>>;
  sandboxSettings(args: Arguments, io: Io, hasKeys: boolean): SandboxSettings;
  /** Words which tools have the network. */
  networkWords(args: Arguments, io: Io, hasKeys: boolean): string;
  engines(args: Arguments, io: Io): EngineDeps;
  /** The Slurm that tools run on, where the settings say so. */
  slurm(
    args: Arguments,
    io: Io,
  ): { readonly commands: SlurmCommands; readonly settings: SlurmSettings; readonly asUsers?: object } | undefined;
  /** What the machines of a cluster share. */
  sharedDirectory(args: Arguments, io: Io): string;
  readonly newId: () => string;
  /** Lists why a start with the settings would fail. */
  startFaults(args: Arguments, io: Io): Promise<readonly string[]>;
  /** Asks the provider of identities, where one is set, and lists why nobody could sign in by it. */
  askProvider(args: Arguments, io: Io): Promise<readonly string[] | undefined>;
};

/** Builds the command that writes a backup. */
export function backupCommand(deps: CareCommandDeps): Command {
  return {
    name: "backup",
    words: "FILE",
    maxWords: 1,
    summary: "Writes a consistent copy of the database, also while the service runs, and reads it back.",
    examples: [{ line: "backup heddle-backup.db", about: "copies the database into a file of that name" }],
    options: { data: deps.dataOption, replace: { type: "boolean", about: "write over a backup that has this name" } },
    async run(args, io) {
      const { backUp } = await import("../../operations/system/care-for-data.ts");
      const target = onlyWord(args, "the name of a file");
      await backUp(deps.care(args, io), target, hasOption(args, "replace"));
      io.talk(`Wrote ${target}; outputs, uploads and secret.key are not in it\n`);
      return exitCodes.ok;
    },
  };
}

/** Builds the command that puts a backup in the place of the database. */
export function restoreCommand(deps: CareCommandDeps): Command {
  return {
    name: "restore",
    words: "FILE",
    maxWords: 1,
    summary: "Puts a backup in the place of the database; the service must not run. The old one stays beside it.",
    examples: [{ line: "restore heddle-backup.db --data restored", about: "makes a data directory of a backup" }],
    options: { data: deps.dataOption },
    async run(args, io) {
      const { restore } = await import("../../operations/system/care-for-data.ts");
      await restore(deps.care(args, io), onlyWord(args, "the file of a backup"));
      io.talk("Restored; the database that was there is heddle.db.replaced\n");
      return exitCodes.ok;
    },
  };
}

/** Builds the command that examines a data directory. */
export function doctorCommand(deps: CareCommandDeps): Command {
  return {
    name: "doctor",
    words: "",
    maxWords: 0,
    summary: "Examines the data directory and the machine; the exit code is 1 when something is at fault.",
    examples: [{ line: "doctor", about: "checks what a service needs, and says what to change" }],
    options: {
      data: deps.dataOption,
      ...deps.serviceOptions,
      fix: { type: "boolean", about: "repair what can be: modes, orphans; the service must not run" },
      json: { type: "boolean", about: "print one JSON document" },
    },
    async run(args, io) {
      const { examineData } = await import("../../operations/system/examine-data.ts");
      const care = deps.care(args, io);
      if (hasOption(args, "fix")) {
        const { repair } = await import("../../operations/system/care-for-data.ts");
        for (const done of await repair(care)) io.talk(`${done}\n`);
      }
      const { createConfinement } = await import("../../executors/sandbox/confinement.ts");
      const { findBubblewrap } = await import("../../executors/sandbox/bubblewrap.ts");
      const { lookAtGroups } = await import("../../executors/sandbox/control-groups.ts");
      const { serviceFacts } = await import("../../operations/system/care-for-data.ts");
      const { hasKeys, pid } = await serviceFacts(care);
      const settings = deps.sandboxSettings(args, io, hasKeys);
      const bubblewrap = findBubblewrap();
      const confinement = createConfinement(settings, care.clock, bubblewrap);
      const box = confinement.isSandboxed && bubblewrap.kind === "found" ? bubblewrap.program : undefined;
      const containers = await examineContainers(deps.engines(args, io), confinement);
      const network = networkFinding(deps.networkWords(args, io, hasKeys), confinement);
      const cluster = await examineSlurm(deps, args, io, { clock: care.clock, bubblewrap: box });
      const here = [confinement.finding, containers, lookAtGroups(pid), network];
      const wrong = (await deps.startFaults(args, io)).map(
        (detail): Finding => ({ about: "settings", state: "fault", detail }),
      );
      // A service that does not start asks no provider.
      const signIn = wrong.length > 0 ? [] : providerFindings(await deps.askProvider(args, io));
      const findings = [...(await examineData(care)), ...here, ...wrong, ...signIn, ...cluster];
      if (hasOption(args, "json")) io.out(`${JSON.stringify({ findings })}\n`);
      else for (const { state, about, detail } of findings) io.out(`${state.padEnd(8)} ${about}: ${detail}\n`);
      return findings.some((finding) => finding.state === "fault") ? exitCodes.error : exitCodes.ok;
    },
  };
}

function providerFindings(faults: readonly string[] | undefined): readonly Finding[] {
  if (faults === undefined) return [];
  const about = "sign-in";
  if (faults.length === 0) return [{ about, state: "good", detail: "the provider of identities answers as it should" }];
  return faults.map((detail): Finding => ({ about, state: "fault", detail }));
}

/** How long doctor waits for a job of its own. */
const jobSeconds = 120;

/** Examines the cluster by a job, where tools run on one. */
async function examineSlurm(
  deps: CareCommandDeps,
  args: Arguments,
  io: Io,
  found: { readonly clock: Clock; readonly bubblewrap: string | undefined },
): Promise<readonly Finding[]> {
  const slurm = deps.slurm(args, io);
  if (slurm === undefined) return [];
  const { examineCluster } = await import("../../executors/slurm/examine-cluster.ts");
  const place = { directory: deps.sharedDirectory(args, io), nonce: deps.newId(), waitSeconds: jobSeconds };
  const owner = `${process.getuid?.() ?? ""}:${process.getgid?.() ?? ""}`;
  return examineCluster({ ...slurm, ...place, ...found, owner }, io.signal);
}

/** Builds the finding about the network of tools, which only a sandbox can keep from them. */
function networkFinding(words: string, { isSandboxed }: Confinement): Finding {
  const about = "tool network";
  if (isSandboxed) return { about, state: "good", detail: words };
  return { about, state: "warning", detail: `${words}; not enforced, as tools run without a sandbox` };
}

/** Finds how containers can be run. It is no fault when they cannot: not every package needs one. */
async function examineContainers(engines: EngineDeps, { runsImages }: Confinement): Promise<Finding> {
  const { findEngine } = await import("../../executors/images/container-engine.ts");
  const finding = await findEngine(engines);
  const imported = runsImages ? "imported images run by bubblewrap" : "imported images cannot run without bubblewrap";
  const others = finding.kind === "found" ? `others by ${finding.engine.name}` : `no others: ${finding.reason}`;
  const isGood = runsImages || finding.kind === "found";
  return { about: "containers", state: isGood ? "good" : "warning", detail: `${imported}, ${others}` };
}
