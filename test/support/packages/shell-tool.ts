/** A CWL tool that runs a shell script; `$LEDGER` is its only input, a path that it may write to. */
export function shellTool(script: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["/bin/sh", "-c", `LEDGER=$1; export LEDGER; ${script}`, "tool"],
    inputs: { ledger: { type: "string", inputBinding: { position: 1 } } },
    outputs: { said: { type: "stdout" } },
    stdout: "said.txt",
    ...more,
  };
}

/** Words in a shell script that a tool waits until a file is there: for two minutes and a half at most, so that it never outlives its test for long. */
export function untilThere(file = "$LEDGER.go"): string {
  return `rounds=0; while ! test -e "${file}" && test $rounds -lt 6000; do rounds=$((rounds + 1)); sleep 0.02; done`;
}

/** A workflow of two such tools, one after the other. */
export function twoSteps(first: string, second: string) {
  const { inputs, ...tool } = shellTool(second);
  return {
    cwlVersion: "v1.2",
    class: "Workflow",
    inputs: { ledger: "string" },
    outputs: {
      first: { type: "File", outputSource: "one/said" },
      second: { type: "File", outputSource: "two/said" },
    },
    steps: {
      one: { run: shellTool(first), in: { ledger: "ledger" }, out: ["said"] },
      two: {
        run: { ...tool, inputs: { ...inputs, before: { type: "File", inputBinding: { position: 2 } } } },
        in: { ledger: "ledger", before: "one/said" },
        out: ["said"],
      },
    },
  };
}
