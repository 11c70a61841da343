import type { Inputs } from "../../domain/values/values.ts";
import { dataMarkup } from "../wps/data.ts";
import { dataInputsMarkup, inputData } from "../wps/input-data.ts";
import { declarations, type WpsVersion } from "../wps/namespaces.ts";
import type { ValueKind, WpsFormat } from "../wps/value-kind.ts";
import { markup, writeXml, type XmlMarkup } from "../xml-write.ts";

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
