import { shellTool } from "../support/packages/shell-tool.ts";

/** Writes into a ledger that it started, and goes on when somebody makes the file `go` beside it. */
export const waiting = shellTool(
  'echo started >>"$LEDGER"; while [ ! -e "$LEDGER.go" ]; do sleep 0.1; done; echo done',
);

/** Runs a quick tool for each word, which writes the word into a ledger. */
export const scatter = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { ScatterFeatureRequirement: {}, StepInputExpressionRequirement: {} },
  inputs: { ledger: "string", words: "string[]" },
  outputs: { said: { type: "File[]", outputSource: "each/said" } },
  steps: {
    each: {
      run: {
        class: "CommandLineTool",
        baseCommand: ["/bin/sh", "-c", 'echo "$2" >>"$1"; echo "said $2"', "tool"],
        inputs: {
          ledger: { type: "string", inputBinding: { position: 1 } },
          word: { type: "string", inputBinding: { position: 2 } },
        },
        outputs: { said: { type: "stdout" } },
        stdout: "said.txt",
      },
      scatter: "word",
      in: { ledger: "ledger", word: "words" },
      out: ["said"],
    },
  },
} as const;

/** As `scatter`, but each tool takes a while, and writes where it runs: a place of its own for each try. */
export const counted = {
  ...scatter,
  steps: {
    each: {
      ...scatter.steps.each,
      run: {
        ...scatter.steps.each.run,
        baseCommand: ["/bin/sh", "-c", 'echo "$2 $HOME" >>"$1"; sleep 3; echo "said $2"', "tool"],
      },
    },
  },
} as const;

/** Takes memory and a second of CPU time, then goes on until somebody makes a file. */
export const large = shellTool(
  `python3 -c 'import os, time
memory = bytearray(60000000)
until = time.process_time() + 1
while time.process_time() < until: pass
while not os.path.exists(os.environ["LEDGER"] + ".go"): time.sleep(0.1)'`,
);
