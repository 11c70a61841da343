import type { PlainValue, Results } from "../../../domain/values/values.ts";
import { zipResults } from "../../../operations/results/pack-results.ts";
import type { JobResults } from "../../../operations/results/read-results.ts";
import { foreignBytes, type RouteContext } from "../../route.ts";
import { dispositionOf } from "../send-file.ts";
import { isBase64Output, literalType } from "./results-document.ts";

/** Answers with results as one zip archive, which is packed while it is sent. */
export function zipOfResults(
  layout: Parameters<typeof zipResults>[0],
  { isHead }: Pick<RouteContext, "isHead">,
  { job, description }: Pick<JobResults, "job" | "description">,
  chosen: Results,
): Response {
  const headers = {
    ...foreignBytes,
    "content-type": "application/zip",
    "content-disposition": dispositionOf(`${job.processId}-${job.id.slice(-8)}.zip`, "attachment"),
    "cache-control": "private, no-cache",
  };
  if (isHead) return new Response(null, { headers });
  const literalOf = (outputId: string, value: PlainValue) => {
    const definition = description.outputs[outputId];
    const mediaType = literalType(value, definition);
    const { value: content } = value;
    if (typeof content !== "string") return { bytes: Buffer.from(JSON.stringify(content)), mediaType };
    return { bytes: Buffer.from(content, isBase64Output(definition) ? "base64" : "utf8"), mediaType };
  };
  const pack = zipResults(layout, chosen, literalOf, job.finishedAt);
  return new Response(pack, { headers });
}
