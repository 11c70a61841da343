import { Problem } from "../../domain/problem.ts";
import type { WpsException } from "../wps/exception.ts";
import { ows } from "../wps/namespaces.ts";
import { attribute, children, type Namespaces, text, type XmlElement } from "../xml.ts";

const reports: Namespaces = [...ows, "http://www.opengis.net/ogc"];

/** Reads an exception report, also one of older servers. Undefined when the document is none. */
export function readExceptionReport(root: XmlElement): readonly WpsException[] | undefined {
  if (root.local !== "ExceptionReport" && root.local !== "ServiceExceptionReport") return undefined;
  return readExceptions(root);
}

/** Reads the exceptions inside an exception report. */
export function readExceptions(report: XmlElement): readonly WpsException[] {
  const modern = children(report, reports, "Exception").map((element) => {
    const texts = children(element, reports, "ExceptionText").flatMap((one) => text(one) ?? []);
    return exception(attribute(element, "exceptionCode"), attribute(element, "locator"), texts.join("; "));
  });
  const old = children(report, reports, "ServiceException").map((element) =>
    exception(attribute(element, "code"), attribute(element, "locator"), text(element) ?? ""),
  );
  return [...modern, ...old];
}

function exception(code: string | undefined, locator: string | undefined, words: string): WpsException {
  return {
    code: code === undefined || code === "" ? "NoApplicableCode" : code,
    ...(locator === undefined || locator === "" || locator === "None" ? {} : { locator }),
    text: words,
  };
}

/** Words exceptions in one sentence. */
export function exceptionText(exceptions: readonly WpsException[]): string {
  if (exceptions.length === 0) return "an exception without a text";
  return exceptions
    .map(
      ({ code, locator, text: words }) =>
        `${code}${locator === undefined ? "" : ` (${locator})`}: ${words === "" ? "no text" : words}`,
    )
    .join("; ");
}

/** Throws `invalid-parameter-value` when a document is an exception report. `verb` completes "Cannot ...". */
export function refuseExceptions(root: XmlElement, verb: string): void {
  const exceptions = readExceptionReport(root);
  if (exceptions === undefined) return;
  throw new Problem("invalid-parameter-value", `Cannot ${verb}: found ${exceptionText(exceptions)}`);
}
