import { describe, expect, test } from "bun:test";
import type { Role } from "../../../src/domain/people/access.ts";
import { Problem } from "../../../src/domain/problem.ts";
import type { IdentityProvider } from "../../../src/net/openid/identity-provider.ts";
import { revokeKey } from "../../../src/operations/people/manage-keys.ts";
import { listAudit } from "../../../src/store/people/audit.ts";
import { insertKey } from "../../../src/store/people/keys.ts";
import { address, jsonOf, openService, type Service, type ServiceOptions, submitEcho } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
const ownPage = { origin: address, "sec-fetch-site": "same-origin" };
const formType = "application/x-www-form-urlencoded";

/** Sends the form of the sign-in page. */
function sendForm(
  service: Service,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = ownPage,
) {
  const body = String(new URLSearchParams(fields));
  return service.send("POST", "/_/sign-in", { headers: { ...browser, "content-type": formType, ...headers }, body });
}

function cookieOf(response: Response): string {
  return (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

async function signedIn(role: "viewer" | "runner" | "admin" = "runner", options: ServiceOptions = {}) {
  const service = await openService({ holdsJobs: true, ...options });
  const key = await service.createKey(role, "ann");
  const response = await sendForm(service, { key });
  return { service, key, cookie: cookieOf(response) };
}

test("a browser signs in with a key and goes on to the page that was asked for, as the owner of the key", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ann");
  const id = await submitEcho(service, key);
  const path = `/jobs/${id}?f=html`;
  const away = await service.send("GET", path, { headers: browser });
  expect(away.status).toBe(303);
  const page = away.headers.get("location") ?? "";
  expect(page).toBe(`${address}/_/sign-in?to=${encodeURIComponent(path)}`);
  const form = await (await service.send("GET", page, { headers: browser })).text();
  const [, to = ""] = /name="to" value="([^"]*)"/.exec(form) ?? [];
  expect(to).toBe(path);
  const response = await sendForm(service, { key, to });
  expect([response.status, response.headers.get("location")]).toEqual([303, `${address}${path}`]);
  expect(response.headers.get("set-cookie")).toMatch(
    /^heddle=[a-zA-Z0-9]{32,}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
  );
  const shown = await service.send("GET", path, { headers: { ...browser, cookie: cookieOf(response) } });
  expect(shown.status).toBe(200);
  expect(await shown.text()).toContain(id);
  expect([shown.headers.get("cache-control"), shown.headers.get("vary")]).toEqual([
    "private, no-cache",
    "accept, cookie, Accept-Encoding",
  ]);
});

test("a page that tells of a problem has the menu of who is signed in, and leads to sign in as somebody else", async () => {
  const { service, cookie } = await signedIn("admin");
  await using opened = service;
  const pageOf = async (path: string, method = "GET") => {
    const response = await opened.send(method, path, { headers: { ...browser, ...ownPage, cookie } });
    return { status: response.status, kept: response.headers.get("cache-control"), text: await response.text() };
  };
  for (const [path, status] of [
    ["/jobs/none?f=html", 404],
    ["/jobs?f=html&limit=none", 400],
    ["/nothing/here", 404],
  ] as const) {
    const page = await pageOf(path);
    expect([path, page.status, page.kept]).toEqual([path, status, "private, no-cache"]);
    expect(page.text).toContain(">ann (admin)</a>");
    expect(page.text).toContain(">System</a>");
    expect(page.text).not.toContain(">Sign in</a>");
  }
  const job = await pageOf("/jobs/none?f=html");
  expect(job.text).toContain("no job has this id, or your key may not see it");
  expect(job.text).toMatch(/sign-in\?f=html&amp;to=%2Fjobs%2Fnone%3Ff%3Dhtml">\s*Sign in as somebody else/);
  expect(job.text).toContain("“Share the results” on the page of the job makes");
  const nothing = (await pageOf("/nothing/here")).text;
  for (const words of ["Sign in as somebody else", "Share the results"]) expect(nothing).not.toContain(words);
  const document = await opened.send("GET", "/jobs/none", {
    headers: { ...browser, accept: "application/json", cookie },
  });
  expect([document.status, (await document.text()).includes("Share")]).toEqual([404, false]);
  const stranger = await opened.send("GET", "/nothing/here", { headers: browser });
  expect(await stranger.text()).toContain(">Sign in</a>");
});

test("programs get 401 as ever, and a browser that sends a key is told of the key", async () => {
  await using service = await openService();
  await service.createKey("runner", "ann");
  const asked = [
    {},
    { accept: "application/json" },
    { accept: "*/*" },
    { ...browser, authorization: "Bearer hdl_a_b" },
  ];
  for (const headers of asked) expect((await service.send("GET", "/jobs", { headers })).status).toBe(401);
  expect((await service.send("POST", "/processes/echo/execution", { headers: browser, body: {} })).status).toBe(401);
});

test("a wrong key shows the form again, and no cookie", async () => {
  await using service = await openService();
  await service.createKey("runner", "ann");
  for (const key of ["", "hdl_no_key", "rubbish", "<b>"]) {
    const response = await sendForm(service, { key, to: "/jobs" });
    expect([response.status, response.headers.get("set-cookie")]).toEqual([401, null]);
    const page = await response.text();
    expect(page).toContain("This key does not hold");
    expect(page).toContain('value="/jobs"');
  }
});

describe("after signing in a browser goes on to a path of this service only:", () => {
  const foreign = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil",
    "javascript:alert(1)",
    "jobs",
  ];
  test.each([...foreign, "", "/\t/evil.example", "/%0d%0aset-cookie:x", "/..//evil.example", "http:evil"])(
    "%j",
    async (to) => {
      await using service = await openService();
      const key = await service.createKey("runner", "ann");
      const response = await sendForm(service, { key, to });
      const { origin, pathname } = new URL(response.headers.get("location") ?? "");
      expect(origin).toBe(address);
      expect(pathname).not.toStartWith("//");
    },
  );
});

test("a session ends at once when its key is revoked, when it ends, and when the browser signs out", async () => {
  const { service, key, cookie } = await signedIn();
  await using opened = service;
  const read = async (one: string) => (await opened.send("GET", "/jobs", { headers: { cookie: one } })).status;
  expect(await read(cookie)).toBe(200);
  const second = cookieOf(await sendForm(opened, { key }));
  const out = await opened.send("POST", "/_/sign-out", { headers: { ...ownPage, cookie: second } });
  expect(out.headers.get("set-cookie")).toStartWith("heddle=; ");
  opened.clock.advance(600);
  expect([await read(second), await read(cookie)]).toEqual([401, 200]);
  await revokeKey(opened.keys, key.split("_")[1] ?? "");
  opened.clock.advance(600);
  expect(await read(cookie)).toBe(401);
});

test("a session does not outlive its key, nor the time that the operator gave", async () => {
  await using service = await openService({ settings: { sessionHours: 2 } });
  const { createKey } = await import("../../../src/operations/people/manage-keys.ts");
  const short = await createKey(service.keys, { user: "ann", role: "runner", expires: "1h" });
  const long = await createKey(service.keys, { user: "ann", role: "runner", expires: "30d" });
  const cookies: string[] = [];
  for (const { text } of [short, long]) cookies.push(cookieOf(await sendForm(service, { key: text })));
  const read = () =>
    Promise.all(cookies.map(async (cookie) => (await service.send("GET", "/jobs", { headers: { cookie } })).status));
  expect(await read()).toEqual([200, 200]);
  service.clock.advance(3_600_000);
  expect(await read()).toEqual([401, 200]);
  service.clock.advance(3_600_000);
  expect(await read()).toEqual([401, 401]);
});

test("signing in again ends the earlier session of the browser, and a user keeps 32 sessions at most", async () => {
  const { service, key, cookie } = await signedIn();
  await using opened = service;
  await sendForm(opened, { key }, { ...ownPage, cookie });
  opened.clock.advance(600);
  expect((await opened.send("GET", "/jobs", { headers: { cookie } })).status).toBe(401);
  const all: string[] = [];
  for (let count = 0; count < 33; count += 1) {
    opened.clock.advance(1);
    all.push(cookieOf(await sendForm(opened, { key })));
  }
  const statuses: number[] = [];
  for (const one of [all[0], all[1], all[32]])
    statuses.push((await opened.send("GET", "/jobs", { headers: { cookie: one ?? "" } })).status);
  expect(statuses).toEqual([401, 200, 200]);
});

test("the token of a session is kept nowhere", async () => {
  const { service, cookie } = await signedIn();
  await using opened = service;
  const file = await Bun.file(`${opened.layout.dataDirectory}/heddle.db-wal`).text();
  expect(file).not.toContain(cookie.split("=")[1] ?? "?");
});

describe("what a cookie alone may not do:", () => {
  const execution = { inputs: { text: "hello" } };
  const foreign = [
    {},
    { origin: "http://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: address, "sec-fetch-site": "cross-site" },
  ];
  test.each(foreign)("start, change or stop anything for %j", async (headers) => {
    const { service, cookie, key } = await signedIn("admin");
    await using opened = service;
    const id = await submitEcho(opened, key);
    const asked: readonly [string, string, unknown][] = [
      ["POST", "/processes/echo/execution", execution],
      ["POST", "/vault", "bytes"],
      ["DELETE", `/jobs/${id}`, undefined],
      ["POST", `/jobs/${id}/share`, {}],
      ["POST", "/_/sign-out", undefined],
    ];
    for (const [method, path, body] of asked) {
      const response = await opened.send(method, path, { headers: { ...headers, cookie }, body });
      expect([path, response.status]).toEqual([path, 403]);
    }
    expect((await jsonOf(await opened.send("GET", "/jobs", { key }))).jobs).toMatchObject([
      { jobID: id, status: "accepted" },
    ]);
  });

  const queries = [
    "/processes/echo/execution?text=a&prefer=respond-async",
    "/wps?service=WPS&version=1.0.0&request=Execute&identifier=echo&datainputs=text=a",
  ];
  test.each(queries)("execute by GET unless a page of ours asks: %s", async (path) => {
    const { service, cookie, key } = await signedIn("admin");
    await using opened = service;
    for (const site of [undefined, "none", "same-site", "cross-site"]) {
      const headers = { cookie, accept: "*/*", ...(site === undefined ? {} : { "sec-fetch-site": site }) };
      expect((await opened.send("GET", path, { headers })).status).toBe(403);
    }
    expect((await jsonOf(await opened.send("GET", "/jobs", { key }))).jobs).toEqual([]);
  });

  test.each(queries)("execute by GET when signing in leads on to it: %s", async (path) => {
    const { service, cookie, key } = await signedIn("admin");
    await using opened = service;
    const headers = { ...browser, cookie, "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate" };
    expect((await opened.send("GET", path, { headers })).status).toBeOneOf([200, 403]);
    expect((await jsonOf(await opened.send("GET", "/jobs", { key }))).jobs).toEqual([]);
  });

  test("but a page of ours may, and a key beside the cookie needs no page", async () => {
    const { service, cookie, key } = await signedIn();
    await using opened = service;
    const post = (headers: Readonly<Record<string, string>>) =>
      opened.send("POST", "/processes/echo/execution", {
        headers: { prefer: "respond-async", ...headers },
        body: execution,
      });
    expect((await post({ cookie, ...ownPage })).status).toBe(201);
    expect((await post({ cookie, "sec-fetch-site": "same-origin" })).status).toBe(201);
    expect((await post({ cookie, authorization: `Bearer ${key}` })).status).toBe(201);
    const headers = { cookie, accept: "*/*", "sec-fetch-site": "same-origin" };
    const path = "/processes/echo/execution?text=a&prefer=respond-async";
    expect((await opened.send("GET", path, { headers })).status).toBe(201);
  });

  test("act from a page that CORS lets read: its own credentials are no cookie of ours", async () => {
    const { service, cookie } = await signedIn("admin", { door: { corsOrigins: ["https://app.example", "*"] } });
    await using opened = service;
    const headers = { cookie, origin: "https://app.example", "sec-fetch-site": "same-site" };
    expect((await opened.send("POST", "/processes/echo/execution", { headers, body: execution })).status).toBe(403);
  });
});

describe("a cookie is named and held to", () => {
  test.each([
    ["https://maps.example", /^__Host-heddle=\w+; Path=\/; HttpOnly; SameSite=Lax; Secure; /],
    ["https://maps.example/heddle", /^__Secure-heddle=\w+; Path=\/heddle; HttpOnly; SameSite=Lax; Secure; /],
    ["http://127.0.0.1:8080/below", /^heddle=\w+; Path=\/below; HttpOnly; SameSite=Lax; Max/],
  ])("at %s", async (publicUrl, cookie) => {
    await using service = await openService({ door: { publicUrl } });
    const key = await service.createKey("runner", "ann");
    const own = { origin: new URL(publicUrl).origin, host: new URL(publicUrl).host };
    const response = await sendForm(service, { key, to: "/jobs?limit=1" }, own);
    expect(response.headers.get("location")).toBe(`${publicUrl}/jobs?limit=1`);
    expect(response.headers.get("set-cookie")).toMatch(cookie);
    const headers = { ...own, cookie: cookieOf(response) };
    expect((await service.send("GET", "/jobs", { headers })).status).toBe(200);
  });
});

test("nobody signs in by http at an address that others can reach", async () => {
  await using service = await openService({ door: { publicUrl: "http://maps.example" } });
  const key = await service.createKey("runner", "ann");
  const own = { origin: "http://maps.example", host: "maps.example" };
  expect((await sendForm(service, { key }, own)).status).toBe(403);
});

test("another site's form does not sign a visitor in, nor does one that does not say where it is from", async () => {
  await using service = await openService();
  const key = await service.createKey("runner", "mallory");
  for (const headers of [{ origin: "http://evil.example" }, { "sec-fetch-site": "cross-site" }, {}])
    expect((await sendForm(service, { key }, { origin: "", ...headers }.origin === "" ? {} : headers)).status).toBe(
      403,
    );
});

test("nobody signs in to a browser with the key of a service account", async () => {
  await using service = await openService();
  await insertKey(service.database, {
    id: "robot",
    user: "nightly",
    role: "runner",
    secretHash: new Bun.CryptoHasher("sha256").update("secret").digest("hex"),
    createdAt: 0,
    isService: true,
  });
  const response = await sendForm(service, { key: "hdl_robot_secret" });
  expect([response.status, response.headers.get("set-cookie")]).toEqual([401, null]);
  expect(await response.text()).toContain("service account");
});

describe("WWW-Authenticate says (RFC 6750)", () => {
  const plain = 'Bearer realm="heddle"';
  test.each([
    ["nothing but the realm where no key came", {}, plain],
    ["nothing but the realm for another scheme", { authorization: "Basic YTpi" }, plain],
    ["that the token is not valid", { authorization: "Bearer hdl_no_such" }, `${plain}, error="invalid_token", `],
    [
      "that it is not valid when it is no key at all",
      { authorization: "Bearer abc" },
      `${plain}, error="invalid_token", `,
    ],
  ])("%s", async (_title, headers, wanted) => {
    await using service = await openService();
    await service.createKey("runner", "ann");
    const response = await service.send("GET", "/jobs", { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toStartWith(wanted);
    if (wanted === plain) expect(response.headers.get("www-authenticate")).toBe(plain);
  });
});

test("the API description tells of keys and of the cookie", async () => {
  await using service = await openService({ door: { publicUrl: "https://maps.example" } });
  for (const f of ["oas31", "oas30"]) {
    const response = await service.send("GET", `/api?f=${f}`, { headers: { host: "maps.example" } });
    const { components, paths } = await jsonOf(response);
    expect(components).toMatchObject({
      securitySchemes: {
        key: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "__Host-heddle" },
      },
    });
    expect(paths).toMatchObject({ "/jobs": { get: { security: [{ key: [] }, { session: [] }, {}] } } });
  }
});

describe("a session by a provider of identities", () => {
  type State = { role: Role | undefined; isDown: boolean; asked: number; isRemoved: boolean };

  /** A provider that says what the state says; its word holds for a minute. */
  function providerOf(state: State, now: () => number): IdentityProvider {
    const word = () => {
      if (state.isDown) throw new Problem("unavailable", "Cannot sign in now", { retryAfterSeconds: 5 });
      if (state.role === undefined) throw new Problem("forbidden", "Cannot sign in: no role");
      return {
        identity: { user: "ann", role: state.role, groups: [], until: now() + 60_000 },
        refresh: `r${state.asked}`,
      };
    };
    return {
      issuer: "https://login.example",
      configurationUrl: "https://login.example/.well-known/openid-configuration",
      ofToken: async () => word().identity,
      async renew() {
        state.asked += 1;
        return state.isRemoved ? undefined : word();
      },
      leave: async () => ({ url: "https://login.example/auth", journey: { state: "s", nonce: "n", verifier: "v" } }),
      arrive: async () => word(),
    };
  }

  async function arrived() {
    const state: State = { role: "runner", isDown: false, asked: 0, isRemoved: false };
    let clock = { now: () => 0 };
    const service = await openService({ identities: providerOf(state, () => clock.now()) });
    clock = service.clock;
    const away = await service.send("GET", "/_/sign-in/provider?to=/jobs", { headers: browser });
    const back = await service.send("GET", "/_/sign-in/return?code=c&state=s", {
      headers: { ...browser, cookie: cookieOf(away) },
    });
    expect([away.headers.get("location"), back.headers.get("location")]).toEqual([
      "https://login.example/auth",
      `${address}/jobs`,
    ]);
    const cookie = cookieOf(back);
    const read = async (path = "/jobs") => (await service.send("GET", path, { headers: { cookie } })).status;
    return { service, state, read };
  }

  test("asks again when the provider's word has ended, once for all requests", async () => {
    const { service, state, read } = await arrived();
    await using opened = service;
    expect([await read(), state.asked]).toEqual([200, 0]);
    opened.clock.advance(61_000);
    expect(await Promise.all([read(), read(), read()])).toEqual([200, 200, 200]);
    expect(state.asked).toBe(1);
  });

  test("ends when the user was removed there", async () => {
    const { service, state, read } = await arrived();
    await using _opened = service;
    state.isRemoved = true;
    expect(await read()).toBe(200);
    service.clock.advance(61_000);
    expect([await read(), await read("/processes")]).toEqual([401, 200]);
  });

  test("ends when the user has no role any more, and the page to sign in is shown", async () => {
    const { service, state, read } = await arrived();
    await using _opened = service;
    state.role = undefined;
    service.clock.advance(61_000);
    expect([await read(), await read("/_/sign-in")]).toEqual([401, 200]);
  });

  test("has the role that the provider gives by then", async () => {
    const { service, state, read } = await arrived();
    await using _opened = service;
    expect(await read("/_/keys")).toBe(403);
    state.role = "admin";
    service.clock.advance(61_000);
    expect(await read("/_/keys")).toBe(200);
  });

  test("lets nobody in while the provider does not answer, and shows what is public", async () => {
    const { service, state, read } = await arrived();
    await using _opened = service;
    state.isDown = true;
    service.clock.advance(61_000);
    expect([await read(), await read("/processes"), await read("/_/sign-in")]).toEqual([503, 200, 200]);
    state.isDown = false;
    expect(await read()).toBe(200);
  });

  test("does not begin for a cookie of another browser, after ten minutes, or changed on its way", async () => {
    const state: State = { role: "admin", isDown: false, asked: 0, isRemoved: false };
    await using service = await openService({ identities: providerOf(state, () => 0) });
    const away = cookieOf(await service.send("GET", "/_/sign-in/provider", { headers: browser }));
    const back = (cookie: string) =>
      service.send("GET", "/_/sign-in/return?code=c&state=s", { headers: { ...browser, cookie } });
    const [name = "", value = ""] = away.split("=");
    for (const cookie of ["", `${name}=`, `${name}=AAAA`, `${name}=${value.slice(0, -4)}AAAA`]) {
      const response = await back(cookie);
      expect([cookie, response.status, response.headers.get("set-cookie")]).toEqual([cookie, 401, null]);
    }
    service.clock.advance(600_000);
    expect((await back(away)).status).toBe(401);
  });
});

test("the audit tells who signed in and out; a refused key leaves no line of a sign-in", async () => {
  const { service, cookie, key } = await signedIn("admin");
  await using _service = service;
  await sendForm(service, { key: "hdl_000000000000_none" });
  const from = { ...browser, ...ownPage, cookie, "content-type": formType, "user-agent": "Mozilla/5.0 (X11)" };
  await service.send("POST", "/_/sign-out", { headers: from });
  const keyId = key.split("_")[1];
  const lines = await listAudit(service.database, { limit: 10 });
  expect(lines.filter(({ action }) => action.startsWith("sign-"))).toMatchObject([
    { action: "sign-out", user: "ann", subject: "user ann", requestId: expect.any(String), keyId, client: "browser" },
    { action: "sign-in", user: "ann", subject: "user ann", requestId: expect.any(String), keyId },
  ]);
});

test("the account tells when the session of this browser ends; who comes by a key alone has none", async () => {
  const opened = await signedIn();
  await using service = opened.service;
  const headers = { cookie: opened.cookie };
  const document = await jsonOf(await service.send("GET", "/_/sign-in", { headers }));
  const ends = Date.parse(String(document.sessionEnds));
  expect(ends).toBeGreaterThan(service.clock.now());
  const html = await (await service.send("GET", "/_/sign-in", { headers: { ...browser, ...headers } })).text();
  expect(html).toMatch(
    /This session ends\s+<time datetime="[^"]+">[^<]+<\/time>, or earlier with your key or account\./,
  );
  expect(await jsonOf(await service.send("GET", "/_/sign-in", { key: opened.key }))).not.toHaveProperty("sessionEnds");
  service.clock.advance(ends - service.clock.now() + 1);
  expect(await jsonOf(await service.send("GET", "/_/sign-in", { headers }))).not.toHaveProperty("user");
});
