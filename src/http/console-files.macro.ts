import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Bundles the browser code and the style sheet of `console`, each of its entries for itself: the name of an entry as it is
 * made, the name of its file (which says what is in it) and its text. Runs while bundling: the program carries the answer. Throws what the bundler says.
 */
export function consoleFiles(): readonly { readonly entry: string; readonly file: string; readonly text: string }[] {
  const source = join(import.meta.dir, "..", "console");
  const entries = readdirSync(source).filter((name) => /\.(?:ts|css)$/.test(name));
  const made = mkdtempSync(join(tmpdir(), "heddle-console-"));
  try {
    const naming = "--entry-naming=[name]-[hash].[ext]";
    const paths = entries.map((name) => join(source, name));
    const command = [process.execPath, "build", ...paths, `--outdir=${made}`, "--target=browser", "--minify", naming];
    const { success, stderr } = Bun.spawnSync(command, { stdout: "ignore", stderr: "pipe" });
    if (!success) throw new Error(`Cannot bundle the console: ${stderr}`);
    return readdirSync(made).map((file) => ({
      entry: file.replace(/-[^-]+(?=\.(?:js|css)$)/, ""),
      file,
      text: readFileSync(join(made, file), "utf8"),
    }));
  } finally {
    rmSync(made, { recursive: true });
  }
}
