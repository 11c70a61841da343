import { existsSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { clientFlags, clientSecret, type RunningProvider, startProvider } from "../sign-in/provider.ts";
import { executable, type RunningServer, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Where a browser is; undefined where there is none. */
export const browserProgram = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => existsSync(path),
);
const bwrap = Bun.which("bwrap");

/** What these tests want and this machine does not have; undefined when all is there. */
export const missing = browserProgram === undefined ? "chromium" : bwrap === null ? "bubblewrap" : undefined;

const tls = {
  cert: Bun.file(join(import.meta.dir, "..", "fixtures", "tls", "certificate.pem")),
  key: Bun.file(join(import.meta.dir, "..", "fixtures", "tls", "key.pem")),
};

/** A service, a provider and other sites, each by https under a name of its own, and a browser that finds them. */
export type Sites = AsyncDisposable & {
  readonly browser: Browser;
  readonly server: RunningServer;
  readonly provider: RunningProvider;
  /** The service. */
  readonly heddle: string;
  /** A site that has nothing to do with it. */
  readonly third: string;
  /** A neighbour of the service, below the same registrable domain: browsers send it the cookies of its site. */
  readonly neighbour: string;
  /** Puts a page on the two other sites. */
  show(path: string, html: string): void;
};

/**
 * Opens the sites. One proxy speaks TLS for all of them, and tells them apart by their names. The service sees the name of the
 * provider in a hosts file of its own.
 */
export async function openSites(): Promise<Sites> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const pages = new Map<string, string>();
  const behind = new Map<string, string>();
  const proxy = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls,
    idleTimeout: 30,
    async fetch(request) {
      const url = new URL(request.url);
      const target = behind.get(url.hostname);
      if (target === undefined) {
        return new Response(pages.get(url.pathname) ?? "", { headers: { "content-type": "text/html" } });
      }
      const headers = new Headers(request.headers);
      headers.set("host", url.host);
      headers.set("x-forwarded-proto", "https");
      headers.set("accept-encoding", "identity");
      const body = request.body === null ? {} : { body: await request.arrayBuffer() };
      return fetch(`${target}${url.pathname}${url.search}`, {
        method: request.method,
        headers,
        redirect: "manual",
        ...body,
      });
    },
  });
  stack.defer(() => proxy.stop(true));
  const at = (name: string) => `https://${name}:${proxy.port}`;
  const heddle = at("maps.heddle.example");
  const issuer = at("peer.example");
  const provider = stack.use(await startProvider({ issuer, redirects: [`${heddle}/_/sign-in/return`] }));
  const server = stack.use(await startBehind(folder.path, { heddle, issuer }));
  behind.set("maps.heddle.example", server.url).set("peer.example", provider.url);
  const names = ["maps.heddle.example", "other.heddle.example", "peer.example", "third.example"];
  const browser = await chromium.launch({
    executablePath: browserProgram ?? "",
    args: [`--host-resolver-rules=${names.map((name) => `MAP ${name} 127.0.0.1`).join(",")}`, "--no-sandbox"],
  });
  stack.defer(() => browser.close());
  const held = stack.move();
  return {
    ...{ browser, server, provider, heddle, third: at("third.example"), neighbour: at("other.heddle.example") },
    show: (path, html) => void pages.set(path, `<!doctype html><title>Another site</title>${html}`),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function startBehind(folder: string, { heddle, issuer }: { readonly heddle: string; readonly issuer: string }) {
  const [hosts, program, secret] = ["hosts", "heddle", "secret"].map((name) => join(folder, name));
  if (hosts === undefined || program === undefined || secret === undefined) throw new Error("no names");
  await Bun.write(hosts, "127.0.0.1 localhost peer.example\n");
  await Bun.write(secret, clientSecret);
  const view = `--die-with-parent --dev-bind / / --ro-bind '${hosts}' /etc/hosts`;
  await Bun.write(program, `#!/bin/sh\nexec ${bwrap} ${view} -- '${executable}' "$@"\n`);
  await chmod(program, 0o755);
  const flags = [
    ...["--public-url", heddle, "--sandbox", "off"],
    ...["--oidc-issuer", issuer, "--oidc-client-secret-file", secret],
    ...clientFlags,
  ];
  const authority = join(import.meta.dir, "..", "fixtures", "tls", "certificate.pem");
  return startServer(join(folder, "data"), flags, { program, environment: { NODE_EXTRA_CA_CERTS: authority } });
}
