import { describe, expect, test } from "bun:test";
import { deployCwl, submit, untilFinished } from "../support/jobs.ts";
import { serveFile } from "../support/servers/file-server.ts";
import { whileHealthy } from "./watch-health.ts";

const server = await serveFile();
let count = 0;

type Output = Readonly<Record<string, unknown>>;

/** Runs a shell script as a tool to its end, while the server must answer others. */
async function run(attack: string, script: string, outputs: Output, requirements: Output = {}) {
  count += 1;
  const id = `many-${count}`;
  await deployCwl(server.url, id, {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    requirements,
    inputs: {},
    outputs,
    baseCommand: ["/bin/sh", "-c", script],
  });
  return whileHealthy(server.url, `many files: ${attack}`, async () => {
    const job = await submit(server.url, id, {});
    const last = (await untilFinished(server.url, job, 100)).at(-1);
    return { job, status: last?.status, message: last?.message ?? "" };
  });
}

const times = (count: number, body: string) => `i=0; while [ $i -lt ${count} ]; do ${body}; i=$((i+1)); done`;

test("20,000 output files are published, whole and under their names", async () => {
  const files = { type: "File[]", outputBinding: { glob: "f*" } };
  const { job, status, message } = await run("20,000 outputs", times(20_000, "echo $i > f$i"), { files });
  expect({ status, message }).toEqual({ status: "successful", message: "Job complete." });
  const results = await (await fetch(`${server.url}/jobs/${job}/results`)).text();
  const links = [...results.matchAll(/"href":"([^"]+)"/g)].map(([, href = ""]) => href);
  expect(links.filter((href) => /\/files\/\d+\/f\d+$/.test(href))).toHaveLength(20_000);
  for (const href of [links[0], links[12_345], links.at(-1)]) {
    expect(await (await fetch(href ?? "")).text()).toBe(`${/f(\d+)$/.exec(href ?? "")?.[1]}\n`);
  }
}, 240_000);

test("5,000 files of a workflow's step are kept with its checkpoint and published", async () => {
  const id = "many-in-steps";
  await deployCwl(server.url, id, {
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: {},
    outputs: { files: { type: "File[]", outputSource: "make/files" } },
    steps: {
      make: {
        in: {},
        out: ["files"],
        run: {
          class: "CommandLineTool",
          inputs: {},
          outputs: { files: { type: "File[]", outputBinding: { glob: "f*" } } },
          baseCommand: ["/bin/sh", "-c", times(5000, "echo $i > f$i")],
        },
      },
    },
  });
  const status = await whileHealthy(server.url, "many files: 5,000 of a step", async () => {
    const job = await submit(server.url, id, {});
    return (await untilFinished(server.url, job, 100)).at(-1)?.status;
  });
  expect(status).toBe("successful");
}, 120_000);

describe("cwl.output.json of any shape ends the job with a sentence that names the bound", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      "200,000 levels",
      `{ printf '{"o":'; head -c 200000 /dev/zero | tr '\\0' '['; head -c 200000 /dev/zero | tr '\\0' ']'; printf '}'; } > cwl.output.json`,
      /cwl\.output\.json: found more than 128 levels/,
    ],
    [
      "200,000 levels that are never closed",
      `{ printf '{"o":'; head -c 200000 /dev/zero | tr '\\0' '['; } > cwl.output.json`,
      /cwl\.output\.json: found more than 128 levels/,
    ],
    [
      "7,000,000 numbers",
      `{ printf '{"o":[1'; head -c 7000000 /dev/zero | tr '\\0' ',' | sed 's/,/,1/g'; printf ']}'; } > cwl.output.json`,
      /cwl\.output\.json: found more than 1000000 values/,
    ],
    [
      "17 MiB of blanks",
      "head -c 17825792 /dev/zero | tr '\\0' ' ' > cwl.output.json",
      /cwl\.output\.json: found 17825792 bytes, wanted at most 16777216/,
    ],
  ];
  for (const [name, script, said] of cases) {
    test(name, async () => {
      const { status, message } = await run(`cwl.output.json of ${name}`, script, { o: "Any" });
      expect({ status, message }).toEqual({ status: "failed", message: expect.stringMatching(said) });
    }, 60_000);
  }
});

describe("a listing of very many entries", () => {
  const listed = {
    size: {
      type: "int",
      outputBinding: { glob: "d", loadListing: "shallow_listing", outputEval: "$(self[0].listing.length)" },
    },
  };
  const requirements = { LoadListingRequirement: { loadListing: "shallow_listing" } };
  const make = (count: number) => `mkdir d; cd d; seq ${count} | xargs touch`;

  test("of 99,999 is read", async () => {
    const { job, status } = await run("a listing of 99,999", make(99_999), listed, requirements);
    expect(status).toBe("successful");
    expect(await (await fetch(`${server.url}/jobs/${job}/results/size`)).text()).toBe("99999");
  }, 120_000);

  test("of more than 100,000 ends the job, naming the bound", async () => {
    const { status, message } = await run("a listing of 100,001", make(100_001), listed, requirements);
    expect(status).toBe("failed");
    expect(message).toContain("found more than 100000 entries");
  }, 240_000);
});

test("50,000 references to uploads in one request are refused, naming the bound", async () => {
  const upload = await fetch(`${server.url}/vault`, { method: "POST", body: "content" });
  const { file_href: href } = JSON.parse(await upload.text());
  expect(href).toStartWith("vault://");
  await deployCwl(server.url, "uploads", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    inputs: { files: "File[]" },
    outputs: {},
    baseCommand: "true",
  });
  const send = (count: number, token = (_: number) => "") =>
    whileHealthy(server.url, `many files: ${count} uploads`, async () => {
      const response = await fetch(`${server.url}/processes/uploads/execution`, {
        method: "POST",
        headers: { "content-type": "application/json", prefer: "respond-async" },
        body: JSON.stringify({
          inputs: { files: Array.from({ length: count }, (_, index) => ({ href: `${href}${token(index)}` })) },
        }),
      });
      return { status: response.status, text: await response.text() };
    });
  expect(await send(50_000)).toMatchObject({
    status: 400,
    text: expect.stringContaining("found 50000 references, wanted at most 10000"),
  });
  const wrong = { status: 400, text: expect.stringContaining("vault://") };
  // Each token is looked at once, not for each reference.
  expect(await send(9_000, () => "/wrong")).toMatchObject(wrong);
  expect(await send(9_000, (index) => `/wrong${index}`)).toMatchObject(wrong);
}, 120_000);
