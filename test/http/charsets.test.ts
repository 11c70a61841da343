import { expect, test } from "bun:test";
import { jsonOf, openService } from "./service.ts";

const execution = "/processes/echo/execution";
const latin = (text: string) => Buffer.from(text, "latin1");

const refused: readonly (readonly [string, string, string, string, Uint8Array, number])[] = [
  ["an execution", "POST", execution, "application/json", latin('{"inputs":{"text":"é"}}'), 400],
  ["a name of an input", "POST", execution, "application/json", latin('{"inputs":{"é":1}}'), 400],
  ["an end amid a character", "POST", execution, "application/json", Buffer.from([0x22, 0xc3]), 400],
  ["a surrogate in bytes", "POST", execution, "application/json", Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 400],
  ["a package in JSON", "POST", "/processes", "application/cwl+json", latin('{"label":"é"}'), 400],
  ["a package in YAML", "POST", "/processes", "application/cwl+yaml", latin("label: é"), 400],
  ["a replaced package", "PUT", "/processes/echo", "application/cwl+yaml", latin("label: é"), 400],
  ["a provider", "POST", "/providers", "application/json", latin('{"id":"é"}'), 400],
  ["a list of jobs", "DELETE", "/jobs", "application/json", latin('{"jobs":["é"]}'), 400],
  ["UTF-16", "POST", execution, "application/json", Buffer.from('\ufeff{"inputs":{}}', "utf16le"), 400],
  ["another charset", "POST", execution, "application/json; charset=iso-8859-1", latin('{"inputs":{"text":"é"}}'), 415],
  ["a quoted charset", "POST", execution, 'application/json; charset="UTF-16"', latin("{}"), 415],
  ["YAML of another charset", "POST", "/processes", "application/cwl+yaml;charset=latin1", latin("a: b"), 415],
];

for (const [what, method, path, type, body, status] of refused) {
  test(`${what} that is no UTF-8 is refused with ${status}`, async () => {
    await using service = await openService({ allowAnonymous: "admin" });
    const answer = await service.send(method, path, { headers: { "content-type": type }, body: new Blob([body]) });
    expect(answer.status).toBe(status);
    expect(String((await jsonOf(answer)).detail)).toContain(status === 415 ? "charset" : "which is not utf-8");
  });
}

for (const [what, type, body] of [
  ["a byte order mark", "application/json", '\ufeff{"inputs":{"text":"é\ufeff"},"outputs":{"text":{}}}'],
  ["UTF-8 by name", "application/json; charset=UTF-8", '{"inputs":{"text":"é\ufeff"},"outputs":{"text":{}}}'],
] as const) {
  test(`a request with ${what} gives the text that was sent`, async () => {
    await using service = await openService();
    const answer = await service.send("POST", execution, { headers: { "content-type": type }, body: new Blob([body]) });
    expect(Buffer.from(await answer.arrayBuffer()).toString("utf8")).toBe("é\ufeff");
  });
}

test("bytes of a query that are not UTF-8 are refused, and a bare percent sign is none", async () => {
  await using service = await openService();
  const of = (text: string) => service.send("GET", `${execution}?text=${text}&response=raw&text[include]=true`);
  expect((await of("%E9")).status).toBe(400);
  expect((await of("a%20%ff")).status).toBe(400);
  expect(await (await of("100%")).text()).toBe("100%");
  expect(await (await of("%C3%A9")).text()).toBe("é");
});

const execute = (encoding: string, text: string) =>
  `<?xml version="1.0"${encoding}?><wps:Execute service="WPS" version="1.0.0" xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Identifier>echo</ows:Identifier><wps:DataInputs><wps:Input><ows:Identifier>text</ows:Identifier><wps:Data><wps:LiteralData>${text}</wps:LiteralData></wps:Data></wps:Input></wps:DataInputs><wps:ResponseForm><wps:RawDataOutput><ows:Identifier>text</ows:Identifier></wps:RawDataOutput></wps:ResponseForm></wps:Execute>`;

for (const [what, type, body] of [
  ["header before declaration", "text/xml; charset=iso-8859-1", latin(execute(' encoding="UTF-8"', "é"))],
  ["declaration without header", "application/xml", latin(execute(' encoding="ISO-8859-1"', "é"))],
  ["mark before header", "text/xml; charset=iso-8859-1", Buffer.from(`\ufeff${execute("", "é")}`)],
  ["UTF-16 by its mark", "text/xml; charset=utf-8", Buffer.from(`\ufeff${execute("", "é")}`, "utf16le")],
  ["UTF-16 without a mark", "text/xml", Buffer.from(execute("", "é"), "utf16le")],
] as const) {
  test(`XML is read by ${what}`, async () => {
    await using service = await openService();
    const answer = await service.send("POST", "/wps", { headers: { "content-type": type }, body: new Blob([body]) });
    expect(await answer.text()).toBe("é");
  });
}

test("XML that is not of its encoding is refused", async () => {
  await using service = await openService();
  const headers = { "content-type": "text/xml" };
  const answer = await service.send("POST", "/wps", { headers, body: new Blob([latin(execute("", "é"))]) });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain("which is not utf-8");
});
