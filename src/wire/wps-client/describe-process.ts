import { Problem } from "../../domain/problem.ts";
import type { ProcessDescription } from "../../domain/processes/process.ts";
import { ows, wps, wps10, wps20 } from "../wps/namespaces.ts";
import type { ValueKind } from "../wps/value-kind.ts";
import { attribute, child, children, childText, isNamed, type XmlElement } from "../xml.ts";
import { type DescribedParameter, readDescribed, readParameter } from "./describe-parameter.ts";
import { refuseExceptions } from "./read-exceptions.ts";

/** A process of a server, with what a request to it must know. */
export type DescribedProcess = {
  /** Its id is the server's, which may hold characters that ours may not. */
  readonly description: ProcessDescription;
  readonly inputKinds: Readonly<Record<string, ValueKind>>;
  readonly outputKinds: Readonly<Record<string, ValueKind>>;
  /** It tells how far an asynchronous execution is. */
  readonly supportsStatus: boolean;
  /** It runs asynchronously. */
  readonly supportsStore: boolean;
};

/**
 * Reads the answer to DescribeProcess, of WPS 1.0 (OGC 05-007r7, 9.3) and 2.0 (OGC 14-065, 9.8). Throws
 * `invalid-parameter-value` for any other document; an exception report is worded.
 */
export function readDescriptions(root: XmlElement): readonly DescribedProcess[] {
  refuseExceptions(root, "read process descriptions");
  if (isNamed(root, wps, "ProcessDescriptions")) {
    return children(root, wps, "ProcessDescription").map(readDescription);
  }
  if (isNamed(root, wps, "ProcessOfferings")) return children(root, wps, "ProcessOffering").flatMap(readOffering);
  const wanted = "wanted ProcessDescriptions or ProcessOfferings";
  throw new Problem(
    "invalid-parameter-value",
    `Cannot read process descriptions: found element "${root.local}", ${wanted}`,
  );
}

/** One of WPS 1.0. */
function readDescription(element: XmlElement): DescribedProcess {
  const supportsStore = attribute(element, "storeSupported") === "true";
  return readProcess(element, {
    version: attribute(element, "processVersion", wps10) ?? attribute(element, "processVersion"),
    inputs: childrenOf(child(element, wps, "DataInputs"), "Input"),
    outputs: childrenOf(child(element, wps, "ProcessOutputs"), "Output"),
    // Outputs by reference need the storage of responses (OGC 05-007r7, table 50).
    transmission: supportsStore ? ["value", "reference"] : ["value"],
    controls: supportsStore ? ["sync-execute", "async-execute"] : ["sync-execute"],
    supportsStatus: supportsStore && attribute(element, "statusSupported") === "true",
  });
}

/** One of WPS 2.0. */
function readOffering(element: XmlElement): readonly DescribedProcess[] {
  const process = child(element, wps, "Process");
  if (process === undefined) return [];
  const words = (name: string) => attribute(element, name)?.split(/\s+/) ?? [];
  const controls = words("jobControlOptions");
  const transmission = words("outputTransmission");
  const isAsync = controls.includes("async-execute");
  return [
    readProcess(process, {
      version: attribute(element, "processVersion", wps20) ?? attribute(element, "processVersion"),
      inputs: childrenOf(process, "Input"),
      outputs: childrenOf(process, "Output"),
      transmission: transmission.length === 0 ? ["value"] : transmission,
      controls: controls.length === 0 ? ["sync-execute"] : controls,
      supportsStatus: isAsync,
    }),
  ];
}

function childrenOf(element: XmlElement | undefined, local: string): readonly XmlElement[] {
  return element === undefined ? [] : children(element, wps, local);
}

type ProcessParts = {
  readonly version: string | undefined;
  readonly inputs: readonly XmlElement[];
  readonly outputs: readonly XmlElement[];
  readonly transmission: readonly string[];
  readonly controls: readonly string[];
  readonly supportsStatus: boolean;
};

function readProcess(element: XmlElement, parts: ProcessParts): DescribedProcess {
  const inputs = parts.inputs.flatMap((input) => readParameter(input) ?? []);
  const outputs = parts.outputs.flatMap((output) => readParameter(output) ?? []);
  const supportsStore = parts.controls.includes("async-execute");
  const controls = (["sync-execute", "async-execute"] as const).filter((option) => parts.controls.includes(option));
  const description: ProcessDescription = {
    ...readDescribed(element),
    id: childText(element, ows, "Identifier") ?? "",
    version: parts.version ?? "1.0.0",
    jobControlOptions: supportsStore ? [...controls, "dismiss"] : [...controls],
    outputTransmission: (["value", "reference"] as const).filter((mode) => parts.transmission.includes(mode)),
    inputs: Object.fromEntries(inputs.map(({ id, definition, occurs }) => [id, { ...definition, ...occurs }])),
    outputs: Object.fromEntries(outputs.map(({ id, definition }) => [id, definition])),
  };
  return {
    description,
    inputKinds: kindsOf(inputs),
    outputKinds: kindsOf(outputs),
    supportsStatus: parts.supportsStatus,
    supportsStore,
  };
}

function kindsOf(parameters: readonly DescribedParameter[]): Readonly<Record<string, ValueKind>> {
  return Object.fromEntries(parameters.map(({ id, kind }) => [id, kind]));
}
