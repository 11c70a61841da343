import { type Frame, Layout } from "./layout.tsx";
import { Fold } from "./parts.tsx";

/** The paths of what makes Swagger UI a page of ours. */
export type ApiPageFiles = { readonly script: string; readonly styles: string };

/** The heading of what only pages and browsers ask for. */
export const pagesTag = "pages";
/** What that heading says. */
export const aboutPages = "Addresses of this website's own pages and forms; programs need none of them";

/** What can be asked of a path, under the heading that it stands below. */
export type ApiOperation = {
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
};

/**
 * Renders the page of the API description. All paths stand there at once, and without JavaScript; Swagger UI, which takes a second or
 * two, then draws them with all that each takes.
 */
export function apiPage(frame: Frame, { script, styles }: ApiPageFiles, operations: readonly ApiOperation[]): string {
  const { baseUrl, reader } = frame;
  const path = baseUrl.replace(/^https?:\/\/[^/]*/, "");
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
      <div id="swagger-ui" hidden={true} data-signed-in={reader?.name === undefined ? undefined : ""} />
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
        const those = <PathList operations={operations.filter((one) => one.tag === tag)} />;
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

function PathList({ operations }: { readonly operations: readonly ApiOperation[] }) {
  return (
    <ul class="paths">
      {operations.map(({ method, path, summary }) => (
        <li>
          <code>{`${method} ${path}`}</code> {summary}
        </li>
      ))}
    </ul>
  );
}
