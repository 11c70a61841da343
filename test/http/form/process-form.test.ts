import { expect, test } from "bun:test";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { formEntries } from "../../support/browser-form.ts";
import { address, jsonOf, openService, processOf, type Service } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const path = "/processes/echo/form";

async function formOf(service: Service, query = ""): Promise<FormData> {
  const page = await service.send("GET", `/processes/echo${query}`, { headers: browser });
  return formEntries(await page.text(), { name: "~do", value: "run" });
}

async function send(service: Service, form: FormData, headers: Readonly<Record<string, string>> = browser) {
  return service.send("POST", path, { headers, body: form });
}

async function countOf(service: Service): Promise<number> {
  const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
  return Array.isArray(jobs) ? jobs.length : -1;
}

/** What each pair of the page's query fills in, as the job got it. */
const filled = {
  text: "a <b>",
  array: [1, 2, 3],
  bbox: { bbox: [1, 2, 3, 4], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
  number: 2.5,
  integer: 7,
  flag: false,
  date: "2026-01-02T03:04:05Z",
  choice: "green",
};

test("the form, filled by inputs of the query, executes and leads to the page of the job", async () => {
  await using service = await openService({ holdsJobs: true });
  const form = await formOf(service, `?inputs=${encodeURIComponent(JSON.stringify(filled))}`);
  form.set("~tags", "mine, other");
  const sent = await send(service, form);
  expect(sent.status).toBe(303);
  const location = sent.headers.get("location") ?? "";
  expect(location).toMatch(/\/jobs\/[^/]+\?f=html$/);
  const job = location.replace("?f=html", "");
  expect(await jsonOf(await service.send("GET", job))).toMatchObject({
    tags: expect.arrayContaining(["mine", "other"]),
  });
  expect(await jsonOf(await service.send("GET", `${job}/inputs`))).toMatchObject({ inputs: filled, mode: "async" });
});

test("a file of the form is uploaded and given to the job", async () => {
  await using service = await openService({ holdsJobs: true });
  const form = await formOf(service);
  form.set("/inputs/text", "x");
  form.set("/inputs/image/~upload", new File(["bytes"], "a.png", { type: "image/png" }));
  const sent = await send(service, form);
  expect(sent.status).toBe(303);
  const job = (sent.headers.get("location") ?? "").replace("?f=html", "");
  const { inputs } = await jsonOf(await service.send("GET", `${job}/inputs`));
  expect(Object(inputs).image.href).toStartWith("vault://");
});

test("a check tells what is wrong beside its field, keeps all that was entered, and starts nothing", async () => {
  await using service = await openService({ holdsJobs: true });
  const form = await formOf(service);
  form.set("/inputs/integer", "many");
  form.set("/inputs/pause", "99");
  form.set("/inputs/array/0", "4");
  form.set("/inputs/array/1", "x<y");
  form.set("/inputs/object/~choice", "1");
  form.set("/inputs/object/~of1/~json", '{"a": 1}');
  form.set("/inputs/image/~upload", new File(["bytes"], "a.png", { type: "image/png" }));
  for (const doing of ["check", "run"]) {
    form.set("~do", doing);
    const answer = await send(service, form);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([422, "no-store"]);
    const html = await answer.text();
    for (const name of ["integer", "pause", "array", "text"]) {
      const field = html.split(`id="/inputs/${name}"`)[1]?.split('id="/inputs/')[0] ?? "";
      expect([name, field.startsWith(' class="field field-wrong"') || name === "array"]).toEqual([name, true]);
    }
    expect(html.split('id="/inputs/array/1"')[1]?.split("</div>")[0]).toContain(
      'class="fault">found &quot;x&lt;y&quot;',
    );
    const again = formEntries(html);
    for (const name of ["/inputs/integer", "/inputs/pause", "/inputs/array/1", "/inputs/object/~of1/~json"]) {
      expect(again.get(name)).toBe(form.get(name));
    }
    expect(again.get("/inputs/image/~stored")).toStartWith("vault://");
    expect(html).toContain(`href="${address}/processes/echo?f=json"`);
  }
  expect(await countOf(service)).toBe(0);
});

test("faults of a file are told in words of the form, not of the API", async () => {
  await using service = await openService({ holdsJobs: true });
  for (const [href, words] of [
    ["vault://none", "upload the file again"],
    ["gopher://a.example/x", "an address that begins with https://"],
  ] as const) {
    const form = await formOf(service);
    form.set("/inputs/text", "x");
    form.set("/inputs/image/~href", href);
    form.set("~do", "check");
    const html = await (await send(service, form)).text();
    const told = [...html.matchAll(/class="fault">([^<]*)</g)].map(([, text]) => text).join("\n");
    expect(told).toContain(words);
    expect(told).not.toMatch(/X-Auth-Vault|wanted vault|vault: or|JSON pointer/);
  }
});

test("a right request is checked without a job", async () => {
  await using service = await openService({ holdsJobs: true });
  const form = await formOf(service, "?inputs=%7B%22text%22%3A%22a%22%7D");
  form.set("~do", "check");
  const answer = await send(service, form);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("The request is right. Nothing was run.");
  expect(await countOf(service)).toBe(0);
});

test("a check says that the same was run before, with its results, and only one's own runs count", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "viewer" });
  const [ada, bob] = [await service.createKey("runner", "ada"), await service.createKey("runner", "bob")];
  const check = async (key: string, text: string) => {
    const form = await formOf(service);
    form.set("/inputs/text", text);
    form.set("~do", "check");
    const headers = { origin: address };
    return (await service.send("POST", "/processes/echo/form", { key, headers, body: form })).text();
  };
  expect(await check(ada, "a")).not.toContain("You ran the same before");
  const body = { inputs: { text: "a" } };
  const headers = { prefer: "respond-async" };
  const sent = await service.send("POST", "/processes/echo/execution", { key: ada, headers, body });
  const { jobID } = JSON.parse(await sent.text());
  await service.finish(jobID);
  const told = await check(ada, "a");
  expect(told).toContain("The request is right. Nothing was run.");
  expect(told).toMatch(
    new RegExp(
      `You ran the same before, which ended <time[^>]*>[^<]*</time>: <a href="[^"]*/jobs/${jobID}\\?f=html#results">its results</a>`,
    ),
  );
  expect(await check(bob, "a")).not.toContain("You ran the same before");
  expect(await check(ada, "b")).not.toContain("You ran the same before");
});

test("the texts to copy hold what was filled in, and an example before", async () => {
  await using service = await openService({ holdsJobs: true });
  const usesOf = (html: string) => html.split('id="use"')[1] ?? "";
  const empty = await service.send("GET", "/processes/echo", { headers: browser });
  expect(usesOf(await empty.text())).toContain("&quot;text&quot;: &quot;text&quot;");
  const page = await service.send("GET", "/processes/echo?inputs=%7B%22text%22%3A%22mine%22%7D", { headers: browser });
  expect(usesOf(await page.text())).toContain(
    "--data-raw &#39;{&quot;inputs&quot;:{&quot;text&quot;:&quot;mine&quot;}}",
  );
  const form = await formOf(service);
  form.set("/inputs/text", "typed");
  form.set("~do", "check");
  expect(usesOf(await (await send(service, form)).text())).toContain(
    "{&quot;inputs&quot;:{&quot;text&quot;:&quot;typed&quot;}}",
  );
});

test("a list gets more rows without JavaScript, and keeps those that were filled", async () => {
  await using service = await openService({ holdsJobs: true });
  const form = await formOf(service);
  form.set("/inputs/array/0", "4");
  form.set("~more", "/inputs/array");
  const html = await (await send(service, form)).text();
  expect(html.match(/name="\/inputs\/array\/\d"/g)).toHaveLength(5);
  expect(formEntries(html).get("/inputs/array/0")).toBe("4");
  expect(await countOf(service)).toBe(0);
});

test("inputs of the query that are none are told, and the form is empty", async () => {
  await using service = await openService();
  for (const text of ["{", "[1]", "1", "["]) {
    const page = await service.send("GET", `/processes/echo?inputs=${encodeURIComponent(text)}`, { headers: browser });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Cannot fill the form: found inputs");
  }
});

test.each([
  ["of no page", { accept: "text/html" }, 403],
  ["of another site", { ...browser, origin: "https://evil.example" }, 403],
  ["of another site by fetch metadata", { ...browser, "sec-fetch-site": "cross-site" }, 403],
] as const)("a form %s is refused", async (_name, headers, status) => {
  await using service = await openService({ holdsJobs: true });
  const form = await formOf(service);
  form.set("/inputs/text", "a");
  expect((await send(service, form, headers)).status).toBe(status);
  expect(await countOf(service)).toBe(0);
});

test("a stranger sees the form with a word that a key is needed, and cannot send it", async () => {
  await using service = await openService();
  const form = await formOf(service);
  await service.createKey("admin", "ann");
  const viewer = await service.createKey("viewer", "vic");
  const page = await service.send("GET", "/processes/echo", { headers: browser });
  expect(await page.text()).toContain("you need to be signed in");
  const sent = await send(service, form);
  expect([sent.status, sent.headers.get("location")]).toEqual([303, expect.stringContaining("%2Fprocesses%2Fecho")]);
  form.set("/inputs/text", "a");
  expect((await service.send("POST", path, { key: viewer, headers: browser, body: form })).status).toBe(403);
});

test("a body that is no form is refused by what is wrong with it", async () => {
  await using service = await openService();
  const post = async (type: string, body: string) => {
    const answer = await service.send("POST", path, { headers: { origin: address, "content-type": type }, body });
    return [answer.status, await answer.text()];
  };
  expect(await post("application/json", "{}")).toEqual([415, expect.stringContaining("multipart/form-data")]);
  expect(await post("multipart/form-data", "a")).toEqual([400, expect.stringContaining("found no boundary")]);
  const nameless = "--b\r\nContent-Disposition: form-data\r\n\r\na\r\n--b--\r\n";
  expect(await post("multipart/form-data; boundary=b", nameless)).toEqual([
    400,
    expect.stringContaining("without a name"),
  ]);
  const file = '--b\r\nContent-Disposition: form-data; name="x"; filename="f"\r\n\r\na\r\n--b--\r\n';
  expect(await post("multipart/form-data; boundary=b", file)).toEqual([400, expect.stringContaining("file in field")]);
  const large = `--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n${"a".repeat(70_000)}\r\n--b--\r\n`;
  expect(await post("multipart/form-data; boundary=b", large)).toEqual([
    413,
    expect.stringContaining("Cannot read body"),
  ]);
});

test("markup of a process changes nothing in its page", async () => {
  await using service = await openService();
  const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;
  const description = {
    id: "evil",
    title: evil,
    description: evil,
    version: "1",
    keywords: [evil],
    jobControlOptions: [],
    outputTransmission: [],
    inputs: { [evil]: { title: evil, schema: { enum: [evil], default: evil }, minOccurs: 1, maxOccurs: 1 } },
    outputs: { [evil]: { schema: { type: "string", unit: evil } } },
  };
  await saveProcess(service.database, processOf(description), service.clock.now(), { replace: true });
  for (const url of ["/processes/evil", "/processes"]) {
    const page = await service.send("GET", url, { headers: browser });
    expect(page.status).toBe(200);
    expect(await page.text()).not.toMatch(/<script(?! type="module" src="http:\/\/[^"]*\/_\/console\/)|<img/);
  }
});

test.each([
  ["a text", "/inputs/text", "/inputs/text", 70_000],
  ["JSON", "/inputs/object/~of1/~json", "/inputs/object/~of1", 100_000],
  ["the content of a file", "/inputs/mixed/~value", "/inputs/mixed", 66_000],
  ["the title", "~title", "~title", 80_000],
] as const)(
  "%s that is too long is told beside its field, and all that was filled in is there again",
  async (_, name, field, length) => {
    await using service = await openService({ holdsJobs: true });
    const form = await formOf(service);
    const long = "x".repeat(length);
    form.set("/inputs/text", "short");
    form.set("/inputs/pause", "3");
    form.set(name, long);
    form.set("/inputs/image/~upload", new File(["bytes"], "a.png", { type: "image/png" }));
    const sent = await send(service, form);
    expect(sent.status).toBe(422);
    const html = await sent.text();
    const told = html.split(`id="${field}"`)[1]?.split('class="fault">')[1] ?? "";
    expect(told).toMatch(
      /^found \d+ bytes of text, wanted at most 65536 in the whole form: shorten it, or give it as a file</,
    );
    // Texts to copy do not say it again and again.
    expect(html.length).toBeLessThan(length + 60_000);
    const again = formEntries(html, { name: "~do", value: "run" });
    expect([again.get(name), again.get("/inputs/pause")]).toEqual([long, "3"]);
    expect(again.get("/inputs/image/~stored")).toStartWith("vault://");
    again.set(name, name === "/inputs/object/~of1/~json" ? "{}" : "short");
    expect((await send(service, again)).status).toBe(303);
  },
);

test("of texts that are far too long for a form, those that have room stand in it again", async () => {
  await using service = await openService({ holdsJobs: true });
  const form = await formOf(service);
  form.set("/inputs/text", "x".repeat(200_000));
  form.set("/inputs/mixed/~value", "y".repeat(90_000));
  form.set("/inputs/pause", "3");
  const html = await (await send(service, form)).text();
  const again = formEntries(html);
  expect([again.get("/inputs/text"), again.get("/inputs/pause")]).toEqual(["", "3"]);
  expect(String(again.get("/inputs/mixed/~value"))).toHaveLength(90_000);
  expect(html).toContain("it was too long to stand here again");
  form.set("/inputs/text", "x".repeat(600_000));
  expect((await send(service, form)).status).toBe(413);
});

test("a file of a row that is refused is told beside that row", async () => {
  await using service = await openService({ holdsJobs: true });
  const file = { type: "string", contentMediaType: "image/png", contentEncoding: "binary" };
  const process = processOf({
    ...{ id: "files", version: "1", jobControlOptions: ["async-execute"], outputTransmission: ["reference"] },
    inputs: { files: { schema: file, minOccurs: 0, maxOccurs: "unbounded" } },
    outputs: {},
  });
  await saveProcess(service.database, process, service.clock.now(), { replace: true });
  const form = new FormData();
  form.set("/inputs/files/0/~href", "");
  form.set("/inputs/files/2/~href", "https://a.example/x.png");
  form.set("/inputs/files/4/~href", "");
  form.set("/inputs/files/4/~upload", new File(["x".repeat(300 * 1024)], "large.png", { type: "image/png" }));
  const sent = await service.send("POST", "/processes/files/form", { headers: browser, body: form });
  const html = await sent.text();
  expect([sent.status, html.includes('id="/inputs/files/4" class="field row field-wrong"')]).toEqual([422, true]);
});
