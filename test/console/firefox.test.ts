import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import * as v from "valibot";
import { madeTiff } from "../browser/views-site.ts";
import { type RunningServer, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { firefoxProgram, follow, launchFirefox, namedFirefox, openWatched, saying, seen } from "./support/firefox.ts";

const root = join(import.meta.dir, "..", "..");
const observations = join(root, "node_modules", "vega-datasets", "data", "seattle-weather.csv");

/** A tool that takes a table and an area, says what it got step by step, and gives a table and a raster. */
function surveyTool(scene: string) {
  const script = `for part in 1 2 3; do echo "part $part" >&2; sleep 0.4; done
cp '${scene}' scene.tif; head -n 4 "$1" > head.csv; printf '"%s"' "$2" > area.json`;
  const area = { label: "area of interest", doc: "area of interest as a bounding box" };
  return {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    id: "survey",
    label: "Survey of an area",
    baseCommand: ["sh", "-c", script, "sh"],
    inputs: {
      table: { type: "File", label: "Observations", inputBinding: { position: 1 } },
      area: { type: "string", ...area, default: "10,50,11,51", inputBinding: { position: 2 } },
      notes: { type: "string[]?", label: "Notes" },
    },
    outputs: {
      scene: { type: "File", format: "iana:image/tiff", outputBinding: { glob: "scene.tif" } },
      head: { type: "File", format: "iana:text/csv", outputBinding: { glob: "head.csv" } },
      area: { type: "File", format: "iana:application/json", outputBinding: { glob: "area.json" } },
    },
    $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
  };
}

describe.skipIf(firefoxProgram === undefined)(namedFirefox("the console in Firefox"), () => {
  const held = new AsyncDisposableStack();
  let opened: { readonly server: RunningServer; readonly browser: Browser } | undefined;
  const site = () => {
    if (opened === undefined) throw new Error("The site is not open");
    return opened;
  };
  beforeAll(async () => {
    const folder = held.use(await temporaryDirectory());
    const server = held.use(await startServer(join(folder.path, "data"), ["--sandbox", "off"]));
    const scene = join(folder.path, "scene.tif");
    await Bun.write(scene, madeTiff());
    const headers = { "content-type": "application/cwl+json" };
    const body = JSON.stringify(surveyTool(scene));
    const deployed = await fetch(`${server.url}/processes`, { method: "POST", headers, body });
    if (deployed.status !== 201) throw new Error(await deployed.text());
    const browser = await launchFirefox();
    held.defer(() => browser.close());
    opened = { server, browser };
  }, 60_000);
  afterAll(() => held.disposeAsync(), 30_000);

  test("a process is found and run with an uploaded file and a drawn box, watched, and its results are seen", async () => {
    const { server, browser } = site();
    const wrong: string[] = [];
    const page = await openWatched(browser, server.url, wrong);
    await page.goto(`${server.url}/?f=html`);
    await follow(page, saying("a", "Run a process"));
    await (await seen(page, 'main input[name="q"]')).type("survey");
    await follow(page, saying("button", "Search"));
    await follow(page, saying("a", "Survey of an area"));
    await uploadTable(page);
    const area = await drawBox(page);
    await follow(page, "button.button-main");
    expect(page.url()).toContain("/jobs/");
    await seen(page, 'p > [data-status="running"]');
    await page.waitForFunction(`document.querySelector('[data-live="log"]')?.textContent.includes("part 2")`);
    await seen(page, 'p > [data-status="successful"]');
    await page.goto(`${page.url().replace(/\?.*/, "")}/results?f=html`);
    await seeResults(page);
    expect(await page.$eval("main", (main) => main.textContent)).toContain(area);
    expect(wrong).toEqual([]);
    await page.close();
  }, 60_000);

  test("what was typed is here again after a reload, is said to be, and is gone when one starts anew", async () => {
    const { server, browser } = site();
    const wrong: string[] = [];
    const page = await openWatched(browser, server.url, wrong);
    await page.goto(`${server.url}/processes/survey?f=html`);
    const typedIn = (name: string) => page.$eval(`[name="${name}"]`, (one) => Reflect.get(one, "value"));
    // Nobody typed anything yet, here or before a reload.
    for (let at = 0; at < 2; at += 1) {
      await page.reload({ waitUntil: "networkidle2" });
      expect(await page.$("form[data-process] .notice")).toBeNull();
    }
    await (await seen(page, '[name="/inputs/area"]')).focus();
    await page.keyboard.press("End");
    await page.keyboard.type("9");
    await seen(page, saying("pre", '"area": "10,50,11,519"'));
    for (const [index, text] of ["one", "two", "three"].entries()) {
      if ((await page.$(`[name="/inputs/notes/${index}"]`)) === null) {
        await (await seen(page, 'button[name="~more"][value="/inputs/notes"]')).click();
      }
      await (await seen(page, `[name="/inputs/notes/${index}"]`)).type(text);
    }
    await page.reload();
    const anew = await seen(page, saying("button", "Start anew"));
    expect([await typedIn("/inputs/area"), await typedIn("/inputs/notes/2")]).toEqual(["10,50,11,519", "three"]);
    await seen(page, saying("pre", '"area": "10,50,11,519"'));
    await Promise.all([page.waitForNavigation(), anew.click()]);
    await seen(page, '[name="/inputs/area"]');
    expect([await typedIn("/inputs/area"), await typedIn("/inputs/notes/0")]).toEqual(["10,50,11,51", ""]);
    expect(await page.$("form[data-process] .notice")).toBeNull();
    expect(wrong).toEqual([]);
    await page.close();
  }, 60_000);

  test("each page keeps to its policy and has no error of a script", async () => {
    const { server, browser } = site();
    const wrong: string[] = [];
    const page = await openWatched(browser, server.url, wrong);
    const { jobs } = v.parse(
      v.object({ jobs: v.array(v.object({ jobID: v.string() })) }),
      await (await fetch(`${server.url}/jobs`)).json(),
    );
    const job = `/jobs/${jobs[0]?.jobID}`;
    const ofJob = ["", "/results", "/results/head", "/inputs", "/log", "/statistics", "/exceptions", "/prov"];
    const others = ["/", "/processes", "/processes/echo", "/processes/survey/package", "/processes/survey/revisions"];
    const service = ["/jobs", "/uploads", "/providers", "/_/deploy", "/_/system", "/_/keys", "/_/audit", "/_/licence"];
    const paths = [...others, ...service, "/conformance", "/nothing", ...ofJob.map((end) => `${job}${end}`)];
    for (const path of [...paths.map((path) => `${path}?f=html`), "/api.html"]) {
      await page.goto(`${server.url}${path}`, { waitUntil: "networkidle2" });
      await seen(page, "h1");
      expect([path, ...wrong.splice(0)]).toEqual([path]);
    }
    await page.close();
  }, 60_000);
});

/** Chooses a file in its field, and waits until it is uploaded. */
async function uploadTable(page: Page): Promise<void> {
  await seen(page, ".file[data-drop]");
  const field = await page.waitForSelector('input[name="/inputs/table/~upload"]');
  if (field === null) throw new Error("Found no field for a file");
  await (await field.toElement("input")).uploadFile(observations);
  await seen(page, saying("p", "is uploaded."));
}

/** Draws a box on the map of a form; returns what its field holds then. */
async function drawBox(page: Page): Promise<string> {
  // A map is loaded once it is looked at.
  await (await seen(page, '[name="/inputs/area"]')).scrollIntoView();
  const map = await seen(page, '[data-view="field"][data-state="drawn"] .map');
  await (await seen(page, saying("button", "Draw a box"))).click();
  await map.scrollIntoView();
  const box = await map.boundingBox();
  if (box === null) throw new Error("The map is not on the page");
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.4);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6);
  await page.mouse.up();
  const typed = `document.querySelector('[name="/inputs/area"]').value`;
  await page.waitForFunction(`${typed} !== "10,50,11,51"`);
  const area = String(await page.evaluate(typed));
  expect(area.split(",").map(Number).every(Number.isFinite)).toBe(true);
  expect(area.split(",")).toHaveLength(4);
  return area;
}

/** Looks at a raster, with a value of it, and at a table. */
async function seeResults(page: Page): Promise<void> {
  await (await seen(page, '[data-view="raster"]')).scrollIntoView();
  const raster = await seen(page, '[data-view="raster"][data-state="drawn"] .map');
  await raster.scrollIntoView();
  await raster.hover();
  await seen(page, saying("*[@data-view='raster']//*", "band 1:"));
  await seen(page, saying("*[@data-view='table']//td", "2012-01-01"));
  await seen(page, '[data-view="table"] canvas');
}
