// Packages as users deploy them, over which the official suite is driven. Nothing in them is for the suite but that what
// it does not send may be left out.

const schemas = "https://raw.githubusercontent.com/eoap/schemas/main/ogc.yaml";
const formats = { iana: "https://www.iana.org/assignments/media-types/" } as const;

/** The text of a file, as an output. */
function textOf(name: string) {
  return { type: "string", outputBinding: { glob: name, loadContents: true, outputEval: "$(self[0].contents)" } };
}

const literals = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  requirements: { InlineJavascriptRequirement: {} },
  baseCommand: ["sh", "-c", 'printf %s "$1" > said.txt', "say"],
  inputs: {
    message: { type: "string", inputBinding: { position: 1 } },
    times: { type: "int", default: 1 },
    factor: "double?",
    loud: "boolean?",
    numbers: "int[]?",
  },
  outputs: {
    message: textOf("said.txt"),
    total: { type: "double", outputBinding: { outputEval: "$(inputs.times * (inputs.factor || 1))" } },
    numbers: { type: "int[]", outputBinding: { outputEval: "$(inputs.numbers || [])" } },
  },
} as const;

const withFile = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["sh", "-c", 'printf "# %s\\n" "$1" > report.txt; [ -z "$2" ] || wc -c < "$2" >> report.txt', "report"],
  inputs: {
    title: { type: "string", inputBinding: { position: 1 } },
    image: { type: "File?", format: "iana:image/tiff", inputBinding: { position: 2 } },
  },
  outputs: { title: textOf("report.txt"), report: { type: "File", outputBinding: { glob: "report.txt" } } },
  $namespaces: formats,
} as const;

const withBox = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  requirements: { SchemaDefRequirement: { types: [{ $import: schemas }] }, InlineJavascriptRequirement: {} },
  baseCommand: ["sh", "-c", 'printf "%s\\n" "$1" > scene.txt; [ -z "$2" ] || wc -c < "$2" >> scene.txt', "cut"],
  inputs: {
    scene: { type: "string", inputBinding: { position: 1 } },
    mask: { type: "File?", inputBinding: { position: 2 } },
    area: { type: ["null", `${schemas}#BBox`] },
  },
  outputs: {
    scene: textOf("scene.txt"),
    cut: { type: "File", outputBinding: { glob: "scene.txt" } },
    extent: { type: ["null", `${schemas}#BBox`], outputBinding: { outputEval: "$(inputs.area)" } },
  },
} as const;

const workflow = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { InlineJavascriptRequirement: {} },
  inputs: { name: "string", notes: "File?" },
  outputs: {
    greeting: { type: "string", outputSource: "greet/greeting" },
    page: { type: "File", outputSource: "print/page" },
  },
  steps: {
    greet: {
      in: { name: "name" },
      out: ["greeting"],
      run: {
        class: "ExpressionTool",
        inputs: { name: "string" },
        outputs: { greeting: "string" },
        expression: "$({greeting: 'Hello ' + inputs.name})",
      },
    },
    print: {
      in: { text: "greet/greeting", notes: "notes" },
      out: ["page"],
      run: {
        class: "CommandLineTool",
        baseCommand: ["sh", "-c", 'printf "%s\\n" "$1"; [ -z "$2" ] || wc -c < "$2"', "print"],
        inputs: {
          text: { type: "string", inputBinding: { position: 1 } },
          notes: { type: "File?", inputBinding: { position: 2 } },
        },
        stdout: "page.txt",
        outputs: { page: { type: "File", outputBinding: { glob: "page.txt" } } },
      },
    },
  },
} as const;

/** The packages by the ids that they are deployed with. */
export const suitePackages = {
  literals,
  "with-file": withFile,
  "with-box": withBox,
  workflow,
} as const;
