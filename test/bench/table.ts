import { median } from "./measure.ts";
import type { Line, Sample, Subject } from "./row.ts";

/** The samples of one program in one line, a sample a round. */
export type Measured = { readonly subject: Subject; readonly samples: readonly Sample[] };

const head = ["work", "program", "median", "spread", "CPU ms", "load's CPU ms", "times the reference", "wanted"];

/** Builds the rows of the table for one line; the reference is the first program that is not ours, or else the first. */
export function tableRows(line: Line, measured: readonly Measured[]): readonly (readonly string[])[] {
  const reference = measured.find(({ subject }) => !/^(Heddle|before)/.test(subject.name)) ?? measured[0];
  const middle = reference === undefined ? Number.NaN : median(valuesOf(reference));
  return measured.map((one) => {
    const values = valuesOf(one);
    const value = median(values);
    const isRate = line.unit.endsWith("/s");
    const ratio = isRate ? value / middle : middle / value;
    const { wanted, wantedMost } = one.subject;
    return [
      line.work,
      one.subject.name,
      `${rounded(value)} ${line.unit}`,
      `${rounded(Math.min(...values))} to ${rounded(Math.max(...values))}`,
      costOf(one.samples, "cpuMilliseconds"),
      costOf(one.samples, "loadCpuMilliseconds"),
      one === reference ? "reference" : rounded(ratio),
      wanted !== undefined
        ? `at least ${wanted}`
        : wantedMost !== undefined
          ? `at most ${wantedMost} ${line.unit}`
          : "",
    ];
  });
}

function valuesOf({ samples }: Measured): readonly number[] {
  return samples.map(({ value }) => value);
}

function costOf(samples: readonly Sample[], name: "cpuMilliseconds" | "loadCpuMilliseconds"): string {
  const costs = samples.flatMap((sample) => sample[name] ?? []);
  return costs.length === 0 ? "" : rounded(median(costs));
}

function rounded(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/** Formats rows as a table of Markdown, or with columns of one width. */
export function tableText(rows: readonly (readonly string[])[], isMarkdown: boolean): string {
  const all = [head, ...rows];
  if (isMarkdown) {
    const lines = all.map((row) => `| ${row.join(" | ")} |`);
    return [lines[0], `|${"---|".repeat(head.length)}`, ...lines.slice(1)].join("\n");
  }
  const widths = head.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
