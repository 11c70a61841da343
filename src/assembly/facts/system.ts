import { statfs } from "node:fs/promises";
import type { Config } from "../../config/config.ts";
import { defined } from "../../domain/defined.ts";
import type { SettingDocument, SystemFacts } from "../../domain/documents/system.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import type { Executor } from "../../executors/executor.ts";
import type { Machine } from "../../executors/machine.ts";
import { isWorkGone, measureSpace } from "../../files/disk/measure-space.ts";
import { databaseFile, type Layout } from "../../files/layout.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Database } from "../../store/database/database.ts";
import { sumKeptBytes } from "../../store/metrics.ts";
import { readRetention } from "./retention-facts.ts";
import { createSpaceReader } from "./space-reader.ts";

type FactsDeps = {
  readonly clock: Pick<Clock, "now" | "elapsed">;
  readonly logger: Pick<Logger, "warn">;
  /** Of the second address that tells metrics; undefined without one. */
  readonly metricsAddress?: string;
  readonly config: Config;
  readonly database: Database;
  readonly layout: Layout;
  readonly runner: Pick<Runner, "figures">;
  readonly executor: Executor;
  readonly machine: Machine;
  readonly mayClaim: () => boolean;
  readonly version: string;
  readonly commit: string;
  /** When the program started: milliseconds since 1970. */
  readonly startedAt: number;
  /** The settings that hold now, with what gave each. */
  readonly settings: () => readonly SettingDocument[];
};

/** Makes what measures the service for its admins. Nothing is measured before somebody asks. */
export function createFactsReader(deps: FactsDeps): () => Promise<SystemFacts> {
  const { database, layout, machine, executor, config } = deps;
  const file = databaseFile(layout);
  const readSpace = createSpaceReader({
    ...deps,
    measure: () => measureSpace(layout),
    isOutdated: ({ works }) => isWorkGone(layout, works),
  });
  const readFiles = async () => {
    const read = await readSpace();
    if (read === undefined) return {};
    const { works, ...files } = read;
    return { files, works };
  };
  return async () => {
    const { vault, outputs } = await sumKeptBytes(database);
    const { waiting: _waiting, ...running } = deps.runner.figures();
    return {
      version: deps.version,
      commit: deps.commit,
      started: new Date(deps.startedAt).toISOString(),
      runtime: `Bun ${Bun.version}`,
      tools: {
        executor: executor.name,
        enforces: machine.enforces,
        ...defined({ unlimited: machine.unlimited }),
        slots: executor.slots,
      },
      running,
      beginsJobs: deps.mayClaim(),
      disk: await measureDisks(layout),
      minFreeBytes: config.minFreeBytes,
      kept: { outputBytes: outputs, uploadBytes: vault },
      retention: await readRetention(deps),
      directories: { data: layout.dataDirectory, outputs: layout.outputsDirectory, uploads: layout.vaultDirectory },
      metrics: { isOn: config.metrics !== "off", ...defined({ address: deps.metricsAddress }) },
      database: { bytes: Bun.file(file).size, walBytes: Bun.file(`${file}-wal`).size },
      ...(await readFiles()),
      memoryBytes: process.memoryUsage.rss(),
      settings: deps.settings().map((setting) => withInForce(setting, machine)),
    };
  };
}

/** Adds what a default means that was worked out as the service started: which sandbox holds tools. */
function withInForce(setting: SettingDocument, { enforces }: Pick<FactsDeps["machine"], "enforces">): SettingDocument {
  if (setting.name !== "sandbox" || setting.value !== undefined) return setting;
  const held = enforces.length === 0 ? "no sandbox is used" : `tools are held to ${enforces.join(", ")}`;
  return { ...setting, inForce: `auto: ${held}` };
}

async function measureDisks(layout: Layout): Promise<SystemFacts["disk"]> {
  const places = [
    { holds: "database, uploads, cache", directory: layout.dataDirectory },
    { holds: "work of tools", directory: layout.sharedDirectory },
    { holds: "results", directory: layout.outputsDirectory },
  ];
  // One directory may hold several of them.
  const grouped = Map.groupBy(places, ({ directory }) => directory);
  const measured = [...grouped].map(async ([directory, held]) => {
    const { bavail, blocks, bsize } = await statfs(directory);
    const holds = held.map(({ holds }) => holds).join(", ");
    return { directory, holds, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  });
  return Promise.all(measured);
}
