import { afterAll, beforeAll } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeArrayBuffer } from "geotiff";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { browserProgram } from "./site.ts";

type Files = Readonly<Record<string, string | ArrayBuffer | Uint8Array>>;

/** A service whose process gives the files that a test wrote, and a browser. */
export type ViewsSite = AsyncDisposable & {
  readonly url: string;
  /** Runs a job whose results are these files; returns the address of its results. */
  results(files: Files, as?: "files" | "directory"): Promise<string>;
  /** Deploys a package. */
  deploy(document: object): Promise<void>;
  /** Opens a page of its own; `wrong` gets what must not happen on any page. */
  open(wrong: string[], options?: BrowserContextOptions): Promise<Page>;
};

/** Starts a service without any account, and a browser. */
export async function openViewsSite(flags: readonly string[] = []): Promise<ViewsSite> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryDirectory());
  const server = stack.use(await startServer(join(folder.path, "data"), flags));
  const browser: Browser = await chromium.launch({ executablePath: browserProgram ?? "", args: ["--no-sandbox"] });
  stack.defer(() => browser.close());
  const held = stack.move();
  const deploy = async (document: object) => {
    const headers = { "content-type": "application/cwl+json" };
    const sent = await fetch(`${server.url}/processes`, { method: "POST", headers, body: JSON.stringify(document) });
    if (sent.status !== 201) throw new Error(await sent.text());
  };
  let made = 0;
  return {
    url: server.url,
    deploy,
    async results(files, as = "files") {
      made += 1;
      const from = join(folder.path, `files-${made}`);
      await mkdir(from);
      for (const [name, content] of Object.entries(files)) await Bun.write(join(from, name), content);
      await deploy(copyTool(`copy-${made}`, from, as));
      const headers = { "content-type": "application/json", prefer: "respond-async" };
      const body = JSON.stringify({ inputs: {} });
      const sent = await fetch(`${server.url}/processes/copy-${made}/execution`, { method: "POST", headers, body });
      const { jobID } = JSON.parse(await sent.text());
      for (;;) {
        const { status, message } = JSON.parse(await (await fetch(`${server.url}/jobs/${jobID}`)).text());
        if (status === "successful") return `${server.url}/jobs/${jobID}/results?f=html`;
        if (status !== "accepted" && status !== "running") throw new Error(`The job is ${status}: ${message}`);
        await Bun.sleep(50);
      }
    },
    async open(wrong, options = {}) {
      const context = await browser.newContext(options);
      held.defer(() => context.close());
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      page.on("console", (message) => {
        if (/Content Security Policy/.test(message.text())) wrong.push(message.text());
      });
      page.on("pageerror", (error) => wrong.push(error.message));
      page.on("dialog", (dialog) => wrong.push(dialog.message()));
      page.on("request", (request) => {
        if (!request.url().startsWith(server.url)) wrong.push(request.url());
      });
      return page;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Opens a site for all tests of a group, and does what these want first; it is closed after them. */
export function holdViewsSite(
  prepare: () => Promise<void> = async () => {},
  flags: readonly string[] = [],
): () => ViewsSite {
  const held = new AsyncDisposableStack();
  let opened: ViewsSite | undefined;
  beforeAll(async () => {
    opened = held.use(await openViewsSite(flags));
    await prepare();
  }, 60_000);
  afterAll(() => held.disposeAsync(), 30_000);
  return () => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
}

function copyTool(id: string, from: string, as: "files" | "directory"): object {
  const type = as === "files" ? "File[]" : "Directory";
  return {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    id,
    baseCommand: ["sh", "-c", as === "files" ? 'cp -r "$0"/. .' : 'cp -r "$0" catalogue'],
    arguments: [from],
    inputs: {},
    outputs: { files: { type, outputBinding: { glob: as === "files" ? "*.*" : "catalogue" } } },
  };
}

/** Makes a GeoTIFF of one band whose values grow from cell to cell, from 10 degrees east and 50 north on. */
export function madeTiff(width = 60, height = 40): ArrayBuffer {
  const values = Float32Array.from({ length: width * height }, (_, index) => index);
  return writeArrayBuffer(values, {
    ...{ width, height, GTModelTypeGeoKey: 2, GeographicTypeGeoKey: 4326 },
    ...{ ModelPixelScale: [0.1, 0.1, 0], ModelTiepoint: [0, 0, 0, 10, 50, 0] },
  });
}
