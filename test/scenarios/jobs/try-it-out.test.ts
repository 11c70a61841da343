import { expect, test } from "bun:test";
import { join } from "node:path";
import { deployCwl } from "../../support/jobs.ts";
import { startServer } from "../../support/servers/executable.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const eoap = "https://raw.githubusercontent.com/eoap/schemas/main/";
const tool = { cwlVersion: "v1.2", class: "CommandLineTool", baseCommand: "true", outputs: {} };

test("the example of each process in the API description is a request that the process takes", async () => {
  await using folder = await temporaryDirectory();
  await using server = await startServer(join(folder.path, "data"));
  await deployCwl(server.url, "literals", {
    ...tool,
    inputs: {
      s: "string",
      i: "int",
      d: "double",
      b: "boolean",
      l: "string[]",
      e: { type: { type: "enum", symbols: ["x", "y"] } },
      n: { type: "int", default: 4 },
    },
  });
  await deployCwl(server.url, "files", {
    ...tool,
    inputs: { f: "File", fs: "File[]", t: { type: "File", format: "iana:application/json" } },
    $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
  });
  await deployCwl(server.url, "places", {
    ...tool,
    requirements: {
      SchemaDefRequirement: {
        types: ["ogc", "string_format", "geojson"].map((file) => ({ $import: `${eoap}${file}.yaml` })),
      },
    },
    inputs: { aoi: `${eoap}ogc.yaml#BBox`, day: `${eoap}string_format.yaml#Date`, where: `${eoap}geojson.yaml#Point` },
  });
  for (const version of ["", "?f=oas31"]) {
    const api = JSON.parse(await (await fetch(`${server.url}/api${version}`)).text());
    const { processes } = JSON.parse(await (await fetch(`${server.url}/processes`)).text());
    expect(processes.length).toBeGreaterThanOrEqual(4);
    for (const { id } of processes) {
      const media = api.paths[`/processes/${id}/execution`].post.requestBody.content["application/json"];
      expect(media.example.subscriber).toBeUndefined();
      const response = await fetch(`${server.url}/processes/${id}/execution`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(media.example),
      });
      expect([id, response.status < 300 ? "taken" : await response.text()]).toEqual([id, "taken"]);
    }
  }
});
