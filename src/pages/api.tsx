import { type Frame, Layout } from "./layout.tsx";

/** The paths of what makes Swagger UI a page of ours. */
export type ApiPageFiles = { readonly script: string; readonly styles: string };

/** Renders the page of the API description: Swagger UI draws it, and what is above that stands there without it. */
export function apiPage(frame: Frame, { script, styles }: ApiPageFiles): string {
  const { baseUrl } = frame;
  const path = baseUrl.replace(/^https?:\/\/[^/]*/, "");
  const head = (
    <>
      <link rel="stylesheet" href="api/swagger-ui.css" />
      <link rel="stylesheet" href={`${path}${styles}`} />
    </>
  );
  return `<!doctype html>${(
    <Layout {...frame} head={head}>
      <p>
        Each path of this service can be tried out here. <a href={`${baseUrl}/processes?f=html`}>Each process</a> also
        has a page with a form.
      </p>
      <p class="actions">
        <a href={`${baseUrl}/api`}>OpenAPI 3.0</a>
        <a href={`${baseUrl}/api?f=oas31`}>OpenAPI 3.1</a>
      </p>
      <div id="swagger-ui">
        <p class="muted" role="status">
          The list of paths is being loaded. It needs JavaScript; both documents above can be read without.
        </p>
      </div>
      <script src="api/swagger-ui-bundle.js" />
      <script type="module" src={`${path}${script}`} />
    </Layout>
  )}`;
}
