import { join } from "node:path";
import type { Page } from "playwright-core";
import type { Role } from "../../../src/domain/people/access.ts";
import { madeTiff } from "../../browser/views-site.ts";
import { startServer } from "../../support/servers/executable.ts";
import { fakeWps } from "../../support/servers/fake-wps.ts";
import { deployAs, headersOf, jobOf, untilStatus } from "./jobs.ts";
import { everyField, features, gated, giving, waterBodies } from "./processes.ts";
import { type ConsoleSite, openConsole } from "./site.ts";

const root = join(import.meta.dir, "..", "..", "..");

/** The package of the climate example. */
export const climate = join(root, "examples", "climate", "climate.cwl");

/** Returns a request that executes the climate example on its observations. */
export async function climateRequest(more: object = {}): Promise<object> {
  const file = Bun.file(join(root, "node_modules", "vega-datasets", "data", "seattle-weather.csv"));
  const observations = { value: await file.text(), mediaType: "text/csv" };
  return { inputs: { observations, ...more }, tags: ["seattle", "weather"] };
}

/** The jobs that pages are shown of, each in the state of its name; the results of one are drawn on a map. */
export type ShownJobs = Readonly<
  Record<
    "running" | "accepted" | "failed" | "successful" | "again" | "dismissed" | "drawn" | "kinds" | "remote",
    string
  >
>;

/** A page: its path, and who looks at it; nobody signs in where no role stands. */
export type ShownPage = {
  readonly path: (jobs: ShownJobs) => string;
  readonly as?: Role;
  readonly status?: number;
  /** What is pressed there, where the page comes by a button. */
  readonly press?: (page: Page, jobs: ShownJobs) => Promise<void>;
};

/** Presses the first button that a selector finds. */
const pressing = (selector: string) => (page: Page) => page.locator(selector).first().click();

/** Ticks some jobs of the list, and presses one of its buttons. */
const choosing =
  (button: string, ...names: readonly (keyof ShownJobs)[]) =>
  async (page: Page, jobs: ShownJobs) => {
    for (const name of names) await page.locator(`input[name=jobs][value="${jobs[name]}"]`).check();
    await page.getByRole("button", { name: button }).click();
  };

/** Each page of the console by its name. */
export const shownPages: Readonly<Record<string, ShownPage>> = {
  "home of a stranger": { path: () => "/?f=html" },
  home: { path: () => "/?f=html", as: "admin" },
  "the licence": { path: () => "/_/licence" },
  processes: { path: () => "/processes?f=html", as: "admin" },
  "processes that none fit": { path: () => "/processes?f=html&q=zzz", as: "admin" },
  "a process with files": { path: () => "/processes/climate?f=html", as: "admin" },
  "a process with every field": { path: () => "/processes/fields?f=html", as: "admin" },
  "a built-in process": { path: () => "/processes/echo?f=html", as: "admin" },
  "a process with a workflow": { path: () => "/processes/waits?f=html", as: "admin" },
  "a process of the field": { path: () => "/processes/water-bodies?f=html", as: "admin" },
  "a process that one may not run": { path: () => "/processes/climate?f=html", as: "viewer" },
  "a form whose upload is gone": {
    path: () =>
      "/processes/climate?f=html&inputs=%7B%22observations%22%3A%7B%22href%22%3A%22vault%3A%2F%2Fgone%22%7D%7D",
    as: "admin",
  },
  "faults of a form": {
    path: () => "/processes/echo?f=html&inputs=%7B%22none%22%3A1%2C%22number%22%3A%22x%22%7D",
    as: "admin",
  },
  revisions: { path: () => "/processes/climate/revisions?f=html", as: "admin" },
  "a difference of revisions": { path: () => "/processes/climate/revisions?f=html&old=1.0.0&new=1.1.0", as: "admin" },
  "a question before one goes back to a revision": {
    path: () => "/processes/climate/revisions?f=html",
    as: "admin",
    press: pressing("button[form='restore']"),
  },
  "a question before a revision is withdrawn": {
    path: () => "/processes/climate/revisions?f=html",
    as: "admin",
    press: pressing("button[form='withdraw']"),
  },
  "a question before a process is undeployed": {
    path: () => "/processes/climate/revisions?f=html",
    as: "admin",
    press: pressing("form[action$='/undeploy-form'] button"),
  },
  deploy: { path: () => "/_/deploy?f=html", as: "admin" },
  jobs: { path: () => "/jobs?f=html", as: "admin" },
  "jobs that none fit": { path: () => "/jobs?f=html&q=zzz", as: "admin" },
  "a job that waits": { path: ({ accepted }) => `/jobs/${accepted}?f=html`, as: "admin" },
  "a job that runs": { path: ({ running }) => `/jobs/${running}?f=html`, as: "admin" },
  "a job that failed": { path: ({ failed }) => `/jobs/${failed}?f=html`, as: "admin" },
  "a job that succeeded": { path: ({ successful }) => `/jobs/${successful}?f=html`, as: "admin" },
  "a job that was dismissed": { path: ({ dismissed }) => `/jobs/${dismissed}?f=html`, as: "admin" },
  "a question before one's job is removed": {
    path: ({ successful }) => `/jobs/${successful}?f=html`,
    as: "admin",
    press: pressing("form[action$='/remove-form'] button"),
  },
  "what became of chosen jobs": {
    path: () =>
      "/jobs?f=html&outcome=stopped:1&outcome=removed:3&outcome=ended:0a1b2c3d,4e5f6a7b&outcome=full:8c9d0e1f",
    as: "admin",
  },
  "chosen jobs that are too many": { path: () => "/jobs?f=html&done=fewer-jobs-wanted", as: "admin" },
  "a question before chosen jobs are cancelled or removed": {
    path: () => "/jobs?f=html",
    as: "admin",
    press: choosing(
      "Cancel or remove the chosen jobs",
      "running",
      "accepted",
      "failed",
      "successful",
      "again",
      "drawn",
    ),
  },
  "a question before chosen jobs are retried": {
    path: () => "/jobs?f=html",
    as: "admin",
    press: choosing("Retry the chosen jobs", "failed", "dismissed", "running", "successful"),
  },
  "two jobs compared": {
    path: ({ successful, drawn }) => `/jobs/compare?f=html&jobs=${successful},${drawn}`,
    as: "admin",
  },
  "two runs compared": {
    path: ({ successful, again }) => `/jobs/compare?f=html&jobs=${successful},${again}`,
    as: "admin",
  },
  "a problem: one job compared": {
    path: ({ drawn }) => `/jobs/compare?f=html&jobs=${drawn}`,
    as: "admin",
    status: 400,
  },
  results: { path: ({ successful }) => `/jobs/${successful}/results?f=html`, as: "admin" },
  "a result": { path: ({ successful }) => `/jobs/${successful}/results/monthly?f=html`, as: "admin" },
  "results on a map": { path: ({ drawn }) => `/jobs/${drawn}/results?f=html`, as: "admin" },
  "results of every kind": { path: ({ kinds }) => `/jobs/${kinds}/results?f=html`, as: "admin" },
  "a directory": { path: ({ kinds }) => `/outputs/${kinds}/all/all/?f=html`, as: "admin" },
  inputs: { path: ({ successful }) => `/jobs/${successful}/inputs?f=html`, as: "admin" },
  "a log": { path: ({ successful }) => `/jobs/${successful}/log?f=html`, as: "admin" },
  "errors and warnings of a log": { path: ({ failed }) => `/jobs/${failed}/log?f=html&level=faults`, as: "admin" },
  statistics: { path: ({ successful }) => `/jobs/${successful}/statistics?f=html`, as: "admin" },
  notifications: { path: ({ successful }) => `/jobs/${successful}/notifications?f=html`, as: "admin" },
  exceptions: { path: ({ failed }) => `/jobs/${failed}/exceptions?f=html`, as: "admin" },
  provenance: { path: ({ successful }) => `/jobs/${successful}/prov?f=html`, as: "admin" },
  "sign in": { path: () => "/_/sign-in?f=html" },
  account: { path: () => "/_/sign-in?f=html", as: "viewer" },
  system: { path: () => "/_/system?f=html", as: "admin" },
  keys: { path: () => "/_/keys?f=html", as: "admin" },
  audit: { path: () => "/_/audit?f=html", as: "admin" },
  shares: { path: () => "/_/shares?f=html", as: "admin" },
  uploads: { path: () => "/uploads?f=html", as: "admin" },
  "uploads, none left": { path: () => "/uploads?f=html&done=upload-removed&after=1.1.a", as: "admin" },
  "a question before an upload is removed": {
    path: () => "/uploads?f=html",
    as: "admin",
    press: pressing("form[action$='/remove-form'] button"),
  },
  "a question before a key is revoked": {
    path: () => "/_/keys?f=html",
    as: "admin",
    press: pressing("form[action$='/revoke-form'] button"),
  },
  "a package": { path: () => "/processes/climate/package?f=html", as: "admin" },
  providers: { path: () => "/providers?f=html", as: "admin" },
  "a provider": { path: () => "/providers/lab?f=html", as: "admin" },
  "a question before a provider is removed": {
    path: () => "/providers/lab?f=html",
    as: "admin",
    press: pressing("form[action$='/remove-form'] button"),
  },
  "processes of a provider": { path: () => "/providers/lab/processes?f=html", as: "admin" },
  "a process of a provider": { path: () => "/providers/lab/processes/echo?f=html", as: "admin" },
  "a process of a provider that one may not run": {
    path: () => "/providers/lab/processes/echo?f=html",
    as: "viewer",
  },
  "jobs of a process of a provider": { path: () => "/providers/lab/processes/echo/jobs?f=html", as: "admin" },
  "a job at a provider": { path: ({ remote }) => `/jobs/${remote}?f=html`, as: "admin" },
  "processes of a WPS provider": { path: () => "/providers/wps/processes?f=html", as: "admin" },
  "a process of a WPS provider": { path: () => "/providers/wps/processes/echo?f=html", as: "admin" },
  "a provider that does not answer": { path: () => "/providers/silent/processes?f=html", as: "admin", status: 502 },
  "the API": { path: () => "/api.html", as: "admin" },
  conformance: { path: () => "/conformance?f=html" },
  "a problem: not found": { path: () => "/jobs/none?f=html", as: "admin", status: 404 },
  "a problem: not allowed": { path: () => "/_/keys?f=html", as: "viewer", status: 403 },
  "a problem: not understood": { path: () => "/jobs?f=html&limit=x", as: "admin", status: 400 },
};

/** A service that has all that its pages show. */
export type ShownSite = AsyncDisposable & { readonly site: ConsoleSite; readonly jobs: ShownJobs };

/** Starts a service with a person of each role that looks, and another one that is its provider; makes all that pages show. */
export async function openShownSite(): Promise<ShownSite> {
  const stack = new AsyncDisposableStack();
  const flags = ["--sandbox", "off", "--slots", "1", "--allow-fetch", "127.0.0.1"];
  const site = stack.use(await openConsole(["admin", "viewer"], flags));
  const lab = stack.use(await startServer(join(site.folder, "lab"), ["--sandbox", "off"]));
  await addProviders(site, lab.url);
  const jobs = await showPages(site);
  const held = stack.move();
  return { site, jobs, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Registers the servers of the pages: by both of what another service of ours speaks, and one that is gone by then. */
async function addProviders(site: ConsoleSite, labUrl: string): Promise<void> {
  await site.heddle("providers", "add", "lab", labUrl, "--public");
  await site.heddle("providers", "add", "wps", `${labUrl}/wps`);
  await using gone = await fakeWps();
  await site.heddle("providers", "add", "silent", `${gone.url}/wps`);
}

/** Deploys the processes of the pages and makes a job in each state. */
async function showPages(site: ConsoleSite): Promise<ShownJobs> {
  await site.heddle("deploy", climate);
  await site.heddle("deploy", climate, "--version", "1.1.0", "--replace");
  await deployAs(site, "fields", everyField);
  await deployAs(site, "water-bodies", waterBodies);
  await deployAs(site, "fails", gated(site.folder, "fails"));
  await deployAs(site, "waits", gated(site.folder, "waits"));
  const successful = await jobOf(site, "climate", await climateRequest());
  await untilStatus(site, successful, "successful");
  const again = await jobOf(site, "climate", await climateRequest({ wet_day_mm: 5 }));
  await untilStatus(site, again, "successful");
  await fetch(`${site.url}/jobs/${successful}/share`, { method: "POST", headers: headersOf(site) });
  for (const name of ["observations of a long name, from the field station.csv", "b.csv"]) {
    const headers = { "content-type": "text/csv", "content-disposition": `attachment; filename="${name}"` };
    await fetch(`${site.url}/vault`, {
      method: "POST",
      headers: { ...headers, ...headersOf(site) },
      body: "a,b\n1,2\n",
    });
  }
  await deployAs(site, "features", features);
  const drawn = await jobOf(site, "features", { inputs: {} });
  await untilStatus(site, drawn, "successful");
  const kinds = await everyKind(site);
  const remote = await jobOf(site, "echo", { inputs: { text: "from afar" } }, "lab");
  await untilStatus(site, remote, "successful");
  const failed = await jobOf(site, "fails", { inputs: {} });
  await untilStatus(site, failed, "failed");
  const running = await jobOf(site, "waits", { inputs: {} });
  await untilStatus(site, running, "running");
  const [accepted, dismissed] = [
    await jobOf(site, "waits", { inputs: {} }),
    await jobOf(site, "waits", { inputs: {} }),
  ];
  await fetch(`${site.url}/jobs/${dismissed}`, { method: "DELETE", headers: headersOf(site) });
  return { running, accepted, failed, successful, again, dismissed, drawn, kinds, remote };
}

/** Runs what gives a result of every kind. */
async function everyKind(site: ConsoleSite): Promise<string> {
  const folder = join(site.folder, "kinds");
  const wide = Array.from({ length: 30 }, (_, index) => index);
  const files: Readonly<Record<string, string | ArrayBuffer>> = {
    "broken.geojson": '{"type": "FeatureCollection",',
    "empty.csv": "",
    "grown.tif": madeTiff(),
    "page.html": "<h1>A page</h1>",
    "paper.pdf": "%PDF-1.4",
    "said.md": "# Said\n\n- one\n- two\n",
    "tree.json": JSON.stringify({ a: { b: [1, { c: "x".repeat(200) }] } }),
    "a-wide.csv": [0, 1, 2].map((row) => wide.map((column) => `${row + column},5`).join(";")).join("\n"),
  };
  for (const [name, content] of Object.entries(files)) await Bun.write(join(folder, name), content);
  await deployAs(site, "kinds", giving(folder));
  const job = await jobOf(site, "kinds", { inputs: {} });
  await untilStatus(site, job, "successful");
  return job;
}
