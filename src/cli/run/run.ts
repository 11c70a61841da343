import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graphOf } from "../../cwl/document/graph.ts";
import type { Package } from "../../cwl/document/load/load.ts";
import { withOverrides } from "../../cwl/document/load/overrides.ts";
import { machineFaults, operationFaults } from "../../cwl/document/requirements.ts";
import { secretsWarning } from "../../cwl/document/secrets.ts";
import { createCwlEngine } from "../../cwl/engine.ts";
import type { JobFile } from "../../cwl/run/job-file.ts";
import { defaultDocker, type LocalRun } from "../../cwl/run/local-run.ts";
import { jsonText } from "../../cwl/values/json-text.ts";
import { defined } from "../../domain/defined.ts";
import type { JobFailure } from "../../domain/jobs/job.ts";
import { type ErrorPolicy, errorPolicies } from "../../domain/jobs/run-settings.ts";
import { silentLogger } from "../../domain/logger.ts";
import { errorText } from "../../domain/problem.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { createPatience } from "../../domain/waiting/patience.ts";
import { pause } from "../../domain/waiting/pause.ts";
import { nearNames } from "../../domain/words/near-names.ts";
import type { Engine, EngineRecord, Prepared } from "../../engines/engine.ts";
import type { EngineDeps } from "../../executors/images/container-engine.ts";
import { createImageFinder } from "../../executors/images/image-finder.ts";
import { createLocalExecutor } from "../../executors/local/local-executor.ts";
import { createLocalMachine } from "../../executors/local/local-machine.ts";
import { createConfinement, type SandboxSettings } from "../../executors/sandbox/confinement.ts";
import { noControlGroups } from "../../executors/sandbox/control-groups.ts";
import type { SlurmCommands, SlurmSettings } from "../../executors/slurm/slurm-commands.ts";
import { createSlurmExecutor } from "../../executors/slurm/slurm-executor.ts";
import { createExecutionDirectories } from "../../files/jobs/job-directory.ts";
import { createLayout, imagesDirectory } from "../../files/layout.ts";
import {
  type Arguments,
  type Command,
  exitCodes,
  hasOption,
  type Io,
  stoppedExitCode,
  textOption,
  UsageError,
} from "../command.ts";
import type { Option } from "../option.ts";
import { readPackage } from "../read-package.ts";
import { requireDirectory } from "../require-directory.ts";
import { bringHome } from "./bring-home.ts";
import { createFetching, type FetchFile } from "./fetch-inputs.ts";
import { localRunOf, narrowingOf, summaryOf } from "./local-run.ts";
import { makeTemplate } from "./make-template.ts";
import { drawGraph } from "./print-graph.ts";
import { readJob, readRunWords } from "./read-job.ts";
import { runOptions } from "./run-options.ts";

/** How long a tool waits when the machine is short of something. */
const shortageMilliseconds = 60_000;

/** What `run` needs of the program's outer layer. */
export type RunDeps = {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly cores: number;
  readonly version: string;
  readonly dataOption: Option;
  /** The settings of where tools run. */
  readonly clusterOptions: Readonly<Record<string, Option>>;
  /** The Slurm that tools run on, where the options say so. */
  readonly slurm: (args: Arguments, io: Io) => SlurmParts | undefined;
  /** The data directory, for its images. */
  readonly dataDirectory: (args: Arguments, io: Io) => string;
  /** Fetches the files of a job that stand at a URL. */
  readonly fetchFile: (args: Arguments, io: Io) => FetchFile;
  /** What container engines need of this process, with the engine that was chosen. */
  readonly engines: (args: Arguments, io: Io) => EngineDeps;
  /** What the options say of sandboxes; the PATH of tools is the caller's. */
  readonly sandboxSettings: (args: Arguments, io: Io) => SandboxSettings;
};

/** Builds the command that runs a package here, without a server. */
export function runCommand(deps: RunDeps): Command {
  return {
    name: "run",
    words: "PACKAGE.cwl[#PROCESS] [JOB.yml] [--INPUT VALUE...]",
    maxWords: 2,
    takesInputs: true,
    summary:
      "Runs a CWL package here; puts its output files into a directory and prints the CWL output object. Inputs stand in a job file (- is stdin) or after the package; write -- before inputs with the name of an option.",
    examples: [
      { line: "run tool.cwl inputs.yml --outdir out", about: "runs a package with the inputs of a file" },
      { line: "run tool.cwl --message hello", about: "gives an input by its name" },
    ],
    options: runOptions(deps.dataOption, deps.clusterOptions),
    async run(args, io) {
      if (hasOption(args, "version")) {
        io.out(`heddle ${deps.version}\n`);
        return exitCodes.ok;
      }
      const [first] = args.words;
      if (first === undefined) throw new UsageError(`Missing a CWL file. ${args.usage}`);
      const { file, job: jobText } = await readRunWords(first, args.words[1]);
      // The caller sees the inputs anyway. The warning that nobody keeps them secret is written even with --quiet.
      const packed = await readPackage(file, { allowsSecretsHint: !hasOption(args, "validate") });
      const say = hasOption(args, "quiet") ? () => {} : io.talk;
      for (const note of packed.cwl.notes) (note.endsWith(secretsWarning) ? io.talk : say)(`${note}\n`);
      if (hasOption(args, "validate")) {
        io.out(`${file} is valid CWL\n`);
        return exitCodes.ok;
      }
      const narrowed = narrowingOf(args)?.(packed.cwl) ?? packed.cwl;
      if (hasOption(args, "print-graph")) {
        io.out(drawGraph(graphOf(narrowed)));
        return exitCodes.ok;
      }
      if (hasOption(args, "make-template")) {
        io.out(makeTemplate(narrowed.main));
        return exitCodes.ok;
      }
      const directory = await requireDirectory("--outdir", textOption(args, "outdir") ?? ".");
      const summary = await summaryOf(args);
      const scratch = await makeScratch(textOption(args, "tmpdir-prefix") ?? join(tmpdir(), "heddle-run-"));
      try {
        const fetching = createFetching(deps.fetchFile(args, io), join(scratch, "fetched"), say);
        const job = await readJob({ whole: packed.cwl, narrowed }, jobText, args, fetching).catch((error: unknown) => {
          throw io.signal.aborted ? io.signal.reason : error;
        });
        sayUnknown(job, packed, say);
        const local = { ...(await localRunOf(args, io, { job, say })), locate: packed.locate };
        const whole = withOverrides(packed, job.requirements);
        const here = { packed: whole, job, directory, scratch, args, say, local };
        return await runHere(deps, { ...here, ...defined({ summary }) }, io);
      } finally {
        if (hasOption(args, "leave-tmpdir")) say(`Left ${scratch}\n`);
        else await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

function sayUnknown({ unknown }: JobFile, { cwl }: Package, say: (text: string) => void): void {
  const names = cwl.main.inputs.map((input) => input.id);
  for (const name of unknown) {
    const [near] = nearNames(name, names);
    say(`The package has no input "${name}"${near === undefined ? "" : `, did you mean "${near}"?`}: ignored\n`);
  }
}

async function makeScratch(prefix: string): Promise<string> {
  try {
    return await mkdtemp(prefix);
  } catch (cause) {
    const wanted = "wanted the beginning of a path that a directory can be made at";
    throw new UsageError(`Cannot use --tmpdir-prefix: found "${prefix}" (${errorText(cause)}), ${wanted}`, { cause });
  }
}

type Here = {
  readonly packed: Package;
  readonly job: JobFile;
  /** Where output files go. */
  readonly directory: string;
  readonly scratch: string;
  readonly args: Arguments;
  readonly say: (text: string) => void;
  readonly local: LocalRun;
  /** Where the output object goes; stdout when absent. */
  readonly summary?: string;
};

type SlurmParts = { readonly commands: SlurmCommands; readonly settings: SlurmSettings; readonly jobs: number };

/** Creates what runs the tools of a package here, and what they meet. */
function toolsHere(deps: RunDeps, { args, scratch }: Here, io: Io) {
  const layout = createLayout(scratch);
  const toolPath = io.environment.PATH ?? "/usr/bin:/bin";
  const sandbox = deps.sandboxSettings(args, io);
  // The tools run with the rights of the caller: a sandbox is only for callers who ask for it.
  const use = args.options.sandbox === undefined && io.environment.HEDDLE_SANDBOX === undefined ? "off" : sandbox.use;
  const confinement = createConfinement({ ...sandbox, use, toolPath }, deps.clock);
  const slurm = deps.slurm(args, io);
  const engines: EngineDeps =
    slurm === undefined ? deps.engines(args, io) : { ...deps.engines(args, io), choice: "none" };
  const images = createImageFinder({
    confinement,
    imagesDirectory: imagesDirectory({ sharedDirectory: deps.dataDirectory(args, io) }),
    engines,
    buildsImages: true,
  });
  const base = { layout, logger: silentLogger, clock: deps.clock, confinement };
  const executor =
    slurm === undefined
      ? createLocalExecutor({
          ...base,
          images,
          capacity: { slots: deps.cores },
          engineEnvironment: engines.environment,
        })
      : createSlurmExecutor({ ...base, ...slurm, capacity: { slots: slurm.jobs } });
  const machine = createLocalMachine({
    confinement,
    controlGroups: noControlGroups,
    images,
    givesGpus: slurm !== undefined,
  });
  return { layout, toolPath, executor, machine };
}

async function runHere(deps: RunDeps, here: Here, io: Io): Promise<number> {
  const { args, packed, local } = here;
  const { layout, ...tools } = toolsHere(deps, here, io);
  const ignoresContainers = hasOption(args, "no-container");
  const document = local.narrow?.(packed.cwl) ?? packed.cwl;
  const faults = ignoresContainers
    ? operationFaults(document)
    : await machineFaults(document, tools.machine, defaultDocker(local));
  if (faults.length > 0) {
    for (const fault of faults) io.talk(`${fault}\n`);
    return exitCodes.unsupported;
  }
  const cache = textOption(args, "cachedir");
  const cacheDirectory = cache === undefined ? undefined : await requireDirectory("--cachedir", cache);
  const executionId = deps.newId();
  const prepared = preparedOf(here, executionId);
  await using engine = createCwlEngine({
    ...tools,
    layout,
    logger: silentLogger,
    clock: deps.clock,
    graceSeconds: 1,
    patience: createPatience({ elapsed: deps.clock.elapsed, pause, maxMilliseconds: shortageMilliseconds }),
    allowsLocalFiles: true,
    ignoresContainers,
    local,
    isDurable: false,
    ...(cacheDirectory === undefined ? {} : { cache: { directory: cacheDirectory, onlyPureSteps: false } }),
    // Nobody else waits here.
    expressionLimits: { timeMilliseconds: 30_000, memoryBytes: 512 * 2 ** 20 },
  });
  await createExecutionDirectories(layout, executionId);
  const failure = await runToEnd(engine, prepared, here.say, io.signal);
  if (failure !== undefined) {
    const { stderrTail } = failure;
    io.talk(`${failure.message}\n${stderrTail === undefined ? "" : `${stderrTail}\n`}`);
    return io.signal.aborted ? stoppedExitCode(io) : exitCodes.jobFailed;
  }
  const outputs = await bringHome(await engine.collectObject(prepared), here);
  const text = `${jsonText(outputs, 2)}\n`;
  if (here.summary === undefined) io.out(text);
  else await writeFile(here.summary, text);
  return exitCodes.ok;
}

function preparedOf(here: Here, executionId: string): Prepared {
  const { packed, job } = here;
  return {
    executionId,
    jobId: executionId,
    processId: packed.cwl.main.id,
    definition: { kind: "cwl", document: packed.document, main: packed.cwl.main.id },
    inputs: job.inputs,
    outputs: packed.cwl.main.outputs.map((output) => output.id),
    onError: errorPolicyOf(here.args),
  };
}

function errorPolicyOf(args: Arguments): ErrorPolicy {
  const text = textOption(args, "on-error") ?? "stop";
  const policy = errorPolicies.find((name) => name === text);
  if (policy === undefined) {
    throw new UsageError(`Cannot run: found --on-error "${text}", wanted ${errorPolicies.join(" or ")}`);
  }
  return policy;
}

/** Runs without a store: checkpoints are kept by the engine itself for as long as it runs. */
async function runToEnd(
  engine: Engine,
  prepared: Prepared,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<JobFailure | undefined> {
  const record: EngineRecord = { checkpoint: async () => {}, log: (message) => say(`${message}\n`) };
  const handle = engine.plan(prepared);
  await engine.start(prepared, handle, record);
  try {
    for await (const update of engine.watch(prepared, handle, signal)) {
      if (update.kind === "ended") return update.failure;
    }
  } finally {
    if (signal.aborted) await engine.dismiss(handle);
  }
  return { message: signal.aborted ? "Stopped before the end" : "The engine stopped reporting before the end" };
}
