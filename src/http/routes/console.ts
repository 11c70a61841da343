import { Problem } from "../../domain/problem.ts";
import { consolePath, scriptTexts } from "../console-files.ts";
import type { Route } from "../route.ts";

/** The name of a file holds a digest of its content: it never changes. */
const headers = {
  "content-type": "text/javascript; charset=utf-8",
  "cache-control": "public, max-age=31536000, immutable",
} as const;

/** Lists the route of the scripts that pages load. */
export function consoleRoutes(): readonly Route[] {
  return [
    {
      method: "GET",
      path: `${consolePath}/:file`,
      about: {
        summary: "Scripts of pages",
        tag: "service",
        answers: { 200: { about: "A script", content: { mediaType: "text/javascript" } } },
      },
      access: "public",
      handle(context) {
        const file = context.param("file");
        const text = scriptTexts.get(file);
        if (text === undefined) throw new Problem("not-found", `Cannot find script "${file}": no page loads it`);
        return new Response(text, { headers });
      },
    },
  ];
}
