import type { ServiceIdentity } from "../../domain/people/service-identity.ts";
import type { ListedProcess, WpsCapabilities } from "../wps/capabilities.ts";
import { declarations } from "../wps/namespaces.ts";
import { markup, textMarkup, writeXml, type XmlMarkup } from "../xml-write.ts";

/** What our capabilities tell; all operations are at one endpoint, which the URL names. */
type Written = Pick<WpsCapabilities, "version" | "processes"> & {
  readonly identity: ServiceIdentity;
  readonly url: string;
};

/** Writes our capabilities (OGC 05-007r7 and 14-065; who runs the service: OGC 06-121r9 7.4). */
export function writeCapabilities(capabilities: Written): string {
  const { version } = capabilities;
  const root = version === "1.0.0" ? capabilities10(capabilities) : capabilities20(capabilities);
  return writeXml(root, declarations[version]);
}

function capabilities10(given: Written): XmlMarkup {
  const languages = (name: string, list: readonly string[]) =>
    markup(name, {}, ...list.map((language) => markup("ows:Language", {}, language)));
  return markup(
    "wps:Capabilities",
    { service: "WPS", version: "1.0.0", "xml:lang": given.identity.languages[0], updateSequence: "1" },
    identification(given),
    ...provider(given.identity),
    operationsMetadata(given, ["GetCapabilities", "DescribeProcess", "Execute"]),
    markup("wps:ProcessOfferings", {}, ...given.processes.map((one) => listedMarkup("wps:Process", one))),
    markup(
      "wps:Languages",
      {},
      languages("wps:Default", given.identity.languages.slice(0, 1)),
      languages("wps:Supported", given.identity.languages),
    ),
  );
}

function capabilities20(given: Written): XmlMarkup {
  return markup(
    "wps:Capabilities",
    { service: "WPS", version: "2.0.0", updateSequence: "1" },
    identification(given),
    ...provider(given.identity),
    operationsMetadata(given, ["GetCapabilities", "DescribeProcess", "Execute", "GetStatus", "GetResult", "Dismiss"]),
    markup("ows:Languages", {}, ...given.identity.languages.map((language) => markup("ows:Language", {}, language))),
    markup("wps:Contents", {}, ...given.processes.map((one) => listedMarkup("wps:ProcessSummary", one))),
  );
}

function identification({ identity, version }: Written): XmlMarkup {
  const { title, description, keywords, license, termsUrl } = identity;
  const terms = [license?.name, license?.url, termsUrl].filter((text) => text !== undefined);
  return markup(
    "ows:ServiceIdentification",
    {},
    textMarkup("ows:Title", title),
    textMarkup("ows:Abstract", description),
    ...(keywords.length === 0
      ? []
      : [markup("ows:Keywords", {}, ...keywords.map((keyword) => markup("ows:Keyword", {}, keyword)))]),
    markup("ows:ServiceType", {}, "WPS"),
    ...(version === "1.0.0" ? ["1.0.0"] : ["1.0.0", "2.0.0"]).map((one) => markup("ows:ServiceTypeVersion", {}, one)),
    ...(terms.length === 0 ? [] : [markup("ows:AccessConstraints", {}, terms.join(" "))]),
  );
}

/** Who runs the service; whoever names only a contact is told by the title of the service. */
function provider({ title, provider: organisation, contact }: ServiceIdentity): readonly XmlMarkup[] {
  if (organisation === undefined && contact === undefined) return [];
  const site = organisation?.url;
  const address = textMarkup("ows:ElectronicMailAddress", contact?.email);
  return [
    markup(
      "ows:ServiceProvider",
      {},
      markup("ows:ProviderName", {}, organisation?.name ?? title),
      site === undefined ? undefined : markup("ows:ProviderSite", { "xlink:href": site }),
      markup(
        "ows:ServiceContact",
        {},
        textMarkup("ows:IndividualName", contact?.name),
        markup(
          "ows:ContactInfo",
          {},
          address === undefined ? undefined : markup("ows:Address", {}, address),
          contact?.url === undefined ? undefined : markup("ows:OnlineResource", { "xlink:href": contact.url }),
        ),
      ),
    ),
  ];
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
