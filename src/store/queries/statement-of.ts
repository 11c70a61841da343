import type { Argument, Statement } from "../statements.ts";

/** Takes a built query as it is, for one whose text differs from time to time. */
export function statementOf(query: {
  toSQL(): { readonly sql: string; readonly params: readonly unknown[] };
}): Statement {
  const { sql: text, params } = query.toSQL();
  return { sql: text, args: params.map(asArgument) };
}

function asArgument(param: unknown): Argument {
  if (typeof param === "string" || typeof param === "number" || param === null) return param;
  throw new TypeError("Cannot search: an argument is neither text nor number");
}
