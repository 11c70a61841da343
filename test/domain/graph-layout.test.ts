import { describe, expect, test } from "bun:test";
import { boxTitle, type GraphBox, type GraphLayout, layOut } from "../../src/domain/graph-layout.ts";
import type { GraphNode } from "../../src/domain/workflow-graph.ts";
import { createRandom } from "../fuzz/random.ts";

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
  "a group": [
    input("x"),
    step("g", ["in:x"], { inner: [step("g/a"), step("g/b", ["g/a"]), step("g/c", ["g/a"])] }),
    step("h", ["g"]),
  ],
  "a need that is not there": [step("a", ["gone"])],
  "a circle": [step("a", ["b"]), step("b", ["a"])],
};

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
}

describe("the layout of a workflow", () => {
  test.each(Object.entries(tables))("of %s has every box once, inside and free of others", (_, nodes) => {
    const layout = layOut(nodes);
    checkLayout(layout, nodes);
    const all = nodes.flatMap(({ id, inner = [] }) => [id, ...inner.map((one) => one.id)]);
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
    expect(layout.lines.filter((line) => line.startsWith(start))).toHaveLength(2);
    expect(layout.lines.some((line) => line.endsWith(`${to.x + to.width / 2} ${to.y}`))).toBe(true);
  });

  test("shortens titles to what a box holds", () => {
    const box = boxOf(layOut([step("x".repeat(100))]), "x".repeat(100));
    expect(boxTitle("x".repeat(100)).length * 7.5).toBeLessThan(box.width);
    expect(boxTitle("short")).toBe("short");
  });
});
