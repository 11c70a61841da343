import { Problem } from "../../domain/problem.ts";
import { attribute, child, children, childText, text, type XmlElement } from "../xml.ts";
import { markup, textMarkup, writeXml, type XmlMarkup } from "../xml-write.ts";
import { refuseExceptions } from "./exception.ts";
import { declarations, ows, versionOf, type WpsVersion, wps, wps10, wps20, xlink } from "./namespaces.ts";

/** One process of a server's list. */
export type ListedProcess = {
  readonly id: string;
  readonly title: string;
  readonly abstract?: string;
  readonly version?: string;
};

/** What a server says of itself. */
export type WpsCapabilities = {
  readonly version: WpsVersion;
  readonly title?: string;
  readonly abstract?: string;
  /** The default first. */
  readonly languages: readonly string[];
  readonly processes: readonly ListedProcess[];
  /** Where the operations are; undefined when the server does not say: then where the capabilities were. */
  readonly operations: {
    readonly describeUrl?: string;
    readonly executeGetUrl?: string;
    readonly executePostUrl?: string;
    /** WPS 2.0: GetStatus, GetResult and Dismiss by GET. */
    readonly statusUrl?: string;
    readonly resultUrl?: string;
    readonly dismissUrl?: string;
  };
};

/** Reads the answer to GetCapabilities. Throws `invalid-parameter-value` for any other document. */
export function readCapabilities(root: XmlElement): WpsCapabilities {
  refuseExceptions(root, "read capabilities");
  const isOurs = wps.includes(root.namespace) || root.namespace === "";
  if (!isOurs || !["Capabilities", "WPS_Capabilities"].includes(root.local)) {
    throw new Problem(
      "invalid-parameter-value",
      `Cannot read capabilities: found element "${root.local}", wanted the Capabilities of a WPS`,
    );
  }
  const identification = child(root, ows, "ServiceIdentification");
  const title = childText(identification, ows, "Title");
  const abstract = childText(identification, ows, "Abstract");
  const offered = child(root, wps, "ProcessOfferings") ?? child(root, wps, "Contents");
  const listed =
    offered === undefined ? [] : [...children(offered, wps, "Process"), ...children(offered, wps, "ProcessSummary")];
  return {
    version: versionOf(root, attribute(root, "version")),
    ...(title === undefined ? {} : { title }),
    ...(abstract === undefined ? {} : { abstract }),
    languages: readLanguages(root),
    processes: listed.flatMap(readListed),
    operations: readOperations(child(root, ows, "OperationsMetadata")),
  };
}

function readLanguages(root: XmlElement): readonly string[] {
  const old = child(root, wps, "Languages");
  const group = old ?? child(root, ows, "Languages");
  if (group === undefined) return [];
  const all = [
    child(group, wps, "Default"),
    child(group, ows, "Default"),
    child(group, wps, "Supported"),
    child(group, ows, "Supported"),
    group,
  ].flatMap((one) => (one === undefined ? [] : children(one, ows, "Language")));
  return [...new Set(all.flatMap((one) => text(one) ?? []))];
}

function readListed(element: XmlElement): readonly ListedProcess[] {
  const id = childText(element, ows, "Identifier");
  if (id === undefined) return [];
  const abstract = childText(element, ows, "Abstract");
  const version = [wps10, wps20, ""]
    .map((one) => attribute(element, "processVersion", one))
    .find((one) => one !== undefined);
  return [
    {
      id,
      title: childText(element, ows, "Title") ?? id,
      ...(abstract === undefined ? {} : { abstract }),
      ...(version === undefined ? {} : { version }),
    },
  ];
}

function readOperations(metadata: XmlElement | undefined): WpsCapabilities["operations"] {
  const urlOf = (operation: string, method: "Get" | "Post") => {
    const found = metadata === undefined ? [] : children(metadata, ows, "Operation");
    const element = found.find((one) => attribute(one, "name") === operation);
    // Some servers give each method a DCP of its own.
    const points = (element === undefined ? [] : children(element, ows, "DCP"))
      .flatMap((point) => children(point, ows, "HTTP"))
      .flatMap((http) => children(http, ows, method));
    const href = attribute(points[0], "href", xlink)?.trim();
    return href === undefined || href === "" ? undefined : href;
  };
  const urls = {
    describeUrl: urlOf("DescribeProcess", "Get"),
    executeGetUrl: urlOf("Execute", "Get"),
    executePostUrl: urlOf("Execute", "Post"),
    statusUrl: urlOf("GetStatus", "Get"),
    resultUrl: urlOf("GetResult", "Get"),
    dismissUrl: urlOf("Dismiss", "Get"),
  };
  const { describeUrl, executeGetUrl, executePostUrl, statusUrl, resultUrl, dismissUrl } = urls;
  return {
    ...(describeUrl === undefined ? {} : { describeUrl }),
    ...(executeGetUrl === undefined ? {} : { executeGetUrl }),
    ...(executePostUrl === undefined ? {} : { executePostUrl }),
    ...(statusUrl === undefined ? {} : { statusUrl }),
    ...(resultUrl === undefined ? {} : { resultUrl }),
    ...(dismissUrl === undefined ? {} : { dismissUrl }),
  };
}

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
