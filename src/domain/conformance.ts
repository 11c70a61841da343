/** Our own: an execution that is sent again with the same `Idempotency-Key` starts no second job. */
export const idempotencyConformance = "urn:heddle:conformance:idempotency-key";

/** The conformance classes that hold in full, each with what makes it true. */
export const conformance = {
  "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json": "http/routes",
  "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json": "http/routes",
  "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description": "http/process-document.ts",
  "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/dismiss": "operations/follow-jobs.ts",
  "http://www.opengis.net/spec/ogcapi-processes-2/1.0/conf/deploy-replace-undeploy": "operations/deploy-process.ts",
  "http://www.opengis.net/spec/ogcapi-processes-2/1.0/conf/ogcapppkg": "operations/application-package.ts",
  "http://www.opengis.net/spec/ogcapi-processes-2/1.0/conf/cwl": "operations/application-package.ts",
  [idempotencyConformance]: "operations/submit-job.ts",
} as const satisfies Record<string, string>;

/** Lists the URIs of the conformance classes. */
export const conformanceClasses: readonly string[] = Object.keys(conformance);
