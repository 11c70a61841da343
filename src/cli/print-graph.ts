import { neededSteps } from "../cwl/document/check.ts";
import type { CwlProcess } from "../cwl/document/schema.ts";

type Box = { readonly id: string; readonly kind: "input" | "step" | "output"; readonly needs: readonly string[] };

const boxWidth = 160;
const boxHeight = 36;
const gap = 40;
const colours = { input: "#d8e8f8", step: "#f8e8c8", output: "#d8f0d8" } as const;

/** Draws a process as SVG: inputs, steps by what they wait for, outputs, from top to bottom. */
export function drawGraph(process: CwlProcess): string {
  const boxes = boxesOf(process);
  const levels = levelsOf(boxes);
  const rows = new Map<number, Box[]>();
  for (const box of boxes) {
    const level = levels.get(box.id) ?? 0;
    rows.set(level, [...(rows.get(level) ?? []), box]);
  }
  const widest = Math.max(1, ...[...rows.values()].map((row) => row.length));
  const width = widest * (boxWidth + gap) + gap;
  const height = (Math.max(0, ...rows.keys()) + 1) * (boxHeight + gap) + gap;
  const places = new Map<string, { x: number; y: number }>();
  for (const [level, row] of rows) {
    const left = (width - row.length * (boxWidth + gap) + gap) / 2;
    for (const [index, box] of row.entries()) {
      places.set(box.id, { x: left + index * (boxWidth + gap), y: gap + level * (boxHeight + gap) });
    }
  }
  const lines = boxes.flatMap((box) => box.needs.flatMap((need) => line(places.get(need), places.get(box.id))));
  const shapes = boxes.flatMap((box) => shape(box, places.get(box.id)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    ...lines,
    ...shapes,
    "</svg>",
    "",
  ].join("\n");
}

function boxesOf(process: CwlProcess): readonly Box[] {
  const inputs = process.inputs.map((input): Box => ({ id: `in:${input.id}`, kind: "input", needs: [] }));
  if (process.kind !== "workflow") {
    const own: Box = { id: `step:${process.id}`, kind: "step", needs: inputs.map((input) => input.id) };
    const outputs = process.outputs.map((output): Box => ({ id: `out:${output.id}`, kind: "output", needs: [own.id] }));
    return [...inputs, own, ...outputs];
  }
  const sourceId = (source: string) =>
    source.includes("/") ? `step:${source.slice(0, source.indexOf("/"))}` : `in:${source}`;
  const steps = process.steps.map((step): Box => {
    const sources = step.inputs.flatMap((input) => input.link.sources).filter((source) => !source.includes("/"));
    const needs = [...sources.map(sourceId), ...neededSteps(step).map((id) => `step:${id}`)];
    return { id: `step:${step.id}`, kind: "step", needs: [...new Set(needs)] };
  });
  const outputs = process.outputs.map((output): Box => {
    return { id: `out:${output.id}`, kind: "output", needs: [...new Set(output.link.sources.map(sourceId))] };
  });
  return [...inputs, ...steps, ...outputs];
}

/** Counts the boxes above each box; the document was checked to have no circle. */
function levelsOf(boxes: readonly Box[]): ReadonlyMap<string, number> {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const levels = new Map<string, number>();
  const levelOf = (id: string): number => {
    const level = levels.get(id);
    if (level !== undefined) return level;
    const needs = byId.get(id)?.needs ?? [];
    const below = needs.length === 0 ? 0 : 1 + Math.max(...needs.map(levelOf));
    levels.set(id, below);
    return below;
  };
  for (const { id } of boxes) levelOf(id);
  return levels;
}

type Point = { readonly x: number; readonly y: number } | undefined;

function line(from: Point, to: Point): readonly string[] {
  if (from === undefined || to === undefined) return [];
  const [x1, y1, x2, y2] = [from.x + boxWidth / 2, from.y + boxHeight, to.x + boxWidth / 2, to.y];
  const middle = (y1 + y2) / 2;
  const path = `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
  return [`<path d="${path}" fill="none" stroke="#555" marker-end="url(#arrow)"/>`];
}

function shape({ id, kind }: Box, at: Point): readonly string[] {
  if (at === undefined) return [];
  const name = escapeXml(id.slice(id.indexOf(":") + 1));
  return [
    `<rect x="${at.x}" y="${at.y}" width="${boxWidth}" height="${boxHeight}" rx="6" fill="${colours[kind]}" stroke="#555"/>`,
    `<text x="${at.x + boxWidth / 2}" y="${at.y + boxHeight / 2 + 5}" text-anchor="middle">${name}</text>`,
  ];
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
