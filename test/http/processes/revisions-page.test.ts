import { expect, test } from "bun:test";
import { jsonOf, openService, type Service } from "../service.ts";

const html = { accept: "text/html" };

async function deploy(service: Service, method: string, path: string, words: string, version: string): Promise<void> {
  const body = {
    processDescription: { id: "say", version },
    executionUnit: {
      type: "application/cwl",
      unit: {
        cwlVersion: "v1.2",
        class: "CommandLineTool",
        baseCommand: ["echo", words],
        inputs: {},
        outputs: { said: "stdout" },
      },
    },
  };
  const response = await service.send(method, path, { body });
  expect(response.status).toBeLessThan(300);
}

async function openTwo(): Promise<Service> {
  const service = await openService();
  await deploy(service, "POST", "/processes", "hello <b>", "1.0.0");
  await deploy(service, "PUT", "/processes/say", "good bye", "1.1.0");
  return service;
}

async function pageOf(service: Service, query: string, key?: string): Promise<string> {
  const options = { headers: html, ...(key === undefined ? {} : { key }) };
  const page = await service.send("GET", `/processes/say/revisions${query}`, options);
  expect(page.status).toBe(200);
  return page.text();
}

test("each member and link of the revisions stands in their page", async () => {
  await using service = await openTwo();
  const { revisions } = await jsonOf(await service.send("GET", "/processes/say/revisions"));
  const page = await pageOf(service, "");
  expect(revisions).toHaveLength(2);
  for (const one of Array.isArray(revisions) ? revisions : []) {
    for (const name of ["version", "revision", "state", "deployed"]) expect(page).toContain(one[name]);
    expect(page).toContain(`href="${one.links[0].href}"`);
  }
  expect(page).toContain("As JSON");
});

test("the newest two are ready to be compared, and the address shows what differs between any two", async () => {
  await using service = await openTwo();
  const page = await pageOf(service, "");
  const chosen = [...page.matchAll(/name="(old|new)" value="([^"]+)" checked/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  const { revisions } = await jsonOf(await service.send("GET", "/processes/say/revisions"));
  const [now, old] = Array.isArray(revisions) ? revisions : [];
  expect(chosen.toSorted()).toEqual([
    ["new", now.revision],
    ["old", old.revision],
  ]);
  for (const query of [`?old=${old.revision}&new=${now.revision}`, "?old=1.0.0&new=1.1.0"]) {
    const compared = await pageOf(service, query);
    expect(compared).toMatch(/<del>- +- hello &lt;b&gt;\n<\/del><ins>\+ +- good bye\n<\/ins>/);
    expect(compared).toMatch(/<del>- +version: 1.0.0\n<\/del>/);
    expect(compared).not.toContain("<b>");
    expect(compared).toContain(
      "the command was <code>echo <del>&#39;hello &lt;b&gt;&#39;</del></code>, is <code>echo <ins>&#39;good bye&#39;</ins></code>.",
    );
    expect(compared).toContain("Inputs and outputs keep their names, types, defaults and bounds.");
  }
  expect(await pageOf(service, "?old=1.0.0&new=1.0.0")).toContain("Nothing: both say the same.");
});

test("a revision that is not there is told on the page", async () => {
  await using service = await openTwo();
  expect(await pageOf(service, "?old=1.0.0&new=<b>")).toContain("&lt;b&gt;");
  expect(await pageOf(service, "?old=1.0.0&new=9")).toContain('class="notice notice-bad"');
});

test("packages are compared only for who may read them, and who deployed is told to who may read the audit", async () => {
  await using service = await openTwo();
  const [viewer, admin] = [await service.createKey("viewer", "v"), await service.createKey("admin", "a")];
  for (const page of [
    await pageOf(service, "?old=1.0.0&new=1.1.0"),
    await pageOf(service, "?old=1.0.0&new=1.1.0", viewer),
  ]) {
    expect(page).toContain("Cannot read the package");
    expect(page).not.toContain("good bye");
    expect(page).not.toContain("Compare</button>");
    expect(page).not.toContain("/_/audit?");
  }
  await service.send("DELETE", "/processes/say", { key: admin });
  const ann = await service.createKey("deployer", "ann");
  await deploy(
    { ...service, send: (...sent) => service.send(sent[0], sent[1], { ...sent[2], key: ann }) },
    "POST",
    "/processes",
    "x",
    "3.0.0",
  );
  const page = await pageOf(service, "", admin);
  const audit = /<a href="[^"]*(\/_\/audit\?[^"]*)">([^<]*)<\/a>/.exec(page);
  expect(audit?.[2]).toBe("ann");
  const lines = await service.send("GET", (audit?.[1] ?? "").replaceAll("&amp;", "&").replace("f=html", "f=json"), {
    key: admin,
  });
  expect(await lines.text()).toContain('"user":"ann"');
});

test("the page of an earlier version says so, and leads to the current one", async () => {
  await using service = await openService();
  const headers = { "content-type": "application/ogcapppkg+json" };
  const tool = (version: string) => ({
    processDescription: { id: "say", version },
    executionUnit: {
      unit: { cwlVersion: "v1.2", class: "CommandLineTool", baseCommand: ["echo", version], inputs: {}, outputs: {} },
      type: "application/cwl+json",
    },
  });
  await service.send("POST", "/processes", { headers, body: tool("1.0.0") });
  await service.send("PUT", "/processes/say", { headers, body: tool("2.0.0") });
  const page = async (name: string) => (await service.send("GET", `/processes/${name}?f=html`)).text();
  expect(await page("say:1.0.0")).toContain("This is version 1.0.0, by its own address");
  expect(await page("say")).not.toContain("by its own address");
  const compared = await (await service.send("GET", "/processes/say/revisions?f=html&old=1.0.0&new=2.0.0")).text();
  expect(compared).toMatch(/Version <code[^>]*>1\.0\.0<\/code> is old/);
});
