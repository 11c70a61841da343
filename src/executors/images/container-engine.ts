import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { talkWords } from "../../domain/jobs/program-talk.ts";
import { hasCode } from "../../files/disk/file-errors.ts";
import { resolveProgram } from "../resolve-program.ts";
import { type ProgramEnd, runProgram } from "../run-program.ts";
import { maxProcesses } from "../sandbox/control-groups.ts";

/** The container engines that can be used, in the order in which they are looked for. */
export const engineNames = ["docker", "podman", "apptainer", "singularity"] as const;
export type EngineName = (typeof engineNames)[number];
/** `auto` takes the first one that works, `none` none. */
export type EngineChoice = "auto" | "none" | EngineName;

/** A container engine that works here. */
export type ContainerEngine = {
  readonly name: EngineName;
  readonly program: string;
  /** What stands between the program and each of its commands. */
  readonly globalFlags: readonly string[];
  /** What running a container needs on this machine. */
  readonly runFlags: readonly string[];
  /** True when the kernel can hold its containers to memory and cores. */
  readonly limitsResources: boolean;
};

/** What of this process engines need to know. */
export type EngineDeps = {
  readonly choice: EngineChoice;
  /** Of the engine's own program: where its settings, its storage and its daemon are. */
  readonly environment: Readonly<Record<string, string>>;
  readonly user: { readonly uid: number; readonly gid: number };
};

export type EngineFinding =
  | { readonly kind: "found"; readonly engine: ContainerEngine }
  | { readonly kind: "missing"; readonly reason: string };

/** A probe that takes longer hangs. */
const probeMilliseconds = 30_000;

/** Finds the container engine to use: the one that was chosen, or the first one that works. */
export async function findEngine(deps: EngineDeps): Promise<EngineFinding> {
  if (deps.choice === "none")
    return { kind: "missing", reason: "no container engine is used (--container-engine none)" };
  const wanted = deps.choice === "auto" ? engineNames : [deps.choice];
  const reasons: string[] = [];
  for (const name of wanted) {
    const program = resolveProgram(name, deps.environment, "/");
    if (program === undefined) continue;
    const found = await tryEngine(deps, name, program);
    if (typeof found !== "string") return { kind: "found", engine: found };
    reasons.push(`${name} does not work${found}`);
  }
  const none = `none of ${wanted.join(", ")} is installed`;
  return { kind: "missing", reason: reasons.length === 0 ? none : reasons.join("; ") };
}

/** Tries an engine; gives what is said behind "does not work": its own words in brackets, or what is wrong with it. */
async function tryEngine(deps: EngineDeps, name: EngineName, program: string): Promise<ContainerEngine | string> {
  const run = (words: readonly string[]) => runProgram([program, ...words], deps.environment, probeMilliseconds);
  const { uid, gid } = deps.user;
  switch (name) {
    case "docker": {
      const answer = await run(["version", "--format", "{{.Server.Version}}"]);
      const runFlags = ["--user", `${uid}:${gid}`];
      return answer.exitCode === 0
        ? { name, program, globalFlags: [], runFlags, limitsResources: true }
        : ` ${talkWords(firstLine(answer))}`;
    }
    case "podman":
      return tryPodman(deps, program);
    case "apptainer":
    case "singularity": {
      const answer = await run(["--version"]);
      if (answer.exitCode !== 0) return ` ${talkWords(firstLine(answer))}`;
      if (!keepsWords(answer.out)) return `: found ${JSON.stringify(firstLine(answer))}, wanted ${wordKeepers}`;
      // Root keeps its privileges inside unless this is said.
      const runFlags = ["--no-eval", ...(uid === 0 ? ["--no-privs"] : [])];
      return { name, program, globalFlags: [], runFlags, limitsResources: false };
    }
    default:
      return name satisfies never;
  }
}

const wordKeepers = "apptainer 1.1 or singularity 3.10, or newer: older ones read arguments as a shell does";

/** Tells whether an apptainer or a singularity can hand over arguments and variables as they are (--no-eval). */
function keepsWords(version: string): boolean {
  const [, name, major, minor] = /^(apptainer|singularity)\S* version (\d+)\.(\d+)/.exec(version) ?? [];
  if (name === undefined) return false;
  const [firstMajor, firstMinor] = name === "apptainer" ? [1, 1] : [3, 10];
  return Number(major) > firstMajor || (Number(major) === firstMajor && Number(minor) >= firstMinor);
}

/** What podman answers when all of a container was made and only its program is missing. */
const noProgramCode = 127;

/**
 * Tries podman with an empty root: kernels, control groups and the limits of this process decide which runtime works,
 * and no version of podman finds out by itself.
 */
async function tryPodman(deps: EngineDeps, program: string): Promise<ContainerEngine | string> {
  const { uid, gid } = deps.user;
  const isRoot = uid === 0;
  const hard = await hardLimits();
  const nofile = Math.min(hard.nofile, 1_048_576);
  const nproc = Math.min(hard.nproc, maxProcesses);
  const runFlags = [
    ...["--user", `${uid}:${gid}`],
    // Only who is not root is mapped, and only who is root may not be.
    ...(isRoot ? [] : ["--userns", "keep-id"]),
    // Its defaults are above what many processes may set.
    ...["--ulimit", `nofile=${nofile}:${nofile}`, "--ulimit", `nproc=${nproc}:${nproc}`],
  ];
  const reasons: string[] = [];
  const root = await mkdtemp(join(tmpdir(), "heddle-probe-"));
  try {
    for (const globalFlags of [[], ["--runtime", "runc"], ["--runtime", "crun"]]) {
      const words = [...globalFlags, "run", "--rm", "--network", "none", ...runFlags, "--rootfs", root, "/no-program"];
      const answer = await runProgram([program, ...words], deps.environment, probeMilliseconds);
      if (answer.exitCode === noProgramCode) {
        return { name: "podman", program, globalFlags, runFlags, limitsResources: isRoot };
      }
      reasons.push(firstLine(answer));
    }
  } finally {
    // What the container made in it may belong to a user that is mapped.
    if (!isRoot) await runProgram([program, "unshare", "rm", "-rf", root], deps.environment, probeMilliseconds);
    await rm(root, { recursive: true, force: true });
  }
  return ` ${talkWords([...new Set(reasons)].join("; "))}`;
}

/** The highest limits that this process may set. */
async function hardLimits(): Promise<{ readonly nofile: number; readonly nproc: number }> {
  const text = await readFile("/proc/self/limits", "utf8").catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return "";
    throw error;
  });
  const hardOf = (name: string) => {
    const value = new RegExp(`^${name}\\s+\\S+\\s+(\\S+)`, "m").exec(text)?.[1];
    return value === undefined || value === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(value);
  };
  return { nofile: hardOf("Max open files"), nproc: hardOf("Max processes") };
}

function firstLine({ exitCode, out, talk }: ProgramEnd): string {
  return (talk.trim() || out.trim()).split("\n").at(0) || `it ended with ${exitCode}`;
}
