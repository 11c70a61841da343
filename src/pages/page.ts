import type { Frame } from "./layout.tsx";

/** The scripts that pages load, each by the name of its file in `console`. */
export type ScriptName = "job" | "job-list" | "local-times";

/** What a page gets besides its document. */
export type PageFrame = Frame & {
  /** The same document as JSON. */
  readonly jsonUrl: string;
  /** The paths of the scripts; what links begin with stands before them. */
  readonly scripts: Readonly<Record<ScriptName, string>>;
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
};

/** Formats what a browser lets a page do: show its own content, and what `allowed` lists. */
export function policyOf(allowed: Allowed = {}): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    ...(allowed.scripts === undefined ? [] : [`script-src ${allowed.scripts}`]),
    ...(allowed.connects === true ? ["connect-src 'self'"] : []),
    ...(allowed.images === undefined || allowed.images.length === 0
      ? []
      : [`img-src 'self' ${allowed.images.join(" ")}`]),
    `form-action ${allowed.sendsForms === true ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

/** Returns the address of a script. */
export function scriptUrl({ baseUrl, scripts }: PageFrame, name: ScriptName): string {
  return `${baseUrl}${scripts[name]}`;
}
