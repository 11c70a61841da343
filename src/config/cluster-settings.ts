import * as v from "valibot";
import { isClusterAccount } from "../domain/people/cluster-accounts.ts";
import { isClusterUser } from "../domain/people/cluster-users.ts";
import { list, path, text, whole } from "./config-values.ts";

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
  slurmAccounts: v.optional(
    v.pipe(
      list,
      v.everyItem(
        (item) => isClusterAccount(item),
        "WHO=ACCOUNT, such as group:hydrology=water; WHO is user: or group:NAME",
      ),
      v.description(
        "accounts in Slurm by user or group: user:ana=rivers,group:hydrology=water; that of slurm-account for others",
      ),
    ),
    [],
  ),
  slurmRunAs: v.optional(
    v.pipe(
      v.picklist(["service", "user"], "service or user"),
      v.description("as whom tools run in Slurm: as the user of the service, or as those who asked for them"),
    ),
    "service",
  ),
  slurmUsers: v.optional(
    v.pipe(
      list,
      v.everyItem((item) => isClusterUser(item), "user:NAME=USER, such as user:ana=ana2, or same"),
      v.description(
        "with slurm-run-as user, the Unix users of users: user:ana=ana2; same: who is not named has the same name",
      ),
    ),
    [],
  ),
  slurmHelperRules: v.optional(
    v.pipe(
      path,
      v.description("with slurm-run-as user, the file of the administrator that says what the helper may do"),
    ),
    "/etc/heddle/slurm-helper.json",
  ),
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
  slurmHeartbeatSeconds: v.optional(
    v.pipe(
      whole(60, 86_400),
      v.description(
        "time between two signs of life of each job in Slurm; if not given, none, but each 60 s where SlurmdTimeout is 0",
      ),
    ),
  ),
  slurmJobs: v.optional(
    v.pipe(whole(1, 100_000), v.description("tools that are with Slurm at once; others wait here")),
    200,
  ),
};
