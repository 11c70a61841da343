import type { ListedProcess, WpsCapabilities } from "../wps/capabilities.ts";
import { declarations } from "../wps/namespaces.ts";
import { markup, textMarkup, writeXml, type XmlMarkup } from "../xml-write.ts";

/** Writes our capabilities; all operations are at one endpoint, which the first of the URLs names. */
export function writeCapabilities(capabilities: WpsCapabilities & { readonly url: string }): string {
  const { version } = capabilities;
  const root = version === "1.0.0" ? capabilities10(capabilities) : capabilities20(capabilities);
  return writeXml(root, declarations[version]);
}

type Written = WpsCapabilities & { readonly url: string };

function capabilities10(given: Written): XmlMarkup {
  const languages = (name: string, list: readonly string[]) =>
    markup(name, {}, ...list.map((language) => markup("ows:Language", {}, language)));
  return markup(
    "wps:Capabilities",
    { service: "WPS", version: "1.0.0", "xml:lang": given.languages[0], updateSequence: "1" },
    identification(given),
    operationsMetadata(given, ["GetCapabilities", "DescribeProcess", "Execute"]),
    markup("wps:ProcessOfferings", {}, ...given.processes.map((one) => listedMarkup("wps:Process", one))),
    markup(
      "wps:Languages",
      {},
      languages("wps:Default", given.languages.slice(0, 1)),
      languages("wps:Supported", given.languages),
    ),
  );
}

function capabilities20(given: Written): XmlMarkup {
  return markup(
    "wps:Capabilities",
    { service: "WPS", version: "2.0.0", updateSequence: "1" },
    identification(given),
    operationsMetadata(given, ["GetCapabilities", "DescribeProcess", "Execute", "GetStatus", "GetResult", "Dismiss"]),
    markup("ows:Languages", {}, ...given.languages.map((language) => markup("ows:Language", {}, language))),
    markup("wps:Contents", {}, ...given.processes.map((one) => listedMarkup("wps:ProcessSummary", one))),
  );
}

function identification({ title, abstract, version }: Written): XmlMarkup {
  return markup(
    "ows:ServiceIdentification",
    {},
    textMarkup("ows:Title", title),
    textMarkup("ows:Abstract", abstract),
    markup("ows:ServiceType", {}, "WPS"),
    ...(version === "1.0.0" ? ["1.0.0"] : ["1.0.0", "2.0.0"]).map((one) => markup("ows:ServiceTypeVersion", {}, one)),
  );
}

function operationsMetadata({ url }: Written, operations: readonly string[]): XmlMarkup {
  return markup(
    "ows:OperationsMetadata",
    {},
    ...operations.map((name) =>
      markup(
        "ows:Operation",
        { name },
        markup(
          "ows:DCP",
          {},
          markup("ows:HTTP", {}, markup("ows:Get", { "xlink:href": url }), markup("ows:Post", { "xlink:href": url })),
        ),
      ),
    ),
  );
}

function listedMarkup(name: string, process: ListedProcess): XmlMarkup {
  const controls =
    name === "wps:ProcessSummary"
      ? { jobControlOptions: "sync-execute async-execute dismiss", outputTransmission: "value reference" }
      : {};
  const version = name === "wps:ProcessSummary" ? "processVersion" : "wps:processVersion";
  return markup(
    name,
    { ...controls, [version]: process.version },
    ...(name === "wps:ProcessSummary"
      ? [
          markup("ows:Title", {}, process.title),
          textMarkup("ows:Abstract", process.abstract),
          markup("ows:Identifier", {}, process.id),
        ]
      : [
          markup("ows:Identifier", {}, process.id),
          markup("ows:Title", {}, process.title),
          textMarkup("ows:Abstract", process.abstract),
        ]),
  );
}
