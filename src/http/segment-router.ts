import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

type Added<T> = { readonly method: string; readonly path: string; readonly handler: T };

/** The routes below one first segment of a path; their tree is made when the first request comes there. */
type Part<T> = { readonly added: Added<T>[]; tree?: TrieRouter<T> };

/**
 * Creates a router that makes the tree of its routes in parts, one for each first segment of their paths: whoever starts the
 * service does not wait for parts that nobody asks for. A route must begin with a segment that stands for itself; throws a
 * TypeError for another.
 */
export function createSegmentRouter<T>(): Router<T> {
  const parts = new Map<string, Part<T>>();
  return {
    name: "SegmentRouter",
    add(method, path, handler) {
      const segment = firstSegment(path);
      if (/[:*{?]/.test(segment))
        throw new TypeError(`Cannot add a route: found path "${path}", wanted a first segment`);
      const part = parts.get(segment);
      if (part === undefined) parts.set(segment, { added: [{ method, path, handler }] });
      else if (part.tree === undefined) part.added.push({ method, path, handler });
      else part.tree.add(method, path, handler);
    },
    match(method, path): Result<T> {
      const part = parts.get(firstSegment(path));
      if (part === undefined) return [[]];
      part.tree ??= treeOf(part.added);
      return part.tree.match(method, path);
    },
  };
}

function treeOf<T>(added: readonly Added<T>[]): TrieRouter<T> {
  const tree = new TrieRouter<T>();
  for (const { method, path, handler } of added) tree.add(method, path, handler);
  return tree;
}

/** Of "/jobs/1" that is "jobs", of "/" nothing. */
function firstSegment(path: string): string {
  const begin = path.startsWith("/") ? 1 : 0;
  const end = path.indexOf("/", begin);
  return end < 0 ? path.slice(begin) : path.slice(begin, end);
}
