import { describe, expect, test } from "bun:test";
import { serveFile } from "../../support/servers/file-server.ts";

const server = await serveFile();
let count = 0;

function send(path: string, body: unknown): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** A tool that writes `content` to a file of this name, and its output `y`. */
const toolOf = (name: string, output: unknown, content = "x") => ({
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", `printf '${content}' > "${name}"; printf '${content}'`],
  inputs: { name: { type: "string", default: name } },
  outputs: { y: output },
});

async function deploy(unit: unknown, outputs: unknown = {}): Promise<string> {
  count += 1;
  const id = `typed-${count}`;
  const response = await send("/processes", { processDescription: { id, outputs }, executionUnit: { unit } });
  if (response.status !== 201) throw new Error(`It was not deployed: ${response.status} ${await response.text()}`);
  return id;
}

async function describedType(id: string): Promise<unknown> {
  const { outputs } = JSON.parse(await (await fetch(`${server.url}/processes/${id}`)).text());
  return (outputs.y.schema.items ?? outputs.y.schema).contentMediaType;
}

async function raw(id: string): Promise<Response> {
  const response = await send(`/processes/${id}/execution`, { inputs: {}, outputs: { y: {} }, response: "raw" });
  if (response.status !== 200) throw new Error(`It did not run: ${await response.text()}`);
  return response;
}

async function inDocument(id: string) {
  const asked = { inputs: {}, outputs: { y: { transmissionMode: "value" } }, response: "document" };
  return JSON.parse(await (await send(`/processes/${id}/execution`, asked)).text()).y;
}

async function byWps(id: string): Promise<string> {
  const query = `service=WPS&version=1.0.0&request=Execute&identifier=${id}&ResponseDocument=y`;
  return (await fetch(`${server.url}/wps?${query}`)).text();
}

describe("what is described is what is sent", () => {
  const file = (glob: unknown) => ({ type: "File", outputBinding: { glob } });
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["a name", toolOf("out.txt", file("out.txt")), "text/plain"],
    ["a pattern with an ending", toolOf("out.geojson", file("*.geojson")), "application/geo+json"],
    ["an expression with an ending", toolOf("out.csv", file("$(inputs.name.split('.')[0]).csv")), "text/csv"],
    ["an ending in capitals", toolOf("out.TIF", file("*.TIF")), "image/tiff; application=geotiff"],
    ["an ending that nobody knows", toolOf("out.dat", file("out.dat")), "application/octet-stream"],
    ["no ending", toolOf("out", file("out")), "application/octet-stream"],
    ["stdout", { ...toolOf("a", "stdout"), stdout: "said.txt" }, "text/plain"],
    ["stdout in JSON", { ...toolOf("a", "stdout", "[1]"), stdout: "said.json" }, "application/json"],
    ["stdout without a name", toolOf("a", "stdout"), "application/octet-stream"],
    ["a list of patterns", toolOf("out.txt", file(["*.txt", "*.log"])), "text/plain"],
    [
      "a step's output",
      {
        cwlVersion: "v1.2",
        class: "Workflow",
        inputs: {},
        outputs: { y: { type: "File", outputSource: "one/y" } },
        steps: { one: { run: toolOf("out.csv", file("*.csv")), in: {}, out: ["y"] } },
      },
      "text/csv",
    ],
  ];
  for (const [name, unit, expected] of cases) {
    test(name, async () => {
      const { requirements } = JSON.parse(JSON.stringify(unit));
      const scripted = { ...Object(unit), requirements: requirements ?? { InlineJavascriptRequirement: {} } };
      const id = await deploy(scripted);
      expect(await describedType(id)).toBe(expected);
      const { headers } = await raw(id);
      expect(headers.get("content-type")?.replace("; charset=utf-8", "")).toBe(expected);
      expect((await inDocument(id)).mediaType).toBe(expected);
      expect(await byWps(id)).toContain(`mimeType="${expected}"`);
    });
  }

  test("of what is known only later nothing is claimed", async () => {
    const id = await deploy(toolOf("out.txt", file("$(inputs.name)")));
    expect(await describedType(id)).toBeUndefined();
    expect((await raw(id)).headers.get("content-type")).toBe("text/plain; charset=utf-8");
  });

  test("a deployer's word is kept", async () => {
    const y = { schema: { type: "string", contentMediaType: "application/netcdf" } };
    const id = await deploy(toolOf("out.txt", file("$(inputs.name)")), { y });
    expect(await describedType(id)).toBe("application/netcdf");
    expect((await raw(id)).headers.get("content-type")).toBe("application/netcdf");
    const kinds = { schema: { oneOf: [{ contentMediaType: "text/csv" }, { contentMediaType: "text/plain" }] } };
    expect(
      (await raw(await deploy(toolOf("out.txt", file("out.txt")), { y: kinds }))).headers.get("content-type"),
    ).toBe("text/plain; charset=utf-8");
  });
});

describe("JSON and WPS word the same file alike", () => {
  for (const name of [
    "out.jsonl",
    "out.ndjson",
    "out.geojsonl",
    "out.yaml",
    "out.xml",
    "out.svg",
    "out.txt",
    "out.cwl",
  ]) {
    test(name, async () => {
      const id = await deploy(toolOf(name, { type: "File", outputBinding: { glob: name } }, "<a/>"));
      expect((await inDocument(id)).value).toBe("<a/>");
      expect(await byWps(id)).not.toContain("base64");
    });
  }

  test("bytes that are no text", async () => {
    const id = await deploy(toolOf("out.jsonl", { type: "File", outputBinding: { glob: "out.jsonl" } }, "\\351"));
    expect((await inDocument(id)).encoding).toBe("base64");
    expect(await byWps(id)).toContain("base64");
  });
});

test("text is called UTF-8 when it is", async () => {
  for (const [content, charset] of [
    ["na\\303\\257ve", "; charset=utf-8"],
    ["na\\357ve", ""],
    ["", "; charset=utf-8"],
    ["cut \\303", ""],
  ] as const) {
    for (const name of ["out.txt", "out.csv"]) {
      const id = await deploy(toolOf(name, { type: "File", outputBinding: { glob: name } }, content));
      const type = name === "out.txt" ? "text/plain" : "text/csv";
      expect((await raw(id)).headers.get("content-type")).toBe(`${type}${charset}`);
    }
  }
});
