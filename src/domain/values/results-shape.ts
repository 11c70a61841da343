import type { JobRequest } from "../jobs/job.ts";

/** How the results of a job are answered as a whole. */
export type ResultsShape =
  /** Nothing was asked for. */
  | { readonly kind: "nothing" }
  /** No body; a link for each output. */
  | { readonly kind: "links"; readonly outputIds: readonly string[] }
  /** One value by itself. */
  | { readonly kind: "bare"; readonly outputId: string }
  /** A part for each output; referenced ones are empty and say where they are. */
  | {
      readonly kind: "multipart";
      readonly parts: readonly { readonly outputId: string; readonly isReference: boolean }[];
    }
  /** The results document. */
  | { readonly kind: "document" };

/** What the client of an answer would take. */
export type ShapeWish = {
  /** The answer of the execution itself, not a later one for its job. */
  readonly isSync: boolean;
  /** JSON is welcome (also when nothing is said). */
  readonly acceptsJson: boolean;
  /** A multipart type is asked for by name. */
  readonly asksMultipart: boolean;
  /** The results document is asked for by its profile. */
  readonly asksDocument: boolean;
};

/** Tells whose rules a request follows: `response` and `transmissionMode` are words of 1.0 only. */
export function dialectOf(request: JobRequest): "1.0" | "2.0" {
  const outputs = Object.values(request.outputs ?? {});
  const isOne = request.response !== undefined || outputs.some((output) => output.transmissionMode !== undefined);
  return isOne ? "1.0" : "2.0";
}

/**
 * Chooses the shape of the answer: OGC 18-062r2 table 11 for a 1.0 request, 18-062r3 7.11 for a 2.0 one.
 * `wanted` are the outputs that were asked for, all of them when none was named.
 */
export function shapeOf(request: JobRequest, wanted: readonly string[], wish: ShapeWish): ResultsShape {
  const [only] = wanted;
  if (wish.asksDocument) return { kind: "document" };
  // A process without outputs has results all the same, with no member; a request may say that it wants none.
  if (only === undefined) return { kind: request.outputs === undefined && !wish.isSync ? "document" : "nothing" };
  if (dialectOf(request) === "2.0") {
    const isBare = wanted.length === 1 && (wish.isSync || !wish.acceptsJson);
    if (isBare) return { kind: "bare", outputId: only };
    return wish.asksMultipart ? multipart(request, wanted) : { kind: "document" };
  }
  if (request.response === "document") return { kind: "document" };
  if (wanted.every((id) => isReference(request, id))) return { kind: "links", outputIds: wanted };
  return wanted.length === 1 ? { kind: "bare", outputId: only } : multipart(request, wanted);
}

function multipart(request: JobRequest, wanted: readonly string[]): ResultsShape {
  return {
    kind: "multipart",
    parts: wanted.map((outputId) => ({ outputId, isReference: isReference(request, outputId) })),
  };
}

/** The default of 1.0 is by value (OGC 18-062r2, output.yaml). */
function isReference(request: JobRequest, outputId: string): boolean {
  return request.outputs?.[outputId]?.transmissionMode === "reference";
}
