import { Problem } from "../../domain/problem.ts";
import { openOutputPath, type ReadResultsDeps } from "../../operations/read-results.ts";
import { fileResponse } from "../answers/send-file.ts";
import { principalOf, type Route } from "../route.ts";

export type OutputRouteDeps = ReadResultsDeps & { readonly settings: { readonly outputsPath: string } };

/** Lists the route of published outputs, logs and status documents. */
export function outputRoutes(deps: OutputRouteDeps): readonly Route[] {
  const { outputsPath: path } = deps.settings;
  return [
    {
      method: "GET",
      path: `${path}/*`,
      about: {
        summary: "A published output or log",
        tag: "files",
        answers: {
          200: { about: "The bytes", content: { mediaType: "*/*" } },
          206: { about: "A part of them", content: { mediaType: "*/*" } },
          304: { about: "Not changed" },
        },
        problems: [416],
      },
      async handle(context) {
        const { pathname } = new URL(context.request.url);
        const file = await openOutputPath(deps, principalOf(context), segmentsOf(pathname.slice(path.length + 1)));
        return fileResponse(context.request, file);
      },
    },
  ];
}

/** Reads the names of a path; percent-encoded ones may hold any character but a slash. */
function segmentsOf(path: string): readonly string[] {
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
