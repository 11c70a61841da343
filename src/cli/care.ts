import type { EngineDeps } from "../executors/images/container-engine.ts";
import type { Confinement, SandboxSettings } from "../executors/sandbox/confinement.ts";
import type { CareDeps } from "../operations/care-for-data.ts";
import type { Finding } from "../operations/examine-data.ts";
import { type Arguments, type Command, exitCodes, hasOption, type Io, type Option, onlyWord } from "./command.ts";

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
};

/** Builds the command that writes a backup. */
export function backupCommand(deps: CareCommandDeps): Command {
  return {
    name: "backup",
    words: "FILE",
    maxWords: 1,
    summary: "Writes a consistent copy of the database, also while the service runs, and reads it back.",
    options: { data: deps.dataOption, replace: { type: "boolean", about: "write over a backup that has this name" } },
    async run(args, io) {
      const { backUp } = await import("../operations/care-for-data.ts");
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
    options: { data: deps.dataOption },
    async run(args, io) {
      const { restore } = await import("../operations/care-for-data.ts");
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
    options: {
      data: deps.dataOption,
      ...deps.serviceOptions,
      fix: { type: "boolean", about: "repair what can be: modes, orphans; the service must not run" },
      json: { type: "boolean", about: "print one JSON document" },
    },
    async run(args, io) {
      const { examineData } = await import("../operations/examine-data.ts");
      const care = deps.care(args, io);
      if (hasOption(args, "fix")) {
        const { repair } = await import("../operations/care-for-data.ts");
        for (const done of await repair(care)) io.talk(`${done}\n`);
      }
      const { createConfinement } = await import("../executors/sandbox/confinement.ts");
      const { lookAtGroups } = await import("../executors/sandbox/control-groups.ts");
      const { serviceFacts } = await import("../operations/care-for-data.ts");
      const { hasKeys, pid } = await serviceFacts(care);
      const confinement = createConfinement(deps.sandboxSettings(args, io, hasKeys), care.clock);
      const containers = await examineContainers(deps.engines(args, io), confinement);
      const network = networkFinding(deps.networkWords(args, io, hasKeys), confinement);
      const findings = [...(await examineData(care)), ...[confinement.finding, containers, lookAtGroups(pid), network]];
      if (hasOption(args, "json")) io.out(`${JSON.stringify({ findings })}\n`);
      else for (const { state, about, detail } of findings) io.out(`${state.padEnd(8)} ${about}: ${detail}\n`);
      return findings.some((finding) => finding.state === "fault") ? exitCodes.error : exitCodes.ok;
    },
  };
}

/** Builds the finding about the network of tools, which only a sandbox can keep from them. */
function networkFinding(words: string, { isSandboxed }: Confinement): Finding {
  const about = "tool network";
  if (isSandboxed) return { about, state: "good", detail: words };
  return { about, state: "warning", detail: `${words}; not enforced, as tools run without a sandbox` };
}

/** Finds how containers can be run. It is no fault when they cannot: not every package needs one. */
async function examineContainers(engines: EngineDeps, { runsImages }: Confinement): Promise<Finding> {
  const { findEngine } = await import("../executors/images/container-engine.ts");
  const finding = await findEngine(engines);
  const imported = runsImages ? "imported images run by bubblewrap" : "imported images cannot run without bubblewrap";
  const others = finding.kind === "found" ? `others by ${finding.engine.name}` : `no others: ${finding.reason}`;
  const isGood = runsImages || finding.kind === "found";
  return { about: "containers", state: isGood ? "good" : "warning", detail: `${imported}, ${others}` };
}
