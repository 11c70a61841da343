import { accessSync, constants, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { hasCode } from "../../files/disk/file-errors.ts";
import { isInside } from "../../files/layout.ts";
import { isPublic, type PublicCopy } from "./public-copy.ts";

/** What of this machine a sandboxed tool sees besides its own files. */
export type MachineView = {
  /** The PATH of tools: its directories are seen, those of programs with their prefix. */
  readonly toolPath: string;
  /** Further directories that are seen; one that ends with `:rw` may be written to. */
  readonly toolDirectories: readonly string[];
  /** Directories and files that are never seen, wherever they lie. */
  readonly hidden: readonly string[];
  /** True where tools run on other machines than this one, which may lack what this one has. */
  readonly isElsewhere?: boolean;
};

/** Where systems keep programs with their libraries, settings and data. Not /home, /root, /srv, /var, /run, /mnt. */
const systemDirectories = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/etc",
  "/opt",
  "/nix",
  "/gnu",
];

/** What programs ask for of the kernel: how many cores there are. */
const kernelDirectories = ["/sys/devices/system/cpu", "/sys/devices/system/node"];

/** A directory that a sandbox shows. */
type Shown = { readonly path: string; readonly isWritable: boolean };

/** Lists the directories that a view shows, those that hold others first. */
export function shownDirectories({ toolPath, toolDirectories }: MachineView): readonly Shown[] {
  const named = toolDirectories.map((text) => ({ path: text.replace(/:rw$/, ""), isWritable: text.endsWith(":rw") }));
  const programs = toolPath.split(delimiter).filter(isAbsolute).map(prefixOf);
  // A mount costs each tool a fifth of a millisecond: one that shows nothing, such as that of /opt on many systems, is spared.
  const system = systemDirectories.filter((path) => namesIn(path).length > 0);
  const plain = [...system, ...kernelDirectories, ...programs];
  const wanted = [...named, ...plain.map((path) => ({ path, isWritable: false }))];
  const there = wanted.filter(({ path }) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
  const unique = there.filter(({ path }, index) => there.findIndex((other) => other.path === path) === index);
  const isCovered = ({ path, isWritable }: Shown) =>
    unique.some((other) => other.path !== path && other.isWritable === isWritable && isInside(other.path, path));
  return unique.filter((shown) => !isCovered(shown)).toSorted((a, b) => a.path.length - b.path.length);
}

/** Programs need what was installed with them (`PREFIX/bin` and `PREFIX/lib`), but nobody's home is shown for that. */
function prefixOf(directory: string): string {
  const path = resolve(directory);
  const prefix = dirname(path);
  const isPrefix = /^(?:bin|sbin|shims)$/.test(basename(path)) && dirname(prefix) !== prefix;
  return isPrefix && !/^\/(?:root|home|home\/[^/]*)$/.test(prefix) && !/^\.local$/.test(basename(prefix))
    ? prefix
    : path;
}

/** A place that a sandbox shows as empty. */
export type Hide = { readonly path: string; readonly isDirectory: boolean };

/** What bubblewrap is told of a view. */
export type MachineOptions = {
  /** Mounts the system read-only, without what other users of the machine may not read unless that is to be hidden. */
  readonly system: readonly string[];
  /** What of it is to be hidden, on another machine only where it is there: bubblewrap can make no place in what it mounted read-only. */
  readonly hides: readonly Hide[];
  readonly isElsewhere: boolean;
  /**
   * Shows the files that names are resolved with, as they are when a tool starts: the first lies outside of /etc on some systems, and
   * a copy of /etc may be some moments older.
   */
  readonly resolver: readonly string[];
};

/**
 * Words a view for bubblewrap. Each private file of /etc takes a mount that hides it, unless a copy of /etc without them is
 * shown in its place; to look for them takes some milliseconds.
 */
export function machineOptions(view: MachineView, etc?: PublicCopy): MachineOptions {
  const shown = shownDirectories(view);
  const isShown = (path: string) => shown.some((directory) => isInside(directory.path, path));
  const originals =
    etc === undefined
      ? ["/etc"]
      : [...etc.mounted, ...shown.map(({ path }) => path).filter((path) => path !== "/etc" && isInside("/etc", path))];
  const isOriginal = (path: string) => !isInside("/etc", path) || originals.some((one) => isInside(one, path));
  const hidden = view.hidden.filter((path) => isShown(path) && isOriginal(path));
  const resolver = realPath("/etc/resolv.conf");
  const isElsewhere = view.isElsewhere === true;
  const system = [
    ...shown.flatMap(({ path, isWritable }) => {
      // /bin is a link to usr/bin on most systems.
      const isLink = systemDirectories.includes(path) && lstatSync(path).isSymbolicLink();
      if (isLink) return ["--symlink", readlinkSync(path), path];
      if (path === "/etc" && etc !== undefined) {
        return ["--ro-bind", etc.directory, path, ...etc.mounted.flatMap((mount) => ["--ro-bind", mount, mount])];
      }
      if (isElsewhere && [...systemDirectories, ...kernelDirectories].includes(path))
        return ["--ro-bind-try", path, path];
      return [isWritable ? "--bind" : "--ro-bind", path, path];
    }),
  ];
  return {
    system,
    hides: [...originals.flatMap(privateFiles), ...hidden.map((path) => ({ path, isDirectory: !isFile(path) }))],
    isElsewhere,
    resolver: [
      ...(resolver === undefined || isShown(resolver) ? [] : ["--ro-bind-try", resolver, resolver]),
      ...(etc === undefined ? [] : resolverFiles.filter(isPublicFile).flatMap((path) => ["--ro-bind-try", path, path])),
    ],
  };
}

const resolverFiles = ["/etc/resolv.conf", "/etc/hosts"];

/** A link is a link in the copy, too, and leads to where it led. */
function isPublicFile(path: string): boolean {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  return facts?.isFile() === true && isPublic(facts);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES")) return undefined;
    throw error;
  }
}

/** What others may not read but this process can, and so could its tools: much where it runs as root, else next to nothing. */
function privateFiles(directory: string): readonly Hide[] {
  const found: Hide[] = [];
  const visit = (place: string) => {
    for (const name of namesIn(place)) {
      const path = join(place, name);
      const facts = lstatSync(path, { throwIfNoEntry: false });
      if (facts === undefined) continue;
      if (facts.isDirectory()) {
        if (isPublic(facts)) visit(path);
        else if (isOpenToUs(path)) found.push({ path, isDirectory: true });
      } else if (facts.isFile() && !isPublic(facts) && isOpenToUs(path)) {
        found.push({ path, isDirectory: false });
      }
    }
  };
  visit(directory);
  return found;
}

/** A directory that can only be entered is open: what lies in it has names that can be guessed. */
function isOpenToUs(path: string): boolean {
  return [constants.R_OK, constants.X_OK].some((mode) => {
    try {
      accessSync(path, mode);
      return true;
    } catch (error) {
      if (hasCode(error, "EACCES", "ENOENT")) return false;
      throw error;
    }
  });
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES")) return [];
    throw error;
  }
}
