import { expect, test } from "bun:test";
import { roles } from "../../../src/domain/people/access.ts";
import { fakeWps } from "../../support/servers/fake-wps.ts";
import { jsonOf, openService } from "../service.ts";

/** What each role is answered, in the order of the roles: viewer, runner, deployer, admin. */
const table: readonly (readonly [string, string, string, readonly number[]])[] = [
  ["registering", "POST", "/providers", [403, 403, 403, 201]],
  ["listing", "GET", "/providers", [200, 200, 200, 200]],
  ["reading a public one", "GET", "/providers/open", [200, 200, 200, 200]],
  ["reading one that is not", "GET", "/providers/closed", [404, 404, 404, 200]],
  ["listing the processes of a public one", "GET", "/providers/open/processes", [200, 200, 200, 200]],
  ["listing the processes of one that is not", "GET", "/providers/closed/processes", [404, 404, 404, 200]],
  ["describing a process", "GET", "/providers/open/processes/faulty", [200, 200, 200, 200]],
  ["describing a process of a closed one", "GET", "/providers/closed/processes/faulty", [404, 404, 404, 200]],
  ["listing jobs of a public one", "GET", "/providers/open/processes/faulty/jobs", [200, 200, 200, 200]],
  ["listing jobs of one that is not", "GET", "/providers/closed/processes/faulty/jobs", [404, 404, 404, 200]],
  ["executing on a public one", "POST", "/providers/open/processes/faulty/execution", [403, 201, 201, 201]],
  ["executing on one that is not", "POST", "/providers/closed/processes/faulty/execution", [404, 404, 404, 201]],
  ["forgetting", "DELETE", "/providers/open", [403, 403, 403, 204]],
];

test("Who may do what with providers", async () => {
  await using server = await fakeWps();
  await using service = await openService({ door: { isLoopback: false }, holdsJobs: true });
  const keys = await Promise.all(roles.map((role) => service.createKey(role, role)));
  const admin = keys.at(-1) ?? "";
  const provider = (id: string, isPublic: boolean) => ({
    id,
    url: `${server.url}/wps`,
    type: "wps-1.0.0",
    public: isPublic,
  });
  for (const [id, isPublic] of [
    ["open", true],
    ["closed", false],
  ] as const) {
    const answer = await service.send("POST", "/providers", { key: admin, body: provider(id, isPublic) });
    expect(answer.status).toBe(201);
  }
  for (const [what, method, path, wanted] of table) {
    const statuses: number[] = [];
    for (const key of keys) {
      const body = path === "/providers" ? provider("new", true) : { inputs: {} };
      const headers = { prefer: "respond-async" };
      const answer = await service.send(method, path, { key, headers, ...(method === "POST" ? { body } : {}) });
      statuses.push(answer.status);
    }
    expect([what, statuses]).toEqual([what, [...wanted]]);
    expect((await service.send(method, path, method === "POST" ? { body: {} } : {})).status).toBe(401);
  }
});

test("A viewer sees only public providers in the list, and nobody sees credentials", async () => {
  await using server = await fakeWps();
  await using service = await openService({ door: { isLoopback: false } });
  const admin = await service.createKey("admin", "ada");
  const viewer = await service.createKey("viewer", "vic");
  const auth = { type: "bearer", token: "s3cret" };
  const body = { id: "closed", url: `${server.url}/wps/?service=WPS`, auth, forwardHeaders: ["X-Token"] };
  const made = await service.send("POST", "/providers", { key: admin, body });
  expect(made.headers.get("location")).toEndWith("/providers/closed");
  const shown = await jsonOf(made);
  expect(shown).toMatchObject({
    id: "closed",
    url: `${server.url}/wps`,
    type: "wps-1.0.0",
    auth: true,
    forwardHeaders: ["x-token"],
  });
  expect(JSON.stringify(shown)).not.toContain("s3cret");
  expect(await jsonOf(await service.send("GET", "/providers", { key: viewer }))).toMatchObject({ providers: [] });
  const all = JSON.stringify(await jsonOf(await service.send("GET", "/providers", { key: admin })));
  expect(all).toContain('"closed"');
  expect(all).not.toContain("s3cret");
  expect((await service.send("POST", "/providers", { key: admin, body })).status).toBe(409);
});

const wrong: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ["no id", { url: "http://x.example" }, "/id"],
  ["an id with a slash", { id: "a/b", url: "http://x.example" }, "/id"],
  ["no URL", { id: "a" }, "/url"],
  ["a URL with a password", { id: "a", url: "http://u:p@x.example" }, "/url"],
  ["another scheme", { id: "a", url: "ftp://x.example" }, "/url"],
  ["an unknown type", { id: "a", url: "http://x.example", type: "wfs" }, "/type"],
  ["an unknown member", { id: "a", url: "http://x.example", colour: 1 }, "/colour"],
  ["unknown auth", { id: "a", url: "http://x.example", auth: { type: "magic" } }, "/auth"],
  [
    "our own key to forward",
    { id: "a", url: "http://x.example", forwardHeaders: ["Authorization"] },
    "/forwardHeaders/0",
  ],
  ["our own session to forward", { id: "a", url: "http://x.example", forwardHeaders: ["Cookie"] }, "/forwardHeaders/0"],
  ["a header of the connection", { id: "a", url: "http://x.example", forwardHeaders: ["Host"] }, "/forwardHeaders/0"],
];

test.each(wrong)("A registration with %s is 400 and names it", async (_, body, place) => {
  await using service = await openService();
  const answer = await service.send("POST", "/providers", { body });
  expect(answer.status).toBe(400);
  expect(JSON.stringify((await jsonOf(answer)).errors)).toContain(place);
});

test("A wrong credential is not repeated in the answer", async () => {
  await using service = await openService();
  const auth = { type: "bearer", token: "line\nbreak-secret" };
  const answer = await service.send("POST", "/providers", { body: { id: "a", url: "http://x.example", auth } });
  expect(answer.status).toBe(400);
  expect(await answer.text()).not.toContain("secret");
});

test("the page of providers adds one, tells a wrong word beside what was typed, and removes one", async () => {
  await using server = await fakeWps();
  await using service = await openService({ door: { isLoopback: false } });
  const key = await service.createKey("admin", "ann");
  const post = (path: string, fields: Readonly<Record<string, string>>, by = key) =>
    service.send("POST", path, {
      key: by,
      body: new URLSearchParams(fields).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "sec-fetch-site": "same-origin",
        accept: "text/html",
      },
    });
  const page = async (by: string) => (await service.send("GET", "/providers?f=html", { key: by })).text();
  const wrong = await (await post("/providers/form", { id: "<i>", url: "ftp://x" })).text();
  expect(wrong).toContain("ftp://x");
  expect(wrong).toContain("&lt;i&gt;");
  expect(wrong).not.toContain("<i>");
  expect((await post("/providers/form", { id: "lab", url: `${server.url}/wps`, public: "true" })).status).toBe(303);
  expect(await page(key)).toContain("/providers/lab/processes?f=html");
  const viewer = await service.createKey("viewer", "bob");
  expect(await page(viewer)).toContain("wps-1.0.0");
  expect(await page(viewer)).not.toContain("<form");
  expect((await post("/providers/lab/remove-form", {}, viewer)).status).toBe(403);
  expect(await (await post("/providers/lab/remove-form", {})).text()).toContain("Remove it");
  expect(await page(key)).toContain("/providers/lab/processes");
  expect((await post("/providers/lab/remove-form", { confirmed: "true" })).status).toBe(303);
  expect(await page(key)).toContain("No server is registered yet");
});
