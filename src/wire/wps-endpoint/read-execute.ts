import { defined, unlessEmpty } from "../../domain/defined.ts";
import { fault, refusal } from "../../domain/faults.ts";
import type { Fault, Problem } from "../../domain/problem.ts";
import { identifierOf, readData } from "../wps/data.ts";
import type { GivenInput } from "../wps/input-data.ts";
import { versionOf, type WpsVersion, wps, xmlNames } from "../wps/namespaces.ts";
import type { WpsFormat } from "../wps/value-kind.ts";
import { attribute, child, children, isNamed, type XmlElement } from "../xml.ts";

/** An output that a client asks for. */
export type CalledOutput = { readonly id: string; readonly asReference: boolean } & WpsFormat;

/** An Execute request of a client, as XML or KVP carried it; not yet held against a process. */
export type ExecuteCall = {
  readonly version: WpsVersion;
  readonly processId: string;
  readonly inputs: readonly GivenInput[];
  /** Undefined when the request names none: all are wanted. */
  readonly outputs?: readonly CalledOutput[];
  readonly response: "raw" | "document";
  readonly mode: "sync" | "async" | "auto";
  /** WPS 1.0: the response is kept at a location that can be polled. */
  readonly store: boolean;
  /** WPS 1.0: the kept response tells how far the execution is. */
  readonly status: boolean;
  /** WPS 1.0: the response repeats the inputs. */
  readonly lineage: boolean;
  readonly language?: string;
};

/** Reads an Execute request. Throws `invalid-parameter-value` with every fault. */
export function readExecute(root: XmlElement): ExecuteCall {
  const faults: Fault[] = [];
  const version = versionOf(root, attribute(root, "version"));
  const processId = identifierOf({ ...root, attributes: [] });
  if (processId === "") faults.push(fault("identifier", undefined, "the identifier of a process"));
  const call = version === "1.0.0" ? call10(root, faults) : call20(root, faults);
  const language = attribute(root, "language") ?? attribute(root, "lang", xmlNames);
  if (faults.length > 0) throw wrongExecute(faults);
  return { ...call, version, processId, ...defined({ language }) };
}

/** Words that an Execute request cannot be read. Pointers of its faults are locators. */
export function wrongExecute(faults: readonly Fault[]): Problem {
  return refusal("read Execute", faults);
}

type CallParts = Omit<ExecuteCall, "version" | "processId" | "language">;

function call10(root: XmlElement, faults: Fault[]): CallParts {
  const inputs = children(child(root, wps, "DataInputs") ?? empty(root), wps, "Input");
  const form = child(root, wps, "ResponseForm");
  const raw = child(form, wps, "RawDataOutput");
  if (raw !== undefined) {
    const outputs = [{ ...calledOutput(raw, faults), asReference: false }];
    return {
      inputs: readInputs(inputs, faults),
      outputs,
      response: "raw",
      mode: "sync",
      store: false,
      status: false,
      lineage: false,
    };
  }
  const document = child(form, wps, "ResponseDocument");
  const asked = document === undefined ? [] : children(document, wps, "Output").map((one) => calledOutput(one, faults));
  const store = flag(document, "storeExecuteResponse", faults);
  const status = flag(document, "status", faults);
  if (status && !store) faults.push(fault("status", "true", "storeExecuteResponse to be true as well"));
  return {
    inputs: readInputs(inputs, faults),
    ...defined({ outputs: unlessEmpty(asked) }),
    response: "document",
    mode: store && status ? "async" : "sync",
    store,
    status,
    lineage: flag(document, "lineage", faults),
  };
}

function call20(root: XmlElement, faults: Fault[]): CallParts {
  const outputs = children(root, wps, "Output").map((one) => calledOutput(one, faults));
  const mode = oneOf(["sync", "async", "auto"], attribute(root, "mode"), "mode", faults) ?? "auto";
  const response = oneOf(["document", "raw"], attribute(root, "response"), "response", faults) ?? "document";
  return {
    inputs: readInputs(children(root, wps, "Input"), faults),
    ...defined({ outputs: unlessEmpty(outputs) }),
    response,
    mode,
    store: false,
    status: false,
    lineage: false,
  };
}

function readInputs(elements: readonly XmlElement[], faults: Fault[]): readonly GivenInput[] {
  return elements.flatMap((element) => {
    const id = identifierOf(element);
    if (id === "") {
      faults.push(fault("identifier", undefined, "the identifier of each input"));
      return [];
    }
    if (children(element, wps, "Input").length > 0) {
      faults.push(fault(id, "inputs inside it", "Data or Reference: nested inputs are not offered"));
      return [];
    }
    refuseRequestBody(element, id, faults);
    const data = readData(element);
    if (data === undefined) faults.push(fault(id, undefined, "Data or a Reference with an address"));
    return data === undefined ? [] : [{ id, data }];
  });
}

/** A reference that is fetched by POST, or with headers of the client's. */
function refuseRequestBody(element: XmlElement, id: string, faults: Fault[]): void {
  const reference = child(element, wps, "Reference");
  if (reference === undefined) return;
  const others = children(reference).filter((one) =>
    ["Header", "Body", "BodyReference"].some((name) => isNamed(one, wps, name)),
  );
  const method = attribute(reference, "method") ?? "GET";
  if (others.length > 0)
    faults.push(fault(id, others[0]?.local, "a Reference without Header and Body: they are not offered"));
  else if (method.toUpperCase() !== "GET") faults.push(fault(id, method, "a Reference with method GET"));
}

function calledOutput(element: XmlElement, faults: Fault[]): CalledOutput {
  const id = identifierOf(element);
  if (id === "") faults.push(fault("identifier", undefined, "the identifier of each output"));
  if (children(element, wps, "Output").length > 0)
    faults.push(fault(id, "outputs inside it", "none: nested outputs are not offered"));
  const uom = attribute(element, "uom");
  if (uom !== undefined && uom !== "") faults.push(fault(id, uom, "no uom: units are not converted"));
  const format = {
    mediaType: attribute(element, "mimeType"),
    encoding: attribute(element, "encoding"),
    schema: attribute(element, "schema"),
  };
  const transmission = oneOf(["value", "reference"], attribute(element, "transmission"), id, faults);
  return {
    id,
    asReference: flag(element, "asReference", faults) || transmission === "reference",
    ...(format.mediaType ? { mediaType: format.mediaType } : {}),
    ...(format.encoding ? { encoding: format.encoding } : {}),
    ...(format.schema ? { schema: format.schema } : {}),
  };
}

function flag(element: XmlElement | undefined, name: string, faults: Fault[]): boolean {
  return readFlag(attribute(element, name), name, faults);
}

/** Reads a boolean of XML Schema; absent is false. */
export function readFlag(text: string | undefined, name: string, faults: Fault[]): boolean {
  const value = text?.trim().toLowerCase() ?? "";
  if (value === "true" || value === "1") return true;
  if (!["", "false", "0"].includes(value)) faults.push(fault(name, text, "true or false"));
  return false;
}

/** Finds which of the words is said; another one is a fault. */
function oneOf<const Word extends string>(
  words: readonly Word[],
  text: string | undefined,
  name: string,
  faults: Fault[],
): Word | undefined {
  const word = words.find((one) => one === text);
  if (text !== undefined && word === undefined) faults.push(fault(name, text, words.join(" or ")));
  return word;
}

function empty(element: XmlElement): XmlElement {
  return { ...element, content: [] };
}
