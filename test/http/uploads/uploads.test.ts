import { expect, test } from "bun:test";
import type { ProcessDescription } from "../../../src/domain/processes/process.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { address, jsonOf, openService, processOf, type Service } from "../service.ts";

const browser = { accept: "text/html", origin: address };

async function upload(
  service: Service,
  name: string,
  key?: string,
): Promise<{ readonly id: string; readonly href: string }> {
  const headers = { "content-type": "text/csv", "content-disposition": `attachment; filename="${name}"` };
  const response = await service.send("POST", "/vault", {
    headers,
    body: "a,b\n1,2\n",
    ...(key === undefined ? {} : { key }),
  });
  expect(response.status).toBe(201);
  const { id, href } = await jsonOf(response);
  return { id: String(id), href: String(href) };
}

async function namesOf(service: Service, key: string, query = ""): Promise<readonly string[]> {
  const { uploads } = JSON.parse(await (await service.send("GET", `/uploads${query}`, { key })).text());
  return uploads.map(({ name }: { readonly name: string }) => name);
}

async function pageOf(service: Service, key?: string): Promise<string> {
  const response = await service.send("GET", "/uploads", { headers: browser, ...(key === undefined ? {} : { key }) });
  expect(response.status).toBe(200);
  return response.text();
}

/** A process with a file for an input. */
async function saveReader(service: Service): Promise<void> {
  const description: ProcessDescription = {
    id: "reader",
    version: "1.0.0",
    title: "Reader",
    inputs: {
      table: { title: "Table", schema: { type: "string", contentMediaType: "text/csv" }, minOccurs: 1, maxOccurs: 1 },
    },
    outputs: {},
    jobControlOptions: ["async-execute"],
    outputTransmission: ["value"],
  };
  await saveProcess(service.database, processOf(description, { fileInputs: ["table"] }), 0, { replace: true });
}

test("each user sees his own uploads, the newest first, and an admin those of all", async () => {
  await using service = await openService();
  const [ada, bob, root] = [
    await service.createKey("runner", "ada"),
    await service.createKey("runner", "bob"),
    await service.createKey("admin", "root"),
  ];
  for (const [name, key] of [
    ["one.csv", ada],
    ["two.csv", bob],
    ["three.csv", ada],
  ] as const) {
    await upload(service, name, key);
    service.clock.advance(1000);
  }
  expect(await namesOf(service, ada)).toEqual(["three.csv", "one.csv"]);
  expect(await namesOf(service, bob)).toEqual(["two.csv"]);
  expect(await namesOf(service, root)).toEqual(["three.csv", "two.csv", "one.csv"]);
  const viewer = await service.createKey("viewer", "eve");
  expect((await service.send("GET", "/uploads", { key: viewer })).status).toBe(403);
  expect((await service.send("GET", "/uploads")).status).toBe(401);
  const { uploads } = JSON.parse(await (await service.send("GET", "/uploads", { key: bob })).text());
  const [{ id, ...shown }] = uploads;
  expect(shown).toEqual({
    href: `vault://${id}`,
    name: "two.csv",
    mediaType: "text/csv",
    sizeBytes: 8,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    user: "bob",
    created: expect.any(String),
    expires: expect.any(String),
    held: false,
    jobs: [],
    links: [{ href: `${address}/vault/${id}`, rel: "enclosure", type: "text/csv", title: "two.csv" }],
  });
  expect(JSON.stringify(uploads)).not.toContain("token");
  service.clock.advance(25 * 3600 * 1000);
  expect(await namesOf(service, ada)).toEqual([]);
});

test("the list is turned by pages, and refuses what it does not know", async () => {
  await using service = await openService();
  const ada = await service.createKey("runner", "ada");
  for (const name of ["a", "b", "c"]) await upload(service, name, ada);
  const seen: string[] = [];
  let path: string | undefined = "/uploads?limit=2";
  while (path !== undefined) {
    const text: string = await (await service.send("GET", path, { key: ada })).text();
    const { uploads, links } = JSON.parse(text);
    seen.push(...uploads.map(({ name }: { readonly name: string }) => name));
    path = links.find(({ rel }: { readonly rel: string }) => rel === "next")?.href;
  }
  expect(seen.toSorted()).toEqual(["a", "b", "c"]);
  for (const query of ["?after=x", "?before=x", "?limit=0", "?users=ada", "?sort=name"]) {
    expect([query, (await service.send("GET", `/uploads${query}`, { key: ada })).status]).toEqual([query, 400]);
  }
});

test("the page tells which jobs read a file, and fills it in as an input", async () => {
  await using service = await openService({ holdsJobs: true });
  const ada = await service.createKey("runner", "ada");
  const bob = await service.createKey("runner", "bob");
  await saveReader(service);
  const { id } = await upload(service, "<b>.csv", ada);
  const execute = (key: string) =>
    service.send("POST", "/processes/reader/execution", {
      key,
      headers: { prefer: "respond-async" },
      body: { inputs: { table: { href: `vault://${id}` } } },
    });
  const job = (await jsonOf(await execute(ada))).jobID;
  expect((await execute(bob)).status).toBe(400);
  const html = await pageOf(service, ada);
  expect(html).toContain("<strong>&lt;b&gt;.csv</strong>");
  // A list of many would put the form far below what a screen shows first.
  expect(html.indexOf('action="http')).toBeLessThan(html.indexOf("<table"));
  expect(html).toContain(`<a href="${address}/vault/${id}" download="&lt;b&gt;.csv"`);
  expect((await service.send("GET", `/vault/${id}`, { key: ada })).status).toBe(200);
  expect(html).toContain(`href="${address}/jobs/${job}?f=html"`);
  const form = /href="([^"]*reader\?f=html&amp;inputs=[^"]*)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect(html).toContain("Reader: Table");
  const filled = await (await service.send("GET", form, { headers: browser, key: ada })).text();
  expect(filled).toContain(`value="vault://${id}"`);
  expect(html.toLowerCase()).not.toContain("json pointer");
});

test("a button removes an upload after a question; a job that reads it keeps it; an admin removes those of others", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ada, bob, root] = [
    await service.createKey("runner", "ada"),
    await service.createKey("runner", "bob"),
    await service.createKey("admin", "root"),
  ];
  await saveReader(service);
  const { id } = await upload(service, "a.csv", ada);
  const press = (key: string, file: string, confirmed: boolean) =>
    service.send("POST", `/uploads/${file}/remove-form`, {
      key,
      headers: { ...browser, "content-type": "application/x-www-form-urlencoded" },
      body: confirmed ? "confirmed=true" : "",
    });
  const asked = await press(ada, id, false);
  const question = await asked.text();
  expect([asked.status, question.includes("Remove the upload?")]).toEqual([200, true]);
  expect(question).toMatch(/a\.csv \(\d+ bytes, uploaded [^)]+ UTC\) is deleted/);
  expect(question).toContain("No job uses it.");
  expect((await press(bob, id, false)).status).toBe(403);
  expect((await press(bob, id, true)).status).toBe(403);
  const body = { inputs: { table: { href: `vault://${id}` } } };
  await service.send("POST", "/processes/reader/execution", { key: ada, headers: { prefer: "respond-async" }, body });
  for (const confirmed of [false, true]) {
    expect(await (await press(ada, id, confirmed)).text()).toMatch(
      /a\.csv was not removed: job <a href="[^"]*\/jobs\/[^"]+\?f=html">reader [0-9a-f]{8}<\/a> has not ended\./,
    );
  }
  expect(await namesOf(service, ada)).toEqual(["a.csv"]);
  const other = await upload(service, "b.csv", bob);
  const removed = await press(root, other.id, true);
  expect([removed.status, removed.headers.get("location")]).toEqual([
    303,
    `${address}/uploads?f=html&done=upload-removed`,
  ]);
  expect(await namesOf(service, bob)).toEqual([]);
});

test("the page uploads by a form, and teaches the other ways", async () => {
  await using service = await openService();
  const empty = await pageOf(service);
  for (const words of ["Nobody has uploaded a file.", `heddle upload FILE --url ${address}`, "curl -F"]) {
    expect(empty).toContain(words);
  }
  const form = new FormData();
  form.set("file", new File(["x"], "mine.txt", { type: "text/plain" }));
  const sent = await service.send("POST", "/uploads/form", { headers: browser, body: form });
  const location = sent.headers.get("location") ?? "";
  expect([sent.status, location]).toEqual([303, `${address}/uploads?f=html&done=uploaded`]);
  const html = await (await service.send("GET", location, { headers: browser })).text();
  for (const words of ["Uploaded. The file can be an input of jobs.", "mine.txt"]) expect(html).toContain(words);
  // Where nobody has a key, the file is named without its token.
  await saveReader(service);
  const [{ href }] = JSON.parse(await (await service.send("GET", "/uploads")).text()).uploads;
  expect(await pageOf(service)).toContain(encodeURIComponent(href));
  const body = { inputs: { table: { href, type: "text/csv" } } };
  expect((await service.send("POST", "/processes/reader/execution", { body })).status).not.toBe(400);
  expect((await service.send("POST", "/uploads/form", { headers: { accept: "text/html" }, body: form })).status).toBe(
    403,
  );
});

test("the page is reached from every page, by who may upload", async () => {
  await using service = await openService({ allowAnonymous: "viewer" });
  const link = `<a href="${address}/uploads?f=html">Uploads</a>`;
  const roles = [
    ["admin", true],
    ["deployer", true],
    ["runner", true],
    ["viewer", false],
  ] as const;
  for (const [role, mayUpload] of roles) {
    const key = await service.createKey(role, role);
    for (const path of ["/", "/jobs", "/processes"]) {
      const page = await (await service.send("GET", path, { headers: browser, key })).text();
      expect([role, path, page.includes(link)]).toEqual([role, path, mayUpload]);
    }
  }
  const stranger = await (await service.send("GET", "/processes", { headers: browser })).text();
  expect(stranger).not.toContain(link);
});

test("uploads are ordered by size, turned by pages, chosen by user, and added up", async () => {
  await using service = await openService();
  const [ada, bob, root] = [
    await service.createKey("runner", "ada"),
    await service.createKey("runner", "bob"),
    await service.createKey("admin", "root"),
  ];
  for (const [key, name, size] of [
    [ada, "middle", 20],
    [ada, "small", 10],
    [bob, "large", 3000],
  ] as const) {
    const headers = { "content-type": "text/plain", "content-disposition": `attachment; filename="${name}"` };
    await service.send("POST", "/vault", { key, headers, body: "x".repeat(size) });
    service.clock.advance(1000);
  }
  const seen: string[] = [];
  let after = "";
  for (let turn = 0; turn < 3; turn += 1) {
    const answer = await jsonOf(await service.send("GET", `/uploads?sort=size&limit=1${after}`, { key: root }));
    const text = JSON.stringify(answer);
    seen.push(...[...text.matchAll(/"name":"([^"]+)"/g)].map(([, name = ""]) => name));
    after = /(&after=[\w.-]+)","rel":"next"/.exec(text)?.[1] ?? "";
  }
  expect(after).toBe("");
  expect(seen).toEqual(["large", "middle", "small"]);
  expect(await namesOf(service, root, "?user=ada")).toEqual(["small", "middle"]);
  expect(await namesOf(service, ada, "?user=bob")).toEqual([]);
  const page = await (await service.send("GET", "/uploads", { key: root, headers: browser })).text();
  expect(page).toContain("3 uploads, 3.0 kB. ");
  expect(page).toContain(`<a href="${address}/uploads?user=bob&amp;f=html">bob</a> 3.0 kB, `);
  expect(await (await service.send("GET", "/uploads", { key: ada, headers: browser })).text()).toContain(
    "2 uploads, 30 bytes. ",
  );
});

test("an upload that a job may read yet says that it is kept longer, and stays in the list past its time", async () => {
  await using service = await openService({ holdsJobs: true });
  await saveReader(service);
  const ada = await service.createKey("runner", "ada");
  const { href } = await upload(service, "held.csv", ada);
  await upload(service, "free.csv", ada);
  const headers = { prefer: "respond-async" };
  const body = { inputs: { table: { href } } };
  expect((await service.send("POST", "/processes/reader/execution", { key: ada, headers, body })).status).toBe(201);
  const page = await pageOf(service, ada);
  expect(page.match(/as long as job <a [^>]+>reader \w{8}<\/a> has not ended; else until /g)).toHaveLength(1);
  // What would only be refused is not offered.
  expect(page).toContain('aria-label="Remove the upload free.csv"');
  expect(page).not.toContain('aria-label="Remove the upload held.csv"');
  service.clock.advance(25 * 3600 * 1000);
  expect(await namesOf(service, ada)).toEqual(["held.csv"]);
  // Only its jobs read it from then on.
  expect(await pageOf(service, ada)).not.toContain("Use as input of");
});

test("a job is found by the SHA-256 of a file that it read, and of one that it made", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ada, bob] = [await service.createKey("runner", "ada"), await service.createKey("runner", "bob")];
  await saveReader(service);
  const run = async (name: string, key: string) => {
    const { href } = await upload(service, name, key);
    const sent = { headers: { prefer: "respond-async" }, body: { inputs: { table: { href } } }, key };
    return String((await jsonOf(await service.send("POST", "/processes/reader/execution", sent))).jobID);
  };
  const sha256 = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");
  const [read, made] = [sha256("a,b\n1,2\n"), sha256("made")];
  const [first, second, other] = [await run("one.csv", ada), await run("two.csv", ada), await run("one.csv", bob)];
  const result = {
    kind: "file",
    reference: "out/made.txt",
    basename: "made.txt",
    mediaType: "text/plain",
    sizeBytes: 4,
    sha256: made,
  } as const;
  await service.finish(first, { results: { out: result } });
  for (const job of [second, other]) await service.finish(job, { results: {} });
  const foundBy = async (q: string) => {
    const { jobs } = JSON.parse(
      await (await service.send("GET", `/jobs?q=${encodeURIComponent(q)}`, { key: ada })).text(),
    );
    return jobs.map(({ jobID }: { readonly jobID: string }) => jobID).toSorted();
  };
  for (const q of [read, `sha256:${read}`, read.toUpperCase()]) {
    expect([q, await foundBy(q)]).toEqual([q, [first, second].toSorted()]);
  }
  expect(await foundBy(`${read} ${made}`)).toEqual([first]);
  expect(await foundBy(sha256("else"))).toEqual([]);
});
