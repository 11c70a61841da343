import type { Services } from "./services/services.ts";

/** What one measurement gave: the value in the unit of its line, and what it cost. */
export type Sample = {
  readonly value: number;
  /** Processor time of the server's whole process tree for each request, job or run. */
  readonly cpuMilliseconds?: number;
  /** The same of this program, which makes the load. */
  readonly loadCpuMilliseconds?: number;
};

/** A program whose figures stand in a line. */
export type Subject = {
  readonly name: string;
  /** How many times as good as the reference it is to be. */
  readonly wanted?: number;
  /** What the value itself is to be at most. */
  readonly wantedMost?: number;
  measure(): Promise<Sample>;
};

/** One work that several programs do in turns. The first one that is not ours is the reference of the ratios. */
export type Line = {
  readonly work: string;
  readonly unit: "/s" | "ms" | "s" | "MiB" | "KiB" | "MB/s";
  readonly subjects: readonly Subject[];
};

/** What a row may use. */
export type Bench = {
  readonly services: Services;
  /** Where it may write: on a disk, because a file system in memory would hide what durability costs. */
  readonly directory: string;
  readonly toolsDirectory: string;
  /** A share of the usual amount of work. */
  readonly scale: number;
};

/** A part of the table, by its name. Add a file with one, and name it in rows.ts. */
export type Row = { readonly name: string; lines(bench: Bench): Promise<readonly Line[]> };
