import { expect, test } from "bun:test";
import { formEntries } from "../../support/browser-form.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const record = "{ type: { type: record, fields: { name: string, threshold: double } } }";
const records =
  "{ type: { type: array, items: { type: record, fields: { name: string, threshold: double, deep: int? } } } }";
const cwl = `cwlVersion: v1.2
class: CommandLineTool
id: lists
baseCommand: echo
inputs: { one: ${record}, many: ${records}, extent: "double[]", numbers: "int[]", files: "File[]", bounds: "float[]" }
outputs: []
`;

async function deploy(service: Service): Promise<void> {
  const headers = { "content-type": "application/cwl+yaml" };
  expect((await service.send("POST", "/processes", { headers, body: cwl })).status).toBe(201);
}

async function pageOf(service: Service): Promise<string> {
  return (await service.send("GET", "/processes/lists", { headers: browser })).text();
}

test("a member that is missing in a record, or in a record of a list, is told beside its own control, once", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service);
  const form = formEntries(await pageOf(service), { name: "~do", value: "check" });
  form.set("/inputs/one/name", "a");
  form.set("/inputs/many/0/name", "b");
  form.set("/inputs/many/0/threshold", "0.5");
  form.set("/inputs/many/1/name", "c");
  const sent = await service.send("POST", "/processes/lists/form", { headers: browser, body: form });
  expect(sent.status).toBe(422);
  const html = await sent.text();
  for (const name of ["/inputs/one/threshold", "/inputs/many/1/threshold"]) {
    const field = html.split(`<div id="${name}"`)[1]?.split("</div>")[0] ?? "";
    expect(field).toContain('<span class="fault">threshold is missing</span>');
    expect(html.split(`href="#${encodeURIComponent(name)}"`)).toHaveLength(2);
  }
  expect(html.match(/<span class="fault">threshold is missing/g)).toHaveLength(2);
  expect(html).not.toContain("required property");
});

test("a request in JSON is told the place of the member that is missing", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service);
  const inputs = { one: { name: "a" }, many: [{ name: "b", threshold: 1 }, { threshold: 2 }] };
  const body = JSON.stringify({
    inputs: { ...inputs, extent: [1], numbers: [1], files: [{ value: "a" }], bounds: [1] },
  });
  const headers = { "content-type": "application/json" };
  const answer = await jsonOf(await service.send("POST", "/processes/lists/execution", { headers, body }));
  expect(answer.errors).toEqual([
    { pointer: "/inputs/one/threshold", detail: "threshold is missing" },
    { pointer: "/inputs/many/1/name", detail: "name is missing" },
  ]);
});

test("a check adds no rows to a box, nor to a list that has an empty one", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service);
  let html = await pageOf(service);
  const rowsOf = (name: string) => html.match(new RegExp(`<div id="/inputs/${name}/\\d+"`, "g"))?.length;
  const before = ["extent", "numbers", "many", "files"].map(rowsOf);
  expect(before).toEqual([4, 2, 2, 2]);
  for (let round = 0; round < 3; round += 1) {
    const form = formEntries(html, { name: "~do", value: "check" });
    for (const [index, text] of ["7", "46", "8", "47"].entries()) form.set(`/inputs/extent/${index}`, text);
    form.set("/inputs/numbers/0", "1");
    html = await (await service.send("POST", "/processes/lists/form", { headers: browser, body: form })).text();
    expect(["extent", "numbers", "many", "files"].map(rowsOf)).toEqual(before);
  }
});

test("the texts to copy give a list for what takes several values, and a box its four numbers", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service);
  const [, text = ""] = /<pre data-use="JSON"[^>]*>(.*?)<\/pre>/s.exec(await pageOf(service)) ?? [];
  const body = text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  expect(JSON.parse(body).inputs).toMatchObject({
    one: { name: "text", threshold: 0.5 },
    many: [{ name: "text", threshold: 0.5 }],
    extent: [7, 46, 8, 47],
    numbers: [1],
    files: [{ href: "https://example.org/put-your-own/files.dat" }],
    bounds: [7, 46, 8, 47],
  });
  const headers = { "content-type": "application/json" };
  expect((await service.send("POST", "/processes/lists/execution", { headers, body })).status).toBe(201);
});
