import { scriptPaths, styleSheetPath } from "../../src/http/console-files.ts";
import type { PageFrame } from "../../src/pages/page.ts";

/** What the pages of tests get besides their document. */
export const frame: PageFrame = {
  title: "Jobs",
  baseUrl: "http://server/base",
  jsonUrl: "http://server/base/jobs?f=json",
  scripts: scriptPaths,
  styleSheet: styleSheetPath,
};
