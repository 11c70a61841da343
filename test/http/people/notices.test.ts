import { describe, expect, test } from "bun:test";
import { noticeEvents } from "../../../src/domain/people/notices.ts";
import { listAudit } from "../../../src/store/people/audit.ts";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";

const ownPage = { origin: address, "sec-fetch-site": "same-origin", accept: "text/html" };
const formType = "application/x-www-form-urlencoded";
const mails = { holdsJobs: true, settings: { sendsMail: true } };

function put(service: Service, key: string, body: unknown) {
  return service.send("PUT", "/_/notices", { key, body });
}

async function kept(service: Service, key: string) {
  const { links: _, ...document } = await jsonOf(await service.send("GET", "/_/notices", { key }));
  return document;
}

function sendForm(service: Service, key: string, fields: readonly (readonly [string, string])[]) {
  const form = new URLSearchParams();
  for (const [name, value] of fields) form.append(name, value);
  const body = String(form);
  return service.send("POST", "/_/sign-in/notices-form", {
    key,
    headers: { ...ownPage, "content-type": formType },
    body,
  });
}

async function page(service: Service, path: string, key?: string): Promise<string> {
  const options = { headers: { accept: "text/html" }, ...(key === undefined ? {} : { key }) };
  return (await service.send("GET", path, options)).text();
}

/** The values of the fields of who is told, in the form of a process. */
function toldFields(html: string): readonly (string | undefined)[] {
  return ["~success", "~failed", "~progress"].map(
    (name) => new RegExp(`<input id="${name}"[^>]*? value="([^"]*)"`).exec(html)?.[1],
  );
}

describe("the API", () => {
  test("keeps an address for its user, gives it to nobody else, and forgets it", async () => {
    await using service = await openService(mails);
    const [ann, bob] = [await service.createKey("runner", "ann"), await service.createKey("admin", "bob")];
    expect(await kept(service, ann)).toEqual({ sendsMail: true });
    const wanted = { address: "ann@example.org", events: ["success", "failed"] };
    const response = await put(service, ann, { address: "ann@example.org" });
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await jsonOf(response)).toMatchObject(wanted);
    expect(await kept(service, bob)).toEqual({ sendsMail: true });
    await put(service, ann, { address: "https://example.org/hook?secret=1", events: ["failed", "failed"] });
    expect(await kept(service, ann)).toMatchObject({
      address: "https://example.org/hook?secret=1",
      events: ["failed"],
    });
    expect((await service.send("DELETE", "/_/notices", { key: ann })).status).toBe(204);
    expect(await kept(service, ann)).toEqual({ sendsMail: true });
  });

  test.each([
    [{ address: "ann,bob@example.org" }, "/address", "name@host"],
    [{ address: "ann, bob@example.org" }, "/address", "http or https"],
    [{ address: "" }, "/address", "http or https"],
    [{ address: "ftp://example.org/x" }, "/address", "http or https"],
    [{ address: "https://ann:secret@example.org/" }, "/address", "without user and password"],
    [{ address: `https://example.org/${"x".repeat(2100)}` }, "/address", "2048"],
    [{ address: "ann@elsewhere.org" }, "/address", "--mail-to"],
    [{ address: "http://example.org/\r\nX-Mailer: y" }, "/address", "without blanks"],
    [{ address: " http://example.org/" }, "/address", "without blanks"],
    [{ address: "http://example.org/a\tb" }, "/address", "without blanks"],
    [{ address: "http://example.org/\u202egro.live" }, "/address", "without blanks"],
    [{ address: "http://example.org/\u001b[2J" }, "/address", "without blanks"],
    [{ address: "http://10.0.0.1/hook" }, "/address", "--allow-fetch"],
    [{ address: "ann@example.org", events: [] }, "/events", "at least one"],
    [{ address: "ann@example.org", events: ["ended"] }, "/events/0", "success"],
    [{ address: "ann@example.org", more: 1 }, "/more", ""],
    [{}, "/address", ""],
  ])("refuses %j as a request with such a subscriber is refused", async (body, pointer, words) => {
    await using service = await openService({ settings: { sendsMail: true, mailTo: ["@example.org"] } });
    const key = await service.createKey("runner", "ann");
    const response = await put(service, key, body);
    expect(response.status).toBe(400);
    const { errors } = await jsonOf(response);
    expect(errors).toEqual([{ pointer, detail: expect.stringContaining(words) }]);
    expect(await kept(service, key)).not.toHaveProperty("address");
  });

  test("without a server of mails takes web addresses alone", async () => {
    await using service = await openService();
    const key = await service.createKey("runner", "ann");
    const refused = await jsonOf(await put(service, key, { address: "ann@example.org" }));
    expect(refused.errors).toEqual([{ pointer: "/address", detail: expect.stringContaining("--smtp-url") }]);
    expect((await put(service, key, { address: "https://example.org/hook" })).status).toBe(200);
  });

  test("is for users who may execute, with a key that is for everything", async () => {
    await using service = await openService({ ...mails, allowAnonymous: "runner" });
    const viewer = await service.createKey("viewer", "eve");
    const admin = await service.createKey("admin", "root");
    const made = await jsonOf(
      await service.send("POST", "/_/keys", {
        key: admin,
        body: { user: "ann", role: "runner", processes: ["echo"] },
      }),
    );
    const body = { address: "ann@example.org" };
    expect((await put(service, viewer, body)).status).toBe(403);
    expect((await put(service, String(made.key), body)).status).toBe(403);
    expect((await service.send("PUT", "/_/notices", { body })).status).toBe(403);
    expect((await service.send("DELETE", "/_/notices")).status).toBe(403);
    expect(await jsonOf(await service.send("GET", "/_/notices"))).toMatchObject({ sendsMail: true });
  });

  test("gives nothing to a key that is not for everything, and lets it remove nothing", async () => {
    await using service = await openService(mails);
    const [ann, admin] = [await service.createKey("runner", "ann"), await service.createKey("admin", "root")];
    const address = "https://example.org/hook?secret=1";
    await put(service, ann, { address });
    for (const scope of [{ processes: ["echo"] }, { actions: ["read-processes"] }, { actions: ["execute"] }]) {
      const made = await service.send("POST", "/_/keys", {
        key: admin,
        body: { user: "ann", role: "runner", ...scope },
      });
      const narrow = String((await jsonOf(made)).key);
      expect(await kept(service, narrow)).toEqual({ sendsMail: true });
      expect(await page(service, "/processes/echo?f=html", narrow)).not.toContain("secret=1");
      const removed = await service.send("DELETE", "/_/notices", { key: narrow });
      expect([removed.status, (await sendForm(service, narrow, [["doing", "remove"]])).status]).toEqual([403, 403]);
    }
    expect(await kept(service, ann)).toMatchObject({ address });
  });

  test("tells single addresses that mails may go to only who sees the settings", async () => {
    const mailTo = ["@example.org", "ops@other.org"];
    await using service = await openService({ settings: { sendsMail: true, mailTo } });
    const [runner, admin] = [await service.createKey("runner", "ann"), await service.createKey("admin", "root")];
    expect(await kept(service, runner)).toEqual({ sendsMail: true, mailTo: ["@example.org"] });
    expect(await kept(service, admin)).toEqual({ sendsMail: true, mailTo });
    expect(await page(service, "/_/sign-in?f=html", runner)).toContain(
      "mails to addresses of example.org, and to single addresses that its operator named only",
    );
    expect(await page(service, "/_/sign-in?f=html", admin)).toContain(
      "addresses of example.org, and to ops@other.org only",
    );
  });

  test("is told in the audit when it is kept and removed, without the address", async () => {
    await using service = await openService(mails);
    const ann = await service.createKey("runner", "ann");
    await put(service, ann, { address: "nobody" });
    await put(service, ann, { address: "ann@example.org" });
    for (const _ of [1, 2]) await service.send("DELETE", "/_/notices", { key: ann });
    const lines = (await listAudit(service.database, { limit: 9 })).filter(({ action }) => action.endsWith("notices"));
    expect(lines.map(({ action, subject, user, outcome }) => [action, subject, user, outcome])).toEqual([
      ["remove-notices", "ann", "ann", "done"],
      ["keep-notices", "ann", "ann", "done"],
    ]);
    expect(JSON.stringify(lines)).not.toContain("example.org");
  });

  test("keeps the address sealed, and out of the audit", async () => {
    await using service = await openService(mails);
    const key = await service.createKey("runner", "ann");
    await put(service, key, { address: "ann.smith@example.org" });
    await put(service, key, { address: "ann.smith@@example.org" });
    const dump = JSON.stringify(await service.database.read({ sql: "select * from notices", args: [] }));
    expect(dump).toContain('"ann"');
    expect(dump).not.toContain("smith");
    expect(JSON.stringify(await listAudit(service.database, { limit: 100 }))).not.toContain("smith");
  });
});

describe("the page of the account", () => {
  test("keeps and removes an address without JavaScript, and shows it to its owner", async () => {
    await using service = await openService(mails);
    const key = await service.createKey("runner", "ann");
    const before = await page(service, "/_/sign-in?f=html", key);
    expect(before).toContain("Notices</h2>");
    expect(before).toContain("This server sends mails to any address.");
    expect(before).not.toContain("Remove the address");
    expect(before).toMatch(/value="success" checked/);
    expect(before).not.toMatch(/value="inProgress" checked/);
    const sent = await sendForm(service, key, [
      ["address", " ann@example.org "],
      ["events", "failed"],
      ["events", "inProgress"],
    ]);
    expect([sent.status, sent.headers.get("location")]).toEqual([303, `${address}/_/sign-in?f=html&done=notices-kept`]);
    const after = await page(service, "/_/sign-in?f=html&done=notices-kept", key);
    expect(after).toContain('value="ann@example.org"');
    expect(after).toContain("Kept. The form of each process is filled");
    expect(after).toMatch(/value="inProgress" checked/);
    expect(after).not.toMatch(/value="success" checked/);
    for (const fields of [
      [["address", ""]],
      [
        ["address", "ann@example.org"],
        ["doing", "remove"],
      ],
    ] as const) {
      await put(service, key, { address: "ann@example.org" });
      const removed = await sendForm(service, key, fields);
      expect(removed.headers.get("location")).toContain("notices-removed");
      expect(await kept(service, key)).toEqual({ sendsMail: true });
    }
  });

  test("says what is wrong beside the field, with what was typed", async () => {
    await using service = await openService(mails);
    const key = await service.createKey("runner", "ann");
    const wrong = await sendForm(service, key, [
      ["address", "ann@@example"],
      ["events", "failed"],
    ]);
    expect(wrong.status).toBe(422);
    const html = await wrong.text();
    expect(html).toContain('value="ann@@example"');
    expect(html).toMatch(
      /<input id="notices-address"[^>]* aria-invalid="true" aria-describedby="notices-address-fault"/,
    );
    expect(html).toContain('id="notices-address-fault">found &quot;ann@@example&quot;');
    const none = await (await sendForm(service, key, [["address", "ann@example.org"]])).text();
    expect(none).toContain("Tick one at least.");
    expect(await kept(service, key)).toEqual({ sendsMail: true });
  });

  test("takes only forms of its own", async () => {
    await using service = await openService(mails);
    const key = await service.createKey("runner", "ann");
    const body = "address=ann%40example.org&events=failed";
    for (const headers of [{}, { origin: "https://elsewhere.example" }]) {
      const response = await service.send("POST", "/_/sign-in/notices-form", {
        key,
        headers: { "content-type": formType, ...headers },
        body,
      });
      expect(response.status).toBe(403);
    }
    expect(await kept(service, key)).toEqual({ sendsMail: true });
  });

  test("has no such part for who may run nothing, and names the setting to admins alone", async () => {
    await using service = await openService();
    const pageOf = async (role: "viewer" | "runner" | "admin") =>
      page(service, "/_/sign-in?f=html", await service.createKey(role, role));
    expect(await pageOf("viewer")).not.toContain("Notices");
    expect(await pageOf("runner")).toContain("This server sends no mails.");
    expect(await pageOf("admin")).toContain("This server sends no mails: <code>--smtp-url</code>");
  });

  test("says of an open server that one chooses at each run", async () => {
    await using service = await openService();
    const html = await page(service, "/_/sign-in?f=html");
    expect(html).toContain("choose at each run who is told");
    expect(html).not.toContain("/_/sign-in/notices-form");
  });
});

describe("the form of a process", () => {
  test("is filled with the address, folded up, and says so outside of the fold", async () => {
    await using service = await openService(mails);
    const key = await service.createKey("runner", "ann");
    expect(toldFields(await page(service, "/processes/echo?f=html", key))).toEqual(["", "", ""]);
    await put(service, key, { address: "ann@example.org" });
    const html = await page(service, "/processes/echo?f=html", key);
    expect(toldFields(html)).toEqual(["ann@example.org", "ann@example.org", ""]);
    expect(html).toContain("You will be told at a…@example.org when it ends, unless");
    expect(html).not.toMatch(/<details class="extras" open/);
    await put(service, key, { address: "https://example.org/hook?t=1", events: ["inProgress", "failed"] });
    const other = await page(service, "/processes/echo?f=html", key);
    expect(toldFields(other)).toEqual(["", "https://example.org/hook?t=1", "https://example.org/hook?t=1"]);
    expect(other).toContain("told at https://example.org/hook when it starts and when it fails");
    const bob = await service.createKey("runner", "bob");
    expect(toldFields(await page(service, "/processes/echo?f=html", bob))).toEqual(["", "", ""]);
  });

  test("sends it, and what was emptied in a form stays empty", async () => {
    await using service = await openService(mails);
    const key = await service.createKey("runner", "ann");
    await put(service, key, { address: "ann@example.org" });
    const send = (fields: Readonly<Record<string, string>>) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      return service.send("POST", "/processes/echo/form", { key, headers: ownPage, body });
    };
    const ran = await send({ "/inputs/text": "hello", "~success": "ann@example.org", "~do": "run" });
    expect(ran.status).toBe(303);
    const path = new URL(ran.headers.get("location") ?? "").pathname;
    expect((await jsonOf(await service.send("GET", path, { key }))).links).toContainEqual(
      expect.objectContaining({ href: `${address}${path}/notifications` }),
    );
    const checked = await (await send({ "/inputs/text": "hello", "~do": "check" })).text();
    expect(toldFields(checked)).toEqual(["", "", ""]);
    expect(checked).not.toContain("You will be told");
  });

  test("of a request in JSON nothing is changed: it names its subscribers itself", async () => {
    await using service = await openService(mails);
    const key = await service.createKey("runner", "ann");
    await put(service, key, { address: "ann@example.org", events: [...noticeEvents] });
    const id = await submitEcho(service, key);
    expect((await jsonOf(await service.send("GET", `/jobs/${id}/notifications`, { key }))).notifications).toEqual([]);
    const { links } = await jsonOf(await service.send("GET", `/jobs/${id}`, { key }));
    expect(JSON.stringify(links)).not.toContain("/notifications");
  });

  test("that is run again has what its job had, for its owner alone, and else what the reader keeps", async () => {
    await using service = await openService(mails);
    const [ann, admin] = [await service.createKey("runner", "ann"), await service.createKey("admin", "root")];
    const submit = async (subscriber?: unknown) => {
      const body = { inputs: { text: "hello" }, ...(subscriber === undefined ? {} : { subscriber }) };
      const headers = { prefer: "respond-async" };
      const response = await service.send("POST", "/processes/echo/execution", { key: ann, headers, body });
      return String((await jsonOf(response)).jobID);
    };
    const own = await submit({ failedEmail: "team@example.org", successUri: "https://example.org/x" });
    const none = await submit();
    await put(service, ann, { address: "ann@example.org" });
    await put(service, admin, { address: "root@example.org", events: ["failed"] });
    const fieldsOf = async (job: string, key: string) =>
      toldFields(await page(service, `/processes/echo?from=${job}&f=html`, key));
    expect(await fieldsOf(own, ann)).toEqual(["https://example.org/x", "team@example.org", ""]);
    expect(await fieldsOf(none, ann)).toEqual(["ann@example.org", "ann@example.org", ""]);
    expect(await fieldsOf(own, admin)).toEqual(["", "root@example.org", ""]);
  });

  test("that cannot tell the address any more says so, and the account says why", async () => {
    const settings = { sendsMail: true, mailTo: ["@example.org"] };
    await using service = await openService({ settings });
    const key = await service.createKey("runner", "ann");
    await put(service, key, { address: "ann@example.org" });
    settings.mailTo.splice(0, 1, "@elsewhere.org");
    const html = await page(service, "/processes/echo?f=html", key);
    expect(toldFields(html)).toEqual(["", "", ""]);
    expect(html).toContain("This server cannot tell you at a…@example.org any more");
    const account = await page(service, "/_/sign-in?f=html", key);
    expect(account).toContain('value="ann@example.org"');
    expect(account).toContain("(--mail-to)");
  });
});
