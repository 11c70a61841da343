import { isJsonObject } from "../../../domain/values/json.ts";
import type { Execution } from "./execution.ts";

/** Writes the steps by which somebody executes from QGIS, and the addresses that its client of WPS asks. */
export function qgisText({ baseUrl, name, needsKey, request, files }: Execution): string {
  const url = `${baseUrl}/wps`;
  const inputs = isJsonObject(request.inputs) ? Object.entries(request.inputs) : [];
  const isFile = (text: string) => files.some(({ href }) => text.includes(JSON.stringify(href)));
  const values = inputs.map(([id, value]) => {
    const text = JSON.stringify(value);
    return `   ${id}: ${isFile(text) ? "a layer or a file of yours" : text}`;
  });
  const steps = [
    "In QGIS, open Plugins, Manage and Install Plugins. Search for WPS, and install a client of WPS.",
    `Add this service to it, version 1.0.0:\n   ${url}`,
    ...(needsKey
      ? [
          "Let it send your key: in Settings, Options, Authentication, add a header Authorization with the value: Bearer KEY",
        ]
      : []),
    `Choose the process ${name}.`,
    values.length === 0 ? "Run it: it needs no inputs." : `Fill in its inputs, and run it:\n${values.join("\n")}`,
  ];
  return [
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    "",
    "What such a client asks:",
    `${url}?service=WPS&version=1.0.0&request=GetCapabilities`,
    `${url}?service=WPS&version=1.0.0&request=DescribeProcess&identifier=${encodeURIComponent(name)}`,
  ].join("\n");
}
