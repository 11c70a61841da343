import { expect, test } from "bun:test";
import { formEntries } from "../../support/browser-form.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const name = "/inputs/image";

async function upload(service: Service, file: string, type: string, key?: string) {
  const headers = { "content-type": type, "content-disposition": `attachment; filename="${file}"` };
  const sent = await service.send("POST", "/vault", { headers, body: "bytes", ...(key ? { key } : {}) });
  const { id, token } = await jsonOf(sent);
  return { id: String(id), token: String(token), reference: `vault://${id}` };
}

async function pageOf(service: Service, query: string, key?: string): Promise<string> {
  const page = await service.send("GET", `/processes/echo?${query}`, { headers: browser, ...(key ? { key } : {}) });
  return page.text();
}

const filledBy = (reference: string) =>
  `inputs=${encodeURIComponent(JSON.stringify({ text: "x", image: { href: reference } }))}`;

async function press(service: Service, form: FormData, doing: "run" | "check", key?: string): Promise<Response> {
  form.set("~do", doing);
  return service.send("POST", "/processes/echo/form", { headers: browser, body: form, ...(key ? { key } : {}) });
}

/** What a person sees of a part of a page: its text, without markup and the values of controls. */
function seen(html: string): string {
  return html.replaceAll(/<[^>]*>/g, " ");
}

function fieldIn(html: string): string {
  return html.split(`id="${name}"`)[1]?.split('id="/inputs/pause"')[0] ?? "";
}

/** The options of the list of uploads, with the group in which each stands. */
function optionsOf(html: string): readonly string[] {
  const list = fieldIn(html).split(`name="${name}/~stored"`)[1]?.split("</select>")[0] ?? "";
  return [...list.matchAll(/<optgroup label="([^"]*)"|<option[^>]*>([^<]*)/g)].map(([, group, text]) =>
    group === undefined ? (text ?? "").split(",", 1).join() : `${group}:`,
  );
}

test("a field for a file offers one's own uploads, the newest first, and before all what may fit", async () => {
  await using service = await openService();
  const ana = await service.createKey("runner", "ana");
  const ben = await service.createKey("runner", "ben");
  for (const [file, type] of [
    ["old.png", "image/png"],
    ["table.csv", "text/csv"],
    ["new.png", "image/png"],
    ["unknown", "application/octet-stream"],
  ] as const) {
    await upload(service, file, type, ana);
    service.clock.advance(1000);
  }
  await upload(service, "of-ben.png", "image/png", ben);
  expect(optionsOf(await pageOf(service, "f=html", ana))).toEqual([
    ...[
      "(none)",
      "Uploads of a type that fits:",
      "unknown",
      "new.png",
      "old.png",
      "Uploads of other types:",
      "table.csv",
    ],
  ]);
  expect(optionsOf(await pageOf(service, "f=html", ben))).toEqual([
    "(none)",
    "Uploads of a type that fits:",
    "of-ben.png",
  ]);
});

test("an upload that is chosen is given to the job", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ana");
  const { reference } = await upload(service, "a.png", "image/png", key);
  const form = formEntries(await pageOf(service, "f=html", key));
  form.set("/inputs/text", "x");
  form.set(`${name}/~stored`, reference);
  const sent = await press(service, form, "run", key);
  expect(sent.status).toBe(303);
  const job = (sent.headers.get("location") ?? "").replace("?f=html", "");
  expect(await jsonOf(await service.send("GET", `${job}/inputs`, { key }))).toMatchObject({
    inputs: { image: { href: reference } },
  });
  const again = await pageOf(service, `f=html&from=${job.split("/").at(-1)}`, key);
  expect(seen(fieldIn(again))).toContain("a.png");
  expect(formEntries(again).get(`${name}/~stored`)).toBe(reference);
});

test("more uploads than a list holds are found by a link", async () => {
  await using service = await openService();
  const key = await service.createKey("runner", "ana");
  for (let number = 0; number < 51; number += 1) await upload(service, `${number}.png`, "image/png", key);
  const html = await pageOf(service, "f=html", key);
  expect(optionsOf(html)).toHaveLength(52);
  expect(fieldIn(html)).toContain(`<a href="${address}/uploads?f=html">All uploads</a>`);
});

test("an upload that fills a form is shown by its name and size, with its address, and never as a reference", async () => {
  await using service = await openService();
  const key = await service.createKey("runner", "ana");
  const { id, reference } = await upload(service, "dem <b>.png", "image/png", key);
  const html = await pageOf(service, `f=html&${filledBy(reference)}`, key);
  expect(fieldIn(html)).toContain("<strong>dem &lt;b&gt;.png</strong>");
  expect(fieldIn(html)).toContain(`<a href="${address}/vault/${id}" download="dem &lt;b&gt;.png">Download</a>`);
  expect(seen(fieldIn(html))).toContain(" 5 bytes");
  expect(seen(fieldIn(html))).not.toContain("vault://");
  const form = formEntries(html);
  expect([form.get(`${name}/~href`), form.get(`${name}/~stored`)]).toEqual(["", reference]);
  expect((await press(service, form, "check", key)).status).toBe(200);
});

test("an upload that is gone, or is somebody else's, is told beside its field before anything is run, in the same words", async () => {
  await using service = await openService({ holdsJobs: true });
  const ana = await service.createKey("runner", "ana");
  const ben = await service.createKey("runner", "ben");
  const { reference } = await upload(service, "a.png", "image/png", ana);
  const words = "cannot be used any more";
  const look = async (key: string) => pageOf(service, `f=html&${filledBy(reference)}`, key);
  expect(seen(fieldIn(await look(ana)))).not.toContain(words);
  const ofBen = seen(fieldIn(await look(ben)));
  expect(ofBen).toContain(words);
  service.clock.advance(25 * 3600 * 1000);
  const html = await look(ana);
  expect(seen(fieldIn(html))).toContain("Upload it again");
  expect(seen(fieldIn(html))).not.toContain("vault://");
  for (const doing of ["check", "run"] as const) {
    const answer = await press(service, formEntries(html), doing, ana);
    expect(answer.status).toBe(422);
    expect(fieldIn(await answer.text())).toContain('class="fault"');
  }
  expect(Object(await jsonOf(await service.send("GET", "/jobs", { key: ana }))).jobs).toEqual([]);
});

test("after a fault an uploaded file stays by its name, and no token is shown", async () => {
  await using service = await openService({ allowAnonymous: "runner" });
  for (const key of [await service.createKey("runner", "ana"), undefined]) {
    const form = formEntries(await pageOf(service, "f=html", key));
    form.set("/inputs/integer", "many");
    form.set(`${name}/~upload`, new File(["bytes"], "dem.png", { type: "image/png" }));
    const html = await (await press(service, form, "run", key)).text();
    expect(seen(fieldIn(html))).toContain("dem.png");
    const again = formEntries(html);
    const reference = String(again.get(`${name}/~stored`));
    // Whoever came without a key uses it by its token alone.
    expect(reference).toMatch(key === undefined ? /^vault:\/\/[^/]+\/.+$/ : /^vault:\/\/[^/]+$/);
    expect(seen(fieldIn(html))).not.toContain("vault://");
    expect(seen(html)).not.toMatch(/vault:\/\/[\w-]+[/#]/);
    again.set("/inputs/integer", "7");
    again.set("/inputs/text", "x");
    expect((await press(service, again, "check", key)).status).toBe(200);
  }
});

test("an address beside an earlier upload is a fault, and a file that is uploaded takes the place of both", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ana");
  const { reference } = await upload(service, "a.png", "image/png", key);
  const form = formEntries(await pageOf(service, `f=html&${filledBy(reference)}`, key));
  form.set(`${name}/~href`, "https://example.org/a.png");
  const answer = await press(service, form, "run", key);
  expect(answer.status).toBe(422);
  expect(fieldIn(await answer.text())).toContain("found an address and a file from the list, wanted one of them");
  form.set(`${name}/~upload`, new File(["bytes"], "b.png", { type: "image/png" }));
  expect((await press(service, form, "run", key)).status).toBe(303);
});

test("a file that is refused is told beside its field by its name, and nothing else that was filled in is lost", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ana");
  const form = formEntries(await pageOf(service, "f=html", key));
  form.set("/inputs/text", "x");
  form.set("/inputs/pause", "3");
  form.set("/inputs/mixed/~upload", new File(["<a/>"], "good.gml", { type: "application/gml+xml" }));
  form.set(`${name}/~upload`, new File(["x".repeat(300 * 1024)], "large.png", { type: "image/png" }));
  const answer = await press(service, form, "run", key);
  expect(answer.status).toBe(422);
  const html = await answer.text();
  expect(fieldIn(html)).toMatch(/class="fault">the file &quot;large.png&quot; was not taken .*: choose a file again</);
  const again = formEntries(html);
  expect([again.get("/inputs/text"), again.get("/inputs/pause"), again.get(`${name}/~stored`)]).toEqual(["x", "3", ""]);
  expect(seen(html)).toContain("good.gml");
  expect((await press(service, again, "run", key)).status).toBe(303);
});

test("a file that is far too large is refused with the whole form", async () => {
  await using service = await openService();
  const form = formEntries(await pageOf(service, "f=html"));
  form.set(`${name}/~upload`, new File(["x".repeat(600 * 1024)], "huge.png", { type: "image/png" }));
  expect((await press(service, form, "run")).status).toBe(413);
});

test("the texts to copy name one's own upload by its address; whoever came without a key uploads it again", async () => {
  await using service = await openService({ allowAnonymous: "runner" });
  const ana = await service.createKey("runner", "ana");
  const textsOf = (html: string) => {
    const [, uses = ""] = html.split('id="use"');
    const [, note = ""] = /data-live="uses">([^<]*)</.exec(uses) ?? [];
    return { note, curl: uses.split("data-use=").find((text) => text.startsWith('"curl"')) ?? "" };
  };
  const { reference } = await upload(service, "dem.png", "image/png", ana);
  const own = textsOf(await pageOf(service, `f=html&${filledBy(reference)}`, ana));
  expect(own.note).toContain("An upload stands in it by its address, which holds as long as the upload is kept.");
  expect([own.curl.includes(reference), own.curl.includes(" -F ")]).toEqual([true, false]);
  // An example names no upload.
  expect(textsOf(await pageOf(service, "f=html", ana)).note).not.toContain("An upload stands in it");
  const form = formEntries(await pageOf(service, "f=html"));
  form.set("/inputs/text", "x");
  form.set(`${name}/~upload`, new File(["bytes"], "dem.png", { type: "image/png" }));
  const others = textsOf(await (await press(service, form, "check")).text());
  expect(others.note).not.toContain("An upload stands in it");
  expect([others.curl.includes("vault:"), others.curl.includes(" -F "), others.curl.includes("dem.png")]).toEqual([
    false,
    true,
    true,
  ]);
});
