import type { OutputDefinition } from "../../../domain/processes/process.ts";
import type { Result } from "../../../domain/values/values.ts";
import { foreignBytes } from "../../route.ts";
import { isBase64Output, literalType } from "./results-document.ts";

/** One part: an output's bytes, or where they are. */
export type Part = {
  readonly outputId: string;
  readonly mediaType: string;
  readonly content:
    | { readonly kind: "bytes"; readonly bytes: Blob }
    | { readonly kind: "reference"; readonly url: string };
};

/**
 * Answers with several outputs in one body (RFC 2387; OGC 18-062r2 /req/core/process-execute-sync-raw-value-multi and
 * -raw-mixed-multi). Parts are streamed one after the other; `boundary` stands in none of them.
 */
export function multipartResponse(
  parts: readonly Part[],
  boundary: string,
  subtype: "related" | "mixed" = "related",
): Response {
  const [first] = parts;
  // Only what is related has a part that it starts with.
  const type =
    first === undefined || subtype === "mixed"
      ? ""
      : `; type="${first.mediaType}"; start="${headerText(first.outputId)}"`;
  const headers = { ...foreignBytes, "content-type": `multipart/${subtype}; boundary=${boundary}${type}` };
  const chunks = chunksOf(parts, boundary);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => {
      await chunks.return();
    },
  });
  return new Response(body, { headers });
}

async function* chunksOf(parts: readonly Part[], boundary: string): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  for (const { outputId, mediaType, content } of parts) {
    const location = content.kind === "reference" ? `Content-Location: ${content.url}\r\n` : "";
    const head = `Content-Type: ${mediaType}\r\nContent-ID: ${headerText(outputId)}\r\n${location}`;
    yield encoder.encode(`--${boundary}\r\n${head}\r\n`);
    if (content.kind === "bytes") yield* piecesOf(content.bytes);
    yield encoder.encode("\r\n");
  }
  yield encoder.encode(`--${boundary}--\r\n`);
}

/** Small on purpose: what a file's own stream reads ahead is collected late, and adds up. */
const pieceBytes = 64 * 1024;

async function* piecesOf(bytes: Blob): AsyncGenerator<Uint8Array, void, void> {
  for (let start = 0; start < bytes.size; start += pieceBytes) {
    yield await bytes.slice(start, start + pieceBytes).bytes();
  }
}

/** Leaves out what would end a quoted string or a header line. */
function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]|["\\]/g, "_");
}

/** Gives the bytes of a literal: text as it is, base64 decoded, anything else as JSON. */
export function literalBytes(
  result: Extract<Result, { kind: "value" }>,
  definition: OutputDefinition | undefined,
): { readonly bytes: Blob; readonly mediaType: string } {
  const mediaType = literalType(result, definition);
  if (typeof result.value !== "string") return { bytes: new Blob([JSON.stringify(result.value)]), mediaType };
  const isBase64 = isBase64Output(definition);
  return { bytes: new Blob([isBase64 ? Buffer.from(result.value, "base64") : result.value]), mediaType };
}
