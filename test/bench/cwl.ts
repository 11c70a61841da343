// Prints how long CWL packages take beside the reference runner, in the same run: test/bench/cwl.ts [REPEATS].
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cwlTools } from "../conformance/tools.ts";

const root = join(import.meta.dir, "..", "..");
const repeats = Number(process.argv[2] ?? 3);
const shards = 1000;

const echo = {
  class: "CommandLineTool",
  baseCommand: "echo",
  inputs: { n: { type: "int", inputBinding: {} } },
  outputs: { o: "stdout" },
  stdout: "out.txt",
};
const double = {
  class: "ExpressionTool",
  inputs: { n: "int" },
  outputs: { o: "int" },
  expression: "$" + '{ return {"o": inputs.n * 2 + 1}; }',
};
const scatterOf = (run: object, type: string) => ({
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { ScatterFeatureRequirement: {}, InlineJavascriptRequirement: {} },
  inputs: { n: "int[]" },
  outputs: { o: { type: `${type}[]`, outputSource: "s/o" } },
  steps: { s: { run, scatter: "n", in: { n: "n" }, out: ["o"] } },
});
const numbers = { n: Array.from({ length: shards }, (_, index) => index) };

const works = [
  { name: "one echo tool", wanted: 8, document: { cwlVersion: "v1.2", ...echo }, job: { n: 1 } },
  { name: `scatter over ${shards} echo tools`, wanted: 5, document: scatterOf(echo, "File"), job: numbers },
  { name: `${shards} ExpressionTools`, wanted: 8, document: scatterOf(double, "int"), job: numbers },
];

type Timing = { readonly seconds: number; readonly peakMiB: number };

async function time(command: readonly string[], cwd: string): Promise<Timing> {
  const started = performance.now();
  const child = Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [talk, exitCode] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (exitCode !== 0) throw new Error(`"${command.join(" ")}" ended with ${exitCode}: ${talk}`);
  const usage = child.resourceUsage();
  return { seconds: (performance.now() - started) / 1000, peakMiB: (usage?.maxRSS ?? 0) / 2 ** 20 };
}

function best(timings: readonly Timing[]): Timing {
  return {
    seconds: Math.min(...timings.map((timing) => timing.seconds)),
    peakMiB: Math.max(...timings.map((timing) => timing.peakMiB)),
  };
}

const tools = await cwlTools(root);
const cwltool = join(tools, "bin", "cwltool");
const version = await new Response(Bun.spawn([cwltool, "--version"], { stdout: "pipe" }).stdout).text();
console.log(`${version.trim()}; the best of ${repeats} paired runs, the supervisor on, no sandbox`);
console.log("| work | cwltool | heddle | ratio | wanted | peak memory of heddle |");
console.log("|---|---|---|---|---|---|");

const directory = await mkdtemp(join(tmpdir(), "heddle-bench-"));
try {
  for (const { name, wanted, document, job } of works) {
    await Bun.write(join(directory, "package.cwl"), JSON.stringify(document));
    await Bun.write(join(directory, "job.json"), JSON.stringify(job));
    const theirs: Timing[] = [];
    const ours: Timing[] = [];
    for (let round = 0; round < repeats; round += 1) {
      const words = ["--quiet", "--outdir", join(directory, `out-${round}`), "package.cwl", "job.json"];
      theirs.push(await time([cwltool, "--no-container", ...words], directory));
      ours.push(await time([join(root, "dist", "heddle"), "run", ...words], directory));
    }
    const [their, our] = [best(theirs), best(ours)];
    const ratio = (their.seconds / our.seconds).toFixed(1);
    console.log(
      `| ${name} | ${their.seconds.toFixed(2)} s | ${our.seconds.toFixed(2)} s | ${ratio} | ${wanted} | ${our.peakMiB.toFixed(0)} MiB |`,
    );
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
