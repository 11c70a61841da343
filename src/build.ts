import { chmod, mkdir, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BunPlugin } from "bun";
import manifest from "../package.json" with { type: "json" };
import { packInParts } from "./addon-parts.ts";
import { meterModule } from "./cwl/javascript/metered-wasm.ts";

const root = join(import.meta.dir, "..");
/** What an executable is made for: by default the machine that builds it. */
export type BuildTarget = {
  /** The SQLite driver's addon. */
  readonly addon: string;
  /** The program that runs the code; the one that builds when absent. */
  readonly runtime?: string;
};

const ownTarget: BuildTarget = { addon: join(root, "node_modules", "@libsql", "linux-x64-gnu", "index.node") };

/**
 * Puts the SQLite driver's addon into the binary: its loader is replaced by one that unpacks the embedded file. Packed, it
 * is two fifths as long, and so is what the first start leaves in memory of it.
 */
function embedAddon(addon: string, directory: string): BunPlugin {
  return {
    name: "embed-addon",
    setup(build) {
      build.onResolve({ filter: /^@neon-rs\/load$/ }, () => ({ path: resolve(root, "src", "native-addon.ts") }));
      build.onResolve({ filter: /^libsql-native-addon$/ }, async () => {
        const packed = join(directory, "libsql.node.zst");
        await Bun.write(packed, await packInParts(await Bun.file(addon).bytes()));
        return { path: packed };
      });
    },
  };
}

/** Puts the interpreter of expressions into the binary as it is run: metered, which takes a while. */
function embedMetered(directory: string): BunPlugin {
  return {
    name: "embed-metered",
    setup(build) {
      build.onResolve({ filter: /^@jitl\/quickjs-ng-wasmfile-release-sync\/wasm$/ }, async ({ path }) => {
        const metered = join(directory, "expressions.wasm");
        await Bun.write(metered, meterModule(await Bun.file(Bun.resolveSync(path, root)).bytes()));
        return { path: metered };
      });
    },
  };
}

/** Names the commit that is built, with a mark when files differ from it; undefined outside a checkout. */
function commitOf(): string | undefined {
  const { exitCode, stdout } = Bun.spawnSync(["git", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"], {
    cwd: root,
    stderr: "ignore",
  });
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}

/**
 * Compiles the executable into `outfile`; returns its path. Throws when the bundler reports an error.
 * The `failpoints` build ends itself where HEDDLE_FAILPOINT says; in the normal one nothing of that is left.
 */
export async function buildExecutable(
  outfile: string,
  kind: "normal" | "failpoints" = "normal",
  { addon, runtime }: BuildTarget = ownTarget,
): Promise<string> {
  const commit = commitOf();
  const bytes = await Bun.file(addon).arrayBuffer();
  await mkdir(join(outfile, ".."), { recursive: true });
  await using made = await mkdtempDisposable(join(tmpdir(), "heddle-build-"));
  const built = await Bun.build({
    entrypoints: [
      join(root, "src", "main.ts"),
      join(root, "src", "watchdog-worker.ts"),
      join(root, "src", "cwl", "javascript", "expression-worker.ts"),
    ],
    // The workers lie beside the program, where their relative addresses lead.
    naming: { entry: "[name].[ext]" },
    plugins: [embedAddon(addon, made.path), embedMetered(made.path)],
    loader: { ".zst": "file" },
    format: "esm",
    bytecode: true,
    // A start reads the modules of its command only: to set up one with all of them takes ten milliseconds more.
    splitting: true,
    minify: { whitespace: true, syntax: true, identifiers: false },
    define: {
      "process.env.NODE_ENV": '"production"',
      // The driver's own switch for loading its addon through the replaced loader.
      "process.env.LIBSQL_JS_DEV": '"1"',
      "process.env.HEDDLE_ADDON_DIGEST": JSON.stringify(Bun.hash(bytes).toString(36)),
      "process.env.HEDDLE_ADDON_BYTES": JSON.stringify(String(bytes.byteLength)),
      "process.env.HEDDLE_BUILD": JSON.stringify(kind),
      "process.env.HEDDLE_VERSION": JSON.stringify(manifest.version),
      "process.env.HEDDLE_COMMIT": JSON.stringify(commit ?? ""),
    },
    compile: {
      outfile,
      ...(runtime === undefined ? {} : { executablePath: runtime }),
      // A file of the folder the program is started in must never become part of the program.
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
  });
  if (!built.success) throw new AggregateError(built.logs, "Cannot build the executable");
  await chmod(outfile, 0o755);
  return outfile;
}

if (import.meta.main) {
  const kind = process.argv.includes("--failpoints") ? "failpoints" : "normal";
  const outfile = await buildExecutable(join(root, "dist", kind === "normal" ? "heddle" : "heddle-failpoints"), kind);
  process.stderr.write(`Built ${outfile} (${(Bun.file(outfile).size / 2 ** 20).toFixed(1)} MiB)\n`);
}
