import { expect, test } from "bun:test";
import type { KnownUploads, UploadFacts } from "../../../src/domain/documents/upload-facts.ts";
import type { Json, JsonObject } from "../../../src/domain/values/json.ts";
import { Inputs } from "../../../src/pages/job/input-values.tsx";
import { plainTables } from "../frame.ts";

const upload = {
  name: "<dem>.tif",
  type: "image/tiff",
  length: 3_400_000,
  href: "http://server/vault/a",
  sha256: "5e1f",
};
const uploads: KnownUploads = new Map<string, UploadFacts>([
  ["vault://a", upload],
  ["vault://b", { name: "other.tif", type: "image/tiff", length: 1 }],
]);
const show = (inputs: JsonObject) => plainTables(String(Inputs({ inputs, uploads })));
const one = (value: Json) => /<td>(.*)<\/td>/s.exec(show({ x: value }))?.[1] ?? "";

test("an uploaded file has its name, its size with the exact number, and a link for who may have it", () => {
  const html = one({ href: "vault://a", type: "image/tiff" });
  expect(html).toContain("<strong>&lt;dem&gt;.tif</strong>");
  expect(html).toContain('<a href="http://server/vault/a" download="&lt;dem&gt;.tif">Download</a>');
  expect(html).toContain('<data value="3400000" title="3400000 bytes">3.4 MB</data>');
  expect(html).toContain("SHA-256 <code>5e1f</code>");
  expect(one({ href: "vault://b" })).not.toContain("SHA-256");
  expect(one({ href: "vault://b" })).toContain("<strong>other.tif</strong>");
  const gone = one({ href: "vault://gone" });
  expect(gone).toContain("an uploaded file that is not there any more");
  expect(gone).not.toContain("vault:");
});

test("an address is a link, one that a browser must not follow is text", () => {
  expect(one({ href: "https://a.example/x?y=1", type: "text/csv" })).toContain(
    '<a class="address" href="https://a.example/x?y=1">',
  );
  expect(one({ href: "javascript:alert(1)" })).toBe('<code class="address">javascript:alert(1)</code> ');
});

test("a box has its edges by name, whichever axis its system begins with", () => {
  const turned = { bbox: [47, 8, 48, 9], crs: "http://www.opengis.net/def/crs/EPSG/0/4326" };
  expect(one(turned)).toContain("west 8, south 47, east 9, north 48");
  expect(one({ bbox: [1, 2, 3, 4], crs: "http://x/unknown" })).toContain("<span>1, 2, 3, 4</span>");
});

test("literals are text, short lists a line, and objects small tables", () => {
  expect(one("a<b")).toBe("<span>a&lt;b</span>");
  expect(one(true)).toBe("<code>true</code>");
  expect(one([1, 2, 3])).toBe("<span>1, 2, 3</span>");
  expect(one({ value: "x,y", mediaType: "text/csv" })).toContain('<span class="muted">text/csv</span>');
  expect(one({ name: "n", inner: { deep: 1 } })).toContain('<th scope="row">deep</th><td><code>1</code></td>');
  expect(one([{ href: "https://a/" }, { href: "https://b/" }])).toContain('<li><a class="address" href="https://b/">');
  const long = one("z".repeat(900));
  expect(long).toContain("900 characters in all");
  expect(long.length).toBeLessThan(700);
  expect(show({})).toContain("None.");
});

test("what looks like a secret is folded up, on the screen alone", () => {
  const folded = (shown: string, words = "hidden") =>
    `<span class="address">${words}</span><details class="on-screen"><summary>Show</summary>${shown}</details>`;
  for (const name of ["password", "access_token", "apiKey"]) {
    expect(show({ [name]: "s3cret" })).toContain(`<td>${folded("<span>s3cret</span>")}`);
  }
  expect(show({ login: { user: "ana", password: "s3cret" } })).toContain(`<td>${folded("<span>s3cret</span>")}</td>`);
  const address = "https://ana:s3cret@a.example/x";
  const masked = "https://ana:hidden@a.example/x";
  expect(one(address)).toBe(folded(`<span>${address}</span>`, masked));
  expect(one({ href: address })).toStartWith(folded(`<a class="address" href="${address}">${address}</a>`, masked));
  expect(one(["x", "https://u:pw@b/"])).toContain(folded("<span>https://u:pw@b/</span>", "https://u:hidden@b/"));
  // Nothing is hidden of what says nothing.
  expect(show({ password: "", usesToken: true })).not.toContain("Show");
});
