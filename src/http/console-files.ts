import { consoleFiles } from "./console-files.macro.ts" with { type: "macro" };

/** Where the scripts of pages are. */
export const consolePath = "/_/console";

const files = consoleFiles();

/** The scripts of pages by their files, and the paths of these by the names that pages know. */
export const scriptTexts: ReadonlyMap<string, string> = new Map(files.map(({ file, text }) => [file, text]));
export const scriptPaths: Readonly<Record<string, string>> = Object.fromEntries(
  files.map(({ entry, file }) => [entry, `${consolePath}/${file}`]),
);
