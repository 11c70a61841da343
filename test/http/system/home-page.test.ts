import { expect, test } from "bun:test";
import { plainIdentity } from "../../../src/domain/people/service-identity.ts";
import { openService, submitEcho } from "../service.ts";

const html = { accept: "text/html" };

test("who sees no job and may run nothing is told whose jobs the key sees, and to run nothing", async () => {
  await using service = await openService();
  const key = await service.createKey("viewer", "vic");
  for (const path of ["/?f=html", "/jobs?f=html"]) {
    const text = await (await service.send("GET", path, { key })).text();
    expect(text).toContain("You see only jobs of user vic, and your role (viewer) runs none.");
    expect(text).toContain("“Share the results” on the page of the job makes one.");
    expect(text).toContain("<code>heddle keys create --role overseer --user vic</code>");
    expect(text).not.toMatch(/run it|run the first one|nobody else/);
  }
});

test("the home page says what the service is, by whom, and on which terms", async () => {
  const identity = {
    ...plainIdentity,
    title: "Maps <b>",
    description: "Makes maps",
    provider: { name: "Office", url: "https://office.example/" },
    contact: { name: "Ann", email: "ann@office.example" },
    license: { name: "CC0", url: "javascript:alert(1)" },
    termsUrl: "https://office.example/terms",
    logoUrl: "https://office.example/logo.png",
  };
  await using service = await openService({ identity });
  const page = await service.send("GET", "/", { headers: html });
  const text = await page.text();
  for (const part of ["Maps &lt;b&gt;", "Makes maps", "Office", "mailto:ann@office.example", "CC0", "/terms"]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('href="javascript:');
  expect(page.headers.get("content-security-policy")).toContain("img-src 'self' https://office.example;");
});

test("home and sign-in tell who runs the service; where nobody said so, only admins learn by which settings", async () => {
  const contact = { name: "Ann", email: "ann@office.example", url: "https://office.example/help" };
  await using told = await openService({ identity: { ...plainIdentity, provider: { name: "Office" }, contact } });
  const key = await told.createKey("admin", "root");
  const pageOf = async (service: typeof told, path: string, asked: { readonly key?: string } = {}) =>
    (await service.send("GET", path, { headers: html, ...asked })).text();
  for (const path of ["/?f=html", "/_/sign-in?f=html"]) {
    for (const asked of [{}, { key }]) {
      const text = await pageOf(told, path, asked);
      for (const part of ["<dd>Office</dd>", 'href="https://office.example/help">Ann', "mailto:ann@office.example"])
        expect(text).toContain(part);
      expect(text).not.toContain("serviceProvider");
    }
  }
  expect(await pageOf(told, "/_/sign-in?f=html")).toContain('Ask <a href="mailto:ann@office.example">Ann</a> for one.');
  await using half = await openService({ identity: { ...plainIdentity, provider: { name: "Office" } } });
  const [halfKey, runner] = [await half.createKey("admin", "root"), await half.createKey("runner", "ben")];
  expect(await pageOf(half, "/_/sign-in?f=html")).toContain("Office gives one to you.");
  for (const path of ["/?f=html", "/_/sign-in?f=html"]) {
    const text = await pageOf(half, path, { key: halfKey });
    expect(text).toContain('/_/system?f=html#setting-serviceContactName"');
    expect(text).not.toContain("#setting-serviceProvider");
    for (const asked of [{}, { key: runner }]) expect(await pageOf(half, path, asked)).not.toContain("#setting-");
  }
});

test("it shows the queue to who sees all jobs, the jobs of its reader, and none to a stranger", async () => {
  await using service = await openService({ holdsJobs: true });
  const [admin, ann, bob] = [
    await service.createKey("admin", "root"),
    await service.createKey("runner", "ann"),
    await service.createKey("runner", "bob"),
  ];
  const id = await submitEcho(service, ann);
  const pageFor = async (key?: string) =>
    (await service.send("GET", "/?f=html", key === undefined ? {} : { key })).text();
  expect(await pageFor(admin)).toContain("0 jobs run, 1 waits</a>.");
  expect(await pageFor(ann)).toContain(`/jobs/${id}?f=html`);
  for (const text of [await pageFor(bob), await pageFor()]) {
    expect(text).not.toContain(id);
    expect(text).not.toContain("jobs run");
  }
  expect(await pageFor(bob)).toContain("You have no jobs yet, and see those of nobody else.");
});

test.skipIf(Bun.which("curl") === null)("its command line runs as it stands (needs curl)", async () => {
  await using service = await openService();
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => service.app.fetch(request) });
  const key = await service.createKey("runner", "ann");
  for (const headers of [{}, { authorization: `Bearer ${key}` }]) {
    const text = await (await fetch(`${server.url}?f=html`, { headers })).text();
    const [, escaped = ""] = /<pre class="code" data-curl="">([^<]*)<\/pre>/.exec(text) ?? [];
    const line = escaped.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
    const child = Bun.spawn(["sh", "-c", `${line} --silent --fail`], {
      env: { PATH: process.env.PATH, HEDDLE_KEY: key },
      stdout: "pipe",
      stderr: "pipe",
    });
    expect([await new Response(child.stdout).text(), await child.exited]).toEqual([
      expect.stringContaining("hello"),
      0,
    ]);
  }
});

test("the home page offers only what its reader may do", async () => {
  await using service = await openService();
  const page = async (key?: string) => (await service.send("GET", "/?f=html", key === undefined ? {} : { key })).text();
  const [viewer, runner, deployer] = await Promise.all(
    (["viewer", "runner", "deployer"] as const).map((role) => service.createKey(role, role)),
  );
  service.clock.advance(2000);
  expect(await page(viewer)).toContain("Your key may read, and run nothing");
  expect(await page(viewer)).toContain("You see only jobs of user viewer");
  expect(await page(viewer)).not.toContain("Deploy a process");
  expect(await page(runner)).toContain("Run a process");
  expect(await page(runner)).not.toContain("Deploy a process");
  expect(await page(deployer)).toContain("Deploy a process");
  // A stranger may sign in as somebody who may.
  expect(await page()).toContain("Deploy a process");
});
