import { expect, test } from "bun:test";
import { isReachable, readAllowList } from "../../../src/net/addresses.ts";
import { insertProvider } from "../../../src/store/processes/providers.ts";
import { formEntries } from "../../support/browser-form.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const sentForm = { ...browser, "content-type": "application/x-www-form-urlencoded" };

const way = `<a href="${address}/_/system?f=html#setting-allowFetch">the setting <code>allowFetch</code></a>`;
const askOperator = "Ask who runs this service to allow it, and name this address.";

/** Addresses that are not of the public internet, each with what opens it. */
const closed = [
  ["http://10.0.0.1/", "10.0.0.1"],
  ["http://192.168.7.9:8080/ogc/processes", "192.168.7.9:8080"],
  ["https://172.16.0.1/wps", "172.16.0.1"],
  ["http://169.254.169.254/", "169.254.169.254"],
  ["http://127.0.0.2:9/", "127.0.0.2:9"],
  ["http://[::1]:5000/", "[::1]:5000"],
  ["http://[fd00::7]/", "[fd00::7]"],
] as const;

const alertOf = (html: string) =>
  /<(p|div) class="notice notice-bad" role="alert"[^>]*>(.*?)<\/\1>/s.exec(html)?.[2] ?? "";

async function lookAt(service: Service, key: string, href: string): Promise<string> {
  const form = new FormData();
  form.set("href", href);
  form.set("do", "look");
  return (await service.send("POST", "/_/deploy", { key, headers: browser, body: form })).text();
}

test.each(closed)(
  "a provider at %s is refused with the option that allows it, and the way to the setting",
  async (url, host) => {
    await using service = await openService();
    const key = await service.createKey("admin", "ada");
    const body = new URLSearchParams({ id: "lab", url }).toString();
    const page = await service.send("POST", "/providers/form", { key, headers: sentForm, body });
    const alert = alertOf(await page.text());
    expect(alert).toContain(`can allow it (--allow-fetch ${host}, or allowFetch in the file of settings)`);
    expect(alert).toContain(way);
    expect(alert).toContain(`<a href="${address}/_/system?f=html#changing-a-setting">`);
    const answer = await service.send("POST", "/providers", { key, body: { id: "lab", url } });
    expect([answer.status, String((await jsonOf(answer)).detail)]).toEqual([
      422,
      expect.stringContaining(`(--allow-fetch ${host}, or allowFetch`),
    ]);
  },
);

test("what the answer names does open the address", () => {
  for (const [url, host] of closed) {
    const { hostname, port, protocol } = new URL(url);
    const name = hostname.replaceAll(/[[\]]/g, "");
    const target = { host: name, port: Number(port || (protocol === "https:" ? 443 : 80)), address: name };
    expect([url, isReachable(target, []), isReachable(target, readAllowList([host]))]).toEqual([url, false, true]);
  }
});

test("whoever deploys from such an address and is no admin is told to ask the operator", async () => {
  await using service = await openService();
  const [admin, deployer] = [await service.createKey("admin", "ada"), await service.createKey("deployer", "dan")];
  const ofAdmin = alertOf(await lookAt(service, admin, "http://10.0.0.1/tool.cwl"));
  const ofDeployer = alertOf(await lookAt(service, deployer, "http://10.0.0.1/tool.cwl"));
  expect([ofAdmin.includes(way), ofAdmin.includes(askOperator)]).toEqual([true, false]);
  expect([ofDeployer.includes("/_/system"), ofDeployer.includes(askOperator)]).toEqual([false, true]);
  expect(ofDeployer).toContain("--allow-fetch 10.0.0.1,");
  const body = { executionUnit: { href: "http://10.0.0.1/tool.cwl" } };
  const headers = { "content-type": "application/ogcapppkg+json" };
  const answer = await service.send("POST", "/processes", { key: deployer, headers, body: JSON.stringify(body) });
  expect(String((await jsonOf(answer)).detail)).toContain("--allow-fetch 10.0.0.1,");
});

test("an input and a callback at such an address are refused with whom to ask; a public one that is wrong is not", async () => {
  await using service = await openService({ holdsJobs: true });
  const runner = await service.createKey("runner", "rob");
  const sent = async (fields: Readonly<Record<string, string>>) => {
    const page = await (await service.send("GET", "/processes/echo", { key: runner, headers: browser })).text();
    const form = formEntries(page, { name: "~do", value: "check" });
    for (const [name, value] of Object.entries({ "/inputs/text": "a", ...fields })) form.set(name, value);
    return (await service.send("POST", "/processes/echo/form", { key: runner, headers: browser, body: form })).text();
  };
  const input = alertOf(await sent({ "/inputs/image/~href": "http://10.0.0.1/x.png" }));
  expect(input).toContain("or one that the operator of this service allows (--allow-fetch HOST");
  expect(input).toContain(askOperator);
  const callback = alertOf(await sent({ "~failed": "http://10.0.0.1/told" }));
  expect(callback).toContain(askOperator);
  const wrong = alertOf(await sent({ "/inputs/integer": "many" }));
  expect([wrong.includes("Nothing was run"), wrong.includes(askOperator)]).toEqual([true, false]);
});

test("a provider whose address is not allowed any more is not called one that does not answer", async () => {
  await using service = await openService();
  const admin = await service.createKey("admin", "ada");
  const provider = { id: "lab", url: "http://10.0.0.1/ogc", type: "ogc-api-processes", isPublic: true } as const;
  const secretKey = new Uint8Array(32);
  await insertProvider(service.database, secretKey, { ...provider, forwardHeaders: [], createdAt: 0 });
  const page = await (await service.send("GET", "/providers/lab", { key: admin, headers: browser })).text();
  const [, state = ""] = /<p class="notice notice-bad" role="status">(.*?)<\/p>/s.exec(page) ?? [];
  expect(state).toStartWith("It is not asked: its address is not of the public internet");
  expect(state).toContain(way);
  const runner = await service.createKey("runner", "rob");
  const failed = await service.send("GET", "/providers/lab/processes", { key: runner, headers: browser });
  const html = await failed.text();
  expect(failed.status).toBe(502);
  expect(alertOf(html)).toContain(askOperator);
  expect(html).not.toContain("It may be down");
});
