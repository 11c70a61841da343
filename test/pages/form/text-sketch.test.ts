import { expect, test } from "bun:test";
import { isLike, sketchOf } from "../../../src/pages/form/text-sketch.ts";

const tool = `cwlVersion: v1.2
class: CommandLineTool
id: count-words
label: Count the words of a text
baseCommand: [wc, -w]
inputs:
  text: { type: File, inputBinding: { position: 1 } }
outputs:
  count: { type: stdout }
`;
const other = `cwlVersion: v1.2
class: CommandLineTool
id: shout
doc: Writes a name in capitals
baseCommand: [tr, a-z, A-Z]
inputs:
  name: { type: string }
outputs:
  loud: { type: stdout }
`;

test.each([
  ["the same", tool],
  ["one of another form of lines", tool.replaceAll("\n", "\r\n")],
  ["one whose key was mended", tool.replace("baseCommand", "baseCommnd")],
  ["one with a line more", `${tool}stdout: count.txt\n`],
])("a text is still the one that it was: %s", (_, text) => {
  expect(isLike(text, sketchOf(tool))).toBe(true);
});

test.each([
  ["of another tool", other],
  ["of none", ""],
  ["of a long one", `${tool}${Array.from({ length: 100 }, (_, index) => `word${index}`).join(" ")}`],
])("another text is another one: %s", (_, text) => {
  expect(isLike(text, sketchOf(tool))).toBe(false);
});
