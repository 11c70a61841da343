import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { headersOf } from "./support/jobs.ts";
import { openShownSite, type ShownJobs, type ShownSite, shownPages } from "./support/pages.ts";
import { missing, named } from "./support/site.ts";

const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

describe.skipIf(missing !== undefined)(named("each link of each page of the console"), () => {
  const held = new AsyncDisposableStack();
  let shown: ShownSite | undefined;
  /** What each address was answered, so that none is asked for twice. */
  const statuses = new Map<string, number>();

  beforeAll(async () => {
    shown = held.use(await openShownSite());
  }, 120_000);
  afterAll(() => held.disposeAsync());

  /** Asks as an admin's browser does, which follows a link; the answer itself may never end. */
  async function look(url: string): Promise<Response> {
    if (shown === undefined) throw new Error("The site is not open");
    return fetch(url, { headers: { ...headersOf(shown.site), accept }, redirect: "manual" });
  }

  async function statusOf(url: string): Promise<number> {
    const known = statuses.get(url);
    if (known !== undefined) return known;
    const { status, body } = await look(url);
    await body?.cancel();
    statuses.set(url, status);
    return status;
  }

  test.each(Object.keys(shownPages))(
    "%s: none leads to what is not there, to a method that a link does not have, or to an error of the server",
    async (name) => {
      const page = shownPages[name];
      if (shown === undefined || page === undefined) throw new Error(`No such page: ${name}`);
      const { site, jobs } = shown;
      const here = `${site.url}${page.path(jobs)}`;
      const links = linksOf(await (await look(here)).text(), here).filter((link) => link.startsWith(`${site.url}/`));
      expect(links.length).toBeGreaterThan(name === "the API" ? 0 : 5);
      const wrong: string[] = [];
      for (const link of links) {
        const status = await statusOf(link);
        const isFault = status === 400 || status === 404 || status === 405 || status >= 500;
        // What could not be read as a page cannot be read as JSON either; links to its parts lead to the page itself.
        const isItself = [here, here.replace("f=html", "f=json")].includes(link) && status === page.status;
        if (isFault && !isItself && told(link, jobs) !== status) wrong.push(`${status} ${link}`);
      }
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});

/** What an address tells by its status: how a job failed (OGC 18-062r2 /req/core/job-results-failed), and that a provider is gone. */
function told(link: string, { failed }: ShownJobs): number | undefined {
  if (link.endsWith(`/jobs/${failed}/results`)) return 500;
  return link.includes("/providers/silent/processes") ? 502 : undefined;
}

/** Lists the addresses of the anchors and buttons of a page that are followed by GET, without places inside it. */
function linksOf(html: string, here: string): readonly string[] {
  const found = [...html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)].map(([, href = ""]) => href);
  const urls = found.map((href) => new URL(href.replaceAll("&amp;", "&").replaceAll("&#39;", "'"), here));
  return [...new Set(urls.map(({ href }) => href.replace(/#.*$/, "")))];
}
