import type { Task } from "../executor.ts";
import type { JobFiles } from "./job-files.ts";
import type { SlurmSettings } from "./slurm-commands.ts";

/** How much later than the tool's own limit Slurm's may come: the script knows better why it stops. */
const spareSeconds = 120;

/** Words what `sbatch` is told of a task. The operator's options come last, so they hold. */
export function jobWords(task: Task, files: JobFiles, settings: SlurmSettings): readonly string[] {
  const { limits = {}, reserves } = task;
  const cores = Math.max(reserves?.cores ?? 0, limits.cores ?? 0);
  const memory = Math.max(reserves?.memoryMebibytes ?? 0, limits.memoryMebibytes ?? 0);
  const { seconds, graceSeconds = 0 } = limits;
  return [
    ...["--export=ALL", "--no-requeue", `--job-name=${files.name}`, `--comment=heddle ${task.key.executionId}`],
    ...["--chdir=/", "--output=/dev/null", "--error=/dev/null"],
    ...["--ntasks=1", `--cpus-per-task=${Math.max(1, Math.ceil(cores))}`],
    ...(memory > 0 ? [`--mem=${Math.ceil(memory)}M`] : []),
    ...(seconds === undefined ? [] : [`--time=${Math.ceil((seconds + graceSeconds + spareSeconds) / 60)}`]),
    ...(settings.partition === undefined ? [] : [`--partition=${settings.partition}`]),
    ...(settings.account === undefined ? [] : [`--account=${settings.account}`]),
    ...settings.options,
    files.script,
  ];
}
