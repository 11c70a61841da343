import type { ScriptName } from "../pages/page.ts";
import { consoleFiles } from "./console-files.macro.ts" with { type: "macro" };

/** Where the scripts of pages are. */
export const consolePath = "/_/console";

const files = consoleFiles();

/** The scripts of pages by their files, and the paths of these by the names that pages know. */
export const scriptTexts: ReadonlyMap<string, string> = new Map(files.map(({ file, text }) => [file, text]));
export const scriptPaths: Readonly<Record<ScriptName, string>> = {
  job: pathOf("job"),
  "job-list": pathOf("job-list"),
  "local-times": pathOf("local-times"),
};

function pathOf(name: ScriptName): string {
  const script = files.find(({ entry }) => entry === name);
  if (script === undefined) throw new Error(`Cannot serve pages: found no script "${name}" in src/console`);
  return `${consolePath}/${script.file}`;
}
