import { expect, test } from "bun:test";
import { shortId } from "../../../src/domain/jobs/short-id.ts";
import { saveShare } from "../../../src/store/results/shares.ts";
import { address, openService, type Service } from "../service.ts";

const browser = { accept: "text/html", origin: address };
const sentForm = { ...browser, "content-type": "application/x-www-form-urlencoded" };

/** A job of somebody with two results, which has ended well. */
async function finished(service: Service, key: string, title?: string): Promise<string> {
  const sent = await service.send("POST", "/processes/echo/execution", {
    key,
    headers: { prefer: "respond-async" },
    body: { inputs: { text: "hi" }, ...(title === undefined ? {} : { title }) },
  });
  const id = (sent.headers.get("location") ?? "").split("/").at(-1) ?? "";
  const value = (text: string) => ({ kind: "value", value: text }) as const;
  await service.finish(id, { results: { text: value("a"), other: value("b") } });
  return id;
}

async function share(service: Service, jobId: string, key: string, body: object = {}) {
  const sent = await service.send("POST", `/jobs/${jobId}/share`, { key, body });
  expect(sent.status).toBe(201);
  // Shares are listed by the time at which they were made.
  service.clock.advance(1000);
}

async function open() {
  const service = await openService({ holdsJobs: true });
  const [ada, bob, root] = [
    await service.createKey("runner", "ada"),
    await service.createKey("runner", "bob"),
    await service.createKey("admin", "root"),
  ];
  return { service, ada, bob, root };
}

async function list(service: Service, key: string) {
  const answer = await service.send("GET", "/_/shares", { key });
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "private, no-cache"]);
  return JSON.parse(await answer.text());
}

const page = async (service: Service, key: string) =>
  (await service.send("GET", "/_/shares", { key, headers: browser })).text();

test("shares are listed to whose jobs they are of, and all of them to admins, with who made them, never with an address", async () => {
  const { service, ada, bob, root } = await open();
  await using _ = service;
  const [titled, plain, ofBob] = [
    await finished(service, ada, "Floods <2026>"),
    await finished(service, ada),
    await finished(service, bob),
  ];
  await share(service, titled, ada, { expires: "3d" });
  await share(service, plain, root, { outputs: ["text"] });
  await share(service, ofBob, bob);
  const own = await list(service, ada);
  expect(own).toMatchObject({
    hasMore: false,
    shares: [
      { jobID: plain, processID: "echo", user: "ada", by: "root", outputs: ["text"], href: `${address}/jobs/${plain}` },
      { jobID: titled, title: "Floods <2026>", user: "ada", by: "ada" },
    ],
  });
  const [, { created, expires, outputs }] = own.shares;
  expect([Date.parse(expires) - Date.parse(created), outputs]).toEqual([3 * 24 * 3600 * 1000, undefined]);
  const all = await list(service, root);
  expect(all.shares.map(({ jobID }: { readonly jobID: string }) => jobID)).toEqual([ofBob, plain, titled]);
  expect(JSON.stringify(all)).not.toContain("/s/");
  const html = await page(service, ada);
  expect(html).toContain(`Floods &lt;2026&gt;, <code>${shortId(titled)}</code></a>`);
  expect(html).toContain(">all its results</td>");
  expect(html).toContain(">text</td>");
  expect(html).toContain(">root</td>");
  expect(html).not.toContain(ofBob);
  expect(await page(service, root)).toContain("&amp;user=bob");
});

test("a button takes a share back and leads to the list again; what has ended or was removed is not listed", async () => {
  const { service, ada, bob, root } = await open();
  await using _ = service;
  const [one, two, three] = [await finished(service, ada), await finished(service, ada), await finished(service, ada)];
  for (const job of [one, two]) await share(service, job, ada);
  await share(service, three, ada, { expires: "1h" });
  expect(await page(service, ada)).toContain(`action="${address}/jobs/${one}/unshare-form"`);
  const press = (key: string) =>
    service.send("POST", `/jobs/${one}/unshare-form`, { key, headers: sentForm, body: "from=shares" });
  expect((await press(bob)).status).toBe(404);
  const back = await press(root);
  expect([back.status, back.headers.get("location")]).toEqual([
    303,
    `${address}/_/shares?f=html&done=share-taken-back`,
  ]);
  const told = await service.send("GET", "/_/shares?f=html&done=share-taken-back", { key: ada });
  expect(await told.text()).toContain("The share was taken back.");
  service.clock.advance(2 * 3600 * 1000);
  expect((await list(service, ada)).shares).toMatchObject([{ jobID: two }]);
  expect((await service.send("DELETE", `/jobs/${two}`, { key: ada })).status).toBe(200);
  expect(await list(service, ada)).toMatchObject({ shares: [], hasMore: false });
  expect(await page(service, ada)).toContain("Nothing of yours is shared now.");
  expect(await page(service, root)).toContain("Nothing is shared now.");
});

test("the newest hundred shares are listed, and the page says that there are older ones", async () => {
  const { service, ada } = await open();
  await using _ = service;
  const now = service.clock.now();
  for (let at = 0; at < 101; at += 1) {
    const jobId = await finished(service, ada);
    const times = { createdAt: now + at, expiresAt: now + 1e9 };
    await saveShare(service.database, { jobId, tokenHash: `hash-${at}`, ...times, user: "ada" });
    if (at === 99) expect(await list(service, ada)).toMatchObject({ hasMore: false });
  }
  const { shares, hasMore } = await list(service, ada);
  expect([shares.length, hasMore, Date.parse(shares.at(0).created) - now]).toEqual([100, true, 100]);
  expect(await page(service, ada)).toContain("These are the newest 100; there are older ones.");
});

test("who may only look sees the shares without a button, who has no key is asked to sign in; the account and the pages of admins lead there", async () => {
  const { service, ada, root } = await open();
  await using _ = service;
  await share(service, await finished(service, ada), ada);
  const viewer = await service.createKey("viewer", "ada");
  const seen = await page(service, viewer);
  expect(seen).toContain("all its results");
  expect(seen).not.toContain("unshare-form");
  expect((await service.send("GET", "/_/shares")).status).toBe(401);
  const way = `href="${address}/_/shares?f=html"`;
  for (const [path, key] of [
    ["/_/sign-in", ada],
    ["/_/sign-in", root],
    ["/_/system", root],
  ] as const) {
    const html = await (await service.send("GET", path, { key, headers: browser })).text();
    expect([path, html.includes(way)]).toEqual([path, true]);
  }
  expect(await (await service.send("GET", "/_/sign-in", { headers: browser })).text()).not.toContain(way);
});
