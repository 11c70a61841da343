import { afterAll, describe, expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/jobs.ts";
import { executable, runExecutable, startServer } from "../support/servers/executable.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { createBrowser, type PlainBrowser } from "./browser.ts";
import { clientFlags, clientSecret, type RunningProvider, startProvider } from "./provider.ts";

const folder = await temporaryDirectory();
const secretFile = join(folder.path, "client-secret");
await Bun.write(secretFile, `${clientSecret}\n`);
let count = 0;

afterAll(() => folder[Symbol.asyncDispose]());

function newData(): string {
  count += 1;
  return join(folder.path, `data-${count}`);
}

const flagsOf = ({ issuer }: Pick<RunningProvider, "issuer">) => [
  ...["--oidc-issuer", issuer, "--oidc-client-secret-file", secretFile],
  ...clientFlags,
];

/** Signs in at the provider, as a person would from the page of the service. */
async function signIn(browser: PlainBrowser, page: string, user: string) {
  const form = await browser.go(page);
  const [, way = ""] = /href="([^"]*\/_\/sign-in\/provider[^"]*)"/.exec(form.text) ?? [];
  const asked = await browser.go(way.replaceAll("&amp;", "&"));
  return browser.send(asked.url, { user });
}

const now = () => Math.floor(Date.now() / 1000);
const claimsOf = (provider: RunningProvider, more: Readonly<Record<string, unknown>> = {}) => ({
  iss: provider.issuer,
  aud: "heddle",
  sub: "rudi",
  groups: ["hydrology"],
  iat: now(),
  exp: now() + 60,
  ...more,
});

const echo = (token: string, headers: Readonly<Record<string, string>> = {}) => ({
  method: "POST",
  headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
  body: '{"inputs":{"text":"hi"}}',
});

test("a person signs in at the provider and is led to the page that was asked for", async () => {
  await using provider = await startProvider();
  await using server = await startServer(newData(), flagsOf(provider));
  const browser = createBrowser();
  const page = `${server.url}/jobs?limit=3&f=html`;
  const seen = await signIn(browser, page, "rudi");
  expect([seen.url, seen.status]).toEqual([page, 200]);
  const account = await browser.go(`${server.url}/_/sign-in?f=json`);
  expect(JSON.parse(account.text)).toMatchObject({
    user: "rudi",
    role: "runner",
    groups: ["hydrology"],
    isOpen: false,
  });
  const description = await (await fetch(`${server.url}/api`)).json();
  expect(description).toMatchObject({
    components: {
      securitySchemes: { openId: { openIdConnectUrl: `${provider.issuer}/.well-known/openid-configuration` } },
    },
  });
  const form = await browser.go(`${server.url}/processes/echo?f=html`);
  expect(form.text).toContain("Execute");
  const job = await browser.send(`${server.url}/processes/echo/execution`, { text: "hi" });
  expect(job.url).toContain("/jobs/");
  await browser.send(`${server.url}/_/sign-out`, {});
  expect((await fetch(`${server.url}/jobs`, { headers: { cookie: browser.cookies(server.url) } })).status).toBe(401);
});

test("who has no role, and who refuses, does not come in, and is told why", async () => {
  await using provider = await startProvider();
  await using server = await startServer(newData(), flagsOf(provider));
  for (const [user, words] of [
    ["nick", /no group that has a role here/],
    ["refuse", /access_denied/],
  ] as const) {
    const browser = createBrowser();
    const seen = await signIn(browser, `${server.url}/jobs`, user);
    expect([user, seen.status]).toEqual([user, 401]);
    expect(seen.text).toMatch(words);
    expect((await fetch(`${server.url}/jobs`, { headers: { cookie: browser.cookies(server.url) } })).status).toBe(401);
  }
});

test("a claim that the provider does not tell is named to who signs in", async () => {
  await using provider = await startProvider();
  const flags = [...flagsOf(provider), "--oidc-user-claim", "preferred_username"];
  await using server = await startServer(newData(), flags);
  const seen = await signIn(createBrowser(), `${server.url}/jobs`, "rudi");
  expect(seen.status).toBe(401);
  expect(seen.text).toMatch(/found no claim (?:"|&quot;)preferred_username(?:"|&quot;) in the ID token/);
});

test("an answer of the provider that this browser did not ask for signs nobody in", async () => {
  await using provider = await startProvider();
  await using server = await startServer(newData(), flagsOf(provider));
  for (const query of ["", "?code=x&state=y", "?error=access_denied&state=y"]) {
    const { status, text } = await createBrowser().go(`${server.url}/_/sign-in/return${query}`);
    expect(status).toBe(401);
    expect(text).toContain("no sign-in that this browser has begun");
  }
  const browser = createBrowser();
  await browser.go(`${server.url}/_/sign-in/provider`);
  for (const query of ["?code=x&state=y", `?code=x&state=y&iss=${provider.issuer}`, "?state=y"]) {
    expect((await browser.go(`${server.url}/_/sign-in/return${query}`)).status).toBe(401);
  }
});

describe("a token of the provider", () => {
  test("lets its user do what the groups give, and keeps jobs of others away", async () => {
    await using provider = await startProvider();
    await using server = await startServer(newData(), flagsOf(provider));
    const tokenOf = (sub: string, groups: readonly string[]) => provider.sign(claimsOf(provider, { sub, groups }));
    const statuses: number[] = [];
    for (const [user, groups] of [
      ["vera", ["viewers"]],
      ["rudi", ["hydrology"]],
      ["nick", ["others"]],
    ] as const) {
      const token = await tokenOf(user, groups);
      statuses.push(
        (await fetch(`${server.url}/processes/echo/execution`, echo(token, { prefer: "respond-async" }))).status,
      );
    }
    expect(statuses).toEqual([403, 201, 403]);
    const listed = async (user: string, groups: readonly string[]) => {
      const headers = { authorization: `Bearer ${await tokenOf(user, groups)}` };
      const { jobs } = JSON.parse(await (await fetch(`${server.url}/jobs`, { headers })).text());
      return jobs.length;
    };
    expect([
      await listed("rudi", ["hydrology"]),
      await listed("vera", ["viewers"]),
      await listed("adam", ["admins"]),
    ]).toEqual([1, 0, 1]);
  });

  test("is refused when anything of it is not as it should be", async () => {
    await using provider = await startProvider();
    await using server = await startServer(newData(), flagsOf(provider));
    const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const good = await provider.sign(claimsOf(provider));
    const [head = "", body = "", signature = ""] = good.split(".");
    const bad: readonly (readonly [string, string])[] = [
      ["another issuer", await provider.sign(claimsOf(provider, { iss: "https://evil.example" }))],
      ["another audience", await provider.sign(claimsOf(provider, { aud: "other" }))],
      ["no audience", await provider.sign(claimsOf(provider, { aud: undefined }))],
      ["ended", await provider.sign(claimsOf(provider, { exp: now() - 90 }))],
      ["no end", await provider.sign(claimsOf(provider, { exp: undefined }))],
      ["not yet", await provider.sign(claimsOf(provider, { nbf: now() + 90 }))],
      ["an ID token", await provider.sign(claimsOf(provider, { nonce: "n" }))],
      ["no user", await provider.sign(claimsOf(provider, { sub: undefined }))],
      ["a key that the provider does not have", await provider.sign(claimsOf(provider), { kid: "second" })],
      ["no signature", `${b64({ alg: "none" })}.${b64(claimsOf(provider))}.`],
      ["a signature by what everybody knows", `${b64({ alg: "HS256", kid: "first" })}.${body}.${signature}`],
      ["another body", `${head}.${b64(claimsOf(provider, { groups: ["admins"] }))}.${signature}`],
      ["rubbish", "a.b.c"],
      ["text", "rubbish"],
      ["nothing", ""],
    ];
    for (const [title, token] of bad) {
      const response = await fetch(`${server.url}/jobs`, { headers: { authorization: `Bearer ${token}` } });
      expect([title, response.status]).toEqual([title, 401]);
      expect(response.headers.get("www-authenticate")).toContain('error="invalid_token"');
    }
    const held = [good, await provider.sign(claimsOf(provider, { exp: now() - 20, nbf: now() + 20 }))];
    for (const token of held)
      expect((await fetch(`${server.url}/jobs`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  test("that says nothing itself is asked about at the provider", async () => {
    await using provider = await startProvider();
    const flags = [...flagsOf(provider), "--oidc-user-claim", "client_id", "--oidc-default-role", "viewer"];
    await using server = await startServer(newData(), flags);
    const opaque = await provider.tokenOfProgram("urn:opaque");
    expect(opaque.split(".")).toHaveLength(1);
    const read = async (token: string) =>
      (await fetch(`${server.url}/jobs`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await read(opaque)).toBe(200);
    expect(await read(`${opaque}x`)).toBe(401);
    expect(await read(await provider.tokenOfProgram())).toBe(200);
  });

  test("is nobody's while the provider cannot be asked, and one that is known stays valid", async () => {
    await using provider = await startProvider();
    await using server = await startServer(newData(), flagsOf(provider));
    const [first, second] = [
      await provider.sign(claimsOf(provider)),
      await provider.sign(claimsOf(provider, { sub: "vera" })),
    ];
    const other = await provider.sign(claimsOf(provider), { kid: "second" });
    const read = (token: string) => fetch(`${server.url}/jobs`, { headers: { authorization: `Bearer ${token}` } });
    expect((await read(first)).status).toBe(200);
    await provider.stop();
    // The keys are known: whatever they signed is told without the provider.
    expect([(await read(first)).status, (await read(second)).status]).toEqual([200, 200]);
    expect((await read(other)).status).toBeOneOf([401, 503]);
    await using fresh = await startServer(newData(), flagsOf(provider));
    const response = await fetch(`${fresh.url}/jobs`, { headers: { authorization: `Bearer ${first}` } });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    // The reason, not that there is one.
    const detail = await response.text();
    expect(detail).toContain(`${provider.issuer}\\" does not answer as it should (`);
    expect(detail).toContain("Cannot fetch");
    expect(detail).not.toContain("something went wrong");
    expect((await fetch(`${fresh.url}/processes`)).status).toBe(200);
  });
});

test("heddle login signs a person in by a code, and other commands act for that person until the logout", async () => {
  await using provider = await startProvider({ seconds: 12 });
  await using server = await startServer(newData(), flagsOf(provider));
  const environment = { HOME: join(folder.path, "home"), HEDDLE_URL: server.url };
  const login = Bun.spawn([executable, "login"], {
    env: environment,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  let told = "";
  for await (const chunk of login.stderr) {
    told += new TextDecoder().decode(chunk);
    const [, url, code] = /Open (\S+)\n.* code (\S+)\n/.exec(told) ?? [];
    if (url === undefined || code === undefined) continue;
    await approve(url, code);
    break;
  }
  expect(await login.exited).toBe(0);
  const files = await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: environment.HOME, dot: true, absolute: true }));
  expect(files).toHaveLength(1);
  expect((await stat(files[0] ?? "")).mode & 0o777).toBe(0o600);
  const run = () => runExecutable(["execute", "echo", "-i", "text=hi", "--json"], { environment });
  expect(await run()).toMatchObject({ exitCode: 0 });
  // The first token has ended by then; the next command gets another.
  const kept = await Bun.file(files[0] ?? "").text();
  await Bun.sleep(3000);
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect(await Bun.file(files[0] ?? "").text()).not.toBe(kept);
  expect(
    (
      await runExecutable(["execute", "echo", "-i", "text=hi", "--url", server.url.replace("127.0.0.1", "localhost")], {
        environment,
      })
    ).exitCode,
  ).toBe(5);
  await provider.remove("rudi");
  await Bun.sleep(3000);
  const refused = await run();
  expect([refused.exitCode, refused.talk]).toEqual([5, expect.stringContaining("heddle login")]);
  expect((await runExecutable(["logout"], { environment })).talk).toContain("Signed out");
  expect((await run()).exitCode).toBe(5);
}, 60_000);

test("heddle login that is stopped while it waits says so, and blames nobody", async () => {
  await using provider = await startProvider();
  await using server = await startServer(newData(), flagsOf(provider));
  const login = Bun.spawn([executable, "login", "--url", server.url], {
    env: { HOME: join(folder.path, "home-of-nobody") },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  let told = "";
  for await (const chunk of login.stderr) {
    if (!told.includes(" code ") && new TextDecoder().decode(chunk).includes(" code ")) login.kill("SIGTERM");
    told += new TextDecoder().decode(chunk);
  }
  expect([await login.exited, told.split("\n").slice(2)]).toEqual([143, ["Stopped before the end", ""]]);
}, 30_000);

/** Signs in as rudi where the code is asked for, and says yes. */
async function approve(url: string, code: string): Promise<void> {
  const browser = createBrowser();
  const fieldsOf = (text: string) =>
    Object.fromEntries([...text.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  let page = await browser.go(url);
  for (let steps = 0; steps < 6; steps += 1) {
    const [, action = page.url] = /action="([^"]+)"/.exec(page.text) ?? [];
    if (page.url.includes("/sign-in/")) page = await browser.send(page.url, { user: "rudi" });
    else if (page.text.includes("xsrf"))
      page = await browser.send(action, { ...fieldsOf(page.text), user_code: code, confirm: "yes" });
    else return;
  }
}

test("a user who is removed at the provider is out within the life of a token, streams too, and the jobs go on", async () => {
  await using provider = await startProvider({ seconds: 3 });
  await using server = await startServer(newData(), flagsOf(provider));
  const browser = createBrowser();
  await signIn(browser, `${server.url}/jobs`, "rudi");
  const headers = { cookie: browser.cookies(server.url) };
  // Asked again at the provider, the session goes on beyond the life of its first token.
  await Bun.sleep(3500);
  const stream = await fetch(`${server.url}/events`, { headers });
  expect(stream.status).toBe(200);
  const own = {
    ...headers,
    "sec-fetch-site": "same-origin",
    "content-type": "application/json",
    prefer: "respond-async",
  };
  const body = '{"inputs":{"text":"hi","pause":6}}';
  const job = await fetch(`${server.url}/processes/echo/execution`, { method: "POST", headers: own, body });
  expect(job.status).toBe(201);
  await provider.remove("rudi");
  expect(await stream.text()).toContain("event: job");
  await until("the session has ended", async () => (await fetch(`${server.url}/jobs`, { headers })).status === 401);
  const admin = {
    authorization: `Bearer ${await provider.sign(claimsOf(provider, { sub: "adam", groups: ["admins"] }))}`,
  };
  await until("the job has ended well", async () => {
    const status: unknown = await (await fetch(job.headers.get("location") ?? "", { headers: admin })).json();
    return JSON.stringify(status).includes('"status":"successful"');
  });
}, 60_000);

test("a sign-in that is refused is audited: who it was to be, why and from where, without the key", async () => {
  await using provider = await startProvider();
  const data = newData();
  await using server = await startServer(data, flagsOf(provider));
  const seen = await signIn(createBrowser(), `${server.url}/jobs?f=html`, "nick");
  expect(seen.status).toBe(401);
  const headers = { origin: server.url, "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
  const body = new URLSearchParams({ key: "hdl_known_topsecret" }).toString();
  expect((await fetch(`${server.url}/_/sign-in`, { method: "POST", headers, body })).status).toBe(401);
  const read = async () => (await runExecutable(["audit", "--data", data, "--action", "sign-in", "--json"])).out;
  await until("both are audited", async () => (await read()).includes("key known"));
  const told = await read();
  expect(told).toContain('by the provider: Cannot sign in as \\"nick\\"');
  expect(told).toContain("key known: no key has this id");
  expect(told).toContain("refused");
  expect(told).toContain("127.0.0.1");
  expect(told).not.toContain("topsecret");
});

test("`config check` and `doctor` ask the provider, and say what would keep people from signing in", async () => {
  await using provider = await startProvider();
  const data = newData();
  const check = (issuer: string) => runExecutable(["config", "check", "--data", data, ...flagsOf({ issuer })]);
  const good = await check(provider.issuer);
  expect([good.exitCode, good.talk]).toEqual([0, ""]);
  const settings = ["--oidc-issuer", provider.issuer, "--oidc-client-id", "heddle", "--oidc-default-role", "viewer"];
  const words = ["doctor", "--data", data, ...settings];
  const doctor = await runExecutable([...words, "--oidc-allow-http"]);
  expect(doctor.out).toContain("sign-in: the provider of identities answers as it should");
  // What keeps the service from starting is no less a fault here than at its start.
  const wrong = await runExecutable(words);
  expect([wrong.exitCode, wrong.out]).toEqual([1, expect.stringMatching(/fault +settings: .*--oidc-issuer.*https/)]);
  expect(wrong.out).not.toContain("sign-in:");
  const named = await check(`${provider.issuer}/`);
  expect([named.exitCode, named.talk]).toEqual([
    2,
    expect.stringContaining(`wanted "${provider.issuer}", as the provider calls itself`),
  ]);
  const strange = await check(`${provider.issuer}/none`);
  expect([strange.exitCode, strange.talk]).toEqual([2, expect.stringContaining("found status 404")]);
  await provider.stop();
  const gone = await check(provider.issuer);
  expect([gone.exitCode, gone.talk]).toEqual([
    2,
    expect.stringContaining("wanted a provider that this machine can reach"),
  ]);
  const ill = await runExecutable([...words, "--oidc-allow-http"]);
  expect([ill.exitCode, ill.out]).toEqual([
    1,
    expect.stringContaining("fault    sign-in: Cannot use --oidc-issuer: found no answer"),
  ]);
});

test.each([
  ["has no PKCE", { code_challenge_methods_supported: ["plain"] }, 0, "found no PKCE with S256"],
  ["has no keys", { jwks_uri: undefined }, 0, "found no jwks_uri"],
  ["has a clock that is ahead", {}, 600_000, "seconds ahead"],
  ["has a clock that is behind", {}, -600_000, "seconds behind"],
] as const)("`config check` tells of a provider that %s", async (_, changes, ahead, words) => {
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch({ url }) {
      const issuer = new URL(url).origin;
      const document = {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        code_challenge_methods_supported: ["S256"],
        ...changes,
      };
      return Response.json(document, { headers: { date: new Date(Date.now() + ahead).toUTCString() } });
    },
  });
  const issuer = `http://127.0.0.1:${server.port}`;
  const checked = await runExecutable(["config", "check", "--data", newData(), ...flagsOf({ issuer })]);
  expect([checked.exitCode, checked.talk.split("\n").length]).toEqual([2, 2]);
  expect(checked.talk).toContain(words);
});
