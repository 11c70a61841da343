import { expect, test } from "bun:test";
import { createMetricsRegistry, maxLabelValues } from "../../../src/domain/figures/metrics.ts";

/** Reads the lines of a family's values. */
function valuesOf(text: string, name: string): readonly string[] {
  return text.split("\n").filter((line) => line.startsWith(name));
}

test("a counter adds up by its labels, and tells its help and type first", () => {
  const registry = createMetricsRegistry();
  const counter = registry.counter({ name: "a_total", help: "What\\it\nis.", labels: ["one", "two"] });
  counter.add(["x", "y"]);
  counter.add(["x", "y"], 2);
  counter.add(["x", "z"]);
  expect(registry.text("prometheus")).toBe(
    '# HELP a_total What\\\\it\\nis.\n# TYPE a_total counter\na_total{one="x",two="y"} 3\na_total{one="x",two="z"} 1\n',
  );
});

test("OpenMetrics names the family of a counter without its suffix, and has an end", () => {
  const registry = createMetricsRegistry();
  registry.counter({ name: "a_total", help: "A." }).add();
  expect(registry.text("openmetrics")).toBe("# HELP a A.\n# TYPE a counter\na_total 1\n# EOF\n");
});

test("a histogram counts what is not longer than each bound", () => {
  const registry = createMetricsRegistry();
  const histogram = registry.histogram({ name: "h_seconds", help: "H.", labels: ["l"], buckets: [0.1, 1] });
  for (const seconds of [0.05, 0.1, 0.5, 7]) histogram.observe(seconds, ["v"]);
  expect(valuesOf(registry.text("prometheus"), "h_seconds")).toEqual([
    'h_seconds_bucket{l="v",le="0.1"} 2',
    'h_seconds_bucket{l="v",le="1"} 3',
    'h_seconds_bucket{l="v",le="+Inf"} 4',
    'h_seconds_sum{l="v"} 7.65',
    'h_seconds_count{l="v"} 4',
  ]);
});

test("values of labels are escaped", () => {
  const registry = createMetricsRegistry();
  registry.gauge({ name: "g", help: "G.", labels: ["l"] }).set(1, ['a"b\\c\nd']);
  expect(valuesOf(registry.text("prometheus"), "g")).toEqual(['g{l="a\\"b\\\\c\\nd"} 1']);
});

test("values of a label beyond the bound are told together, whatever comes", () => {
  const registry = createMetricsRegistry();
  const counter = registry.counter({ name: "c_total", help: "C.", labels: ["process"] });
  for (let number = 0; number < maxLabelValues + 50; number += 1) counter.add([`p${number}`]);
  const values = valuesOf(registry.text("prometheus"), "c_total");
  expect(values).toHaveLength(maxLabelValues + 1);
  expect(values.at(-1)).toBe('c_total{process="other"} 50');
});

test("a gauge that was cleared tells only what was set again", () => {
  const registry = createMetricsRegistry();
  const gauge = registry.gauge({ name: "g", help: "G.", labels: ["l"] });
  gauge.set(1, ["a"]);
  gauge.clear();
  gauge.add(2, ["b"]);
  expect(valuesOf(registry.text("prometheus"), "g")).toEqual(['g{l="b"} 2']);
});
