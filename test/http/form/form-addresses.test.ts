import { expect, test } from "bun:test";
import { takesOnlyForms } from "../../../src/http/door/form-page-instead.ts";
import { formEntries } from "../../support/browser-form.ts";
import { address, openService, type Service } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

/** The page that each form stands on. */
const pages: Readonly<Record<string, string>> = {
  "/jobs/dismiss-form": "/jobs",
  "/jobs/retry-form": "/jobs",
  "/jobs/:jobId/dismiss-form": "/jobs/one",
  "/jobs/:jobId/remove-form": "/jobs/one",
  "/jobs/:jobId/retry-form": "/jobs/one",
  "/jobs/:jobId/share-form": "/jobs/one",
  "/jobs/:jobId/unshare-form": "/jobs/one",
  "/jobs/:jobId/keep-form": "/jobs/one",
  "/jobs/:jobId/release-form": "/jobs/one",
  "/_/keys/form": "/_/keys",
  "/_/keys/:keyId/revoke-form": "/_/keys",
  "/_/sign-out": "/",
  "/_/sign-in/notices-form": "/_/sign-in",
  "/processes/:processId/form": "/processes/one",
  "/processes/:processId/fill-form": "/processes/one",
  "/processes/:processId/revisions/restore-form": "/processes/one/revisions",
  "/processes/:processId/revisions/withdraw-form": "/processes/one/revisions",
  "/processes/:processId/revisions/undeploy-form": "/processes/one/revisions",
  "/providers/form": "/providers",
  "/providers/:providerId/remove-form": "/providers/one",
  "/providers/:providerId/sign-in-form": "/providers/one",
  "/providers/:providerId/processes/:processId/form": "/providers/one/processes/one",
  "/providers/:providerId/processes/:processId/fill-form": "/providers/one/processes/one",
  "/uploads/form": "/uploads",
  "/uploads/:fileId/remove-form": "/uploads",
};

const forAll = ["/jobs/dismiss-form", "/jobs/retry-form", "/providers/form"];

function formPaths({ app }: Service): readonly string[] {
  const read = new Set(app.routes.filter(({ method }) => method === "GET").map(({ path }) => path));
  return app.routes.filter((route) => takesOnlyForms(route) && !read.has(route.path)).map(({ path }) => path);
}

test("a person who enters the address of any form again comes to the page that it stands on", async () => {
  await using service = await openService();
  const places = formPaths(service).map(async (path) => {
    const answer = await service.send("GET", path.replaceAll(/:[A-Za-z]+/g, "one"), { headers: browser });
    return [path, answer.status === 303 ? answer.headers.get("location") : answer.status];
  });
  const wanted = formPaths(service).map((path) => [path, `${address}${pages[path]}?f=html`]);
  expect(await Promise.all(places)).toEqual(wanted);
  expect(wanted.length).toBeGreaterThan(12);
});

test("a program that reads the address of a form is told what it takes", async () => {
  await using service = await openService();
  for (const path of formPaths(service)) {
    const answer = await service.send("GET", path.replaceAll(/:[A-Za-z]+/g, "one"));
    // That of a form about all of them is also that of one, which there is not.
    expect([path, answer.status]).toEqual([path, forAll.includes(path) ? 404 : 405]);
  }
});

test("a slash at the end of a form's address does not matter, and a thing that is not there has no page", async () => {
  await using service = await openService();
  const slashed = await service.send("GET", "/_/keys/form/", { headers: browser });
  expect([slashed.status, slashed.headers.get("location")]).toEqual([303, `${address}/_/keys?f=html`]);
  expect((await service.send("GET", "/providers/none", { headers: browser })).status).toBe(404);
});

test("the setting that an address is refused by is told to administrators only", async () => {
  await using service = await openService({ holdsJobs: true });
  for (const [role, isTold] of [
    ["runner", false],
    ["admin", true],
  ] as const) {
    const key = await service.createKey(role, role);
    const headers = { accept: "text/html", origin: address };
    const page = await (await service.send("GET", "/processes/echo", { key, headers })).text();
    const form = formEntries(page, { name: "~do", value: "check" });
    form.set("/inputs/text", "a");
    form.set("~success", "someone@example.org");
    const html = await (await service.send("POST", "/processes/echo/form", { key, headers, body: form })).text();
    const told = [...html.matchAll(/class="fault">([^<]*)</g)].map(([, text]) => text).join("; ");
    expect(told).toContain("no address of mail: this server sends none");
    expect([role, told.includes("--smtp-url")]).toEqual([role, isTold]);
  }
});
