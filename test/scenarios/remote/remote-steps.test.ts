import { expect, test } from "bun:test";
import { startTestApp } from "../../support/app.ts";
import { deployCwl, submit, until, untilFinished } from "../../support/jobs.ts";
import { executeResponse, type Faults, fakeWps, xmlAnswer } from "../../support/servers/fake-wps.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const flags = { allowFetch: ["127.0.0.1"] };

/** A workflow whose first step runs on another server and whose second one reads its file here. */
function workflow(url: string, requirement = "WPS1Requirement") {
  return {
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: { word: "string" },
    outputs: { said: { type: "File", outputSource: "here/said" } },
    steps: {
      there: {
        run: {
          class: "CommandLineTool",
          requirements: { [requirement]: { provider: `${url}/wps`, process: "faulty" } },
          inputs: { word: "string" },
          outputs: { file: { type: "File", outputBinding: { glob: "*" } } },
        },
        in: { word: "word" },
        out: ["file"],
      },
      here: {
        run: {
          class: "CommandLineTool",
          baseCommand: ["sh", "-c", 'printf "here: "; cat "$1"', "cat"],
          inputs: { file: { type: "File", inputBinding: { position: 1 } } },
          outputs: { said: { type: "stdout" } },
          stdout: "said.txt",
        },
        in: { file: "there/file" },
        out: ["said"],
      },
    },
  };
}

test.each(["WPS1Requirement", "weaver:WPS1Requirement"])(
  "A step with %s runs on the other server",
  async (name) => {
    await using folder = await temporaryDirectory();
    await using server = await fakeWps();
    await using app = await startTestApp(folder.path, flags);
    await deployCwl(app.url, "mixed", workflow(server.url, name));
    const job = await submit(app.url, "mixed", { word: "red" });
    expect((await untilFinished(app.url, job)).at(-1)).toMatchObject({ status: "successful" });
    expect(await (await fetch(`${app.url}/jobs/${job}/results/said`)).text()).toBe("here: the result");
    expect(server.requests.find((request) => request.startsWith("POST"))).toContain(">red<");
  },
  20_000,
);

test("A remote step goes on with the same remote job after a restart", async () => {
  await using folder = await temporaryDirectory();
  const faults: Faults = {};
  await using server = await fakeWps(faults);
  faults.Status = xmlAnswer(executeResponse(server.url, "<wps:ProcessStarted>on it</wps:ProcessStarted>"));
  const before = await startTestApp(folder.path, flags);
  await deployCwl(before.url, "mixed", workflow(server.url));
  const job = await submit(before.url, "mixed", { word: "red" });
  await until("its status was asked", async () => server.requests.some((one) => one.startsWith("GET /status")));
  await before[Symbol.asyncDispose]();
  delete faults.Status;
  await using after = await startTestApp(folder.path, flags);
  expect((await untilFinished(after.url, job)).at(-1)).toMatchObject({ status: "successful" });
  expect(server.requests.filter((request) => request.startsWith("POST"))).toHaveLength(1);
}, 20_000);

test("A remote step that fails names itself", async () => {
  await using folder = await temporaryDirectory();
  const faults: Faults = {};
  await using server = await fakeWps(faults);
  faults.Status = xmlAnswer(executeResponse(server.url, "<wps:ProcessFailed>no luck</wps:ProcessFailed>"));
  await using app = await startTestApp(folder.path, flags);
  await deployCwl(app.url, "mixed", workflow(server.url));
  const job = await submit(app.url, "mixed", { word: "red" });
  const last = (await untilFinished(app.url, job)).at(-1);
  expect(last?.status).toBe("failed");
  expect(JSON.stringify(last)).toContain('"step":"there"');
  expect(last?.message).toContain("The remote job failed");
}, 20_000);
