import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { readPeak, resetPeak } from "../support/machine/peak-memory.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { whileHealthy } from "./watch-health.ts";

const mebibyte = 2 ** 20;
/** What the server may grow by: twice a form, its texts, and its page. */
const mostGrowth = 150 * mebibyte;

const server = await serveFile(["--allow-anonymous"]);

const field = (name: string, text = "") => `--X\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
const file = (name: string, filename: string, text: string) =>
  `--X\r\ncontent-disposition: form-data; name="${name}"; filename="${filename}"\r\n\r\n${text}\r\n`;
const long = (bytes: number) => "x".repeat(bytes);
const names = (count: number) => Array.from({ length: count }, (_, index) => field(`/inputs/array/${index}`));

const attacks: Readonly<Record<string, readonly [() => string, number, string]>> = {
  "40,000 fields of one name": [() => field("a").repeat(40_000), 413, "found more than 10000 parts"],
  "3,000,000 fields of one name": [() => field("a").repeat(3_000_000), 413, "found more than"],
  "9000 fields of one name": [() => field("/inputs/text", "x").repeat(9000), 422, "You may not run this"],
  "9000 choices of one list": [() => field("~output", "text").repeat(9000), 422, "You may not run this"],
  "4900 names": [() => names(4900).join(""), 422, "You may not run this"],
  "9000 names": [() => names(9000).join(""), 400, "found more than 5000 fields"],
  "20 files to fill in from": [() => file("file", "a.yml", long(mebibyte)).repeat(20), 400, "a second file"],
  "100 MB of no file": [() => file("file", "", long(100 * mebibyte)), 400, "a file without a name"],
  "49 files of 2 MB": [() => file("/inputs/image/~upload", "a", long(2e6)).repeat(49), 413, "8388608 bytes"],
  "a file of 200 MB": [() => file("/inputs/image/~upload", "a", long(2e8)), 413, "8388608 bytes"],
  "a text of 200 MB": [() => field("/inputs/text", long(2e8)), 413, "4194304 bytes"],
  "parts without a name": [() => "--X\r\n\r\n\r\n".repeat(1_000_000), 400, "a part without a name"],
  "200 MB before its parts": [() => `${long(2e8)}\r\n`, 0, "bytes"],
};

describe("a form of who may not execute holds nobody up:", () => {
  for (const [name, [parts, status, says]] of Object.entries(attacks)) {
    for (const isGzipped of [false, true]) {
      test(`${name}${isGzipped ? ", packed" : ""}`, async () => {
        const body = `${parts()}--X--\r\n`;
        const sent = isGzipped ? gzipSync(body, { level: 1 }) : body;
        const before = await resetPeak(server.pid);
        const answer = await whileHealthy(server.url, `forms of strangers: ${name}`, async () => {
          const response = await fetch(`${server.url}/processes/echo/fill-form`, {
            method: "POST",
            headers: {
              "content-type": "multipart/form-data; boundary=X",
              origin: server.url,
              accept: "text/html",
              ...(isGzipped ? { "content-encoding": "gzip" } : {}),
            },
            body: sent,
          });
          return { status: response.status, html: await response.text() };
        });
        // Which of two bounds is passed first hangs on the size of the chunks.
        if (status === 0) expect([400, 413]).toContain(answer.status);
        else expect(answer.status).toBe(status);
        expect(answer.html.includes(says)).toBeTrue();
        expect(answer.html.length).toBeLessThan(mebibyte);
        expect((await readPeak(server.pid)) - before).toBeLessThan(mostGrowth);
      }, 60_000);
    }
  }
});
