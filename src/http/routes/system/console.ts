import { Problem } from "../../../domain/problem.ts";
import { consolePath, consoleTexts } from "../../console-files.ts";
import type { Route } from "../../route.ts";

/** The name of a file holds a digest of its content: it never changes. */
const headers = {
  // Of use to a script that runs beside a page, which the policy of the page says nothing of: the decoders of rasters are
  // WebAssembly inside it, which it reads by addresses of its own.
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src http: https: data:; base-uri 'none'",
  "cache-control": "public, max-age=31536000, immutable",
  "x-content-type-options": "nosniff",
} as const;

/** Threads through the eyes of a heddle. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0a6188"/><g fill="none" stroke="#fff" stroke-width="1.5"><path d="M4 2v4m0 4v4M8 2v4m0 4v4M12 2v4m0 4v4"/><circle cx="4" cy="8" r="1.4"/><circle cx="8" cy="8" r="1.4"/><circle cx="12" cy="8" r="1.4"/></g></svg>`;

/** Lists the routes of the scripts and the style sheet that pages load, and of the icon that browsers ask for. */
export function consoleRoutes(): readonly Route[] {
  return [
    {
      method: "GET",
      path: `${consolePath}/:file`,
      about: {
        summary: "Scripts and style sheet of pages",
        tag: "pages",
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
    {
      method: "GET",
      path: "/favicon.ico",
      about: {
        summary: "The icon of pages",
        tag: "pages",
        answers: { 200: { about: "A picture", content: { mediaType: "image/svg+xml" } } },
      },
      access: "public",
      handle: () =>
        new Response(icon, {
          headers: {
            "content-type": "image/svg+xml",
            "content-security-policy": "default-src 'none'",
            "cache-control": "public, max-age=86400",
            "x-content-type-options": "nosniff",
          },
        }),
    },
  ];
}
