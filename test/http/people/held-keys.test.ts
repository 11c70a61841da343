import { expect, test } from "bun:test";
import { createKey, revokeKey } from "../../../src/operations/people/manage-keys.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const browser = { accept: "text/html" };

const tool = (id: string) => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  id,
  baseCommand: "echo",
  inputs: { station: { type: "string", default: "a", inputBinding: { position: 1 } } },
  outputs: { out: { type: "stdout" } },
});

async function keyFor(
  service: Service,
  processes: readonly string[],
  role: "viewer" | "runner" | "deployer" = "runner",
) {
  return (await createKey(service.keys, { user: "rita", role, processes: [...processes] })).text;
}

/** A service with processes before and behind "echo" by their ids. */
async function withRivers(): Promise<Service> {
  const service = await openService({ holdsJobs: true });
  const admin = await service.createKey("admin", "root");
  for (const id of ["alpha", "river-levels", "river-flow", "zeta"]) {
    expect((await service.send("POST", "/processes", { key: admin, body: tool(id) })).status).toBe(201);
  }
  return service;
}

async function pageOf(service: Service, path: string, key: string): Promise<string> {
  return (await service.send("GET", path, { key, headers: browser })).text();
}

const idsOf = (html: string) =>
  [...html.matchAll(/href="[^"]*\/processes\/([\w-]+)\?f=html">\1<\/a>/g)].map(([, id = ""]) => id);

test("the list has the processes that a key is for first, and marks the others", async () => {
  await using service = await withRivers();
  const held = await keyFor(service, ["river-*"]);
  const page = await pageOf(service, "/processes?f=html", held);
  expect(idsOf(page).slice(0, 2)).toEqual(["river-flow", "river-levels"]);
  expect(page.match(/You may look at this one, and not run it/g)).toHaveLength(3);
  // Those that it is for come first also where they stand on a later page, and no process is left out.
  const short = await pageOf(service, "/processes?f=html&limit=2", held);
  expect(idsOf(short)).toEqual(["river-flow", "river-levels", "alpha"]);
  // An order that was asked for is kept.
  const sorted = await pageOf(service, "/processes?f=html&sortby=-id", held);
  expect(idsOf(sorted)[0]).toBe("zeta");
  for (const free of [await service.createKey("runner", "ann"), await service.createKey("viewer", "vic")])
    expect(await pageOf(service, "/processes?f=html", free)).not.toContain("You may look at this one");
  // Programs get the order of ids, as ever.
  const { processes } = await jsonOf(await service.send("GET", "/processes", { key: held }));
  expect(JSON.stringify(processes)).toMatch(/alpha.*river-flow.*zeta/);
});

test("private processes that a key is for stand in the list, and no others", async () => {
  await using service = await withRivers();
  const admin = await service.createKey("admin", "boss");
  for (const id of ["river-flow", "zeta"]) {
    const sent = await service.send("PATCH", `/processes/${id}`, { key: admin, body: { visibility: "private" } });
    expect(sent.status).toBe(200);
  }
  const { processes } = await jsonOf(
    await service.send("GET", "/processes", { key: await keyFor(service, ["river-*"]) }),
  );
  expect(JSON.stringify(processes)).toContain('"river-flow"');
  expect(JSON.stringify(processes)).not.toContain('"zeta"');
});

test("the command line of the home page executes a process that the key is for", async () => {
  await using service = await withRivers();
  for (const [patterns, expected] of [
    [["river-levels"], "/processes/river-levels/execution"],
    [["*-flow"], "/processes/river-flow/execution"],
    [["echo", "alpha"], "/processes/echo/execution"],
  ] as const) {
    const page = await pageOf(service, "/?f=html", await keyFor(service, patterns));
    expect(/<pre class="code" data-curl="">([^<]*)</.exec(page)?.[1]).toContain(expected);
    expect(page).toContain(
      `Your key runs only the process${patterns.length > 1 || patterns[0].includes("*") ? "es" : ""} ${patterns.join(", ")}.`,
    );
  }
  const none = await pageOf(service, "/?f=html", await keyFor(service, ["nothing"]));
  expect(none).toContain("There is none here that you may run.");
  expect(none).not.toContain("data-curl");
});

test("the account tells apart what a key does of all processes, and what only of those that it is for", async () => {
  await using service = await withRivers();
  const page = await pageOf(service, "/_/sign-in?f=html", await keyFor(service, ["river-levels"]));
  const [, ofAll = "", ofSome = ""] =
    /You may:<\/p>(.*?)And only of the process river-levels:<\/p>(.*?)You may not:/s.exec(page) ?? [];
  for (const words of ["see the processes", "upload files"])
    expect([ofAll, ofSome].map((one) => one.includes(words))).toEqual([true, false]);
  for (const words of ["run processes", "see your own jobs", "read the package", "cancel and remove your own jobs"])
    expect([ofAll, ofSome].map((one) => one.includes(words))).toEqual([false, true]);
  expect(await pageOf(service, "/_/sign-in?f=html", await service.createKey("runner", "ann"))).not.toContain("only of");
  // What one may do leads to its page.
  expect(page).toContain('/processes?f=html">see the processes');
  expect(page).not.toContain('/_/keys?f=html">');
  const admin = await pageOf(service, "/_/sign-in?f=html", await service.createKey("admin", "root"));
  expect(admin).toContain('/_/keys?f=html">make and revoke keys</a>');
});

test("who was signed in is told that the key was revoked or has ended; nobody else is", async () => {
  await using service = await openService();
  await service.createKey("admin", "root");
  const sessionOf = async (key: string) => {
    const response = await service.send("POST", "/_/sign-in", {
      headers: { ...browser, origin: address, "content-type": "application/x-www-form-urlencoded" },
      body: String(new URLSearchParams({ key })),
    });
    return (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  };
  const shown = async (cookie: string, to = "/processes/echo?f=html") =>
    (await service.send("GET", `/_/sign-in?to=${encodeURIComponent(to)}`, { headers: { ...browser, cookie } })).text();
  const [revoked, short] = [
    await createKey(service.keys, { user: "ann", role: "runner" }),
    await createKey(service.keys, { user: "ben", role: "runner", expires: "1h" }),
  ];
  const [first, second] = [await sessionOf(revoked.text), await sessionOf(short.text)];
  await revokeKey(service.keys, revoked.text.split("_")[1] ?? "");
  service.clock.advance(2000);
  expect(await shown(first)).toContain(
    "Your key was revoked. Sign in with another key to see this process. This browser keeps what you typed in the form until then.",
  );
  expect(await shown(first, "/jobs")).toContain("Your key was revoked. Sign in with another key to see jobs.");
  service.clock.advance(3_600_000);
  expect(await shown(second)).toContain("Your key has expired.");
  for (const cookie of ["", `heddle=${"a".repeat(43)}`, first.slice(0, -1)]) {
    const page = await shown(cookie);
    expect(page).toContain("You are not signed in.");
    expect(page).not.toMatch(/was revoked|has expired|ann|ben/);
  }
});
