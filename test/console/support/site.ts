import { join } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Role } from "../../../src/domain/people/access.ts";
import { browserProgram } from "../../browser/site.ts";
import { executable, type RunningServer, runExecutable, startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

/** What these tests want and this machine does not have; undefined when all is there. */
export const missing = browserProgram === undefined ? "chromium" : undefined;

/** Names a group of tests; where something is missing, the name says what. */
export function named(title: string): string {
  return missing === undefined ? title : `${title} (skipped: no ${missing})`;
}

/** A page with what must not happen on it: requests to other hosts, scripts that the policy stops, errors, dialogs. */
export type Opened = AsyncDisposable & {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly wrong: string[];
};

/** A service and a browser that reaches nothing else. */
export type ConsoleSite = AsyncDisposable & {
  readonly browser: Browser;
  readonly server: RunningServer;
  readonly url: string;
  /** A directory beside the data of the service, which its tools may write to. */
  readonly folder: string;
  /** The key of a role, where the service has keys. */
  keyOf(role: Role): string;
  /** Opens a browser profile of its own, signed in with the key of a role when one is given. */
  open(options?: BrowserContextOptions & { readonly as?: Role }): Promise<Opened>;
  /** Runs a command of the executable against the service, by the key of an admin where it has keys. */
  heddle(...words: readonly string[]): Promise<void>;
};

/** Starts the executable, with a key for each of the roles, and a browser. */
export async function openConsole(
  roles: readonly Role[] = [],
  flags: readonly string[] = ["--sandbox", "off"],
): Promise<ConsoleSite> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const data = join(folder.path, "data");
  const keys = new Map<Role, string>();
  for (const role of roles) keys.set(role, await makeKey(data, role));
  const server = stack.use(await startServer(data, flags));
  const browser = await chromium.launch({ executablePath: browserProgram ?? "", args: ["--no-sandbox"] });
  stack.defer(() => browser.close());
  const held = stack.move();
  const keyOf = (role: Role) => keys.get(role) ?? "";
  return {
    ...{ browser, server, url: server.url, folder: folder.path, keyOf },
    async open({ as, ...options } = {}) {
      const context = await browser.newContext({ reducedMotion: "reduce", ...options });
      context.setDefaultTimeout(15_000);
      const wrong: string[] = [];
      const page = await watchedPage(context, server.url, wrong);
      if (as !== undefined) {
        await page.goto(`${server.url}/_/sign-in?f=html`);
        await page.getByLabel("Key").fill(keyOf(as));
        await page.getByRole("button", { name: "Sign in with a key" }).click();
        await page.getByRole("heading", { level: 1 }).waitFor();
      }
      return { page, context, wrong, [Symbol.asyncDispose]: () => context.close() };
    },
    async heddle(...words) {
      const key = keys.has("admin") ? { HEDDLE_KEY: keyOf("admin") } : {};
      const environment = { PATH: process.env.PATH ?? "", HEDDLE_URL: server.url, ...key };
      const { exitCode, talk } = await runExecutable(words, { environment });
      if (exitCode !== 0) throw new Error(`heddle ${words.join(" ")} ended with ${exitCode}: ${talk}`);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function makeKey(data: string, role: Role): Promise<string> {
  const words = ["keys", "create", "--data", data, "--role", role, "--user", `a-${role}`, "--json"];
  const { exitCode, out, talk } = await runExecutable(words);
  if (exitCode !== 0) throw new Error(`${executable} made no key: ${talk}`);
  return String(JSON.parse(out).key);
}

/** The network is cut but for the service: whatever else is asked for is wrong. */
async function watchedPage(context: BrowserContext, url: string, wrong: string[]): Promise<Page> {
  const { host } = new URL(url);
  await context.route(
    (asked) => asked.host !== host,
    (route) => {
      wrong.push(`asked for ${route.request().url()}`);
      return route.abort();
    },
  );
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(`error ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) wrong.push(message.text());
  });
  return page;
}
