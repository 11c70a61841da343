import { defined, unlessEmpty } from "../../domain/defined.ts";
import { fault } from "../../domain/faults.ts";
import type { Fault } from "../../domain/problem.ts";
import { type Kvp, type KvpItem, kvpText, parseKvpItems } from "../kvp.ts";
import type { WpsData } from "../wps/data.ts";
import { formatOfParts, type WpsFormat } from "../wps/value-kind.ts";
import { type CalledOutput, type ExecuteCall, readFlag, wrongExecute } from "./read-execute.ts";

const inputAttributes = ["mimetype", "encoding", "schema", "datatype", "uom", "href", "xlink:href", "format", "method"];
const outputAttributes = ["mimetype", "encoding", "schema", "asreference", "format"];

/** Reads an Execute request of WPS 1.0 by GET (OGC 05-007r7, 10.2.3). Throws `invalid-parameter-value`. */
export function readKvpExecute(kvp: Kvp): ExecuteCall {
  const faults: Fault[] = [];
  const processId = kvpText(kvp, "identifier")?.trim() ?? "";
  if (processId === "") faults.push(fault("identifier", undefined, "the identifier of a process"));
  const inputs = parseKvpItems(kvp.get("datainputs") ?? "").flatMap((item) => inputOf(item, faults));
  const raw = parseKvpItems(kvp.get("rawdataoutput") ?? "").map((item) => outputOf(item, faults));
  const asked = parseKvpItems(kvp.get("responsedocument") ?? "").map((item) => outputOf(item, faults));
  if (raw.length > 1)
    faults.push(
      fault(
        "RawDataOutput",
        raw.map(({ id }) => id),
        "one output",
      ),
    );
  if (raw.length > 0 && asked.length > 0)
    faults.push(fault("RawDataOutput", raw[0]?.id, "no ResponseDocument beside it"));
  const store = readFlag(kvpText(kvp, "storeexecuteresponse"), "storeExecuteResponse", faults);
  const status = readFlag(kvpText(kvp, "status"), "status", faults);
  const lineage = readFlag(kvpText(kvp, "lineage"), "lineage", faults);
  if (status && !store) faults.push(fault("status", "true", "storeExecuteResponse to be true as well"));
  if (raw.length > 0 && store) faults.push(fault("storeExecuteResponse", "true", "false: raw data is not stored"));
  if (faults.length > 0) throw wrongExecute(faults);
  const language = kvpText(kvp, "language");
  const outputs = raw.length > 0 ? raw : asked;
  return {
    version: "1.0.0",
    processId,
    inputs,
    ...defined({ outputs: unlessEmpty(outputs) }),
    response: raw.length > 0 ? "raw" : "document",
    mode: store && status ? "async" : "sync",
    store,
    status,
    lineage,
    ...defined({ language }),
  };
}

function inputOf(item: KvpItem, faults: Fault[]): ExecuteCall["inputs"] {
  const { id, attributes } = item;
  if (id === "") faults.push(fault("DataInputs", undefined, "the identifier of each input"));
  refuseOthers(item, inputAttributes, faults);
  const href = attributes.get("xlink:href") ?? attributes.get("href");
  const method = attributes.get("method") ?? "GET";
  if (method.toUpperCase() !== "GET") faults.push(fault(id, method, "method GET"));
  const format = formatOf(attributes);
  if (href !== undefined) return [{ id, data: { kind: "reference", href, ...format } }];
  if (item.value === undefined) faults.push(fault(id, undefined, "a value or an href"));
  const dataType = attributes.get("datatype");
  const uom = attributes.get("uom");
  const data: WpsData =
    Object.keys(format).length > 0
      ? { kind: "complex", content: item.value ?? "", ...format }
      : {
          kind: "literal",
          text: item.value ?? "",
          ...defined({ dataType, uom }),
        };
  return [{ id, data }];
}

function outputOf(item: KvpItem, faults: Fault[]): CalledOutput {
  const { id, attributes } = item;
  if (id === "") faults.push(fault("ResponseDocument", undefined, "the identifier of each output"));
  refuseOthers(item, outputAttributes, faults);
  return { id, asReference: readFlag(attributes.get("asreference"), "asReference", faults), ...formatOf(attributes) };
}

function formatOf(attributes: ReadonlyMap<string, string>): WpsFormat {
  const mediaType = attributes.get("mimetype") ?? attributes.get("format");
  return formatOfParts(mediaType, attributes.get("encoding"), attributes.get("schema"));
}

function refuseOthers({ id, attributes }: KvpItem, known: readonly string[], faults: Fault[]): void {
  for (const name of attributes.keys()) {
    if (!known.includes(name)) faults.push(fault(id, name, `one of the attributes ${known.join(", ")}`));
  }
}
