import type { Child } from "hono/jsx";

/** The parts of every page around its content. */
export type Frame = {
  readonly title: string;
  /** What links of the page begin with; no slash at the end. */
  readonly baseUrl: string;
  /** The path of the style sheet, behind the path of `baseUrl`. */
  readonly styleSheet: string;
};

/** The whole page: head, the ways to the main resources, a heading, the content. */
export function Layout({
  title,
  baseUrl,
  styleSheet,
  script,
  children,
}: Frame & { readonly script?: string | undefined; readonly children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Heddle`}</title>
        {/* By its path alone: a page may be looked at by another address than its links have, and loads styles of its own only. */}
        <link rel="stylesheet" href={`${baseUrl.replace(/^https?:\/\/[^/]*/, "")}${styleSheet}`} />
        {script === undefined ? null : <script type="module" src={script} />}
      </head>
      <body>
        <nav>
          <a href={`${baseUrl}/?f=html`}>Heddle</a>
          <a href={`${baseUrl}/processes?f=html`}>Processes</a>
          <a href={`${baseUrl}/jobs?f=html`}>Jobs</a>
          <a href={`${baseUrl}/api.html`}>API</a>
          <a href={`${baseUrl}/conformance?f=html`}>Conformance</a>
          <a href={`${baseUrl}/_/sign-in?f=html`}>Account</a>
        </nav>
        <main>
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
