import { Problem } from "../../../domain/problem.ts";
import { findOutputDirectory } from "../../../operations/results/read-directory.ts";
import { openOutputPath, type ReadResultsDeps } from "../../../operations/results/read-results.ts";
import { directoryResponse } from "../../answers/results/directory-answer.ts";
import { type AnswerDeps, outputLocations } from "../../answers/results/results-context.ts";
import { fileResponse } from "../../answers/send-file.ts";
import { principalOf, type Route, type RouteContext } from "../../route.ts";

export type OutputRouteDeps = ReadResultsDeps & Pick<AnswerDeps, "settings">;

/** Lists the route of published outputs, logs and status documents. */
export function outputRoutes(deps: OutputRouteDeps): readonly Route[] {
  const { outputsPath: path } = deps.settings;
  return [
    {
      method: "GET",
      path: `${path}/*`,
      about: {
        summary: "A published output, directory or log",
        tag: "files",
        answers: {
          200: { about: "The bytes", content: { mediaType: "*/*" } },
          206: { about: "A part of them", content: { mediaType: "*/*" } },
          304: { about: "Not changed" },
          308: { about: "The address of a directory ends with a slash" },
        },
        problems: [416],
      },
      async handle(context) {
        const { pathname } = new URL(context.request.url);
        const segments = segmentsOf(pathname.slice(path.length + 1));
        if (segments.at(-1) === "") return await answerDirectory(deps, context, segments.slice(0, -1));
        try {
          return await fileResponse(context.request, await openOutputPath(deps, principalOf(context), segments));
        } catch (error) {
          if (!(error instanceof Problem) || error.kind !== "not-found") throw error;
          return await leadToDirectory(deps, context, segments, error);
        }
      },
    },
  ];
}

async function answerDirectory(
  deps: OutputRouteDeps,
  context: RouteContext,
  names: readonly string[],
): Promise<Response> {
  const found = await findOutputDirectory(deps, principalOf(context), names);
  if (found !== undefined) {
    const { directory, job } = found;
    const made = { directory, madeAt: job.finishedAt };
    return directoryResponse(deps.layout, context, made, outputLocations(deps, context.baseUrl));
  }
  return fileResponse(context.request, await openOutputPath(deps, principalOf(context), [...names, ""]));
}

/** Relative links need the slash at the end of a directory's address. Throws what was found wrong where there is no directory. */
async function leadToDirectory(
  deps: OutputRouteDeps,
  context: RouteContext,
  names: readonly string[],
  error: Problem,
): Promise<Response> {
  if ((await findOutputDirectory(deps, principalOf(context), names)) === undefined) throw error;
  const { search } = new URL(context.request.url);
  const own = `${context.baseUrl}${deps.settings.outputsPath}/${names.map(encodeURIComponent).join("/")}/`;
  return new Response(null, { status: 308, headers: { location: `${own}${search}` } });
}

/** Reads the names of a path; percent-encoded ones may hold any character but a slash. */
export function segmentsOf(path: string): readonly string[] {
  return path.split("/").map((segment) => {
    const name = decode(segment);
    if (name !== undefined && !name.includes("/") && !name.includes("\0")) return name;
    throw new Problem("not-found", `Cannot find output "${path}": no file has this path`);
  });
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
