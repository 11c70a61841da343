import { expect, test } from "bun:test";
import { openService } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
const tool =
  'cwlVersion: v1.2\nclass: CommandLineTool\nid: said\ndoc: "<b>"\nbaseCommand: "true"\ninputs: {}\noutputs: {}\n';

async function openDeployed() {
  const service = await openService();
  const headers = { "content-type": "application/cwl+yaml" };
  expect((await service.send("POST", "/processes", { headers, body: tool })).status).toBe(201);
  return service;
}

test("a package is a page for who asks for one: its source as text, with the ways to download it", async () => {
  await using service = await openDeployed();
  for (const [path, headers] of [
    ["/processes/said/package?f=html", {}],
    ["/processes/said/package", browser],
  ] as const) {
    const answer = await service.send("GET", path, { headers });
    expect([path, answer.status, answer.headers.get("content-type")]).toEqual([path, 200, "text/html; charset=utf-8"]);
    const html = await answer.text();
    expect(html).toContain("doc: &quot;&lt;b&gt;&quot;");
    for (const format of ["deployed", "json", "yaml"]) expect(html).toContain(`/processes/said/package?f=${format}"`);
  }
});

test("a package that a program sent in one line is shown as packed CWL in YAML", async () => {
  await using service = await openService();
  const body = {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    id: "line",
    baseCommand: "true",
    inputs: {},
    outputs: {},
  };
  expect((await service.send("POST", "/processes", { body })).status).toBe(201);
  const page = await (await service.send("GET", "/processes/line/package?f=html")).text();
  expect(page).toContain("class: CommandLineTool\n");
});

test("a download is named after the process and its version, and says what it gives of several files", async () => {
  await using service = await openDeployed();
  const nameOf = async (path: string) => (await service.send("GET", path)).headers.get("content-disposition");
  expect(await nameOf("/processes/said/package?f=deployed")).toContain('attachment; filename="said-1.0.0.cwl"');
  expect(await nameOf("/processes/said/package?f=json")).toContain('filename="said-1.0.0.json"');
  const form = new FormData();
  form.set("package", new File([tool], "said.cwl"));
  expect((await service.send("POST", "/processes?id=several", { body: form })).status).toBe(201);
  const page = await (await service.send("GET", "/processes/several/package?f=html")).text();
  expect(page).toContain("All files as they were sent, in one multipart text");
  expect(await nameOf("/processes/several/package?f=deployed")).toContain('filename="several-1.0.0.mime"');
});

test("programs get the bytes of a package as before, and each download gives what it says", async () => {
  await using service = await openDeployed();
  const read = async (path: string, accept?: string) => {
    const answer = await service.send("GET", path, accept === undefined ? {} : { headers: { accept } });
    return [answer.status, answer.headers.get("content-type"), await answer.text()] as const;
  };
  const own = [200, "application/cwl+yaml", tool] as const;
  expect(await read("/processes/said/package")).toEqual(own);
  expect(await read("/processes/said/package", "*/*")).toEqual(own);
  expect(await read("/processes/said/package?f=deployed", "text/html")).toEqual(own);
  expect((await read("/processes/said/package?f=json", "text/html")).slice(0, 2)).toEqual([
    200,
    "application/cwl+json",
  ]);
  const [status, , problem] = await read("/processes/said/package?f=xml");
  expect([status, problem]).toEqual([400, expect.stringContaining("wanted json or yaml or deployed or html")]);
});
