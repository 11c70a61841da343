import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadText } from "../../src/cwl/document/load/load.ts";
import { errorText } from "../../src/domain/problem.ts";

const root = join(import.meta.dir, "../..");

test("each feature of docs/cwl.md names tests, and those of ours are there", async () => {
  const lines = (await Bun.file(join(root, "docs", "cwl.md")).text()).split("\n");
  const rows: string[] = [];
  let isFeatureTable = false;
  for (const line of lines) {
    if (line === "| feature | shown by |") isFeatureTable = true;
    else if (!line.startsWith("|")) isFeatureTable = false;
    else if (isFeatureTable && !line.startsWith("|---")) rows.push(line);
  }
  expect(rows.length).toBeGreaterThan(30);
  const shownBy = rows.map((row) => row.slice(row.lastIndexOf(" | ") + 3));
  // A test of the public suite has an underscore or a hyphen in its name.
  expect(shownBy.filter((text) => !/^test\/|[a-z0-9][_-][a-z0-9]/i.test(text))).toEqual([]);
  const paths = shownBy.flatMap((text) => text.match(/test\/[\w/.-]+\.ts/g) ?? []);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("each requirement that is honoured stands in docs/cwl.md", async () => {
  const text = await Bun.file(join(root, "docs", "cwl.md")).text();
  const names = honouredNames();
  expect(names).toContain("ToolTimeLimit");
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
});

/** Reads the names from the fault of an unknown requirement, which lists them. */
function honouredNames(): readonly string[] {
  const requirements = { "?": {} };
  const tool = {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: "x",
    inputs: [],
    outputs: [],
    requirements,
  };
  try {
    loadText(JSON.stringify(tool), "p.cwl");
    return [];
  } catch (error) {
    return /wanted one of (.*)/.exec(errorText(error))?.[1]?.split(", ") ?? [];
  }
}
