import { expect, test } from "bun:test";
import { fetchDocument } from "../../../src/net/remote/remote-documents.ts";
import { loopbackGate, rawServer } from "../../support/servers/remote-server.ts";

/** Answers with bytes, and reads what the service makes of them. */
async function readOf(type: string, body: Uint8Array, status = 200): Promise<string> {
  const head = `HTTP/1.1 ${status} Said\r\ncontent-type: ${type}\r\ncontent-length: ${body.byteLength}\r\n\r\n`;
  await using server = await rawServer((_request, socket) => socket.end(Buffer.concat([Buffer.from(head), body])));
  const deps = { gate: loopbackGate(), maxDocumentBytes: 1000 };
  const target = { type: "ogc-api-processes", url: server.url } as const;
  return (await fetchDocument(deps, target, { url: server.url })).text;
}

const latin = (text: string) => Buffer.from(text, "latin1");
const declared = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>';

for (const [what, type, body, wanted] of [
  ["a declaration", "text/xml", latin(declared), declared],
  ["a header before a declaration", "text/xml; charset=utf-8", Buffer.from(declared), declared],
  ["a mark before a header", "text/xml; charset=latin1", Buffer.from("\ufeff<a>é</a>"), "<a>é</a>"],
  ["a mark of UTF-16", "application/xml", Buffer.from("\ufeff<a>é</a>", "utf16le"), "<a>é</a>"],
  ["a declaration under another type", "text/plain", latin(declared), declared],
  ["a charset of JSON", "application/json; charset=ISO-8859-1", latin('{"a":"é"}'), '{"a":"é"}'],
  ["no charset", "application/json", Buffer.from('\ufeff{"a":"é"}'), '{"a":"é"}'],
] as const) {
  test(`A remote's document is decoded by ${what}`, async () => {
    expect(await readOf(type, body)).toBe(wanted);
  });
}

for (const [what, type, body, named] of [
  ["JSON that is no UTF-8", "application/json", latin('{"a":"é"}'), "0xE9"],
  ["XML that is no UTF-8", "text/xml", latin("<a>é</a>"), "0xE9"],
  ["an unknown charset", "application/json; charset=x-own", latin("{}"), 'charset "x-own"'],
] as const) {
  test(`A remote's document is refused by name: ${what}`, async () => {
    await expect(readOf(type, body)).rejects.toThrow(named);
  });
}

test("What a server says of its trouble is shown as far as it can be read", async () => {
  expect(await readOf("text/html", latin("<p>é gone"), 500)).toBe("<p>\ufffd gone");
});
