import type { ScriptName } from "../pages/shared/page.ts";
import { consoleFiles } from "./console-files.macro.ts" with { type: "macro" };

/** Where the files of pages are: scripts and the style sheet. */
export const consolePath = "/_/console";

const files = consoleFiles();

/** What pages load by the names of the files, and the paths of these by the names that pages know. */
export const consoleTexts: ReadonlyMap<string, string> = new Map(files.map(({ file, text }) => [file, text]));
export const scriptPaths: Readonly<Record<ScriptName, string>> = {
  api: pathOf("api.js"),
  deploy: pathOf("deploy.js"),
  form: pathOf("form.js"),
  job: pathOf("job.js"),
  "job-list": pathOf("job-list.js"),
  keys: pathOf("keys.js"),
  "local-times": pathOf("local-times.js"),
  "raster-worker": pathOf("raster-worker.js"),
  "sign-in": pathOf("sign-in.js"),
  system: pathOf("system.js"),
  views: pathOf("views.js"),
};
export const styleSheetPath = pathOf("pages.css");
export const apiStylesPath = pathOf("api.css");
export const viewStylesPath = pathOf("views.css");

function pathOf(name: string): string {
  const found = files.find(({ entry }) => entry === name);
  if (found === undefined) throw new Error(`Cannot serve pages: found no file "${name}" made of src/console`);
  return `${consolePath}/${found.file}`;
}
