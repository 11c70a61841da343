import type { Frame } from "./layout.tsx";

/** The scripts that pages load, each by the name of its file in `console`. */
export type ScriptName = "local-times";

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

/** Formats what a browser lets a page do: show its own content, and what `allowed` lists. */
export function policyOf(allowed: { readonly sendsForms?: boolean; readonly scripts?: string } = {}): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    ...(allowed.scripts === undefined ? [] : [`script-src ${allowed.scripts}`]),
    `form-action ${allowed.sendsForms === true ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

/** Returns the address of a script. */
export function scriptUrl({ baseUrl, scripts }: PageFrame, name: ScriptName): string {
  return `${baseUrl}${scripts[name]}`;
}
