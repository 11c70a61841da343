// Keeps a screenshot of each page of the console, wide and narrow, light and dark: npm run screenshots -- FOLDER
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { deployAs, jobOf, untilProgress, untilStatus } from "./support/jobs.ts";
import { climate, climateRequest, openShownSite, shownPages } from "./support/pages.ts";
import { waterBodies } from "./support/processes.ts";
import { missing, openConsole } from "./support/site.ts";

const looks = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { colorScheme: "light", viewport: { width: 360, height: 780 } },
  { colorScheme: "dark", viewport: { width: 360, height: 780 } },
] as const;

const [to, only = ""] = process.argv.slice(2);
if (to === undefined || to.startsWith("-") || missing !== undefined) {
  console.log(
    missing === undefined ? "Usage: npm run screenshots -- FOLDER [PART OF A NAME]" : `There is no ${missing}`,
  );
  process.exit(2);
}
const folder = resolve(to);
await mkdir(folder, { recursive: true });
await using shownSite = await openShownSite();
const { site, jobs } = shownSite;
for (const { colorScheme, viewport } of looks) {
  for (const as of ["admin", "viewer", undefined] as const) {
    await using opened = await site.open({ ...(as === undefined ? {} : { as }), colorScheme, viewport });
    for (const [name, shown] of Object.entries(shownPages)) {
      if (shown.as !== as || !name.includes(only)) continue;
      await opened.page.goto(`${site.url}${shown.path(jobs)}`);
      await shown.press?.(opened.page, jobs);
      await opened.page.waitForLoadState("networkidle", { timeout: 3000 }).catch(() => undefined);
      const file = `${name.replaceAll(/[^a-z0-9]+/g, "-")}-${viewport.width}-${colorScheme}.png`;
      await opened.page.screenshot({ path: join(folder, file), fullPage: true, timeout: 60_000 });
    }
  }
}
await keepForReadme(join(folder, "readme"));
console.log(`Screenshots lie in ${folder}`);

/** Keeps the three that the README shows: a form, a job that runs, results. */
async function keepForReadme(to: string): Promise<void> {
  await using own = await openConsole();
  await own.heddle("deploy", climate);
  await deployAs(own, "water-bodies", waterBodies);
  const done = await jobOf(own, "climate", await climateRequest());
  await untilStatus(own, done, "successful");
  const slow = await jobOf(own, "climate", await climateRequest({ pause_seconds: 8 }));
  await using opened = await own.open({ colorScheme: "light", viewport: { width: 1100, height: 900 } });
  const { page } = opened;
  const keep = async (name: string, path: string) => {
    await page.goto(`${own.url}${path}`);
    // Maps and curves are drawn after the page is there.
    await page.waitForTimeout(2000);
    await page.screenshot({ path: join(to, `${name}.png`) });
  };
  await keep("form", "/processes/water-bodies?f=html");
  await keep("results", `/jobs/${done}/results?f=html`);
  await untilProgress(own, slow, 40);
  await keep("job", `/jobs/${slow}?f=html`);
}
