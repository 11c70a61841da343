/** One import of a file, static or dynamic. */
export type Import = { readonly specifier: string; readonly isTypeOnly: boolean };

/** A source file by its path below `src`. */
export type SourceFile = { readonly path: string; readonly text: string };

const statement = /^\s*(?:import|export)\s+(type\s)?[^"';]*?from\s*["']([^"']+)["']/gm;
const bare = /^\s*import\s*["']([^"']+)["']/gm;
const dynamic = /\b(?:import|require)\s*\(\s*["'`]([^"'`]+)["'`]/g;

/** Lists what a file imports, by its text alone: type-only imports leave no other trace. */
export function importsOf(text: string): readonly Import[] {
  const code = withoutComments(text);
  return [
    ...[...code.matchAll(statement)].map(([, type, specifier = ""]) => ({ specifier, isTypeOnly: type !== undefined })),
    ...[...code.matchAll(bare)].map(([, specifier = ""]) => ({ specifier, isTypeOnly: false })),
    ...[...code.matchAll(dynamic)].map(([, specifier = ""]) => ({ specifier, isTypeOnly: false })),
  ];
}

/** Leaves out comments, so that words in them break no rule. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|[\s;{(])\/\/.*$/gm, "$1");
}

/** Names the folder of `src` that a path lies in; empty for a file directly in it. */
export function folderOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] ?? "") : "";
}

/** Resolves a relative specifier to a path below `src`; undefined when it leads out of it. */
export function resolveImport(from: string, specifier: string): string | undefined {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.length === 0) return undefined;
      parts.pop();
    } else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/**
 * Lists the circles of files that import each other, directly or by others, types included: each as its paths, sorted. Of files
 * that hang together so, all are one circle.
 */
export function circlesOf(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const known = new Set(files.map(({ path }) => path));
  const targets = new Map(
    files.map(({ path, text }) => [
      path,
      importsOf(text).flatMap(({ specifier }) => {
        const target = specifier.startsWith(".") ? resolveImport(path, specifier) : undefined;
        return target !== undefined && known.has(target) ? [target] : [];
      }),
    ]),
  );
  const reached = new Map(files.map(({ path }) => [path, reachedFrom(path, targets)]));
  const circles = files.flatMap(({ path }) => {
    const others = [...(reached.get(path) ?? [])].filter((other) => reached.get(other)?.has(path) === true);
    return others.length === 0 ? [] : [others.sort()];
  });
  return [...new Map(circles.map((circle) => [circle.join(" "), circle])).values()];
}

/** Lists the files that a file leads to; itself only when a way comes back. */
function reachedFrom(path: string, targets: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const next = [...(targets.get(path) ?? [])];
  for (let file = next.pop(); file !== undefined; file = next.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    next.push(...(targets.get(file) ?? []));
  }
  return reached;
}
