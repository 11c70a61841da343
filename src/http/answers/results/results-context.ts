import { defined } from "../../../domain/defined.ts";
import type { OutputLocations } from "../../../domain/values/results.ts";
import { type JobResults, openResult } from "../../../operations/results/read-results.ts";
import type { RouteContext } from "../../route.ts";
import type { ResultsContext } from "./results-document.ts";

/** What answers with results are made from. */
export type AnswerDeps = Parameters<typeof openResult>[0] & {
  readonly settings: {
    /** Larger files are linked even when their value was asked for. */
    readonly maxInlineBytes: number;
    /** The path that serves published outputs. */
    readonly outputsPath: string;
    /** The URL that serves them; below the address of the service when absent. */
    readonly outputsUrl?: string;
  };
};

/** Gives where the outputs are found by a client that called `baseUrl`. */
export function outputLocations(
  deps: { readonly settings: Pick<AnswerDeps["settings"], "outputsPath" | "outputsUrl"> },
  baseUrl: string,
): OutputLocations {
  const { outputsPath, outputsUrl } = deps.settings;
  return { outputsPath, outputsUrl: outputsUrl ?? `${baseUrl}${outputsPath}` };
}

/** Gives what a document of the results of a job is written from. */
export function documentContext(
  deps: AnswerDeps,
  { baseUrl }: Pick<RouteContext, "baseUrl">,
  { job, description, note }: JobResults & Pick<ResultsContext, "note">,
  isInline: boolean,
): ResultsContext {
  const noted = defined({ note });
  return { job, description, isInline, ...noted, ...documentSource(deps, baseUrl) };
}

/** Gives what documents of results are written from, for a client that called `baseUrl`. */
export function documentSource(
  deps: AnswerDeps,
  baseUrl: string,
): Omit<ResultsContext, "job" | "description" | "isInline" | "note"> {
  return {
    baseUrl,
    locations: outputLocations(deps, baseUrl),
    maxInlineBytes: deps.settings.maxInlineBytes,
    read: async (reference) => {
      const file = await openResult(deps, reference);
      return file.slice(0, file.sizeBytes).bytes();
    },
  };
}
