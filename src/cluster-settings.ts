import * as v from "valibot";
import { list, text, whole } from "./config-values.ts";

/** The settings of where tools run. What Slurm is told comes from here only, never from a request. */
export const clusterSettings = {
  executor: v.optional(
    v.pipe(
      v.picklist(["local", "slurm"], "local or slurm"),
      v.description("where tools run: on this machine, or as jobs of its Slurm"),
    ),
    "local",
  ),
  slurmPartition: v.optional(v.pipe(text, v.description("partition of the jobs in Slurm; its default if not given"))),
  slurmAccount: v.optional(v.pipe(text, v.description("account of the jobs in Slurm; the default if not given"))),
  slurmOptions: v.optional(
    v.pipe(
      list,
      v.everyItem((word) => /^-/.test(word) && !/^--wrap\b/.test(word), "options of sbatch, such as --qos=normal"),
      v.description("further options of sbatch, each with its value after =, such as --qos=normal"),
    ),
    [],
  ),
  slurmPollSeconds: v.optional(
    v.pipe(
      whole(5, 3600),
      v.description("time between two looks at the queue of Slurm; below a third of its MinJobAge"),
    ),
    15,
  ),
  slurmJobs: v.optional(
    v.pipe(whole(1, 100_000), v.description("tools that are with Slurm at once; others wait here")),
    200,
  ),
};
