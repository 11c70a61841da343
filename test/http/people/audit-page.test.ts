import { expect, test } from "bun:test";
import { auditActions } from "../../../src/domain/people/audit.ts";
import { doneText } from "../../../src/pages/people/audit-words.ts";
import { addToAudit } from "../../../src/store/people/audit.ts";
import { address, jsonOf, openService, type Service, submitEcho } from "../service.ts";
import { senderOf, untilEnded } from "./audited.ts";

/** Reads the page of the audit as a person does. */
async function pageOf(service: Service, key: string, query: string): Promise<string> {
  return (await service.send("GET", `/_/audit?f=html&${query}`, { key })).text();
}

const rowsOf = (html: string) => [...html.matchAll(/<tr role="row"><td.*?<\/tr>/gs)].map(([row]) => row);

test("the page of the audit is a table with filters, and shows what strangers wrote as text", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  const evil = await service.createKey("runner", "<b>eve");
  service.clock.advance(2000);
  await service.send("POST", "/processes/echo/execution", { key: evil, body: { inputs: { text: "a" } } });
  const page = (query: string) => pageOf(service, key, query);
  const all = await page("since=&user=&action=");
  expect(all).toContain("&lt;b&gt;eve");
  expect(all).not.toContain("<b>eve");
  expect(all).toMatch(/<td[^>]*>ran a process<\/td><td[^>]*><a href="[^"]*\/processes\/echo\?f=html">echo<\/a><\/td>/);
  expect(all).toContain('<span class="muted"> of ada, admin</span>');
  expect(await page("user=%3CB%3EEVE")).not.toContain("Nothing was");
  const refused = await page("outcome=refused&action=deploy");
  for (const chosen of ["refused", "deploy"]) expect(refused).toContain(`<option value="${chosen}" selected="">`);
  expect(await page("outcome=done")).toContain(">ran a process</td>");
  expect(await page("user=ada&since=7d")).toContain('value="7d"');
});

test("the page of the audit tells of a job its short id, its process and whose it was, also of one that was removed", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  const ann = await service.createKey("runner", "ann & co");
  const [there, gone] = [await submitEcho(service, ann), await submitEcho(service, ann)];
  await untilEnded(service, there);
  await untilEnded(service, gone);
  const send = senderOf(service, key);
  await send("POST", `/jobs/${there}/share`, {});
  await send("DELETE", `/jobs/${gone}`);
  const page = (query: string) => pageOf(service, key, query);
  for (const [action, jobId] of [
    ["share", there],
    ["remove", gone],
  ] as const) {
    const [row = "", ...others] = rowsOf(await page(`action=${action}`));
    expect(others).toEqual([]);
    expect(row).toContain(`/jobs/${jobId}?f=html" title="${jobId}"><code>${jobId.slice(-8)}</code></a>`);
    expect(row).toContain('/processes/echo?f=html">echo</a><span class="muted"> of ann &amp; co</span>');
    expect(row).toContain(">done</td>");
    expect(row).toMatch(
      /\/_\/audit\?f=html&amp;user=ada"[^>]*>ada<\/a> <small>\(<a href="[^"]*\/jobs\?f=html&amp;user=ada"/,
    );
  }
  for (const row of rowsOf(await page("action=execute"))) expect(row).toContain(">accepted</td>");
  const [made = ""] = rowsOf(await page("action=create-key"));
  expect(made).toContain(">from the command line</td>");
  const keys = await (await service.send("GET", "/_/keys?f=html", { key })).text();
  expect(keys).toContain('/_/audit?f=html&amp;user=ann+%26+co"');
  expect(keys).toContain('/jobs?f=html&amp;user=ann+%26+co"');
});

test("the page of the audit puts the id of a refused key in quotes", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  const entry = { at: service.clock.now(), action: "sign-in", outcome: "refused" } as const;
  await addToAudit(service.database, { ...entry, subject: "key wrong: found no valid key" });
  await addToAudit(service.database, { ...entry, action: "refuse", subject: "key wrong" });
  const html = await (await service.send("GET", "/_/audit?f=html&outcome=refused", { key })).text();
  expect(html).toContain(">key id &quot;wrong&quot;: found no valid key</td>");
  expect(html).toContain(">key id &quot;wrong&quot;</td>");
});

test("a filter that finds nothing says so in words of the filter, with the way back to all", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  for (const [query, words] of [
    ["outcome=refused", "Nothing was refused."],
    ["outcome=refused&since=1h", "Nothing was refused in this time."],
    ["outcome=done&user=eve", "Nothing was done by eve."],
    ["outcome=refused&user=eve", "Nothing was refused to eve."],
    ["action=deploy", "Nothing was done or refused of the kind “deployed a process”."],
    ["subject=gone&until=7d", "Nothing was done or refused that is about gone in this time."],
    ["outcome=refused&action=deploy", "What a refused request wanted is no filter: choose “all” for “Did what”"],
    ["outcome=done&action=refuse", "Each line of this kind is refused."],
  ]) {
    const html = await pageOf(service, key, query ?? "");
    const [said = ""] = /<p role="status">.*?<\/p>/s.exec(html) ?? [];
    expect([query, said]).toEqual([query, expect.stringContaining(words ?? "")]);
    expect(said).toContain(`href="${address}/_/audit?f=html"`);
  }
});

test("what was done stands in words of people, with the word of the API in the filter; a refusal says what it means", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  const entry = { at: service.clock.now(), outcome: "refused" } as const;
  await addToAudit(service.database, { ...entry, action: "refuse", subject: "POST /processes/:processId/execution" });
  await addToAudit(service.database, { ...entry, action: "refuse", subject: "key gone" });
  await addToAudit(service.database, {
    ...entry,
    action: "sign-in",
    subject: "by the provider: Cannot sign in: found no user",
  });
  const html = await pageOf(service, key, "outcome=refused");
  const optionOf = (action: string) => `>${doneText(action)} (${action})</option>`;
  const offered = auditActions.filter((action) => html.includes(optionOf(action)));
  expect(offered).toEqual(auditActions.filter((action) => action !== "refuse"));
  const [signIn = "", held = "", request = ""] = rowsOf(html);
  expect(request).toContain(">POST /processes/…/execution</td>");
  expect(request).toContain(">refused (403): may not do that</td>");
  expect(held).toContain(">refused (401): no key that holds</td>");
  expect(signIn).toContain(">by the provider: found no user</td>");
  expect(signIn).toMatch(/>tried to sign in<\/td>.*>refused<\/td>/);
  expect(held).toContain(">sent a request</td>");
});

test("what the operator did by a command is from the command line, whatever the machine calls its user", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  const entry = { at: service.clock.now(), role: "operator", address: "local", outcome: "done" } as const;
  await addToAudit(service.database, { ...entry, user: "unknown", action: "revoke-key", subject: "k1" });
  await addToAudit(service.database, { ...entry, user: "root", action: "revoke-key", subject: "k2" });
  const [root = "", unnamed = ""] = rowsOf(await pageOf(service, key, "action=revoke-key"));
  expect(unnamed).toContain(">from the command line</td>");
  expect(root).toContain('>from the command line<span class="muted"> by root</span></td>');
  for (const row of [root, unnamed]) expect(row).not.toContain("/jobs?");
});

test("filters that are set are cleared by a link, also while lines are shown; an outcome is called as the list calls it", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  const clear = `<a class="button" href="${address}/_/audit?f=html">Clear</a>`;
  const set = await pageOf(service, key, "since=last+month&outcome=done");
  expect(set).toContain(clear);
  expect(rowsOf(set)).not.toHaveLength(0);
  expect(set).toContain('<option value="done" selected="">done or accepted</option>');
  expect(await pageOf(service, key, "")).not.toContain(clear);
});

test("a line leads to the key and to the revisions that it speaks of, for who may see them", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  const id = key.split("_")[1] ?? "";
  const entry = { at: service.clock.now(), outcome: "refused" } as const;
  await addToAudit(service.database, { ...entry, action: "refuse", subject: `key ${id}` });
  await addToAudit(service.database, { ...entry, action: "withdraw", subject: "mine@sha256:abc", outcome: "done" });
  const way = `<a href="${address}/_/keys?f=html#key-${id}">${id}</a>`;
  expect(await pageOf(service, key, "action=create-key")).toContain(way);
  expect(await pageOf(service, key, "outcome=refused")).toContain(`>key ${way}`);
  expect(await pageOf(service, key, "action=withdraw")).toContain(
    `<a href="${address}/processes/mine/revisions?f=html">mine</a>`,
  );
  expect(await (await service.send("GET", "/_/keys?f=html", { key })).text()).toContain(`id="key-${id}"`);
  // Whoever may read the audit alone sees no list of keys.
  const made = await service.send("POST", "/_/keys", {
    key,
    body: { user: "watch", role: "admin", actions: ["read-audit"] },
  });
  const { key: watch } = await jsonOf(made);
  service.clock.advance(2000);
  expect(await pageOf(service, String(watch), "action=create-key")).not.toContain("#key-");
});

test("the audit leads to the last hour, today and the last 7 days, and keeps the other filters", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ann");
  service.clock.advance(2000);
  const page = async (query: string) => (await service.send("GET", `/_/audit?f=html${query}`, { key })).text();
  const plain = await page("");
  for (const [since, words] of [
    ["1h", "Last hour"],
    ["today", "Today"],
    ["7d", "Last 7 days"],
  ] as const) {
    expect(plain).toMatch(new RegExp(`href="[^"]*/_/audit\\?f=html&amp;since=${since}"[^>]*>${words}<`));
    expect((await service.send("GET", `/_/audit?since=${since}`, { key })).status).toBe(200);
  }
  const narrowed = await page("&since=today&user=ann&outcome=done");
  expect(narrowed).toContain("/_/audit?f=html&amp;since=7d&amp;user=ann&amp;outcome=done");
  expect(narrowed).toContain('<span class="button" aria-current="true">Today</span>');
  expect(narrowed).toContain('since=7d&amp;user=ann&amp;outcome=done">Last 7 days</a>');
});

test("what was refused is asked for by its outcome alone; an address of before finds what it found, and the form says so", async () => {
  await using service = await openService();
  const key = await service.createKey("admin", "ada");
  const entry = { at: service.clock.now(), outcome: "refused" } as const;
  await addToAudit(service.database, { ...entry, action: "refuse", subject: "key gone" });
  await addToAudit(service.database, { ...entry, action: "sign-in", subject: "key wrong: found no valid key" });
  const choicesOf = (html: string) => [...html.matchAll(/<option[^>]*>[^<]*refused[^<]*<\/option>/g)].map(String);
  expect(choicesOf(await pageOf(service, key, ""))).toEqual(['<option value="refused">refused</option>']);
  const all = await pageOf(service, key, "outcome=refused");
  expect(rowsOf(all)).toHaveLength(2);
  const before = await pageOf(service, key, "action=refuse");
  expect(rowsOf(before)).toHaveLength(1);
  expect(choicesOf(before)).toEqual([
    '<option value="refuse" selected="">sent a request that was refused (refuse)</option>',
    '<option value="refused">refused</option>',
  ]);
});
