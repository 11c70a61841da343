import { expect, test } from "bun:test";
import { chmod, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { examineCluster } from "../../../src/executors/slurm/examine-cluster.ts";
import { createSlurmCommands, type SlurmCommands } from "../../../src/executors/slurm/slurm-commands.ts";
import { realClock } from "../../support/real-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const owner = `${process.getuid?.()}:${process.getgid?.()}`;
const limits = {
  ...{ arraySize: 1001, jobAgeSeconds: 300, holdsMemory: true, hasAccounting: true },
  ...{ hidesJobs: false, countsFigures: true, tellsNodeFailures: true },
};

/** Commands that run a job at once on this machine, after `meddle` has had its way with the directory. */
function commandsHere(
  meddle: (directory: string) => Promise<void>,
  changes: Partial<SlurmCommands> = {},
): SlurmCommands {
  return {
    ...createSlurmCommands({}),
    limits: async () => limits,
    partitions: async () => ["main", "long"],
    nodes: async () => ["n12"],
    submit: async (words) => {
      const script = words.at(-1) ?? "";
      await meddle(dirname(script));
      Bun.spawnSync(["/bin/sh", script], { env: { SLURMD_NODENAME: "n12" } });
      return { kind: "accepted", id: "7" };
    },
    list: async () => [{ id: "7", name: "heddle-doctor", state: "FAILED", reason: "", node: "n12" }],
    show: async () => ({ id: "7", name: "heddle-doctor", state: "FAILED", reason: "", node: "n12" }),
    cancel: async () => true,
    ...changes,
  };
}

async function findingsOf(
  commands: SlurmCommands,
  changes: { readonly owner?: string; readonly partition?: string; readonly asUsers?: object } = {},
) {
  await using directory = await temporaryDirectory();
  const findings = await examineCluster(
    {
      ...{ commands, directory: directory.path, clock: realClock, nonce: "n1", bubblewrap: undefined },
      ...{ owner: changes.owner ?? owner, waitSeconds: 20 },
      ...(changes.asUsers === undefined ? {} : { asUsers: changes.asUsers }),
      settings: {
        ...{ options: [], pollSeconds: 15, graceSeconds: 30 },
        ...(changes.partition === undefined ? {} : { partition: changes.partition }),
      },
    },
    new AbortController().signal,
  );
  expect(await readdir(directory.path)).toEqual([]);
  return findings;
}

const faultsOf = (findings: Awaited<ReturnType<typeof findingsOf>>) =>
  findings.filter(({ state }) => state === "fault");

test("a cluster that shares its files has no faults", async () => {
  const findings = await findingsOf(commandsHere(async () => undefined));
  expect(faultsOf(findings)).toEqual([]);
  expect(findings.map(({ about }) => about)).toEqual([
    ...["Slurm", "Slurm arrays", "Slurm memory", "Slurm accounting", "Slurm partition"],
    ...["shared directory", "renames", "exclusive creation", "clocks", "user", "sandbox of nodes"],
  ]);
});

test.each([
  ["shared directory", (place: string) => writeFile(join(place, "nonce"), "other\n")],
  ["exclusive creation", (place: string) => rm(join(place, "taken"))],
  ["renames", (place: string) => rm(join(place, "given"))],
  ["shared directory", async (place: string) => chmod(place, 0o755).then(() => rm(join(place, "probe.sh")))],
])(
  "what is wrong with the %s is told",
  async (about, meddle) => {
    const faults = faultsOf(await findingsOf(commandsHere(meddle)));
    expect(faults.map((fault) => fault.about)).toEqual([about]);
    expect(faults[0]?.detail).toContain("wanted");
  },
  30_000,
);

test("another user, and a partition that is not there, are told with what there is", async () => {
  const faults = faultsOf(
    await findingsOf(
      commandsHere(async () => undefined),
      { owner: "7:7", partition: "main,no" },
    ),
  );
  expect(faults.map(({ about }) => about)).toEqual(["Slurm partition", "user"]);
  expect(faults[0]?.detail).toContain('found none of the name "no", wanted one of main, long');
});

test("a controller that does not answer, and one that refuses the job, are told", async () => {
  const none = faultsOf(await findingsOf(commandsHere(async () => undefined, { limits: async () => undefined })));
  expect(none[0]?.detail).toContain("Cannot ask Slurm");
  const refused = commandsHere(async () => undefined, {
    submit: async () => ({ kind: "refused", reason: "no account" }),
  });
  expect(faultsOf(await findingsOf(refused))[0]?.detail).toContain('found "no account"');
});

test("each of some nodes gets a job, and the one that lacks something is named", async () => {
  const sent: string[] = [];
  const commands = commandsHere(async () => undefined, {
    nodes: async () => ["n1", "n2", "n3"],
    submit: async (words) => {
      const node = words.find((word) => word.startsWith("--nodelist="))?.slice("--nodelist=".length) ?? "";
      sent.push(node);
      const script = words.at(-1) ?? "";
      if (node === "n2") await writeFile(join(dirname(script), "nonce"), "other\n");
      Bun.spawnSync(["/bin/sh", script], { env: { SLURMD_NODENAME: node } });
      return { kind: "accepted", id: "7" };
    },
  });
  const findings = await findingsOf(commands);
  expect(sent.toSorted()).toEqual(["n1", "n2", "n3"]);
  expect(faultsOf(findings)).toMatchObject([{ about: "shared directory", detail: expect.stringContaining("node n2") }]);
  expect(findings.at(-1)).toMatchObject({ about: "Slurm nodes", state: "good" });
});

test("where tools run as their users, it is told whether their jobs are seen", async () => {
  const usersOf = async (hidesJobs: boolean, asUsers?: object) => {
    const commands = commandsHere(async () => undefined, { limits: async () => ({ ...limits, hidesJobs }) });
    const findings = await findingsOf(commands, asUsers === undefined ? {} : { asUsers });
    return findings.filter(({ about }) => about === "Slurm users").map(({ state }) => state);
  };
  expect(await usersOf(true, {})).toEqual(["fault"]);
  expect(await usersOf(false, {})).toEqual(["good"]);
  expect(await usersOf(true)).toEqual([]);
});
