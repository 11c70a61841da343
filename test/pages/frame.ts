import { scriptPaths, styleSheetPath, viewStylesPath } from "../../src/http/console-files.ts";
import type { PageFrame } from "../../src/pages/shared/page.ts";

/** What the pages of tests get besides their document. */
export const frame: PageFrame = {
  title: "Jobs",
  baseUrl: "http://server/base",
  jsonUrl: "http://server/base/jobs?f=json",
  scripts: scriptPaths,
  styleSheet: styleSheetPath,
  viewStyles: viewStylesPath,
};

/** Leaves out what tables of records say for small screens and for who hears them. */
export function plainTables(html: string): string {
  return html.replaceAll(/(?<=<t[a-z]+[^>]*) (?:role|data-label)="[^"]*"/g, "");
}
