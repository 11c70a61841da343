import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Entries that load parts of themselves when these are wanted; the others are one file each, which a page has at once. */
const inChunks: readonly string[] = ["views.ts", "raster-worker.ts"];

/**
 * Bundles the browser code and the style sheets of `console`: the name of an entry as it is made, the name of its file
 * (which says what is in it) and its text. Runs while bundling: the program carries the answer. Throws what the bundler says.
 */
export function consoleFiles(): readonly { readonly entry: string; readonly file: string; readonly text: string }[] {
  const source = join(import.meta.dir, "..", "console");
  const entries = readdirSync(source).filter((name) => /\.(?:ts|css)$/.test(name));
  const made = mkdtempSync(join(tmpdir(), "heddle-console-"));
  try {
    const pathsOf = (names: readonly string[]) => names.map((name) => join(source, name));
    bundle(pathsOf(entries.filter((name) => !inChunks.includes(name))), made);
    bundle(pathsOf(inChunks), made, ["--splitting", "--chunk-naming=part-[hash].[ext]"]);
    return readdirSync(made).map((file) => ({
      entry: file.replace(/-[^-]+(?=\.(?:js|css)$)/, ""),
      file,
      text: readFileSync(join(made, file), "utf8"),
    }));
  } finally {
    rmSync(made, { recursive: true });
  }
}

function bundle(paths: readonly string[], made: string, more: readonly string[] = []): void {
  const options = [`--outdir=${made}`, "--target=browser", "--minify", "--entry-naming=[name]-[hash].[ext]"];
  const command = [process.execPath, "build", ...paths, ...options, ...more];
  const { success, stderr } = Bun.spawnSync(command, { stdout: "ignore", stderr: "pipe" });
  if (!success) throw new Error(`Cannot bundle the console: ${stderr}`);
}
