import { describe, expect, test } from "bun:test";
import {
  boxKind,
  boxOutline,
  boxTitle,
  type GraphBox,
  type GraphLayout,
  layOut,
} from "../../../src/domain/graph/graph-layout.ts";
import type { GraphNode } from "../../../src/domain/graph/workflow-graph.ts";
import { createRandom } from "../../fuzz/random.ts";

function step(id: string, needs: readonly string[] = [], more: Partial<GraphNode> = {}): GraphNode {
  return { id, kind: "step", title: id, needs, scatter: [], isConditional: false, ...more };
}

const input = (id: string) => step(`in:${id}`, [], { kind: "input" });
const output = (id: string, needs: readonly string[]) => step(`out:${id}`, needs, { kind: "output" });

function boxOf({ boxes }: GraphLayout, id: string): GraphBox {
  const box = boxes.find(({ node }) => node.id === id);
  if (box === undefined) throw new Error(`no box ${id}`);
  return box;
}

function overlap(one: GraphBox, other: GraphBox): boolean {
  const isBeside = one.x + one.width <= other.x || other.x + other.width <= one.x;
  return !isBeside && one.y + one.height > other.y && other.y + other.height > one.y;
}

function holds(outer: GraphBox, inner: GraphBox): boolean {
  const isAcross = outer.x <= inner.x && inner.x + inner.width <= outer.x + outer.width;
  return isAcross && outer.y <= inner.y && inner.y + inner.height <= outer.y + outer.height;
}

const tables: Readonly<Record<string, readonly GraphNode[]>> = {
  nothing: [],
  "one step": [input("x"), step("a", ["in:x"]), output("y", ["a"])],
  "a chain": [input("x"), step("c", ["b"]), step("b", ["a"]), step("a", ["in:x"]), output("y", ["c"])],
  "a diamond": [step("a"), step("b", ["a"]), step("c", ["a"]), step("d", ["b", "c"])],
  "a late input": [input("x"), input("late"), step("a", ["in:x"]), step("b", ["a", "in:late"])],
  "many inputs": [...Array.from({ length: 30 }, (_, index) => input(`x${index}`)), step("a", ["in:x0", "in:x29"])],
  "two steps of which one is scattered": [
    input("list"),
    step("split", ["in:list"]),
    step("each", ["split"], { scatter: ["item"] }),
    output("split", ["split"]),
    output("each", ["each"]),
  ],
  "a long edge": [step("a"), step("b", ["a"]), step("c", ["b"]), step("d", ["c", "a"]), output("a", ["a", "d"])],
  "twelve steps with one table for all": [
    input("table"),
    input("scene"),
    ...Array.from({ length: 12 }, (_, at) => step(`s${at}`, ["in:table", at === 0 ? "in:scene" : `s${at - 1}`])),
    output("first", ["s0"]),
    output("last", ["s11"]),
  ],
  "an input that is an output": [input("x"), step("a", ["in:x"]), output("x", ["in:x"]), output("y", ["a"])],
  "many inputs that are all taken": [
    ...Array.from({ length: 30 }, (_, index) => input(`x${index}`)),
    step(
      "a",
      Array.from({ length: 30 }, (_, index) => `in:x${index}`),
    ),
  ],
  "a tall group beside a step": [
    step("a"),
    step("short", ["a"]),
    step("g", ["a"], { inner: [step("g/a"), step("g/b", ["g/a"]), step("g/c", ["g/b", "g/a"])] }),
    step("late", ["short", "g", "a"]),
  ],
  "a group in a group": [
    input("x"),
    step("g", ["in:x"], {
      inner: [step("g/h", [], { inner: [step("g/h/a"), step("g/h/b", ["g/h/a"])] }), step("g/z", ["g/h"])],
    }),
    output("y", ["g", "in:x"]),
  ],
  "a group": [
    input("x"),
    step("g", ["in:x"], { inner: [step("g/a"), step("g/b", ["g/a"]), step("g/c", ["g/a"])] }),
    step("h", ["g"]),
  ],
  "a need that is not there": [step("a", ["gone"])],
  "a circle": [step("a", ["b"]), step("b", ["a"])],
};

type Point = { readonly x: number; readonly y: number };

/** Lists points along a path of absolute M, L and C, close to each other. */
function pointsOf(path: string): readonly Point[] {
  const points: Point[] = [];
  for (const [, letter, text = ""] of path.matchAll(/([A-Za-z])([-\d. ]+)/g)) {
    const numbers = text.trim().split(" ").map(Number);
    const ends = Array.from({ length: numbers.length / 2 }, (_, at) => pointAt(numbers, at));
    if (!["M", "L", "C"].includes(letter ?? "") || ends.some(({ x, y }) => Number.isNaN(x + y)))
      throw new Error(`not a path: ${path}`);
    const last = points.at(-1);
    if (last === undefined) points.push(...ends);
    else for (let part = 1; part <= 64; part += 1) points.push(along([last, ...ends], part / 64));
  }
  return points;
}

function pointAt(numbers: readonly number[], at: number): Point {
  return { x: numbers[2 * at] ?? Number.NaN, y: numbers[2 * at + 1] ?? Number.NaN };
}

/** A point of a Bezier curve of any degree, by De Casteljau. */
function along(ends: readonly Point[], part: number): Point {
  const [first, ...others] = ends;
  if (first === undefined) throw new Error("no points");
  if (others.length === 0) return first;
  const between = others.map((one, at) => {
    const before = ends[at] ?? one;
    return { x: before.x + (one.x - before.x) * part, y: before.y + (one.y - before.y) * part };
  });
  return along(between, part);
}

/** Names each line with a box that it crosses, though it neither begins nor ends there nor runs inside of it. */
function crossings({ boxes, lines }: GraphLayout): readonly string[] {
  return lines.flatMap(({ from, to, path }) => {
    const points = pointsOf(path);
    return boxes
      .filter(({ node: { id } }) => id !== from && id !== to && !from.startsWith(`${id}/`))
      .filter(({ x, y, width, height }) =>
        points.some((one) => one.x > x && one.x < x + width && one.y > y && one.y < y + height),
      )
      .map(({ node }) => `${from} to ${to} crosses ${node.id}`);
  });
}

function checkLayout(layout: GraphLayout, nodes: readonly GraphNode[]): void {
  const outer = nodes.map(({ id }) => boxOf(layout, id));
  for (const [index, box] of outer.entries()) {
    expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= layout.width && box.y + box.height <= layout.height).toBe(
      true,
    );
    for (const other of outer.slice(index + 1))
      expect([box.node.id, other.node.id, overlap(box, other)]).toEqual([box.node.id, other.node.id, false]);
    for (const { id } of box.node.inner ?? []) expect(holds(box, boxOf(layout, id))).toBe(true);
  }
  expect(crossings(layout)).toEqual([]);
  for (const { from, to, path } of layout.lines) {
    const [start, end, points] = [boxOf(layout, from), boxOf(layout, to), pointsOf(path)];
    expect(points[0]?.y).toBeCloseTo(start.y + start.height, 0);
    expect(points.at(-1)?.y).toBeCloseTo(end.y, 0);
    expect(points.every(({ x }) => x > 0 && x < layout.width)).toBe(true);
  }
}

describe("the layout of a workflow", () => {
  test.each(Object.entries(tables))("of %s has every box once, inside and free of others", (_, nodes) => {
    const layout = layOut(nodes);
    checkLayout(layout, nodes);
    const idsOf = ({ id, inner = [] }: GraphNode): readonly string[] => [id, ...inner.flatMap(idsOf)];
    const all = nodes.flatMap(idsOf);
    expect(layout.boxes.map(({ node }) => node.id).toSorted()).toEqual(all.toSorted());
  });

  test("of made workflows has every step below what it waits for", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = createRandom(seed);
      const count = 1 + random.below(25);
      const nodes = Array.from({ length: count }, (_, index) => {
        const needs = Array.from({ length: index === 0 ? 0 : random.below(3) }, () => `s${random.below(index)}`);
        return step(`s${index}`, [...new Set(needs)]);
      });
      const layout = layOut(nodes);
      checkLayout(layout, nodes);
      for (const { id, needs } of nodes) {
        for (const need of needs) {
          const [above, below] = [boxOf(layout, need), boxOf(layout, id)];
          expect([seed, above.y + above.height < below.y]).toEqual([seed, true]);
        }
      }
      expect(layout.lines).toHaveLength(nodes.reduce((sum, { needs }) => sum + needs.length, 0));
    }
  });

  test("puts an input right above the first step that takes it", () => {
    const layout = layOut(tables["a late input"] ?? []);
    expect(boxOf(layout, "in:late").y).toBe(boxOf(layout, "a").y);
    expect(boxOf(layout, "in:x").y).toBeLessThan(boxOf(layout, "a").y);
  });

  test("orders steps so that lines cross less", () => {
    const layout = layOut([step("a"), step("b"), step("c", ["b"]), step("d", ["a"])]);
    expect(boxOf(layout, "d").x).toBeLessThan(boxOf(layout, "c").x);
  });

  test("breaks what is wider than a page", () => {
    expect(layOut(tables["many inputs"] ?? []).width).toBeLessThan(1000);
  });

  test("moves the lines of a group along with it", () => {
    const layout = layOut(tables["a group"] ?? []);
    const [from, to] = [boxOf(layout, "g/a"), boxOf(layout, "g/b")];
    const start = `M${from.x + from.width / 2} ${from.y + from.height}`;
    expect(layout.lines.filter(({ path }) => path.startsWith(start))).toHaveLength(2);
    expect(layout.lines.some(({ path }) => path.endsWith(`${to.x + to.width / 2} ${to.y}`))).toBe(true);
  });

  test("leads lines that pass many rows through one lane for all that take the same", () => {
    const layout = layOut(tables["twelve steps with one table for all"] ?? []);
    const long = layout.lines.filter(({ from, to }) => from === "in:table" && to !== "s0" && to !== "s1");
    const firstTurns = long.map(({ path }) => path.split("L").slice(0, 2).join("L"));
    expect(long).toHaveLength(10);
    expect(new Set(firstTurns).size).toBe(1);
  });

  test("of a workflow that nobody could follow has one short line for each need", () => {
    const nodes = [
      input("x"),
      ...Array.from({ length: 400 }, (_, at) => step(`s${at}`, at === 0 ? ["in:x"] : ["in:x", `s${at - 1}`])),
    ];
    const { boxes, lines, height } = layOut(nodes);
    expect([boxes.length, lines.length]).toEqual([401, 799]);
    expect(lines.every(({ path }) => path.length < 60)).toBe(true);
    expect(lines.at(-1)?.path).toEndWith(` ${height - 12 - 44}`);
  });

  test("puts a step below the only one that it waits for", () => {
    const layout = layOut(tables["a chain"] ?? []);
    const middles = layout.boxes.map(({ x, width }) => Math.round(x + width / 2));
    expect(new Set(middles).size).toBe(1);
  });

  test("tells a step and an output of one name apart by a word and an outline", () => {
    const [own, out] = [step("each"), output("each", ["each"])];
    const boxes = [own, out].map((node) => ({ node, x: 0, y: 0, width: 96, height: 44, isGroup: false }));
    expect([boxKind(own), boxKind(out)]).toEqual(["step", "output"]);
    expect(boxKind({ ...own, isConditional: true })).toBe("step, on a condition");
    expect(new Set(boxes.map(boxOutline)).size).toBe(2);
  });

  test("shortens titles to what a box holds", () => {
    const box = boxOf(layOut([step("x".repeat(100))]), "x".repeat(100));
    expect(boxTitle("x".repeat(100)).length * 7.5).toBeLessThan(box.width);
    expect(boxTitle("short")).toBe("short");
  });
});
