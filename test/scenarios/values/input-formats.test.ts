import { expect, test } from "bun:test";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, submit, untilFinished } from "../../support/jobs.ts";
import { httpAnswer, rawServer } from "../../support/servers/remote-server.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const csv = "https://www.iana.org/assignments/media-types/text/csv";
const geotiff = "https://www.iana.org/assignments/media-types/image/tiff;application=geotiff";
const formatOf = (format: string) =>
  ({
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    requirements: { InlineJavascriptRequirement: {} },
    baseCommand: ["echo", "-n"],
    arguments: ["$(inputs.file.basename)"],
    inputs: { file: { type: "File", format } },
    outputs: { said: { type: "stdout" } },
    stdout: "said.txt",
  }) as const;

test("A file that nobody names a format of has the one that its input is described with", async () => {
  await using folder = await temporaryDirectory();
  await using remote = await rawServer((_request, socket) =>
    socket.end(httpAnswer(200, { "content-type": "text/plain; charset=utf-8" }, "a,b")),
  );
  await using app = await startTestApp(folder.path, { allowFetch: ["127.0.0.1"] });
  await deployCwl(app.url, "table", formatOf(csv));
  const forms = {
    "file.csv": ["a,b", { value: "a,b" }, { value: "YSxi", encoding: "base64" }, { href: "data:,a%2Cb" }],
    "raw.csv": [{ href: `${remote.url}/raw.csv` }],
  };
  for (const [basename, values] of Object.entries(forms)) {
    for (const file of values) {
      const job = await submit(app.url, "table", { file });
      expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "successful" });
      expect(await (await fetch(`${app.url}/jobs/${job}/results/said`)).text()).toBe(basename);
    }
  }
});

test("A file of another format, or no text, is refused before a job is made", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  await deployCwl(app.url, "table", formatOf(csv));
  const refusals = [
    { file: 5, pointer: "/inputs/file" },
    { file: { value: "{}", mediaType: "application/json" }, pointer: "/inputs/file/mediaType" },
    { file: { href: "data:,x", type: "application/json" }, pointer: "/inputs/file/type" },
  ];
  for (const { file, pointer } of refusals) {
    const answer = await fetch(`${app.url}/processes/table/execution`, {
      method: "POST",
      headers: { "content-type": "application/json", prefer: "respond-async" },
      body: JSON.stringify({ inputs: { file } }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ pointer }] });
  }
  expect(await (await fetch(`${app.url}/jobs`)).json()).toMatchObject({ jobs: [] });
});

test("Parameters of a format do not keep a file away", async () => {
  await using folder = await temporaryDirectory();
  await using app = await startTestApp(folder.path);
  await deployCwl(app.url, "raster", formatOf(geotiff));
  for (const type of ["image/tiff; application=geotiff", "image/tiff; application=geotiff; profile=cloud-optimized"]) {
    const job = await submit(app.url, "raster", { file: { href: "data:,x", type } });
    expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "successful" });
  }
});
