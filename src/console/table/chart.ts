import uPlot from "uplot";
import { choice, element, pageColour } from "../shared/elements.ts";
import { type Chosen, type Columns, type Form, pointsOf, rowNumber } from "./default-columns.ts";
import { areDays, withGaps } from "./gaps.ts";
import { doPlacesRepeat, type Group, groupColumns, groupsOf } from "./groups.ts";
import type { ColumnKind } from "./sort-rows.ts";

const height = 260;
const forms: readonly Form[] = ["curve", "points", "bars"];

/** Makes a curve, or bars, of a column of numbers over another column or the number of the row. */
export function createChart(table: Columns, first: Chosen): HTMLElement {
  const { columns, kinds } = table;
  let chosen = first;
  const place = element("div", { class: "chart" });
  const note = element("p", { class: "muted", role: "status" });
  let plot: uPlot | undefined;
  const draw = () => {
    plot?.destroy();
    tellGroups();
    const series = seriesOf(table, chosen);
    note.textContent = series.note;
    plot = new uPlot(optionsOf(series, chosen, place.clientWidth), series.data, place);
  };
  const tellGroups = () => {
    const offered = groupColumns(table, chosen);
    if (chosen.by !== undefined && !offered.includes(chosen.by)) chosen = { ...chosen, by: undefined };
    const options = offered.map((index) => element("option", { value: String(index) }, columns[index] ?? ""));
    by.select.replaceChildren(element("option", { value: "" }, "nothing: all rows are one"), ...options);
    by.select.value = String(chosen.by ?? "");
    by.label.hidden = offered.length === 0 || chosen.form === "bars";
  };
  const optionsFor = (wanted: (kind: ColumnKind) => boolean) =>
    columns.flatMap((text, index) => (wanted(kinds[index] ?? "text") ? [{ value: String(index), text }] : []));
  const y = choice(
    "Values",
    optionsFor((kind) => kind === "number"),
    (value) => {
      chosen = { ...chosen, y: Number(value) };
      draw();
    },
  );
  y.select.value = String(chosen.y);
  const x = choice(
    "over",
    [{ value: String(rowNumber), text: "number of the row" }, ...optionsFor(() => true)],
    (value) => {
      chosen = { ...chosen, x: Number(value) };
      draw();
    },
  );
  x.select.value = String(chosen.x);
  const form = choice(
    "as",
    forms.map((one) => ({ value: one, text: one })),
    (value) => {
      chosen = { ...chosen, form: forms.find((one) => one === value) ?? "curve" };
      draw();
    },
  );
  form.select.value = chosen.form;
  const by = choice("one for each", [], (value) => {
    chosen = { ...chosen, by: value === "" ? undefined : Number(value) };
    draw();
  });
  new ResizeObserver(() => {
    if (plot === undefined) draw();
    else plot.setSize({ width: place.clientWidth, height });
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return element("div", {}, element("div", { class: "actions" }, y.label, x.label, form.label, by.label), place, note);
}

type Series = {
  readonly data: uPlot.AlignedData;
  readonly isTime: boolean;
  /** Its times are whole days. */
  readonly isOfDays: boolean;
  /** What stands below the axis, by the number of the value, when the values are texts. */
  readonly names: readonly string[] | undefined;
  readonly title: string;
  /** What each line is called. */
  readonly groups: readonly string[];
  /** What it is drawn over. */
  readonly over: string;
  readonly note: string;
};

function seriesOf(table: Columns, { x, y, by, form }: Chosen): Series {
  const { columns, rows, kinds } = table;
  const kind = x === rowNumber ? "row" : (kinds[x] ?? "text");
  const all = pointsOf(table, { x, y });
  const title = columns[y] ?? "";
  const groups = by === undefined || form === "bars" ? [{ name: title, points: all }] : groupsOf(table, { x, y, by });
  const missing = rows.length - all.filter(([, value]) => value !== null).length;
  const notes = [
    ...(missing === 0 ? [] : [`${missing} of ${rows.length} rows have no number here.`]),
    ...(groups.length === 1 && form === "curve" && doPlacesRepeat(table, x)
      ? [`Several rows stand at one place of "${columns[x] ?? ""}": a curve joins what may not belong together.`]
      : []),
  ];
  return {
    data: joined(groups, kind === "instant"),
    groups: groups.map(({ name }) => name),
    isTime: kind === "instant",
    isOfDays: kind === "instant" && areDays(all),
    names: kind === "text" ? rows.map((row) => row[x] ?? "") : undefined,
    title,
    over: columns[x] ?? "Row",
    note: notes.join(" "),
  };
}

/** Brings the lines onto one axis; where one has no row, it goes on, and where it has no value, it is broken. */
function joined(groups: readonly Group[], isTime: boolean): uPlot.AlignedData {
  const tables = groups.map(({ points }): uPlot.AlignedData => {
    const drawn = isTime ? withGaps(points) : points;
    return [drawn.map(([at]) => at), drawn.map(([, value]) => value)];
  });
  const [only, ...others] = tables;
  if (only !== undefined && others.length === 0) return only;
  return uPlot.join(
    tables,
    tables.map(() => [1, 2]),
  );
}

/** The colours of lines, told apart by who does not see all of them too (Okabe and Ito), and how their lines are broken. */
const lines: readonly { readonly colour: string; readonly dash: number[] }[] = [
  { colour: "#0a7ab5", dash: [] },
  { colour: "#d55e00", dash: [8, 4] },
  { colour: "#009e73", dash: [2, 3] },
  { colour: "#cc79a7", dash: [12, 4, 2, 4] },
  { colour: "#b58900", dash: [] },
  { colour: "#56b4e9", dash: [8, 4] },
  { colour: "#882255", dash: [2, 3] },
  { colour: "#7a7a2e", dash: [12, 4, 2, 4] },
];

/** Bars have a half of their step beside the first and the last. */
function around(plot: uPlot, least: number, most: number): [number, number] {
  const count = plot.data[0].length;
  const half = count > 1 ? (most - least) / (count - 1) / 2 : 0.5;
  return [least - half, most + half];
}

/** The length of a bar says its value only when it begins at zero. */
function fromZero(_plot: uPlot, least: number, most: number): [number, number] {
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  const more = (high - low) * 0.05 || 1;
  return [low < 0 ? low - more : 0, high > 0 ? high + more : 0];
}

/** The steps of an axis of numbers that are all whole: between two of them there is nothing to name. */
const wholeSteps = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

function isWhole(values: uPlot.AlignedData[number] | undefined): boolean {
  return values !== undefined && values.length > 0 && [...values].every((one) => one == null || Number.isInteger(one));
}

function named(label: string): Partial<uPlot.Axis> {
  return { label, labelSize: 22, labelGap: 2 };
}

/** What an axis of numbers is called, and how its steps are chosen. */
function numberAxis(label: string, values: uPlot.AlignedData[number] | undefined): Partial<uPlot.Axis> {
  return { ...named(label), ...(isWhole(values) ? { incrs: wholeSteps } : {}) };
}

const [minute, hour, day] = [60, 3600, 86_400];

/** The steps of an axis of days, in seconds: between two days there is nothing to name. */
const daySteps = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15].map((days) => days * day),
  ...[1, 2, 3, 4, 6].map((months) => months * 30 * day),
  ...[1, 2, 5, 10, 25, 50, 100, 250, 500, 1000].map((years) => years * 365 * day),
];

/** Half of the name of a day, in pixels, stands beside the end of its axis. */
const halfOfDay = 40;

/** How times stand below the axis, by the least seconds between two of them: the day comes again where it changes. */
const timeWords: uPlot.Axis.Values = [
  [365 * day, "{YYYY}", null, null, null, null, null, null, 1],
  [28 * day, "{YYYY}-{MM}", null, null, null, null, null, null, 1],
  [day, "{YYYY}-{MM}-{DD}", null, null, null, null, null, null, 1],
  [hour, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
  [minute, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
  [0.001, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
];

/** The value of x, as it stands beside the curve. */
function axisSeries({ names, isTime, isOfDays, over }: Series): uPlot.Series {
  if (names !== undefined) return { label: over, value: (_plot, at) => names[at] ?? "" };
  const words = isOfDays ? "{YYYY}-{MM}-{DD}" : "{YYYY}-{MM}-{DD} {HH}:{mm}";
  return isTime ? { label: over, value: words } : { label: over };
}

/** Where nothing is pointed at, there is no value: signs in its place would look like one, and names without values like blanks to fill in. The plot keeps the text that it writes into. */
function withoutDashes({ root, legend, series }: uPlot): void {
  const isIdle = legend.idx === null || legend.idx === undefined;
  // With several lines it says which is which.
  root.classList.toggle("chart-idle", isIdle && series.length === 2);
  if (!isIdle) return;
  for (const { firstChild } of root.querySelectorAll(".u-legend .u-value")) {
    if (firstChild !== null) firstChild.nodeValue = "";
  }
}

function optionsOf(series: Series, { form }: Chosen, width: number): uPlot.Options {
  const { isTime, isOfDays, names, title, over, data, groups } = series;
  const [ink, line, accent] = [pageColour("muted"), pageColour("line"), pageColour("accent")];
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return {
    width,
    height,
    ...(isTime ? { padding: [null, halfOfDay, null, null] } : {}),
    hooks: { ready: [withoutDashes], setLegend: [withoutDashes] },
    // Dates without a zone are days of UTC everywhere.
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    scales: form === "bars" ? { x: { time: isTime, range: around }, y: { range: fromZero } } : { x: { time: isTime } },
    axes: [
      names === undefined
        ? isTime
          ? { ...axis, ...named(over), values: timeWords, space: 90, ...(isOfDays ? { incrs: daySteps } : {}) }
          : { ...axis, ...numberAxis(over, data[0]) }
        : {
            ...axis,
            ...named(over),
            incrs: wholeSteps,
            values: (_plot, splits) => splits.map((at) => (Number.isInteger(at) ? (names[at] ?? "") : "")),
            space: 70,
          },
      { ...axis, ...numberAxis(title, data[1]), size: 64 },
    ],
    series: [
      axisSeries(series),
      ...groups.map((label, index) => lineOf(label, form, groups.length === 1 ? { colour: accent } : lines[index])),
    ],
  };
}

function lineOf(label: string, form: Form, line: { readonly colour: string; readonly dash?: number[] } | undefined) {
  const { colour, dash } = line ?? { colour: pageColour("accent") };
  const made: uPlot.Series = { label, stroke: colour, width: 1.5, ...(dash === undefined ? {} : { dash }) };
  if (form === "points") return { ...made, paths: () => null, points: { show: true, size: 6, fill: colour } };
  if (form === "curve" || uPlot.paths.bars === undefined) return made;
  const fill = `color-mix(in srgb, ${colour} 45%, transparent)`;
  return { ...made, fill, points: { show: false }, paths: uPlot.paths.bars({ size: [0.7, 60] }) };
}
