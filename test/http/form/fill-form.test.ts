import { expect, test } from "bun:test";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { formEntries } from "../../support/browser-form.ts";
import { address, openService, processOf, type Service } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const fileSchema = { type: "string", contentMediaType: "text/csv" };

async function openWithProcess(): Promise<Service> {
  const service = await openService({ holdsJobs: true });
  const process = processOf({
    ...echo.description,
    id: "survey",
    inputs: {
      levels: { title: "Levels", schema: fileSchema, minOccurs: 1, maxOccurs: 1 },
      more: { schema: fileSchema, minOccurs: 0, maxOccurs: 5 },
      place: { schema: { type: "string", contentMediaType: "application/x-directory" }, minOccurs: 0, maxOccurs: 1 },
      count: { schema: { type: "integer", maximum: 9, default: 4 }, minOccurs: 0, maxOccurs: 1 },
      name: { schema: { type: "string" }, minOccurs: 0, maxOccurs: 1 },
      rec: {
        schema: { type: "object", properties: { a: { type: "integer" }, b: { type: "string" } } },
        minOccurs: 0,
        maxOccurs: 1,
      },
    },
    outputs: { made: { schema: fileSchema }, other: { schema: fileSchema } },
  });
  await saveProcess(service.database, process, 0, { replace: false });
  return service;
}

async function fill(service: Service, sent: { readonly file?: File; readonly text?: string }, process = "survey") {
  const form = new FormData();
  form.set("file", sent.file ?? new File([], ""));
  form.set("text", sent.text ?? "");
  const answer = await service.send("POST", `/processes/${process}/fill-form`, { headers: browser, body: form });
  const html = await answer.text();
  const [, run = ""] = html.split('id="run"');
  return { status: answer.status, html, told: textOf(run.split('id="/inputs/')[0] ?? ""), form: formEntries(html) };
}

function textOf(html: string): string {
  return html
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&quot;", '"')
    .replaceAll(/\s+/g, " ");
}

function beside(html: string, id: string): string {
  const field = html.split(`id="/inputs/${id}"`)[1]?.split(new RegExp(`id="/inputs/(?!${id})`))[0] ?? "";
  return [...field.matchAll(/class="fault">([^<]*)</g)].map(([, text]) => text).join("; ");
}

test("the job file of a CWL package fills in the form; a file beside it is told beside its field", async () => {
  await using service = await openWithProcess();
  const text = [
    "cwl:tool: survey.cwl",
    "levels: {class: File, path: data/levels.csv}",
    "more:",
    "  - {class: File, location: 'https://example.org/a.csv'}",
    "  - {class: File, location: file:///home/me/b.csv}",
    "place: {class: Directory, location: places/}",
    "count: 7",
    "name: Ada",
    "rec: {a: 1, b: two}",
    "colour: red",
  ].join("\n");
  const { status, html, told, form } = await fill(service, { file: new File([text], "job.yml") });
  expect(status).toBe(422);
  expect(form.get("/inputs/count")).toBe("7");
  expect(form.get("/inputs/name")).toBe("Ada");
  expect([form.get("/inputs/rec/a"), form.get("/inputs/rec/b")]).toEqual(["1", "two"]);
  expect(form.get("/inputs/more/0/~href")).toBe("https://example.org/a.csv");
  expect(beside(html, "levels")).toBe("job.yml names levels.csv: choose that file");
  expect(beside(html, "more")).toBe("job.yml names b.csv: choose that file");
  expect(beside(html, "place")).toBe("job.yml names places: choose that directory");
  expect(told).toContain("Filled in from job.yml: more, count, name, rec.");
  expect(told).toContain("colour was left out: the process has no such input");
  expect(told).toContain("cwl:tool was left out");
});

test("an execute request fills in the form, and what the form has no field for is told", async () => {
  await using service = await openWithProcess();
  const request = {
    inputs: { levels: { href: "https://example.org/l.csv", type: "text/csv" }, count: 5 },
    outputs: { made: {} },
    mode: "async",
    response: "raw",
    title: "Spring",
    tags: ["a", "b"],
    heddle: { priority: -3, maxSeconds: 5 },
    links: [],
  };
  const { html, told, form } = await fill(service, { text: JSON.stringify(request) });
  expect(form.get("/inputs/levels/~href")).toBe("https://example.org/l.csv");
  expect([form.get("~title"), form.get("~tags"), form.get("~priority")]).toEqual(["Spring", "a, b", "-3"]);
  expect(form.getAll("~output")).toEqual(["made"]);
  expect(told).toContain("Filled in from the text: Levels, count.");
  expect(told).toContain("response was left out");
  expect(told).toContain("heddle.maxSeconds was left out");
  expect(told).not.toContain("links");
  expect(beside(html, "levels")).toBe("");
});

test("inputs in each form fill in the same field", async () => {
  await using service = await openWithProcess();
  const href = "https://example.org/l.csv";
  for (const text of [
    JSON.stringify({ levels: { href } }),
    JSON.stringify({ inputs: { levels: { href } } }),
    JSON.stringify({ inputs: [{ id: "levels", href }] }),
    JSON.stringify({ levels: { class: "File", location: href, basename: "l.csv" } }),
    `levels: &file\n  class: File\n  path: ${href}`,
    `{levels: {class: File, path: "${href}"}}`,
    `# what is measured\nlevels:\n  href: ${href}\ncount: null\n`,
  ]) {
    const { status, form, told } = await fill(service, { text });
    expect([text, status, form.get("/inputs/levels/~href")]).toEqual([text, 200, href]);
    expect(told).toContain("Filled in from the text: Levels. Nothing was run.");
  }
  const { form } = await fill(service, { text: "levels: {class: File, contents: 'a,b'}" });
  expect(form.get("/inputs/levels/~value")).toBe("a,b");
});

test("values that do not fit are told by name, and stand in their fields", async () => {
  await using service = await openWithProcess();
  const text = "count: 12\nname: [1]\nrec: {a: x}";
  const { status, html, form } = await fill(service, { text });
  expect(status).toBe(422);
  expect(form.get("/inputs/count")).toBe("12");
  expect(form.get("/inputs/name/~json")).toBe("[1]");
  for (const id of ["count", "name", "rec"])
    expect([id, beside(html, id)]).toEqual([id, expect.stringMatching(/found/)]);
  // What the file does not say is not missed.
  expect(beside(html, "levels")).toBe("");
});

test("what cannot be read is told, and a text stands there again", async () => {
  await using service = await openWithProcess();
  const aliases = `a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [${Array(9).fill("*a")}]\nc: &c [${Array(9).fill("*b")}]\nname: [${Array(9).fill("*c")}]`;
  for (const [text, words] of [
    ["levels: [1", "the text:1:"],
    ["a: 1\na: 2", "twice"],
    ["- 1", "found a list, wanted an object by input"],
    ["", "Choose a file, or paste its text"],
    ["just words", "found a string"],
    [aliases, "alias"],
    [`name: ${"[".repeat(200)}${"]".repeat(200)}`, "levels"],
    [`{"name": ${"[".repeat(200)}${"]".repeat(200)}}`, "wanted fewer"],
    [`name: [${"1,".repeat(30_000)}1]`, "values"],
  ] as const) {
    const { status, html, told } = await fill(service, { text });
    expect([status, told.includes("Nothing was filled in."), told.toLowerCase().includes(words.toLowerCase())]).toEqual(
      [422, true, true],
    );
    const again = html.split('name="text"')[1]?.split("</textarea>")[0] ?? "";
    expect(again.length >= text.length).toBe(true);
  }
});

test("a file of bytes, or one that is too large, is refused", async () => {
  await using service = await openWithProcess();
  const bytes = await fill(service, { file: new File([new Uint8Array([0xff, 0xfe, 0x00, 0xd8])], "job.yml") });
  expect(bytes.status).toBe(400);
  const large = await fill(service, { text: `name: ${"x".repeat(3_000_000)}` });
  expect([413, 422]).toContain(large.status);
});

test("a file with more faults than anybody reads is answered with the first of them and how many more there are", async () => {
  await using service = await openWithProcess();
  const fillFrom = (file: unknown) => fill(service, { file: new File([JSON.stringify(file)], "a.json") });
  const names = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`k${at}`, 1]));
  const unknown = await fillFrom(names);
  expect([unknown.status, unknown.told.includes("2800 more were left out")]).toEqual([422, true]);
  expect(unknown.html.length).toBeLessThan(200_000);
  const files = Array.from({ length: 1000 }, (_, at) => ({ class: "File", path: `f${at}.csv` }));
  const local = await fillFrom({ more: files });
  expect([local.status, local.told.includes("800 more were left out")]).toEqual([422, true]);
});

test("nobody is led astray by the address of the form, and other pages may not send it", async () => {
  await using service = await openWithProcess();
  const led = await service.send("GET", "/processes/survey/fill-form", { headers: browser });
  expect([led.status, led.headers.get("location")]).toEqual([303, `${address}/processes/survey?f=html`]);
  const form = new FormData();
  form.set("text", "count: 1");
  const headers = { ...browser, origin: "https://elsewhere.example" };
  const foreign = await service.send("POST", "/processes/survey/fill-form", { headers, body: form });
  expect(foreign.status).toBe(403);
});

/** Sends the form as a page gave it, with what was typed, to be filled in. */
async function fillTyped(
  service: Service,
  {
    typed,
    text,
    button,
  }: { readonly typed: Readonly<Record<string, string>>; readonly text: string; readonly button?: string },
) {
  const page = await service.send("GET", "/processes/survey", { headers: browser });
  const form = formEntries(await page.text());
  for (const [name, value] of Object.entries(typed)) form.set(name, value);
  form.set("text", text);
  return sendFilled(service, form, button);
}

async function sendFilled(service: Service, form: FormData, button?: string) {
  if (button !== undefined) form.set(button, "true");
  const answer = await service.send("POST", "/processes/survey/fill-form", { headers: browser, body: form });
  const html = await answer.text();
  const [, run = ""] = html.split('id="run"');
  return { status: answer.status, told: textOf(run.split('id="/inputs/')[0] ?? ""), form: formEntries(html) };
}

test("what a file does not say stays as it was typed, is named, and is emptied by one press", async () => {
  await using service = await openWithProcess();
  const typed = { "/inputs/name": "Ada", "/inputs/count": "6", "/inputs/rec/a": "x", "~title": "Mine", "~tags": "one" };
  const filled = await fillTyped(service, { typed, text: "inputs: {count: 7}\ntags: [two]" });
  const held = ({ form }: { readonly form: FormData }) =>
    ["/inputs/name", "/inputs/count", "/inputs/rec/a", "~title", "~tags"].map((name) => form.get(name));
  expect(held(filled)).toEqual(["Ada", "7", "x", "Mine", "two"]);
  expect(filled.told).toContain("Filled in from the text: count.");
  expect(filled.told).toContain("What it does not say stays as it stood: name, rec, Title of the job.");
  expect(filled.form.getAll("~kept")).toEqual(["/inputs/name", "/inputs/rec", "~title"]);
  const emptied = await sendFilled(service, filled.form, "~emptied");
  expect(emptied.status).toBe(200);
  expect(held(emptied)).toEqual(["", "7", "", "", "two"]);
  expect(emptied.told).toContain("Emptied: name, rec, Title of the job.");
  expect(emptied.form.getAll("~kept")).toEqual([]);
});

test("a file takes the place of a whole field: rows, choices and outputs of before leave nothing behind", async () => {
  await using service = await openWithProcess();
  const href = "https://example.org/";
  const typed = {
    "/inputs/more/0/~href": `${href}old`,
    "/inputs/more/1/~href": `${href}older`,
    "/inputs/rec/a": "1",
    "~output": "other",
  };
  const text = JSON.stringify({ inputs: { more: [{ href: `${href}new` }], rec: { b: "two" } }, outputs: { made: {} } });
  const { form, told } = await fillTyped(service, { typed, text });
  expect([form.get("/inputs/more/0/~href"), form.get("/inputs/more/1/~href")]).toEqual([`${href}new`, ""]);
  expect([form.get("/inputs/rec/a"), form.get("/inputs/rec/b"), form.getAll("~output")]).toEqual(["", "two", ["made"]]);
  expect(told).not.toContain("stays as it stood");
});

test("what was typed stays, too, when a file cannot be read, and where it names a file that cannot come along", async () => {
  await using service = await openWithProcess();
  const typed = { "/inputs/name": "Ada", "/inputs/levels/~href": "https://example.org/l.csv" };
  const unread = await fillTyped(service, { typed, text: "levels: [1" });
  expect([unread.status, unread.form.get("/inputs/name")]).toEqual([422, "Ada"]);
  const left = await fillTyped(service, { typed, text: "levels: {class: File, path: data/l.csv}" });
  expect([left.status, left.form.get("/inputs/levels/~href")]).toEqual([422, "https://example.org/l.csv"]);
});

test("defaults are not told as typed, and a default that was emptied stays empty", async () => {
  await using service = await openWithProcess();
  const untouched = await fillTyped(service, { typed: {}, text: "name: Ada" });
  expect(untouched.told).not.toContain("stays as it stood");
  expect(untouched.form.get("/inputs/count")).toBe("4");
  const emptied = await fillTyped(service, { typed: { "/inputs/count": "" }, text: "name: Ada" });
  expect(emptied.form.get("/inputs/count")).toBe("");
});

test("a file that was chosen and not filled in starts no run", async () => {
  await using service = await openWithProcess();
  const page = await service.send("GET", "/processes/survey", { headers: browser });
  for (const [name, value, words] of [
    ["file", new File(["count: 7"], "job.yml"), "job.yml has not filled in the form yet"],
    ["text", "count: 7", "the text has not filled in the form yet"],
  ] as const) {
    const form = formEntries(await page.clone().text(), { name: "~do", value: "run" });
    form.set("/inputs/levels/~href", "https://example.org/l.csv");
    form.set(name, value);
    const answer = await service.send("POST", "/processes/survey/form", { headers: browser, body: form });
    expect([answer.status, (await answer.text()).includes(words)]).toEqual([422, true]);
  }
});
