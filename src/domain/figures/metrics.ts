/** What a family of metrics is told as. */
type Facts = {
  readonly name: string;
  readonly help: string;
  /** Names of its labels; values are given in this order. */
  readonly labels?: readonly string[];
};

/** A number that only grows. */
export type Counter = {
  add(values?: readonly string[], by?: number): void;
  /** Takes over what somebody else has counted since the start. */
  set(total: number, values?: readonly string[]): void;
};
/** A number that is measured anew for each reader. */
export type Gauge = {
  set(value: number, values?: readonly string[]): void;
  add(by: number, values?: readonly string[]): void;
  /** Forgets all values: what is not set again is not told. */
  clear(): void;
};
/** Counts of durations, in seconds, by how long they are. */
export type Histogram = { observe(seconds: number, values?: readonly string[]): void };

/** The text formats that Prometheus reads. */
export type MetricsFormat = "prometheus" | "openmetrics";

/** All families of one service. */
export type MetricsRegistry = {
  counter(facts: Facts): Counter;
  gauge(facts: Facts): Gauge;
  histogram(facts: Facts & { readonly buckets: readonly number[] }): Histogram;
  /** Formats all families, in the order in which they were made. */
  text(format: MetricsFormat): string;
};

/** Values of one label that are told apart; others are told together as `other`, so that nobody can make the text grow for ever. */
export const maxLabelValues = 200;
/** What values beyond the bound are told as. */
export const otherValue = "other";

type Kind = "counter" | "gauge" | "histogram";
type Family = Facts & { readonly kind: Kind; lines(): readonly string[] };

/** Creates an empty registry. */
export function createMetricsRegistry(): MetricsRegistry {
  const families: Family[] = [];
  return {
    counter(facts) {
      const series = createSeries(facts, () => ({ value: 0 }));
      families.push({ ...facts, kind: "counter", lines: () => valueLines(facts, series) });
      return {
        add(values = [], by = 1) {
          series.of(values).value += by;
        },
        set(total, values = []) {
          series.of(values).value = total;
        },
      };
    },
    gauge(facts) {
      const series = createSeries(facts, () => ({ value: 0 }));
      families.push({ ...facts, kind: "gauge", lines: () => valueLines(facts, series) });
      return {
        set(value, values = []) {
          series.of(values).value = value;
        },
        add(by, values = []) {
          series.of(values).value += by;
        },
        clear: series.clear,
      };
    },
    histogram({ buckets, ...facts }) {
      const series = createSeries(facts, () => ({ counts: buckets.map(() => 0), count: 0, sum: 0 }));
      families.push({ ...facts, kind: "histogram", lines: () => histogramLines(facts, buckets, series) });
      return {
        observe(seconds, values = []) {
          const one = series.of(values);
          const at = buckets.findIndex((bound) => seconds <= bound);
          if (at >= 0) one.counts[at] = (one.counts[at] ?? 0) + 1;
          one.count += 1;
          one.sum += Math.max(0, seconds);
        },
      };
    },
    text(format) {
      const lines = families.flatMap((family) => [...headOf(family, format), ...family.lines()]);
      return `${[...lines, ...(format === "openmetrics" ? ["# EOF"] : [])].join("\n")}\n`;
    },
  };
}

/** The values of one family, by those of its labels. */
type Series<Value> = {
  of(values: readonly string[]): Value;
  all(): Iterable<readonly [labels: string, Value]>;
  clear(): void;
};

/** Creates the values of a family. One without labels has its value from the start. */
function createSeries<Value>({ labels = [] }: Facts, first: () => Value): Series<Value> {
  const known = labels.map(() => new Set<string>());
  const series = new Map<string, Value>();
  /** By the values as they are given: what was told before needs no words made again. */
  const byValues = new Map<string, Value>();
  const told = (value: string, at: number): string => {
    const values = known[at];
    if (values === undefined || values.has(value)) return value;
    if (values.size >= maxLabelValues) return otherValue;
    values.add(value);
    return value;
  };
  const of = (values: readonly string[]): Value => {
    const given = values.join("\0");
    const before = byValues.get(given);
    if (before !== undefined) return before;
    const found = find(values);
    // Of values beyond the bound there may be any number.
    if (values.every((value, at) => known[at]?.has(value) !== false)) byValues.set(given, found);
    return found;
  };
  const find = (values: readonly string[]): Value => {
    const key = labels.map((name, at) => `${name}="${escaped(told(values[at] ?? "", at))}"`).join(",");
    const found = series.get(key);
    if (found !== undefined) return found;
    const made = first();
    series.set(key, made);
    return made;
  };
  if (labels.length === 0) of([]);
  return {
    of,
    all: () => series,
    clear() {
      series.clear();
      byValues.clear();
      for (const values of known) values.clear();
    },
  };
}

/** OpenMetrics names the family of a counter without the suffix of its values. */
function headOf({ name, help, kind }: Family, format: MetricsFormat): readonly string[] {
  const told = format === "openmetrics" && kind === "counter" ? name.replace(/_total$/, "") : name;
  const text = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return [`# HELP ${told} ${text}`, `# TYPE ${told} ${kind}`];
}

function valueLines({ name }: Facts, series: Series<{ readonly value: number }>): readonly string[] {
  return [...series.all()].map(([labels, { value }]) => `${name}${braced(labels)} ${numberText(value)}`);
}

type Observed = { readonly counts: readonly number[]; readonly count: number; readonly sum: number };

function histogramLines({ name }: Facts, bounds: readonly number[], series: Series<Observed>): readonly string[] {
  return [...series.all()].flatMap(([labels, { counts, count, sum }]) => {
    let below = 0;
    const buckets = bounds.map((bound, at) => {
      below += counts[at] ?? 0;
      return `${name}_bucket${braced(joined(labels, `le="${numberText(bound)}"`))} ${below}`;
    });
    return [
      ...buckets,
      `${name}_bucket${braced(joined(labels, 'le="+Inf"'))} ${count}`,
      `${name}_sum${braced(labels)} ${numberText(sum)}`,
      `${name}_count${braced(labels)} ${count}`,
    ];
  });
}

function joined(labels: string, more: string): string {
  return labels === "" ? more : `${labels},${more}`;
}

function braced(labels: string): string {
  return labels === "" ? "" : `{${labels}}`;
}

function escaped(value: string): string {
  return value.toWellFormed().replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return Number.isInteger(value) ? value.toFixed(0) : String(value);
}
