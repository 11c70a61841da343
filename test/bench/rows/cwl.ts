import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { cwlTools } from "../../conformance/tools.ts";
import { executable } from "../../support/servers/executable.ts";
import type { Line, Row, Sample, Subject } from "../row.ts";

const echo = {
  class: "CommandLineTool",
  baseCommand: "echo",
  inputs: { n: { type: "Any", inputBinding: {} } },
  outputs: { o: "stdout" },
  stdout: "out.txt",
};
const double = {
  class: "ExpressionTool",
  inputs: { n: "int" },
  outputs: { o: "int" },
  expression: "$" + '{ return {"o": inputs.n * 2 + 1}; }',
};
const workflow = { cwlVersion: "v1.2", class: "Workflow" };
const scatterOf = (run: object, type: string) => ({
  ...workflow,
  requirements: { ScatterFeatureRequirement: {}, InlineJavascriptRequirement: {} },
  inputs: { n: "int[]" },
  outputs: { o: { type: `${type}[]`, outputSource: "s/o" } },
  steps: { s: { run, scatter: "n", in: { n: "n" }, out: ["o"] } },
});
const links = Array.from({ length: 10 }, (_, index) => index);
const chain = {
  ...workflow,
  inputs: { n: "int" },
  outputs: { o: { type: "File", outputSource: "s9/o" } },
  steps: Object.fromEntries(
    links.map((n) => [`s${n}`, { run: echo, in: { n: n === 0 ? "n" : `s${n - 1}/o` }, out: ["o"] }]),
  ),
};

/** The processor time of the tools and supervisors counts as far as the program waited for them. */
async function time(command: readonly string[], cwd: string): Promise<Sample> {
  const started = performance.now();
  const child = Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "ignore", stderr: "pipe", timeout: 300_000 });
  const [talk, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (exitCode !== 0) throw new Error(`"${command.join(" ")}" ended with ${exitCode}: ${talk}`);
  const cpuMilliseconds = Number(child.resourceUsage()?.cpuTime.total ?? 0n) / 1000;
  return { value: (performance.now() - started) / 1000, cpuMilliseconds };
}

/** Packages on the command line, without a server and without a sandbox, beside the reference runner. */
export const cwl: Row = {
  name: "cwl",
  async lines({ directory, services, scale }) {
    const root = join(import.meta.dir, "..", "..", "..");
    const cwltool = await services.attempt("cwltool", async () => join(await cwlTools(root), "bin", "cwltool"));
    const shards = Math.ceil(300 * scale);
    const numbers = { n: Array.from({ length: shards }, (_, index) => index) };
    const works = [
      { name: "CWL: one tool", document: { cwlVersion: "v1.2", ...echo }, job: { n: 1 } },
      { name: `CWL: a chain of ${links.length} tools`, document: chain, job: { n: 1 } },
      { name: `CWL: a scatter over ${shards} tools`, document: scatterOf(echo, "File"), job: numbers },
      { name: `CWL: ${shards} expressions`, document: scatterOf(double, "int"), job: numbers },
    ];
    return Promise.all(
      works.map(async ({ name, document, job }): Promise<Line> => {
        const cwd = await mkdtemp(join(directory, "cwl-"));
        await Bun.write(join(cwd, "package.cwl"), JSON.stringify(document));
        await Bun.write(join(cwd, "job.json"), JSON.stringify(job));
        const subject = (title: string, words: readonly string[]): Subject => ({
          name: title,
          async measure() {
            const out = await mkdtemp(join(cwd, "out-"));
            return time([...words, "--quiet", "--outdir", out, "package.cwl", "job.json"], cwd);
          },
        });
        const ours = subject("Heddle, heddle run", [executable, "run", "--sandbox", "off"]);
        return {
          work: name,
          unit: "s",
          subjects: cwltool === undefined ? [ours] : [ours, subject("cwltool", [cwltool, "--no-container"])],
        };
      }),
    );
  },
};
