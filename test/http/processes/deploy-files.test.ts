import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { type ArchiveEntry, tarOf, zipOf } from "../../support/packages/archives.ts";
import { jsonOf, openService, type Service } from "../service.ts";

const toolText = `cwlVersion: v1.2
class: CommandLineTool
id: count
baseCommand: [wc, -l]
inputs:
  table: {type: File, default: {class: File, location: ../data/table.csv}, inputBinding: {position: 1}}
outputs: {lines: {type: stdout}}
`;
const workflowText = `cwlVersion: v1.2
class: Workflow
id: main
doc: {$include: about.txt}
inputs: {table: File}
outputs: {lines: {type: File, outputSource: count/lines}}
steps:
  count: {run: tools/count.cwl, in: {table: table}, out: [lines]}
`;
const folder: readonly ArchiveEntry[] = [
  { name: "ndvi/about.txt", content: "All about it" },
  { name: "ndvi/tools/count.cwl", content: toolText },
  { name: "ndvi/main.cwl", content: workflowText },
  { name: "ndvi/data/table.csv", content: "a,b\n" },
];

function send(service: Service, type: string, bytes: Uint8Array | string, query = "", method = "POST") {
  const path = method === "POST" ? "/processes" : "/processes/ndvi";
  return service.send(method, `${path}${query}`, { headers: { "content-type": type }, body: new Blob([bytes]) });
}

type Part = { readonly headers: Readonly<Record<string, string>>; readonly text: string };

function multipart(parts: readonly Part[]): string {
  const texts = parts.map(({ headers, text }) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return `--b\r\n${lines.join("")}\r\n${text}\r\n`;
  });
  return `${texts.join("")}--b--\r\n`;
}

const isDeployed = async (service: Service, id: string) =>
  (await service.send("GET", `/processes/${id}`)).status === 200;

describe("a folder is deployed as", () => {
  const forms: readonly [string, string, Uint8Array][] = [
    ["a zip", "application/zip", zipOf(folder)],
    ["a tar", "application/x-tar", tarOf(folder)],
    ["a tar in gzip", "application/gzip", gzipSync(tarOf(folder))],
  ];
  test.each(forms)("%s, named after the folder, and read back as it was sent", async (_, type, bytes) => {
    await using service = await openService();
    const response = await send(service, type, bytes);
    expect([response.status, await jsonOf(response)]).toMatchObject([201, { id: "ndvi", workflow: "main" }]);
    expect(await jsonOf(await service.send("GET", "/processes/ndvi"))).toMatchObject({ description: "All about it" });
    const sent = await service.send("GET", "/processes/ndvi/package", { headers: { accept: type } });
    expect(Buffer.from(await sent.arrayBuffer()).equals(bytes)).toBe(true);
    const packed = await service.send("GET", "/processes/ndvi/package", { headers: { accept: "application/cwl" } });
    expect(await packed.text()).toContain('"contents": "a,b\\n"');
    expect((await send(service, type, bytes, "?dryRun=true", "PUT")).status).toBe(200);
    expect((await send(service, type, bytes, "", "PUT")).status).toBe(204);
  });

  test("a zip whose start is named", async () => {
    await using service = await openService();
    const response = await send(service, "application/zip", zipOf(folder), "?start=ndvi/tools/count.cwl");
    expect(await jsonOf(response)).toMatchObject({ id: "count" });
    const unknown = await send(service, "application/zip", zipOf(folder), "?start=nope.cwl");
    expect([unknown.status, await unknown.text()]).toEqual([422, expect.stringContaining("ndvi/main.cwl")]);
  });

  test("a zip of an application package and the CWL that it links to", async () => {
    await using service = await openService();
    const description = {
      processDescription: { id: "described", title: "A title" },
      executionUnit: { href: "cwl/main.cwl" },
    };
    const entries = [
      { name: "x.ogcapppkg.json", content: JSON.stringify(description) },
      ...folder.map((entry) => ({ ...entry, name: entry.name.replace("ndvi/", "cwl/") })),
    ];
    const response = await send(service, "application/zip", zipOf(entries));
    expect(await jsonOf(response)).toMatchObject({ id: "described", title: "A title" });
  });

  const bad: readonly [string, Uint8Array, number, string][] = [
    ["leads out of itself", zipOf([...folder, { name: "../../x.cwl" }]), 400, "stay in the archive"],
    ["has a link", tarOf([...folder, { name: "l.cwl", kind: "2" }]), 400, "a link"],
    ["unpacks to far more", zipOf([...folder, { name: "z", content: Buffer.alloc(2 ** 21) }]), 413, "found"],
    ["is cut off", zipOf(folder).subarray(0, 300), 400, "a whole zip"],
    ["is none", Buffer.from("cwlVersion: v1.2"), 400, "a zip, a tar"],
    ["is empty", zipOf([]), 400, "without files"],
    ["has several packages and no name says which", zipOf([{ name: "a.cwl" }, { name: "b.cwl" }]), 400, "?start=FILE"],
    ["has no package", zipOf([{ name: "a.txt" }, { name: "b.txt" }]), 400, "no .cwl"],
    ["lacks a file that it runs", zipOf(folder.filter(({ name }) => !name.includes("count"))), 400, "tools/count.cwl"],
    [
      "names a file of the machine",
      zipOf([{ name: "main.cwl", content: workflowText.replace("about.txt", "../../../etc/passwd") }]),
      400,
      "outside of the package",
    ],
    ["has a file that is no text", zipOf([{ name: "main.cwl", content: new Uint8Array([0xff, 1]) }]), 400, "0xFF"],
  ];
  test.each(bad)("an archive that %s is refused, and nothing is left", async (_, bytes, status, words) => {
    await using service = await openService();
    const before = await readdir(service.layout.dataDirectory, { recursive: true });
    const response = await send(service, "application/zip", bytes, "?id=ndvi");
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(words)]);
    expect(await isDeployed(service, "ndvi")).toBe(false);
    expect(await readdir(service.layout.dataDirectory, { recursive: true })).toEqual(before);
  });
});

describe("several files are deployed as", () => {
  const file = (name: string, text: string): Part => ({
    headers: { "content-disposition": `form-data; name="file"; filename="${name}"`, "content-type": "text/plain" },
    text,
  });
  const files = [
    file("tools/count.cwl", toolText.replace(/default: .*}, /, "")),
    file("about.txt", "All about it"),
    file("main.cwl", workflowText),
  ];

  test("a form, in any order", async () => {
    await using service = await openService();
    const response = await send(service, "multipart/form-data; boundary=b", multipart(files), "?id=ndvi");
    expect([response.status, await jsonOf(response)]).toMatchObject([201, { id: "ndvi", workflow: "main" }]);
    const sent = await service.send("GET", "/processes/ndvi/package");
    expect([sent.headers.get("content-type"), await sent.text()]).toEqual([
      "multipart/form-data; boundary=b",
      multipart(files),
    ]);
  });

  test("a form of a browser", async () => {
    await using service = await openService();
    const form = new FormData();
    form.set("package", new File([toolText.replace(/default: .*}, /, "")], "count.cwl"));
    expect((await service.send("POST", "/processes", { body: form })).status).toBe(201);
  });

  const body = { processDescription: { id: "ndvi" }, executionUnit: { href: "cid:flow@x", type: "application/cwl" } };
  const related: readonly Part[] = [
    {
      headers: { "content-type": "application/cwl", "content-id": "<flow@x>", "content-location": "main.cwl" },
      text: workflowText,
    },
    { headers: { "content-type": "text/plain", "content-location": "about.txt" }, text: "All about it" },
    { headers: { "content-location": "tools/count.cwl" }, text: files[0]?.text ?? "" },
    {
      headers: { "content-type": "application/ogcapppkg+json", "content-id": "<start@x>" },
      text: JSON.stringify(body),
    },
  ];

  test("related parts, of which start names the first, and parts name each other by id or place", async () => {
    await using service = await openService();
    const type = 'multipart/related; boundary=b; type="application/ogcapppkg+json"; start="<start@x>"';
    const response = await send(service, type, multipart(related));
    expect([response.status, await jsonOf(response)]).toMatchObject([201, { id: "ndvi", workflow: "main" }]);
    expect((await jsonOf(await service.send("GET", "/processes/ndvi"))).description).toBe("All about it");
  });

  test("related parts, of which the first one is meant where nothing says another", async () => {
    await using service = await openService();
    for (const type of ["multipart/related; boundary=b", "multipart/mixed; boundary=b"]) {
      const id = type.slice(10, 13);
      const response = await send(service, type, multipart(related), `?id=${id}`);
      expect([response.status, await jsonOf(response)]).toMatchObject([201, { id, workflow: "main" }]);
    }
  });

  const whole = multipart(related);
  const bad: readonly [string, string, string, number, string][] = [
    ["a start that no part has", "multipart/related; boundary=b; start=nope", whole, 422, "start"],
    ["no boundary", "multipart/related", whole, 400, "boundary"],
    ["another boundary", "multipart/related; boundary=c", whole, 400, "closing delimiter"],
    ["no closing delimiter", "multipart/related; boundary=b", whole.slice(0, -8), 400, "closing delimiter"],
    ["no parts", "multipart/related; boundary=b", "--b--\r\n", 400, "parts"],
    ["no bytes", "multipart/related; boundary=b", "", 400, "closing delimiter"],
    [
      "a part that leads out",
      "multipart/form-data; boundary=b",
      multipart([file("../x.cwl", toolText)]),
      400,
      "stay in",
    ],
    ["a file twice", "multipart/form-data; boundary=b", multipart([...files, ...files]), 400, "twice"],
    [
      "a link to no part",
      "multipart/related; boundary=b; start=start@x",
      whole.replace("cid:flow@x", "cid:other"),
      400,
      "/executionUnit/href",
    ],
    [
      "a broken part after whole ones",
      "multipart/form-data; boundary=b",
      multipart([...files, file("app.ogcapppkg.json", "{")]),
      400,
      "ogcapppkg",
    ],
  ];
  test.each(bad)(
    "a multipart body with %s is refused, and nothing is deployed",
    async (_, type, text, status, words) => {
      await using service = await openService();
      const response = await send(service, type, text, "?id=ndvi");
      expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(words)]);
      expect(await isDeployed(service, "ndvi")).toBe(false);
    },
  );
});
