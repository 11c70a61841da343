import { expect, test } from "bun:test";
import { systemPage } from "../../src/pages/system.tsx";
import { frame, plainTables } from "./frame.ts";

const at = "2026-01-02T03:04:05.678Z";
const document = {
  version: "1.2.3",
  commit: "",
  started: at,
  runtime: "Bun",
  tools: { executor: "local", enforces: ["files"], slots: 2 },
  running: {},
  beginsJobs: true,
  disk: [],
  minFreeBytes: 1,
  kept: { outputBytes: 0, uploadBytes: 0 },
  database: { bytes: 0, walBytes: 0 },
  memoryBytes: 1,
  queue: { running: 0, waiting: 0 },
  settings: [{ name: "slots", about: "How many tools run at once", value: 2, origin: "--slots" }],
  links: [],
};
const page = (unlimited?: string) =>
  systemPage({ measured: at }).render(frame, {
    ...document,
    tools: { ...document.tools, ...(unlimited === undefined ? {} : { unlimited }) },
  });

test("the page of the system says what it means that tools are not held to something, and then why", () => {
  const html = page('the control group has "hugetlb", wanted memory');
  expect(html).toMatch(/<dd>Memory and cores of tools are not limited\. <span[^>]*>Why: the control group has/);
  expect(page()).not.toContain("not limited");
});

test("a link to a setting leads to its row, which the style sheet marks", async () => {
  const html = plainTables(page());
  expect(html).toContain('<a href="#setting-slots">');
  expect(html.match(/id="setting-slots"/g)).toHaveLength(1);
  expect(html).toContain('<tr id="setting-slots">');
  expect(await Bun.file(`${import.meta.dir}/../../src/console/styles/tables.css`).text()).toContain("tr:target {");
});
