// Installs the pinned packages of package-lock.json when they are missing or older than the lock file.
// Plain JavaScript without imports from node_modules: it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Tells whether each package of the lock file stands in node_modules at the locked version. */
function isInstalled() {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const found = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === "" || entry.optional === true || found[path]?.version === entry.version,
  );
}

/** Runs a program from the project's folder; its output goes to stderr. */
function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: ["ignore", process.stderr.fd, process.stderr.fd] }).status ?? 1;
}

if (!isInstalled()) {
  process.stderr.write("Installing the packages that package-lock.json names\n");
  const failed = run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (failed !== 0) process.exit(failed);
}

// An npm that runs no install scripts leaves bun's launcher without its program.
const bun = join(root, "node_modules", ".bin", "bun");
if (run(bun, ["-e", "0"]) !== 0) {
  const failed = run(process.execPath, [join(root, "node_modules", "bun", "install.js")]);
  if (failed !== 0) process.exit(failed);
}
