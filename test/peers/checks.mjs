import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Loads a package from the directory whose node_modules holds it. */
export function load(name, directory) {
  return import(pathToFileURL(createRequire(join(directory, "package.json")).resolve(name)).href);
}

/** Runs one check, says how it went in a line, and goes on when it fails. */
export async function check(name, attempt) {
  try {
    await attempt();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${String(error).replaceAll("\n", " ")}`);
  }
}
