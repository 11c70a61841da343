import type { Task } from "../executor.ts";
import type { SlurmSettings } from "./slurm-commands.ts";

/** How much later than the tool's own limit Slurm's may come: the script knows better why it stops. */
const spareSeconds = 120;

/**
 * Words what `sbatch` is told of a task, but for its name and its script: tasks with the same words may be one array. The
 * operator's options come last, so they hold.
 */
export function jobWords(task: Task, settings: SlurmSettings): readonly string[] {
  const { limits = {}, reserves } = task;
  const cores = Math.max(reserves?.cores ?? 0, limits.cores ?? 0);
  const memory = Math.max(reserves?.memoryMebibytes ?? 0, limits.memoryMebibytes ?? 0);
  const { seconds, graceSeconds = 0 } = limits;
  const account = task.owner?.account ?? settings.account;
  return [
    ...["--export=ALL", "--no-requeue", `--comment=${comment(task)}`],
    ...["--chdir=/", "--output=/dev/null", "--error=/dev/null"],
    ...["--ntasks=1", `--cpus-per-task=${Math.max(1, Math.ceil(cores))}`],
    ...(memory > 0 ? [`--mem=${Math.ceil(memory)}M`] : []),
    ...(seconds === undefined ? [] : [`--time=${Math.ceil((seconds + graceSeconds + spareSeconds) / 60)}`]),
    ...(settings.partition === undefined ? [] : [`--partition=${settings.partition}`]),
    ...(task.gpus === undefined ? [] : [`--gpus=${task.gpus}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...settings.options,
  ];
}

/** As accounting shows it: a name of a user could look like words of Slurm's own, but for this. */
function comment({ owner, key }: Task): string {
  if (owner === undefined) return `heddle execution=${key.executionId}`;
  const user = owner.user?.replaceAll(/[^\w.@+:-]/g, "_").slice(0, 100) ?? "-";
  return `heddle user=${user} job=${owner.job} execution=${key.executionId}`;
}
