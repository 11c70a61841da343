import { describe, expect, test } from "bun:test";
import { Problem } from "../../src/domain/problem.ts";
import { boundaryOf, parseDisposition, parseMultipart } from "../../src/wire/multipart.ts";

const body = [
  "a preamble\r\n",
  '--b1\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n',
  '--b1 \r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n',
  "line 1\r\n--b\r\n--b2\r\nline 2\r\n",
  "--b1\r\n\r\n\r\n--b1--\r\nan epilogue",
].join("");

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(text: string, size: number, boundary = "b1") {
  const parts: { headers: Record<string, string>; text: string }[] = [];
  for await (const part of parseMultipart(inPieces(text, size), boundary)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of part.content) chunks.push(Uint8Array.from(chunk));
    parts.push({ headers: Object.fromEntries(part.headers), text: Buffer.concat(chunks).toString("latin1") });
  }
  return parts;
}

describe("parseMultipart() finds the same parts whatever the size of the chunks:", () => {
  test.each([1, 2, 3, 5, 7, 16, 64, 10_000])("%d bytes", async (size) => {
    const parts = await readAll(body, size);
    expect(parts.map((part) => part.text)).toEqual(["hello", "line 1\r\n--b\r\n--b2\r\nline 2", ""]);
    expect(parts[1]?.headers["content-type"]).toBe("text/plain");
    expect(parts[2]?.headers).toEqual({});
  });
});

test("a part that nobody reads is passed over", async () => {
  const names: (string | undefined)[] = [];
  for await (const part of parseMultipart(inPieces(body, 4), "b1")) {
    names.push(parseDisposition(part.headers.get("content-disposition")).name);
  }
  expect(names).toEqual(["note", "file", undefined]);
});

test("a body that ends before its closing delimiter is refused", async () => {
  expect(readAll(body.slice(0, body.indexOf("--b1--")), 8)).rejects.toThrow(Problem);
  expect(readAll("", 8)).rejects.toThrow("whole multipart body");
});

test("what stands before the first part is bounded, whatever the size of the chunks", async () => {
  const before = (length: number) => `${"x".repeat(length)}\r\n--b1\r\n\r\n\r\n--b1--`;
  for (const size of [1000, 100_000]) {
    expect(await readAll(before(60_000), size)).toHaveLength(1);
    expect(readAll(before(70_000), size)).rejects.toThrow("bytes before its parts");
  }
});

test("endless headers are refused", () => {
  expect(readAll(`--b1\r\nX: ${"x".repeat(20_000)}`, 1000)).rejects.toThrow("bytes of headers");
});

test("boundaryOf() takes quoted and bare boundaries", () => {
  expect(boundaryOf("multipart/form-data; boundary=abc")).toBe("abc");
  expect(boundaryOf('multipart/form-data; charset=utf-8; Boundary="a b"')).toBe("a b");
  expect(boundaryOf("multipart/form-data")).toBeUndefined();
});

test("parseDisposition() prefers the extended file name and unescapes quotes", () => {
  expect(parseDisposition('form-data; name="file"; filename="a \\"b\\".txt"')).toEqual({
    name: "file",
    filename: 'a "b".txt',
  });
  expect(parseDisposition("form-data; name=file; filename=x; filename*=UTF-8''%C3%A9.txt")).toEqual({
    name: "file",
    filename: "é.txt",
  });
});
