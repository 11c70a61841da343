import type { Child } from "hono/jsx";

/** The parts of every page around its content. */
export type Frame = {
  readonly title: string;
  /** What links of the page begin with; no slash at the end. */
  readonly baseUrl: string;
  /** The path of the style sheet, behind the path of `baseUrl`. */
  readonly styleSheet: string;
  /** The path and query of the page itself, behind `baseUrl`: who signs in comes back to it. */
  readonly here?: string;
  /** What the service is called. */
  readonly serviceTitle?: string;
  /** Who runs the service, by name. */
  readonly serviceProvider?: string;
  /** Who looks at it; absent for a stranger. */
  readonly reader?: Reader;
  /** What the form did that led here. */
  readonly notice?: Notice;
  /** What serves the page. */
  readonly program?: ProgramFacts;
};

/** What the foot of a page says of the software; its licence is not that of what a service offers. */
export type ProgramFacts = { readonly version: string; readonly license: string; readonly source?: string };

/** What was done before a page comes, in the words that it is told by. */
export const notices = {
  deployed: "Deployed. It can be run from now on.",
  "deployed-without-image":
    "Deployed, but it cannot run here yet: nothing on this machine can have an image that it names. What it lacks is told below.",
  "replaced-without-image":
    "Replaced, but this version cannot run here yet: nothing on this machine can have an image that it names. What it lacks is told below.",
  replaced: "Replaced. What runs from now on is this version; the one before stays among the revisions.",
  unchanged: "Nothing was replaced: the package is the same as what is deployed.",
  "revision-restored":
    "Done. What runs from now on is the revision that stands as current below. Jobs that were there before keep theirs.",
  "revision-withdrawn":
    "The revision was undeployed. Nobody can make a new job of it. Jobs that were there before keep it: one that failed can be tried again with it.",
  undeployed:
    "Undeployed. Nobody can make a new job of it. Its jobs and results stay: one that failed can be tried again with the revision that it had. One can go back to a revision.",
  "provider-added":
    "Added: the server was asked what it is, and answered. Nothing was run there, so that nobody knows yet whether a run wants a key, or another one.",
  "sign-in-changed":
    "Changed. What runs from now on signs in so; whether the server answers is told below, whether it lets a process run is not known.",
  "provider-removed": "The provider was removed.",
  "key-revoked": "The key was revoked. It is refused from now on.",
  "job-removed": "The job was removed, with its results and its log.",
  "had-ended": "The job had ended before: nothing was cancelled, and its results are as they were.",
  "has-not-ended": "The job was not removed: it runs, or waits to run.",
  uploaded: "Uploaded. The file can be an input of jobs.",
  "upload-removed": "The upload was removed.",
  "share-taken-back": "The share was taken back. Its address leads to nothing any more.",
  "job-kept": "The job is kept for good, with its results and its log. Nothing removes it before it is kept no longer.",
  "job-released": "The job is kept no longer than others are, counted from its end.",
  "notices-kept":
    "Kept. The form of each process is filled with this address from now on, where you can change it for one run.",
  "notices-removed": "No address is kept any more. Jobs that were run with it go on telling it.",
  "results-wanted": "Tick at least one of the results to share. Nothing was shared.",
  "two-wanted": "Tick two jobs, and only two: then they can be compared.",
  "jobs-wanted": "Tick at least one job first. Nothing was done.",
  "fewer-jobs-wanted":
    "At most 100 jobs are cancelled, removed or retried at once. Nothing was done; the first 100 of them are ticked.",
} as const;
export type Notice = keyof typeof notices;

/** Those that say what is still wanted. */
const wanting: readonly Notice[] = [
  "deployed-without-image",
  "replaced-without-image",
  "results-wanted",
  "two-wanted",
  "jobs-wanted",
  "fewer-jobs-wanted",
];

/** Reads the name of a notice; undefined for any other text. */
export function readNotice(text: string | undefined): Notice | undefined {
  return text !== undefined && isNotice(text) ? text : undefined;
}

function isNotice(text: string): text is Notice {
  return Object.hasOwn(notices, text);
}

/** Who looks at a page. */
export type Reader = {
  /** Absent where nobody need sign in. */
  readonly name?: string;
  readonly role?: string;
  /** May see what the service runs on. */
  readonly seesSystem: boolean;
  /** May upload files for the inputs of jobs. */
  readonly mayUpload?: boolean;
};

/** The whole page: head, the ways to the main resources, a heading, the content. */
export function Layout({
  title,
  baseUrl,
  styleSheet,
  here,
  serviceTitle = "Heddle",
  reader,
  notice,
  program,
  script,
  told,
  head,
  children,
}: Frame & {
  /** What was done, where the page says more of it than the notice. */
  readonly told?: string | undefined;
  readonly script?: string | undefined;
  /** More that a browser loads. */
  readonly head?: Child;
  readonly children: Child;
}) {
  // The address of a share opens it for whoever reads it.
  const path = baseUrl.replace(/^https?:\/\/[^/]*/, "");
  const place = here === undefined || here.startsWith("/s/") ? "" : `${baseUrl}${here}`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Heddle`}</title>
        {/* By their paths alone: a page may be looked at by another address than its links have, and loads files of its own only. */}
        <link rel="icon" type="image/svg+xml" href={`${path}/favicon.ico`} />
        <link rel="stylesheet" href={`${path}${styleSheet}`} />
        {script === undefined ? null : <script type="module" src={script} />}
        {head}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <Menu baseUrl={baseUrl} here={here} reader={reader} />
        <main id="main" tabindex={-1}>
          <CareMenu baseUrl={baseUrl} here={here} reader={reader} />
          <h1>{title}</h1>
          {notice === undefined ? null : (
            <p class={wanting.includes(notice) ? "notice notice-bad" : "notice notice-good"} role="status">
              <span data-told="done">{told ?? notices[notice]}</span>
            </p>
          )}
          {children}
        </main>
        <footer>
          {program === undefined ? null : <Foot program={program} baseUrl={baseUrl} />}
          {/* For the paper: a script adds when it was printed. */}
          <p class="print-foot">
            <span class="print-service">
              {serviceTitle}
              {place === "" ? "" : " · "}
            </span>
            {place} <span data-printed={reader?.name ?? ""} />
          </p>
        </footer>
      </body>
    </html>
  );
}

type MenuProps = Pick<Frame, "baseUrl"> & {
  readonly here: string | undefined;
  readonly reader: Reader | undefined;
};

/** The ways to the main resources; the one that one is at is marked. */
function Menu({ baseUrl, here, reader }: MenuProps) {
  const ways = [
    ["/", "Heddle"],
    ["/processes", "Processes"],
    ["/jobs", "Jobs"],
    ...(reader?.mayUpload === true ? [["/uploads", "Uploads"] as const] : []),
    ["/api.html", "API"],
    ...(reader?.seesSystem === true ? [["/_/system", "System"] as const] : []),
  ] as const;
  return (
    <nav>
      {ways.map(([path, words]) => (
        <MenuLink baseUrl={baseUrl} here={here} path={path}>
          {words}
        </MenuLink>
      ))}
      <a href={signInUrl({ baseUrl, here })}>{accountWords(reader)}</a>
    </nav>
  );
}

/** The pages by which admins look after the service. */
const carePages = [
  ["/_/system", "System"],
  ["/_/keys", "Keys"],
  ["/_/audit", "Audit"],
  ["/providers", "Providers"],
  ["/uploads", "Uploads"],
  ["/_/shares", "Shares"],
] as const;

/** The ways between the pages by which admins look after the service; of what lies below one of them, such as a question, that one is marked. */
function CareMenu({ baseUrl, here, reader }: MenuProps) {
  const path = pathOf(here);
  const at = carePages.find(([one]) => path === one || path?.startsWith(`${one}/`) === true);
  if (at === undefined || reader?.seesSystem !== true) return null;
  const [current] = at;
  const shown = carePages.filter(([one]) => one !== "/uploads" || reader.mayUpload === true);
  return (
    <ul class="jumps" aria-label="Looking after the service">
      {shown.map(([one, words]) => (
        <li>
          <a
            href={`${baseUrl}${one}?f=html`}
            aria-current={one === path ? "page" : one === current ? "true" : undefined}
          >
            {words}
          </a>
        </li>
      ))}
    </ul>
  );
}

function MenuLink({
  baseUrl,
  here,
  path,
  children,
}: Pick<MenuProps, "baseUrl" | "here"> & { readonly path: string; readonly children: Child }) {
  const href = `${baseUrl}${path}${path.endsWith(".html") ? "" : "?f=html"}`;
  if (pathOf(here) !== path) return <a href={href}>{children}</a>;
  return (
    <a href={href} aria-current="page">
      {children}
    </a>
  );
}

function pathOf(here: string | undefined): string | undefined {
  return here?.replace(/[?#].*$/s, "");
}

/** Where the licence of the software is read. */
export const licencePath = "/_/licence";

function Foot({
  program: { version, license, source },
  baseUrl,
}: {
  readonly program: ProgramFacts;
  readonly baseUrl: string;
}) {
  return (
    <p class="muted">
      {`Heddle ${version}, software under the licence `}
      <a href={`${baseUrl}${licencePath}`}>{license}</a>
      {source === undefined ? null : (
        <>
          {" · "}
          <a href={source}>source</a>
        </>
      )}
      {" · "}
      <a href={`${baseUrl}/conformance?f=html`}>conformance</a>
    </p>
  );
}

/** Returns the address of the page where one signs in, and comes back from. */
export function signInUrl({ baseUrl, here }: { readonly baseUrl: string; readonly here?: string | undefined }): string {
  return `${baseUrl}/_/sign-in?f=html${here === undefined ? "" : `&to=${encodeURIComponent(here)}`}`;
}

function accountWords(reader: Reader | undefined): string {
  if (reader === undefined) return "Sign in";
  return reader.name === undefined ? "Account" : `${reader.name} (${reader.role})`;
}
