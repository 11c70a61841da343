/** A workflow of a tool of its own, whose script is a file of its own. */
export const packageFiles: Readonly<Record<string, string>> = {
  "main.cwl": `cwlVersion: v1.2
class: Workflow
inputs: {word: string}
outputs: {said: {type: File, outputSource: say/said}}
steps: {say: {run: tools/say.cwl, in: {word: word}, out: [said]}}
`,
  "tools/say.cwl": `cwlVersion: v1.2
class: CommandLineTool
baseCommand: [sh, -c, 'cat "$0"; printf %s "$1"']
arguments: [$(inputs.words)]
inputs:
  words: {type: File, default: {class: File, location: ../words.txt}}
  word: {type: string, inputBinding: {position: 1}}
outputs: {said: stdout}
`,
  "words.txt": "It says ",
};
