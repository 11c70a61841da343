import { boxKind, boxOutline, boxTitle, type GraphBox, layOut } from "../../domain/graph/graph-layout.ts";
import type { GraphNode } from "../../domain/graph/workflow-graph.ts";

const colours = { input: "#d8e8f8", step: "#f8e8c8", output: "#d8f0d8" } as const;

/** Draws a process as SVG: inputs, steps by what they wait for, outputs, from top to bottom. */
export function drawGraph(nodes: readonly GraphNode[]): string {
  const { width, height, boxes, lines } = layOut(nodes);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="13">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    ...boxes.filter(({ isGroup }) => isGroup).map(outline),
    ...lines.map(({ path }) => `<path d="${path}" fill="none" stroke="#555" marker-end="url(#arrow)"/>`),
    ...boxes.filter(({ isGroup }) => !isGroup).map(outline),
    ...boxes.map(words),
    "</svg>",
    "",
  ].join("\n");
}

function outline(box: GraphBox): string {
  const fill = box.isGroup ? "none" : colours[box.node.kind];
  return `<path d="${boxOutline(box)}" fill="${fill}" stroke="#555"/>`;
}

function words({ node, x, y, width }: GraphBox): string {
  const title = escapeXml(boxTitle(node.title)) + (node.scatter.length === 0 ? "" : "<tspan> ×n</tspan>");
  return [
    `<text x="${x + width / 2}" y="${y + 16}" text-anchor="middle" font-size="11">${boxKind(node)}</text>`,
    `<text x="${x + width / 2}" y="${y + 32}" text-anchor="middle">${title}</text>`,
  ].join("");
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
