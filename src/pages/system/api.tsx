import { type Frame, Layout } from "../shared/layout.tsx";
import { Fold } from "../shared/parts.tsx";

/** The paths of what makes Swagger UI a page of ours. */
export type ApiPageFiles = { readonly script: string; readonly styles: string };

/** The heading of what only pages and browsers ask for. */
export const pagesTag = "pages";
/** What that heading says. */
export const aboutPages = "Addresses of this website's own pages and forms; programs need none of them";

/** Says of a path that who looks may not use it. */
const refusedWords = "you may not use it";

/** What can be asked of a path, under the heading that it stands below. */
export type ApiOperation = {
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  /** Who looks may not do it. */
  readonly isRefused?: boolean;
};

/**
 * Renders the page of the API description. All paths stand there at once, and without JavaScript; Swagger UI, which takes a second or
 * two, then draws them with all that each takes.
 */
export function apiPage(frame: Frame, { script, styles }: ApiPageFiles, operations: readonly ApiOperation[]): string {
  const { baseUrl, reader } = frame;
  const path = baseUrl.replace(/^https?:\/\/[^/]*/, "");
  const refused = operations.filter(({ isRefused }) => isRefused === true);
  const head = <link rel="preload" href="api" as="fetch" crossorigin="anonymous" />;
  return `<!doctype html>${(
    <Layout {...frame} head={head}>
      <p>
        Each path of this service can be tried out here. <a href={`${baseUrl}/processes?f=html`}>Each process</a> also
        has a page with a form.
      </p>
      <p class="actions">
        <a href={`${baseUrl}/api`}>OpenAPI 3.0</a>
        <a href={`${baseUrl}/api?f=oas31`}>OpenAPI 3.1</a>
        <a href={`${baseUrl}/conformance?f=html`}>Conformance</a>
      </p>
      {reader?.name === undefined ? null : (
        <p>
          {`You are signed in as ${reader.name} (${reader.role}): requests that you send from this page are yours, and need no key.`}
        </p>
      )}
      <div id="paths">
        <p class="muted" role="status">
          All paths in short. What each takes, and a way to try it, is being loaded: that needs JavaScript; both
          documents above can be read without.
        </p>
        <Paths operations={operations} />
      </div>
      <link rel="stylesheet" href="api/swagger-ui.css" />
      <link rel="stylesheet" href={`${path}${styles}`} />
      <div
        id="swagger-ui"
        hidden={true}
        data-signed-in={reader?.name === undefined ? undefined : ""}
        data-refused={refused.map(({ method, path }) => `${method} ${path}`).join("\n")}
        data-refused-words={refusedWords}
      />
      <script src="api/swagger-ui-bundle.js" defer={true} />
      <script type="module" src={`${path}${script}`} />
    </Layout>
  )}`;
}

function Paths({ operations }: { readonly operations: readonly ApiOperation[] }) {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return (
    <>
      {tags.map((tag) => {
        const ofTag = operations.filter((one) => one.tag === tag);
        const those = <PathList operations={[...ofTag.filter(isUsable), ...ofTag.filter((one) => !isUsable(one))]} />;
        if (tag === pagesTag) {
          return (
            <Fold id={tag} heading={aboutPages}>
              {those}
            </Fold>
          );
        }
        return (
          <>
            <h2>{tag}</h2>
            {those}
          </>
        );
      })}
    </>
  );
}

function isUsable({ isRefused }: ApiOperation): boolean {
  return isRefused !== true;
}

function PathList({ operations }: { readonly operations: readonly ApiOperation[] }) {
  return (
    <ul class="paths">
      {operations.map(({ method, path, summary, isRefused }) => (
        <li>
          <code>{`${method} ${path}`}</code> {summary}
          {isRefused === true ? <small class="muted">{` (${refusedWords})`}</small> : null}
        </li>
      ))}
    </ul>
  );
}
