import type { Child } from "hono/jsx";

/** The parts of every page around its content. */
export type Frame = {
  readonly title: string;
  /** What links of the page begin with; no slash at the end. */
  readonly baseUrl: string;
};

const styles = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #0b6e99; }
@media (prefers-color-scheme: dark) { :root { --accent: #6bc5ea; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 75rem; padding: 1rem 1.25rem 3rem; }
nav { border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: 1.25rem; padding-bottom: .6rem; }
nav a:first-child { font-weight: 700; }
a { color: var(--accent); overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1.4rem 0 .8rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .35rem 1.25rem; margin: 0; }
dt { color: GrayText; } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
dd > dl { border-left: 2px solid var(--line); padding-left: .9rem; }
ul { margin: 0; padding-left: 1.1rem; } .records { list-style: none; padding: 0; }
.records > li { border: 1px solid var(--line); border-radius: .5rem; margin: 0 0 .8rem; padding: .7rem .9rem; }
form { border: 1px solid var(--line); border-radius: .5rem; display: grid; gap: .6rem; margin: 0 0 1.2rem; padding: .8rem .9rem; }
label { display: grid; gap: .2rem; } textarea { font: inherit; resize: vertical; } button { font: inherit; justify-self: start; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; } caption { text-align: left; color: GrayText; padding: .3rem 0; }
th { color: GrayText; font-weight: 400; text-align: left; } th, td { border-bottom: 1px solid var(--line); padding: .35rem .8rem .35rem 0; vertical-align: top; }
td { white-space: nowrap; } td details { white-space: normal; } td progress { width: 4rem; }
progress { vertical-align: middle; width: 12rem; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .4rem; } }
`;

/** The whole page: head, the ways to the main resources, a heading, the content. */
export function Layout({
  title,
  baseUrl,
  script,
  children,
}: Frame & { readonly script?: string | undefined; readonly children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Heddle`}</title>
        {/* Our own text, without anything to escape. */}
        <style dangerouslySetInnerHTML={{ __html: styles }} />
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
