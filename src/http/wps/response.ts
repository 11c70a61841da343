import type { Logger } from "../../domain/logger.ts";
import { Problem } from "../../domain/problem.ts";
import type { WpsVersion } from "../../wire/wps/namespaces.ts";
import { exceptionCodes, exceptionsOf, writeExceptionReport } from "../../wire/wps-endpoint/write-exceptions.ts";
import { internalDetail } from "../answers/problem-response.ts";
import { challengeOf } from "../door/challenge.ts";
import { foreignBytes } from "../route.ts";

/** Answers with a document of WPS. It may hold values of tools, which no browser is to run. */
export function xmlResponse(document: string, status = 200): Response {
  return new Response(document, { status, headers: { "content-type": "text/xml; charset=utf-8", ...foreignBytes } });
}

/** Answers a thrown error with an exception report. Anything but a Problem becomes a fixed sentence, and is logged. */
export function owsResponse(
  error: unknown,
  version: WpsVersion,
  logger: Logger,
  locate?: (pointer: string) => string | undefined,
): Response {
  const problem = error instanceof Problem ? error : new Problem("internal", internalDetail, { cause: error });
  if (problem.kind === "internal") logger.error("Request failed", { error });
  else if (problem.kind === "unavailable") logger.warn("Request not served", { error });
  const shown = problem.kind === "internal" ? new Problem("internal", internalDetail) : problem;
  const response = xmlResponse(
    writeExceptionReport(exceptionsOf(shown, version, locate ?? plainLocator), version),
    exceptionCodes[problem.kind].status,
  );
  const challenge = challengeOf(problem);
  if (challenge !== undefined) response.headers.set("www-authenticate", challenge);
  return response;
}

/** Faults of a WPS request are named after its parameters. */
function plainLocator(pointer: string): string | undefined {
  return pointer === "" || pointer.startsWith("/") ? undefined : pointer;
}
