import { Problem } from "../../domain/problem.ts";
import { consolePath, consoleTexts } from "../console-files.ts";
import type { Route } from "../route.ts";

/** The name of a file holds a digest of its content: it never changes. */
const headers = {
  "cache-control": "public, max-age=31536000, immutable",
  "x-content-type-options": "nosniff",
} as const;

/** Lists the route of the scripts and the style sheet that pages load. */
export function consoleRoutes(): readonly Route[] {
  return [
    {
      method: "GET",
      path: `${consolePath}/:file`,
      about: {
        summary: "Scripts and style sheet of pages",
        tag: "service",
        answers: { 200: { about: "A script or style sheet", content: { mediaType: "text/javascript" } } },
      },
      access: "public",
      handle(context) {
        const file = context.param("file");
        const text = consoleTexts.get(file);
        if (text === undefined) throw new Problem("not-found", `Cannot find file "${file}": no page loads it`);
        const type = file.endsWith(".css") ? "text/css" : "text/javascript";
        return new Response(text, { headers: { ...headers, "content-type": `${type}; charset=utf-8` } });
      },
    },
  ];
}
