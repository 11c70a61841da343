import { statfs } from "node:fs/promises";
import type { MetricsFormat } from "../../domain/figures/metrics.ts";
import type { ServiceMetrics } from "../../domain/figures/service-metrics.ts";
import type { Logger } from "../../domain/logger.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { measureAreas } from "../../files/disk/measure-areas.ts";
import { databaseFile, type Layout } from "../../files/layout.ts";
import type { ProcessCache } from "../../operations/processes/process-cache.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Database } from "../../store/database/database.ts";
import { countOutbox, countUnfinished, type JobCount, sumKeptBytes } from "../../store/metrics.ts";
import { openDescriptors } from "../listening/descriptors.ts";
import { type Lane, processLabel } from "../seeing.ts";

export type MeasureDeps = {
  readonly metrics: ServiceMetrics;
  readonly database: Database;
  readonly layout: Layout;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly processes: ProcessCache;
  readonly runner: Pick<Runner, "figures">;
  readonly mayClaim: () => boolean;
  readonly minFreeBytes: number;
};

const lanes: readonly Lane[] = ["quick", "tools", "remote"];
/** Areas are measured at most this often: it is a walk over all their files. */
const areasMilliseconds = 10 * 60_000;

/** Makes what measures the service and formats its metrics. Readers that come at once share one measurement. */
export function createMetricsReader(deps: MeasureDeps): (format: MetricsFormat) => Promise<string> {
  let measuring: Promise<void> | undefined;
  const measureNow = createMeasurement(deps);
  return async (format) => {
    measuring ??= measureNow().finally(() => {
      measuring = undefined;
    });
    await measuring;
    return deps.metrics.registry.text(format);
  };
}

function createMeasurement(deps: MeasureDeps): () => Promise<void> {
  const measureDisk = createAreaMeasurement(deps);
  return async () => {
    const { metrics, database, runner, mayClaim, minFreeBytes } = deps;
    await measureJobs(deps);
    for (const [lane, count] of Object.entries(runner.figures())) {
      if (lane !== "waiting") metrics.slots.set(count, [lane]);
    }
    metrics.mayClaim.set(Number(mayClaim()));
    metrics.outbox.set(await countOutbox(database));
    const { vault, outputs } = await sumKeptBytes(database);
    metrics.disk.set(vault, ["vault"]);
    metrics.disk.set(outputs, ["outputs"]);
    metrics.diskMinFree.set(minFreeBytes);
    const { commits, writes } = await database.figures();
    metrics.commits.set(commits);
    metrics.writes.set(writes);
    await measureDisk();
    measureProgram(metrics);
  };
}

/** Counts jobs that have not ended, by what an index of them tells. */
async function measureJobs({ metrics, database, clock, processes }: MeasureDeps): Promise<void> {
  const counts = await countUnfinished(database);
  const now = clock.now();
  metrics.jobs.clear();
  const depth = new Map<Lane, number>();
  const first = new Map<Lane, number>();
  for (const counted of counts) {
    metrics.jobs.add(counted.count, [counted.status, processLabel(counted)]);
    if (counted.status !== "accepted") continue;
    const lane = await laneOfCount(processes, counted);
    depth.set(lane, (depth.get(lane) ?? 0) + counted.count);
    first.set(lane, Math.min(first.get(lane) ?? now, counted.firstAt));
  }
  for (const lane of lanes) {
    metrics.queueDepth.set(depth.get(lane) ?? 0, [lane]);
    metrics.oldestWait.set(Math.max(0, now - (first.get(lane) ?? now)) / 1000, [lane]);
  }
}

async function laneOfCount(processes: ProcessCache, { processId, providerId }: JobCount): Promise<Lane> {
  if (providerId !== undefined) return "remote";
  const process = await processes.find(processId);
  if (process?.definition.kind === "builtin") return "quick";
  return process?.definition.kind === "remote" ? "remote" : "tools";
}

/** Makes what looks at files and disks: sizes of files at once, areas in the background and seldom. */
function createAreaMeasurement({ metrics, layout, clock, logger }: MeasureDeps): () => Promise<void> {
  let measuredAt = Number.NEGATIVE_INFINITY;
  const measure = async () => {
    try {
      for (const [area, bytes] of Object.entries(await measureAreas(layout))) metrics.disk.set(bytes, [area]);
      metrics.diskMeasured.set(clock.now() / 1000);
    } catch (error) {
      logger.warn("Cannot measure what the data directory takes of the disk", { error });
    }
  };
  return async () => {
    if (clock.elapsed() - measuredAt >= areasMilliseconds) {
      measuredAt = clock.elapsed();
      void measure();
    }
    const file = databaseFile(layout);
    metrics.databaseBytes.set(Bun.file(file).size);
    metrics.walBytes.set(Bun.file(`${file}-wal`).size);
    for (const [name, directory] of [
      ["data", layout.dataDirectory],
      ["outputs", layout.outputsDirectory],
    ] as const) {
      const { bavail, bsize } = await statfs(directory);
      metrics.diskFree.set(bavail * bsize, [name]);
    }
  };
}

function measureProgram(metrics: ServiceMetrics): void {
  const { rss, heapUsed } = process.memoryUsage();
  metrics.memory.set(rss);
  metrics.heap.set(heapUsed);
  const { user, system } = process.cpuUsage();
  metrics.processor.set((user + system) / 1_000_000);
  using descriptors = openDescriptors();
  if (descriptors === undefined) return;
  metrics.openFiles.set(descriptors.used());
  metrics.maxFiles.set(descriptors.limit);
}
