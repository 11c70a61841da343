import { fault, refusal } from "../../domain/faults.ts";
import type { Fault, Problem } from "../../domain/problem.ts";
import type { InputItem, Inputs } from "../../domain/values.ts";
import { attribute, child, children, isNamed, type XmlElement } from "../xml.ts";
import { markup, writeXml, type XmlMarkup } from "../xml-write.ts";
import { dataMarkup, dataOfInput, identifierOf, readData, type WpsData } from "./data.ts";
import { declarations, versionOf, type WpsVersion, wps, xmlNames } from "./namespaces.ts";
import type { ValueKind, WpsFormat } from "./value-kind.ts";

/** An output that is asked of a server. */
export type AskedOutput = { readonly id: string; readonly kind: ValueKind; readonly asReference: boolean } & WpsFormat;

/** An execution to ask of a server. */
export type ExecuteRequest = {
  readonly version: WpsVersion;
  readonly processId: string;
  readonly inputs: Inputs;
  /** By input id, as its description says. */
  readonly inputKinds: Readonly<Record<string, ValueKind>>;
  readonly outputs: readonly AskedOutput[];
  readonly mode: "sync" | "async";
  /** Ask for progress (WPS 1.0; the server must support it). */
  readonly status: boolean;
  readonly language?: string;
};

/** Writes an Execute request with a response document (OGC 05-007r7, 10.2; OGC 14-065, 9.9). */
export function writeExecute(request: ExecuteRequest): string {
  const root = request.version === "1.0.0" ? execute10(request) : execute20(request);
  return writeXml(root, declarations[request.version]);
}

type GivenInput = { readonly id: string; readonly data: WpsData };

/** Lists the values of inputs one by one, as the kinds of the inputs want them. */
export function inputData(inputs: Inputs, kinds: Readonly<Record<string, ValueKind>>): readonly GivenInput[] {
  return Object.entries(inputs).flatMap(([id, given]) => {
    const items = isList(given) ? given : [given];
    return items.map((item) => ({ id, data: dataOfInput(item, kinds[id] ?? { kind: "complex" }) }));
  });
}

function isList(given: InputItem | readonly InputItem[]): given is readonly InputItem[] {
  return Array.isArray(given);
}

function execute10(request: ExecuteRequest): XmlMarkup {
  const isAsync = request.mode === "async";
  return markup(
    "wps:Execute",
    { service: "WPS", version: "1.0.0", language: request.language },
    markup("ows:Identifier", {}, request.processId),
    dataInputsMarkup(inputData(request.inputs, request.inputKinds)),
    markup(
      "wps:ResponseForm",
      {},
      markup(
        "wps:ResponseDocument",
        { storeExecuteResponse: isAsync, lineage: false, status: isAsync && request.status },
        ...request.outputs.map((output) =>
          markup(
            "wps:Output",
            { asReference: output.asReference, ...formatAttributes(output) },
            markup("ows:Identifier", {}, output.id),
          ),
        ),
      ),
    ),
  );
}

/** The inputs of a WPS 1.0 request, or of a response that repeats them. */
export function dataInputsMarkup(inputs: readonly GivenInput[]): XmlMarkup | undefined {
  if (inputs.length === 0) return undefined;
  return markup(
    "wps:DataInputs",
    {},
    ...inputs.map(({ id, data }) =>
      markup("wps:Input", {}, markup("ows:Identifier", {}, id), dataMarkup(data, "1.0.0", "input")),
    ),
  );
}

function execute20(request: ExecuteRequest): XmlMarkup {
  return markup(
    "wps:Execute",
    { service: "WPS", version: "2.0.0", response: "document", mode: request.mode, "xml:lang": request.language },
    markup("ows:Identifier", {}, request.processId),
    ...inputData(request.inputs, request.inputKinds).map(({ id, data }) =>
      markup("wps:Input", { id }, dataMarkup(data, "2.0.0", "input")),
    ),
    ...request.outputs.map((output) =>
      markup("wps:Output", {
        id: output.id,
        transmission: output.asReference ? "reference" : "value",
        ...formatAttributes(output),
      }),
    ),
  );
}

/** Formats are asked of complex outputs only. */
function formatAttributes({ kind, mediaType, encoding, schema }: AskedOutput): Record<string, string | undefined> {
  return kind.kind === "complex" ? { mimeType: mediaType, encoding, schema } : {};
}

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
  return { ...call, version, processId, ...(language === undefined ? {} : { language }) };
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
    ...(asked.length === 0 ? {} : { outputs: asked }),
    response: "document",
    mode: store && status ? "async" : "sync",
    store,
    status,
    lineage: flag(document, "lineage", faults),
  };
}

function call20(root: XmlElement, faults: Fault[]): CallParts {
  const outputs = children(root, wps, "Output").map((one) => calledOutput(one, faults));
  const mode = oneOf(attribute(root, "mode"), ["sync", "async", "auto"] as const, "auto", "mode", faults);
  const response = oneOf(attribute(root, "response"), ["document", "raw"] as const, "document", "response", faults);
  return {
    inputs: readInputs(children(root, wps, "Input"), faults),
    ...(outputs.length === 0 ? {} : { outputs }),
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
  const transmission = oneOf(attribute(element, "transmission"), ["value", "reference"] as const, "value", id, faults);
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

function oneOf<const Word extends string>(
  text: string | undefined,
  words: readonly Word[],
  otherwise: Word,
  name: string,
  faults: Fault[],
): Word {
  if (text === undefined) return otherwise;
  const word = words.find((one) => one === text);
  if (word === undefined) faults.push(fault(name, text, words.join(" or ")));
  return word ?? otherwise;
}

function empty(element: XmlElement): XmlElement {
  return { ...element, content: [] };
}
