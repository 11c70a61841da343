import type { ViewSettings } from "../../domain/documents/view-settings.ts";
import { type PageFrame, scriptUrl, type ViewsAllowed } from "./page.ts";

/** Lists what a browser must allow a page that draws maps and curves. */
export function viewsAllowed(frame: PageFrame, { outputsUrl }: ViewSettings): ViewsAllowed {
  return {
    scripts: scriptUrl(frame, "views").replace(/[^/]*$/, ""),
    ...(outputsUrl === undefined ? {} : { outputs: outputsUrl }),
    ...(frame.tiles === undefined ? {} : { tiles: originsOf(frame.tiles.url) }),
  };
}

/** Lists the origins of a template: `{a-c}` in it stands for each letter, or digit, of a range. */
function originsOf(template: string): readonly string[] {
  const [range = "", first = "", last = ""] = /\{([a-z0-9])-([a-z0-9])\}/.exec(template) ?? [];
  const [from, to] = [first.charCodeAt(0), last.charCodeAt(0)];
  const names =
    range === ""
      ? [template]
      : Array.from({ length: to - from + 1 }, (_, index) => template.replace(range, String.fromCharCode(from + index)));
  return [...new Set(names.map((name) => new URL(name.replace(/\{[^}]*\}/g, "0")).origin))];
}

/** Loads what draws maps and curves: little by itself, which loads the rest where something is to be drawn. */
export function ViewsHead({ frame }: { readonly frame: PageFrame }) {
  const { tiles } = frame;
  const path = frame.baseUrl.replace(/^https?:\/\/[^/]*/, "");
  return (
    <>
      <link rel="stylesheet" href={`${path}${frame.viewStyles}`} />
      <meta name="raster-worker" content={scriptUrl(frame, "raster-worker")} />
      {tiles === undefined ? null : (
        <meta name="map-tiles" content={tiles.url} data-attribution={tiles.attribution ?? ""} />
      )}
      <script type="module" src={scriptUrl(frame, "views")} />
    </>
  );
}
