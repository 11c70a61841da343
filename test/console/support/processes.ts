import { join } from "node:path";

/** A tool whose form has a field of every kind that a package can ask for. */
export const everyField = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  label: "A field of every kind",
  doc: "Shows **each** field of the form:\n\n- texts and numbers\n- choices\n- files",
  baseCommand: ["sh", "-c", "echo done"],
  inputs: {
    text: { type: "string", label: "A text", doc: "Any words." },
    optional: { type: "string?", label: "A text that one can leave out" },
    whole: { type: "int", label: "A whole number", default: 3 },
    number: { type: "float?", label: "A number" },
    flag: { type: "boolean", label: "A switch", default: true },
    few: { type: { type: "enum", symbols: ["near", "bilinear", "cubic"] }, label: "A few choices", default: "near" },
    many: { type: { type: "enum", symbols: ["a", "b", "c", "d", "e", "f", "g"] }, label: "Many choices", default: "c" },
    several: { type: { type: "array", items: { type: "enum", symbols: ["red", "green", "nir"] } }, label: "Several" },
    rows: { type: "string[]", label: "Several texts", default: ["one", "two"] },
    either: { type: ["string", "int"], label: "A text or a number", default: "x" },
    file: { type: "File?", label: "A file" },
    files: { type: ["null", { type: "array", items: "File" }], label: "Several files" },
    directory: { type: "Directory?", label: "A directory" },
    group: {
      type: {
        type: "record",
        fields: { name: { type: "string", label: "Name" }, size: { type: "int?", label: "Size" } },
      },
      label: "A group",
      default: { name: "x", size: 1 },
    },
    any: { type: "Any?", label: "Anything" },
  },
  outputs: { said: { type: "stdout", label: "What it said" } },
} as const;

/**
 * A workflow whose second step waits for a file that a test makes, or fails where it is told to. It ends with its directory: tools
 * outlive a service that was killed.
 */
export function gated(folder: string, doing: "waits" | "fails") {
  const gate = join(folder, doing);
  const script =
    doing === "waits"
      ? `echo "It waits"; while test -d "$PWD" && test ! -e '${gate}'; do sleep 0.1; done; echo "It goes on"; echo second > said.txt`
      : `echo "It looks for ${gate}" >&2; test -e '${gate}' || exit 3; echo second > said.txt`;
  const tool = (text: string) => ({
    class: "CommandLineTool",
    baseCommand: ["sh", "-c", text],
    inputs: { before: "File?" },
    outputs: { said: { type: "File", outputBinding: { glob: "said.txt" } } },
  });
  return {
    cwlVersion: "v1.2",
    class: "Workflow",
    label: doing === "waits" ? "Waits for its turn" : "Fails in its second step",
    inputs: {},
    outputs: { said: { type: "File", outputSource: "second/said", label: "What it said" } },
    steps: {
      first: { run: tool("echo first > said.txt"), in: {}, out: ["said"] },
      second: { run: tool(script), in: { before: "first/said" }, out: ["said"] },
    },
  };
}

/** A package as this field has them, which the console was not built with: an area as text, bands with defaults, an item by its address. */
export const waterBodies = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  label: "Water bodies detection based on NDWI and the otsu threshold",
  doc: "Water bodies detection applied to a single Sentinel-2 item.",
  baseCommand: ["sh", "-c", 'printf "item,aoi,epsg\\n%s,\\"%s\\",%s\\n" "$1" "$2" "$3" > water.csv', "sh"],
  inputs: {
    item: { type: "string", label: "Reference to a STAC item", inputBinding: { position: 1 } },
    aoi: {
      type: "string",
      label: "area of interest",
      doc: "area of interest as a bounding box",
      default: "-121.399,39.834,-120.74,40.472",
      inputBinding: { position: 2 },
    },
    epsg: { type: "string", label: "EPSG code", default: "EPSG:4326", inputBinding: { position: 3 } },
    bands: { type: "string[]", label: "bands used for the NDWI", default: ["green", "nir"] },
  },
  outputs: {
    table: { type: "File", format: "iana:text/csv", label: "Water bodies", outputBinding: { glob: "*.csv" } },
  },
  $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
};

/** A tool whose result is drawn on a map, beside a table of its attributes. */
export const features = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  label: "Features",
  baseCommand: ["sh", "-c", 'printf %s "$1" > lakes.geojson', "sh"],
  arguments: [
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"A lake"},"geometry":{"type":"Point","coordinates":[10,54]}},{"type":"Feature","properties":{"name":"Another"},"geometry":{"type":"Point","coordinates":[11,53]}}]}',
  ],
  inputs: {},
  outputs: {
    lakes: { type: "File", format: "iana:application/geo+json", outputBinding: { glob: "lakes.geojson" } },
  },
  $namespaces: { iana: "https://www.iana.org/assignments/media-types/" },
};

/** A tool that gives files which its directory has, each as what its extension says, and the directory itself. */
export function giving(folder: string) {
  return {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    label: "Gives a result of every kind",
    baseCommand: ["sh", "-c", 'cp "$0"/* . && mkdir all && cp "$0"/* all', folder],
    inputs: {},
    outputs: {
      files: { type: "File[]", outputBinding: { glob: "*.*" } },
      all: { type: "Directory", outputBinding: { glob: "all" } },
    },
  };
}
