import { expect, test } from "bun:test";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";

const pageOf = async (service: Service, path: string) =>
  (await service.send("GET", path, { headers: { accept: "text/html" } })).text();

const types = {
  ...{
    "a.txt": "text/plain",
    "b <i>.csv": "text/csv",
    "c.json": "application/json",
    "d.bin": "application/octet-stream",
  },
  ...{ "e.pdf": "application/pdf", "f.png": "image/png", "g.html": "text/html", "h.tif": "image/tiff" },
};

/** Runs a job whose results are files by themselves, a list and a directory of them, a value and an address. */
async function ended(service: Service): Promise<string> {
  const id = await submitEcho(service);
  const names = Object.entries(types);
  const file = (output: string, name: string, mediaType: string) =>
    ({
      kind: "file",
      reference: `/${id}/${output}/${encodeURIComponent(name)}`,
      basename: name,
      mediaType,
      sizeBytes: 2,
    }) as const;
  await service.finish(id, {
    results: {
      image: file("image", "a.txt", "text/plain"),
      array: { kind: "list", items: names.map(([name, type]) => file("array", name, type)) },
      mixed: {
        kind: "directory",
        reference: `/${id}/mixed/all/`,
        basename: "all",
        files: names.map(([path, mediaType]) => ({ path, mediaType, sizeBytes: 2 })),
      },
      text: { kind: "value", value: "said" },
      choice: { kind: "link", href: "https://elsewhere.example/x.png", mediaType: "image/png" },
    },
    files: Object.fromEntries([
      ["image/a.txt", "{}"],
      ...names.flatMap(([name]) => [
        [`array/${name}`, "{}"],
        [`mixed/all/${name}`, "{}"],
      ]),
    ]),
  });
  return id;
}

const escaped = (text: string) => text.replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Lists the words and addresses of the links of a page. */
function linksOf(page: string): ReadonlyMap<string, readonly string[]> {
  const links = new Map<string, readonly string[]>();
  for (const [, attributes = "", words = ""] of page.matchAll(/<a ([^>]*)>([^<]*)<\/a>/g)) {
    const [, href = ""] = /href="([^"]*)"/.exec(attributes) ?? [];
    links.set(words, [...(links.get(words) ?? []), href.replaceAll("&amp;", "&")]);
  }
  return links;
}

test("the name of a result leads to where it is looked at, and Download to its bytes, wherever it is listed", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await ended(service);
  const results = `${address}/jobs/${id}/results`;
  for (const path of [`/jobs/${id}?f=html`, `/jobs/${id}/results?f=html`]) {
    const links = linksOf(await pageOf(service, path));
    expect(links.get("a.txt")).toContain(`${results}/image?f=html`);
    for (const [index, name] of Object.keys(types).entries()) {
      expect([path, name, links.get(escaped(name))]).toEqual([
        path,
        name,
        expect.arrayContaining([`${results}/array/${index}?f=html`]),
      ]);
      expect(links.get("Download")).toContain(`${address}/outputs/${id}/array/${encodeURIComponent(name)}`);
    }
    expect(links.get("all")).toContain(`${address}/outputs/${id}/mixed/all/?f=html`);
    expect(links.get("text")).toContain(`${results}/text?f=html`);
    // What lies elsewhere is opened, and not said to be downloaded.
    expect(links.get("https://elsewhere.example/x.png")).toContain("https://elsewhere.example/x.png");
    expect(links.get("Download")).not.toContain("https://elsewhere.example/x.png");
    for (const href of [...links.values()].flat().filter((one) => one.startsWith(results))) {
      expect([href, (await service.send("GET", href)).status]).toEqual([href, 200]);
    }
  }
});

test("on the page of a result its name is no link, and what a browser shows is opened from there", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await ended(service);
  for (const [index, [name, type]] of Object.entries(types).entries()) {
    const page = await pageOf(service, `/jobs/${id}/results/array/${index}?f=html`);
    expect(page).toContain(`<strong>${escaped(name)}</strong>`);
    const bytes = `${address}/outputs/${id}/array/${encodeURIComponent(name)}`;
    const opened = ["text/plain", "application/json", "application/pdf", "image/png", "text/html"].includes(type);
    expect([name, linksOf(page).get("Open in the browser") ?? []]).toEqual([name, opened ? [bytes] : []]);
    expect(linksOf(page).get("Download")).toEqual([bytes]);
  }
});

test("in the list of a directory names lead to the look of it, and each file is downloaded", async () => {
  await using service = await openService({ holdsJobs: true });
  const id = await ended(service);
  const links = linksOf(await pageOf(service, `/outputs/${id}/mixed/all/?f=html`));
  for (const [name, type] of Object.entries(types)) {
    const isShown = !["application/octet-stream", "application/pdf"].includes(type);
    const look = `?f=html&look=${encodeURIComponent(name)}#look`;
    expect([name, links.get(escaped(name)) ?? []]).toEqual([name, isShown ? [look] : []]);
    expect(links.get("Download")).toContain(`${address}/outputs/${id}/mixed/all/${encodeURIComponent(name)}`);
  }
  // On other pages a file of a directory leads to its look in that list.
  const inside = linksOf(await pageOf(service, `/jobs/${id}?f=html`)).get("f.png");
  expect(inside).toContain(`${address}/outputs/${id}/mixed/all/?f=html&look=f.png#look`);
});

test("whoever has the address of a share gets names that lead to no page that he may not see", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ann");
  const id = await submitEcho(service, key);
  const file = {
    kind: "file",
    reference: `/${id}/text/t.txt`,
    basename: "t.txt",
    mediaType: "text/plain",
    sizeBytes: 1,
  } as const;
  await service.finish(id, { results: { text: file }, files: { "text/t.txt": "x" } });
  const { href } = await jsonOf(await service.send("POST", `/jobs/${id}/share`, { key, body: {} }));
  const page = await pageOf(service, String(href));
  expect(page).toContain("<strong>t.txt</strong>");
  const bytes = `${href}${id}/text/t.txt`;
  expect(linksOf(page).get("Download")).toEqual([bytes]);
  expect(linksOf(page).get("Open in the browser")).toEqual([bytes]);
});

test("two results that are compared lead to their looks", async () => {
  await using service = await openService({ holdsJobs: true });
  const jobs = [await ended(service), await ended(service)];
  const page = await pageOf(service, `/jobs/compare?f=html&jobs=${jobs.join()}`);
  const looks = jobs.map((id) => `${address}/jobs/${id}/results/image?f=html`);
  expect(linksOf(page).get("a.txt")).toEqual(expect.arrayContaining(looks));
});
