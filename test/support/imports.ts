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
