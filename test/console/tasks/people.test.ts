import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Role } from "../../../src/domain/people/access.ts";
import { wayNames, ways } from "../support/hands.ts";
import { deployAs, documentOf, jobOf, untilStatus } from "../support/jobs.ts";
import { gated, waterBodies } from "../support/processes.ts";
import { type ConsoleSite, missing, named, openConsole } from "../support/site.ts";

describe.skipIf(missing !== undefined)(named("people who sign in"), () => {
  const held = new AsyncDisposableStack();
  let opened:
    | { readonly site: ConsoleSite; readonly first: string; readonly second: string; readonly failed: string }
    | undefined;
  const all = () => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    const site = held.use(await openConsole(["admin", "viewer"]));
    await deployAs(site, "water-bodies", waterBodies);
    await deployAs(site, "fails", gated(site.folder, "fails"));
    const jobs: string[] = [];
    for (const epsg of ["EPSG:4326", "EPSG:32610"]) {
      const job = await jobOf(site, "water-bodies", { inputs: { item: "https://stac.example/one", epsg } });
      await untilStatus(site, job, "successful");
      jobs.push(job);
    }
    const [first = "", second = ""] = jobs;
    const failed = await jobOf(site, "fails", { inputs: {} });
    await untilStatus(site, failed, "failed");
    opened = { site, first, second, failed };
  }, 90_000);
  afterAll(() => held.disposeAsync());

  /** Opens an address that wants a person to sign in, and signs in there with the key of a role. */
  async function comeAndSignIn(way: keyof typeof ways, path: string, role: Role = "admin") {
    const { site } = all();
    const { browser, hands: handsOf } = ways[way];
    const person = await site.open(browser);
    const { page } = person;
    const hands = handsOf(page);
    await page.goto(`${site.url}${path}`);
    await hands.write(page.getByLabel("Key"), site.keyOf(role));
    await hands.press(page.getByRole("button", { name: "Sign in with a key" }));
    await page.waitForURL((url) => !url.pathname.startsWith("/_/sign-in"));
    return { person, page, hands };
  }

  test.each(wayNames)(
    "a viewer looks at a process, and is told why not to run it, %s",
    async (way) => {
      const { site } = all();
      const { person, page, hands } = await comeAndSignIn(way, "/jobs?f=html", "viewer");
      await using _ = person;
      await hands.press(page.getByRole("link", { name: "Processes", exact: true }));
      await hands.press(page.getByRole("link", { name: "Water bodies detection" }));
      await page.getByText("You may not run this").waitFor();
      const before = (await documentOf(site, "/jobs?limit=1000")).jobs.length;
      const run = page.locator("button.button-main");
      if ((await run.count()) > 0) {
        await hands.write(page.getByLabel("Reference to a STAC item"), "x");
        await hands.press(run);
        await page.getByRole("alert").waitFor();
      }
      expect((await documentOf(site, "/jobs?limit=1000")).jobs).toHaveLength(before);
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test.each(wayNames)(
    "a result is shared by its address, which leads there by way of signing in, %s",
    async (way) => {
      const { first } = all();
      const { person, page } = await comeAndSignIn(way, `/jobs/${first}/results?f=html`);
      await using _ = person;
      expect(new URL(page.url()).pathname).toBe(`/jobs/${first}/results`);
      await page.getByText("https://stac.example/one").first().waitFor();
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test.each(wayNames)(
    "two runs are compared by their inputs, %s",
    async (way) => {
      const { first, second } = all();
      const { person, page, hands } = await comeAndSignIn(way, "/jobs?f=html");
      await using _ = person;
      for (const [job, epsg] of [
        [first, "EPSG:4326"],
        [second, "EPSG:32610"],
      ] as const) {
        await hands.press(page.getByRole("link", { name: "Jobs", exact: true }).first());
        await hands.press(page.getByRole("link", { name: `, ${job.slice(-8)}` }));
        await page.locator("dd, td", { hasText: epsg }).first().waitFor();
      }
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );

  test.each(wayNames)(
    "the failed jobs of the last week are found, %s",
    async (way) => {
      const { failed, first } = all();
      const { person, page, hands } = await comeAndSignIn(way, "/jobs?f=html");
      await using _ = person;
      const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
      if (way === "at 360 pixels") await hands.press(page.locator(".filters > summary"));
      await hands.choose(page.getByLabel("Status"), "failed");
      await hands.write(page.getByLabel("Created"), `${day(-7)}/${day(1)}`);
      await hands.press(page.getByRole("button", { name: "Filter" }));
      await page.getByRole("link", { name: `, ${failed.slice(-8)}` }).waitFor();
      expect(await page.getByRole("link", { name: `, ${first.slice(-8)}` }).count()).toBe(0);
      expect(new URL(page.url()).searchParams.get("datetime")).toBe(`${day(-7)}/${day(1)}`);
      if (way === "at 360 pixels") await hands.press(page.locator(".filters > summary"));
      await hands.write(page.getByLabel("Created"), `../${day(-7)}`);
      await hands.press(page.getByRole("button", { name: "Filter" }));
      await page.getByText("No job fits").waitFor();
      expect(person.wrong).toEqual([]);
    },
    60_000,
  );
});
