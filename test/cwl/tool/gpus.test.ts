import { expect, test } from "bun:test";
import { loadText } from "../../../src/cwl/document/load/load.ts";
import type { Task } from "../../../src/executors/executor.ts";
import { createHarness, runPackage } from "../harness.ts";

/** A tool that asks for processors, under requirements or hints. */
function tool(where: "requirements" | "hints", count: string) {
  return loadText(
    `cwlVersion: v1.2
class: CommandLineTool
$namespaces: { cwltool: "http://commonwl.org/cwltool#" }
requirements: { InlineJavascriptRequirement: {}${where === "requirements" ? `, "cwltool:CUDARequirement": { cudaVersionMin: "11.4", cudaComputeCapability: "3.0", cudaDeviceCountMin: ${count} }` : ""} }
hints: ${where === "hints" ? `{ "cwltool:CUDARequirement": { cudaVersionMin: "11.4", cudaComputeCapability: "3.0", cudaDeviceCountMin: ${count} } }` : "{}"}
baseCommand: "true"
inputs: {}
outputs: {}
`,
    "tool.cwl",
  );
}

async function runs(where: "requirements" | "hints", count: string) {
  const tasks: Task[] = [];
  await using harness = await createHarness({
    around: (real) => ({
      ...real,
      submit: (task, signal) => {
        tasks.push(task);
        return real.submit(task, signal);
      },
    }),
  });
  const { failure } = await runPackage(harness, tool(where, count));
  return { failure: failure?.message, gpus: tasks.map((task) => task.gpus) };
}

test("a tool says by a hint how many graphics processors it wants, also by an expression", async () => {
  expect(await runs("hints", "2")).toEqual({ failure: undefined, gpus: [2] });
  expect(await runs("hints", '"$(1 + 2)"')).toEqual({ failure: undefined, gpus: [3] });
});

test("a count that is no whole number fails the tool and names the field", async () => {
  expect((await runs("hints", "1.5")).failure).toContain("Cannot ask for graphics processors: found 1.5");
});

test("a tool that requires them does not run where nobody gives any", async () => {
  const { failure, gpus } = await runs("requirements", "1");
  expect(failure).toContain("CUDARequirement under requirements");
  expect(gpus).toEqual([]);
});
