import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import type { ListedProcess, WpsCapabilities } from "../wps/capabilities.ts";
import { ows, versionOf, wps, wps10, wps20, xlink } from "../wps/namespaces.ts";
import { attribute, child, children, childText, text, type XmlElement } from "../xml.ts";
import { refuseExceptions } from "./read-exceptions.ts";

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
    ...defined({ title, abstract }),
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
      ...defined({ abstract, version }),
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
  return defined({ describeUrl, executeGetUrl, executePostUrl, statusUrl, resultUrl, dismissUrl });
}
