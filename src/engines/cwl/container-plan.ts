import type { Image } from "../../executors/images.ts";
import type { Mount, TaskContainer } from "../../executors/sandbox.ts";
import { isInside } from "../../files/layout.ts";
import { evaluate, type Scope } from "./expression.ts";
import { CwlFailure } from "./failure.ts";
import { filesIn, pathOf } from "./file-object.ts";
import type { Requirements } from "./schema.ts";
import type { StagedEntry } from "./staging.ts";

type ContainerPlace = {
  readonly requirements: Requirements;
  readonly scope: Scope;
  readonly staging: readonly StagedEntry[];
  readonly outdir: string;
  readonly visibleOutdir: string;
  readonly tmpdir: string;
};

/**
 * Plans the container of a tool: it sees its inputs read-only under the paths that they have outside, so that no path
 * means two things, and its output directory also where DockerRequirement wants it.
 */
export function planContainer(image: Image, place: ContainerPlace): TaskContainer {
  const { requirements, scope, staging, outdir, visibleOutdir, tmpdir } = place;
  const own = [outdir, tmpdir].map((path): Mount => ({ source: path, target: path, isWritable: true }));
  const seen: readonly Mount[] =
    visibleOutdir === outdir ? [] : [{ source: outdir, target: visibleOutdir, isWritable: true }];
  const inputs = filesIn(scope.inputs).flatMap((file) => pathOf(file) ?? []);
  const links = staging.flatMap((entry) => (entry.kind === "link" ? [entry.source] : []));
  const written = staging.flatMap((entry) => (entry.kind === "text" || entry.kind === "link" ? [entry.target] : []));
  const mounts = staging.flatMap((entry) => (entry.kind === "mount" ? [entry] : []));
  const mounted = new Set(mounts.map((mount) => mount.target));
  const outside = [...new Set([...inputs, ...links, ...written])].filter(
    (path) => !isInside(outdir, path) && !mounted.has(path),
  );
  const isLinked = new Set(requirements.inplaceUpdate === true ? links : []);
  return {
    rootfs: image.rootfs,
    mounts: [
      ...outside.map((path) => ({ source: path, target: path, isWritable: isLinked.has(path) })),
      ...own,
      ...seen,
      ...mounts.map(({ source, target, isWritable }) => ({ source, target, isWritable })),
    ],
    hasNetwork: hasNetwork(requirements, scope),
    workingDirectory: visibleOutdir,
  };
}

/** CWL v1.1 turned the network off unless it is asked for. */
function hasNetwork({ network }: Requirements, scope: Scope): boolean {
  const value = typeof network === "string" ? evaluate(network, scope) : network;
  if (value === undefined || value === null) return scope.version === "v1.0";
  if (typeof value === "boolean") return value;
  throw new CwlFailure(`Cannot decide on networkAccess: found ${JSON.stringify(value)}, expected true or false`);
}
