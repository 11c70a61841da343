// The processes of the chaos run. Each tool first writes a line to a ledger outside its directory: which try of the
// machine's it is, and whether an earlier one of the same name still lives.
import type { Kind } from "./load.ts";

/** What a tool ends with that could not write its output. */
export const diskFullCode = 74;

const ledgerScript = `
look() { read -r line <"/proc/$1/stat" && set -- \${line##*")"} && state=$1 && since=\${20}; }
look $$ 2>/dev/null
self=$since
while read -r pid started word; do
  if [ "$word" = start ] && look "$pid" 2>/dev/null && [ "$state" != Z ] && [ "$since" = "$started" ]; then found=overlap; fi
done <"$LEDGER"
echo "$$ $self start" >>"$LEDGER"
if [ -n "$found" ]; then echo "$$ $self $found" >>"$LEDGER"; fi
`;

function script(body: string): readonly string[] {
  return [
    "/bin/sh",
    "-c",
    `LEDGER=$2/$1; export LEDGER; touch "$LEDGER"\nname=$1 seconds=$3\n${ledgerScript}\n${body}`,
    "tool",
  ];
}

function input(type: string, position: number) {
  return { type, inputBinding: { position } };
}

const inputs = { name: input("string", 1), ledgers: input("string", 2), seconds: input("double", 3) };

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: script(`sleep "$seconds"; printf "%s done" "$name" || exit ${diskFullCode}`),
  inputs,
  outputs: { said: { type: "stdout" } },
  stdout: "said.txt",
};

const failing = { ...tool, baseCommand: script('sleep "$seconds"; echo "$name is wrong" >&2; exit 3') };

/** Leaves links and pipes in place of its files, of which none may be followed or waited for. */
const replacing = {
  ...tool,
  baseCommand: script(
    'sleep "$seconds"; rm -f said.txt err.txt; mkfifo err.txt; ln -s /etc/passwd said.txt; mkfifo cwl.output.json; exit 3',
  ),
  outputs: { said: { type: "stdout" }, erred: { type: "stderr" } },
  stderr: "err.txt",
};

function step(name: string, before?: string) {
  const said = before === undefined ? {} : { before: { type: "File", inputBinding: { position: 4 } } };
  const body = before === undefined ? 'printf "%s" "$name"' : 'cat "$before" && printf " and %s" "$name"';
  return {
    run: {
      class: "CommandLineTool",
      baseCommand: script(`before=$4\nsleep "$seconds"; { ${body}; } || exit ${diskFullCode}`),
      inputs: { ...inputs, ...said },
      outputs: { said: { type: "stdout" } },
      stdout: "said.txt",
    },
    in: {
      name: { source: "name", valueFrom: `$(self).${name}` },
      ledgers: "ledgers",
      seconds: "seconds",
      ...(before === undefined ? {} : { before: `${before}/said` }),
    },
    out: ["said"],
  };
}

const workflow = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { StepInputExpressionRequirement: {} },
  inputs: { name: "string", ledgers: "string", seconds: "double" },
  outputs: { said: { type: "File", outputSource: "two/said" } },
  steps: { one: step("one"), two: step("two", "one") },
};

/** Copies each file of a directory into one that it makes, and says how many there were. */
const directory = {
  ...tool,
  baseCommand: script(
    `scene=$4; sleep "$seconds"; mkdir -p all/empty && find -L "$scene" -type f ! -name "*.json" -exec cp -t all/ {} + && find all -type f | wc -l || exit ${diskFullCode}`,
  ),
  inputs: { ...inputs, scene: input("Directory", 4) },
  outputs: { said: { type: "stdout" }, all: { type: "Directory", outputBinding: { glob: "all" } } },
};

/** What is deployed besides the built-in `echo`. */
export const packages = { tool, failing, replacing, workflow, directory } as const;

/** The ledgers that a job of a kind writes, one for each of its tools. */
export function ledgersOf(kind: Kind, name: string): readonly string[] {
  if (kind === "workflow") return [`${name}.one`, `${name}.two`];
  return kind === "echo" || kind === "remote" ? [] : [name];
}
