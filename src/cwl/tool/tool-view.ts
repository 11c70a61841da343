import { dirname, join, relative } from "node:path";
import type { Mount, StagedEntry, TaskView } from "../../executors/executor.ts";
import type { Image } from "../../executors/images/image.ts";
import { isInside } from "../../files/layout.ts";
import type { Requirements } from "../document/schema.ts";
import { evaluate, type Scope } from "../javascript/expression.ts";
import { packageFault } from "../values/failure.ts";
import { filesIn, pathOf } from "../values/file-object.ts";

type ViewPlace = {
  readonly requirements: Requirements;
  readonly scope: Scope;
  readonly staging: readonly StagedEntry[];
  readonly directory: string;
  readonly outdir: string;
  readonly visibleOutdir: string;
  readonly tmpdir: string;
};

/**
 * Plans what a tool sees: its inputs read-only under the paths that they have outside, so that no path means two
 * things, and its output directory also where DockerRequirement wants it.
 */
export function planView(image: Image | undefined, place: ViewPlace): TaskView {
  const { requirements, scope, staging, outdir, visibleOutdir, tmpdir } = place;
  const changed = staging.flatMap((entry) => (entry.kind === "own" ? [entry.source] : []));
  const own = [outdir, tmpdir].map((path): Mount => ({ source: path, target: path, isWritable: true }));
  const seen: readonly Mount[] =
    visibleOutdir === outdir ? [] : [{ source: outdir, target: visibleOutdir, isWritable: true }];
  const inputs = filesIn(scope.inputs).flatMap((file) => pathOf(file) ?? []);
  const links = staging.flatMap((entry) => (entry.kind === "link" ? [entry.source] : []));
  const written = staging.flatMap((entry) =>
    entry.kind === "text" || entry.kind === "link" || entry.kind === "own" ? [entry.target] : [],
  );
  const mounts = staging.flatMap((entry) => (entry.kind === "mount" ? [entry] : []));
  const mounted = new Set(mounts.map((mount) => mount.target));
  const outside = [...inputs, ...links, ...changed, ...written].filter(
    (path) => !isInside(outdir, path) && !mounted.has(path),
  );
  const isLinked = new Set(changed);
  return {
    ...(image === undefined ? {} : { image }),
    mounts: [
      ...gather(outside, isLinked, place.directory).map((path) => ({
        source: path,
        target: path,
        isWritable: isLinked.has(path),
      })),
      ...own,
      ...seen,
      ...mounts.map(({ source, target, isWritable }) => ({ source, target, isWritable })),
    ],
    hasNetwork: hasNetwork(requirements, scope),
    workingDirectory: visibleOutdir,
  };
}

/** From this many on, what a job has made itself is shown by whole steps: each mount costs time. */
const manyMounts = 200;

/** Leaves out what lies in a directory that is shown anyway; what is written to keeps a mount of its own. */
function gather(paths: readonly string[], isLinked: ReadonlySet<string>, directory: string): readonly string[] {
  const outermost = withoutInner(paths, isLinked);
  if (outermost.length <= manyMounts) return outermost;
  // A try lies in work/<execution>/tasks/<step>/<shard>-<try>.
  const work = join(directory, "../../../..");
  return withoutInner(
    outermost.map((path) => {
      const [execution, part, step] = isInside(work, path) ? relative(work, path).split("/") : [];
      const isKnown = execution !== undefined && part !== undefined && step !== undefined;
      return isKnown && !isLinked.has(path) ? join(work, execution, part, step) : path;
    }),
    isLinked,
  );
}

function withoutInner(paths: readonly string[], isLinked: ReadonlySet<string>): readonly string[] {
  const all = new Set(paths);
  const isCovered = (path: string): boolean => {
    for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
      if (all.has(above) && isLinked.has(above) === isLinked.has(path)) return true;
    }
    return false;
  };
  return [...all].filter((path) => !isCovered(path));
}

/** Tells whether a tool may use the network: CWL v1.1 turned it off unless it is asked for. */
export function hasNetwork({ network }: Requirements, scope: Scope): boolean {
  const value = typeof network === "string" ? evaluate(network, scope) : network;
  if (value === undefined || value === null) return scope.version === "v1.0";
  if (typeof value === "boolean") return value;
  throw packageFault(`Cannot decide on networkAccess: found ${JSON.stringify(value)}, wanted true or false`);
}
