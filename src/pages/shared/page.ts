import type { MapTiles } from "../../domain/documents/view-settings.ts";
import type { Frame } from "./layout.tsx";

/** The scripts that pages load, each by the name of its file in `console`. */
export type ScriptName =
  | "api"
  | "deploy"
  | "form"
  | "job"
  | "job-list"
  | "keys"
  | "local-times"
  | "raster-worker"
  | "sign-in"
  | "system"
  | "views";

/** What a page gets besides its document. */
export type PageFrame = Frame & {
  /** The same document as JSON. */
  readonly jsonUrl: string;
  /** The paths of the scripts; what links begin with stands before them. */
  readonly scripts: Readonly<Record<ScriptName, string>>;
  /** The path of the style sheet of maps and curves. */
  readonly viewStyles: string;
  /** What its maps have in the background, when it comes from elsewhere. */
  readonly tiles?: MapTiles;
};

/** A page that shows a document, complete and usable without any script. */
export type Page<Document> = {
  /** What a browser lets the page do (Content-Security-Policy). */
  policy(frame: PageFrame): string;
  render(frame: PageFrame, document: Document): string;
};

type Allowed = {
  readonly sendsForms?: boolean;
  readonly scripts?: string;
  /** Its script reads from this service. */
  readonly connects?: boolean;
  /** Origins of images besides its own. */
  readonly images?: readonly string[];
  /** What it shows of results, on maps and otherwise. */
  readonly views?: ViewsAllowed;
};

export type ViewsAllowed = {
  /** The folder of the scripts, which load parts of themselves. */
  readonly scripts: string;
  /** Where published outputs are; absent where none are shown. */
  readonly outputs?: string;
  /** Where a map loads its background from. */
  readonly tiles?: readonly string[];
};

/** Formats what a browser lets a page do: show its own content with its icon, and what `allowed` lists. */
export function policyOf({ sendsForms, scripts, connects, images = [], views }: Allowed = {}): string {
  const outputs = views?.outputs === undefined ? [] : [`${withoutEnd(views.outputs)}/`];
  const sources = [...(scripts === undefined ? [] : [scripts]), ...(views === undefined ? [] : [views.scripts])];
  const shown = [...images, ...outputs, ...(views?.tiles ?? [])];
  return [
    "default-src 'none'",
    "style-src 'self'",
    ...directive("script-src", sources),
    ...directive("worker-src", views === undefined ? [] : [views.scripts]),
    ...directive("connect-src", connects === true || views !== undefined ? ["'self'", ...outputs] : []),
    ...directive("img-src", ["'self'", ...shown]),
    ...directive("frame-src", outputs),
    `form-action ${sendsForms === true ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

function directive(name: string, sources: readonly string[]): readonly string[] {
  return sources.length === 0 ? [] : [`${name} ${sources.join(" ")}`];
}

function withoutEnd(url: string): string {
  return url.replace(/\/+$/, "");
}

/** Returns the address of a script. */
export function scriptUrl({ baseUrl, scripts }: Pick<PageFrame, "baseUrl" | "scripts">, name: ScriptName): string {
  return `${baseUrl}${scripts[name]}`;
}
