/** A conformance class: what its requirements are called, each with a test of that name under test/requirements. */
export type ConformanceClass = {
  readonly uri: string;
  /** The version of OGC API - Processes, Part 1; or its Part 2 (20-044); or OGC API - Common, Part 1 (19-072). */
  readonly version: "1.0" | "2.0" | "Part 2" | "Common";
  /** Ids of its requirements, as the standard writes them. */
  readonly requirements: readonly string[];
};

const core10 = [
  "landingpage-op",
  "landingpage-success",
  "api-definition-op",
  "api-definition-success",
  "conformance-op",
  "conformance-success",
  "http",
  "process-list",
  "pl-limit-definition",
  "pl-limit-response",
  "process-list-success",
  "pl-links",
  "process",
  "process-success",
  "process-exception/no-such-process",
  "process-execute-op",
  "process-execute-request",
  "process-execute-inputs",
  "process-execute-input-array",
  "process-execute-input-inline-object",
  "process-execute-input-mixed-type",
  "process-execute-input-inline-binary",
  "process-execute-input-inline-bbox",
  "process-execute-input-validation",
  "process-execute-default-execution-mode",
  "process-execute-auto-execution-mode",
  "process-execute-default-outputs",
  "process-execute-sync-raw-value-one",
  "process-execute-sync-raw-value-multi",
  "process-execute-sync-raw-ref",
  "process-execute-sync-raw-mixed-multi",
  "process-execute-sync-document",
  "process-execute-success-async",
  "job-results-success-sync",
  "job",
  "job-success",
  "job-exception-no-such-job",
  "job-results",
  "job-results-async-raw-value-one",
  "job-results-async-raw-value-multi",
  "job-results-async-raw-ref",
  "job-results-async-raw-mixed-multi",
  "job-results-async-document",
  "job-results-exception/no-such-job",
  "job-results-exception/results-not-ready",
  "job-results-failed",
  "test-process",
];

const jobList10 = [
  "job-list-op",
  "job-list-success",
  "links",
  "type-definition",
  "type-response",
  "processID-definition",
  "processid-response",
  "processID-mandatory",
  "status-definition",
  "status-response",
  "datetime-definition",
  "datetime-response",
  "duration-definition",
  "limit-definition",
  "limit-response",
];

const description10 = [
  "json-encoding",
  "inputs-def",
  "input-def",
  "input-mixed-type",
  "outputs-def",
  "output-def",
  "output-mixed-type",
];

const core20 = [
  "landingpage-op",
  "landingpage-success",
  "api-definition-op",
  "api-definition-success",
  "conformance-op",
  "conformance-success",
  "http",
  "job-exception-no-such-job",
  "job-op",
  "job-result-op",
  "job-results-exception/invalid-query-parameter-value",
  "job-results-exception-no-such-job",
  "job-results-exception-no-such-output",
  "job-results-exception/results-not-available",
  "job-results-exception/results-not-ready",
  "job-results-failed",
  "job-results-op",
  "job-results-param-outputs",
  "job-results-param-outputs-response",
  "job-results-profile",
  "job-results-async-many",
  "job-results-async-one",
  "job-results-success-sync",
  "job-success",
  "process-description-op",
  "process-description-success",
  "process-exception/no-such-process",
  "process-execute-auto-execution-mode",
  "process-execute-default-execution-mode",
  "process-execute-input-array",
  "process-execute-input-inline-bbox",
  "process-execute-input-inline-binary",
  "process-execute-input-multiple-types",
  "process-execute-input-inline-object",
  "process-execute-input-validation",
  "process-execute-op",
  "process-execute-empty-outputs",
  "process-execute-omitted-outputs",
  "process-execute-request",
  "process-execute-success-async",
  "process-execute-success-async-outputs",
  "process-execute-success-async-outputs-empty",
  "process-execute-success-async-outputs-omitted",
  "process-execute-success-sync-empty-outputs",
  "process-execute-success-sync-outputs-omitted",
  "process-execute-sync-many-json",
  "process-execute-sync-one",
  "process-execute-sync-one-default-content",
  "pl-limit-definition",
  "pl-limit-response",
  "pl-links",
  "process-list-op",
  "process-list-success",
  "process-summary-links",
  "test-process",
];

const description20 = [
  "json-encoding",
  "inputs-def",
  "input-def",
  "input-multiple-types",
  "outputs-def",
  "output-def",
  "output-multiple-types",
  "links",
  "value-passing",
  "data-classes",
  "data-access-apis",
  "execution-unit-requirements",
];

const kvp20 = [
  "array-input-value",
  "bbox-crs-input-value",
  "bbox-input-value",
  "binary-input-value",
  "binary-input-value-qualified",
  "boolean-input-value",
  "complex-input-value",
  "f-definition",
  "f-response",
  "input-by-reference",
  "input-cardinality",
  "input-query-parameter-values",
  "input-query-parameters",
  "numeric-input-value",
  "output",
  "prefer-definition",
  "process-execute-op",
  "string-input-value",
];

const landingPageCommon = [
  "root-op",
  "root-success",
  "api-definition-op",
  "api-definition-success",
  "conformance-op",
  "conformance-success",
];

const coreCommon = [
  "http",
  "query-param-name-unknown",
  "query-param-value-invalid",
  "query-param-capitalization",
  "query-param-list-delimiter",
  "query-param-list-escape",
  "query-param-list-empty",
  "query-param-value-boolean",
  "query-param-value-integer",
  "query-param-value-decimal",
  "query-param-value-double",
];

const oas = ["completeness", "exceptions-codes", "oas-impl", "security"];

const deployReplaceUndeploy = [
  "deploy-post-op",
  "deploy-content-type",
  "deploy-body",
  "deploy-response-success",
  "deploy-response-body",
  "deploy-response-pid",
  "deploy-response-duplicate",
  "deploy-response-immutable",
  "deploy-unsupported-media-type",
  "replace-put-op",
  "replace-content-type",
  "replace-body",
  "replace-response",
  "undeploy-delete-op",
  "undeploy-response",
  "static-indicator",
  "package-get-op",
  "package-response-success",
  "package-response-body",
];

/** What each class of a package's language asks of bodies. */
const packageBodies = ["body", "deploy-body", "replace-body", "package-response-body"];
const applicationPackage = [...packageBodies, "schema", "process-description", "profile-docker"];
const cwl = [...packageBodies, "execution-unit", "deploy-w-param", "deploy-exception-workflow-not-found"];

const standards = {
  "1.0": "ogcapi-processes-1/1.0",
  "2.0": "ogcapi-processes-1/2.0",
  "Part 2": "ogcapi-processes-2/1.0",
  Common: "ogcapi-common-1/1.0",
} as const;

function classOf(version: ConformanceClass["version"], name: string, ids: readonly string[]): ConformanceClass {
  return {
    uri: `http://www.opengis.net/spec/${standards[version]}/conf/${name}`,
    version,
    requirements: ids.map((id) => (id.startsWith("/") ? id : `/req/${name}/${id}`)),
  };
}

/** What the classes oas30 and oas31 of the draft share. */
const oas20 = ["definition", ...oas].map((id) => `/req/oas/${id}`);

/** The classes that hold in full: each requirement has a test, and a test compares the two. */
export const conformance: readonly ConformanceClass[] = [
  classOf("1.0", "core", core10),
  classOf("1.0", "ogc-process-description", description10),
  classOf("1.0", "json", ["definition"]),
  classOf("1.0", "html", ["definition", "content"]),
  classOf("1.0", "oas30", [...oas, "oas-definition-1", "oas-definition-2"]),
  classOf("1.0", "job-list", jobList10),
  classOf("1.0", "callback", ["job-callback"]),
  classOf("1.0", "dismiss", ["job-dismiss-op", "job-dismiss-success"]),
  classOf("2.0", "core", core20),
  classOf("2.0", "ogc-process-description", description20),
  classOf("2.0", "json", ["definition"]),
  classOf("2.0", "html", ["definition", "content"]),
  classOf("2.0", "oas30", [...oas20, "oas-definition"]),
  classOf("2.0", "oas31", [...oas20, "oas-definition"]),
  classOf("2.0", "job-list", [...jobList10, "duration-response"]),
  classOf("2.0", "callback", ["job-callback"]),
  classOf("2.0", "dismiss", ["job-dismiss-op", "job-dismiss-success", "job-dismiss-status"]),
  classOf("2.0", "kvp-execute", kvp20),
  classOf("2.0", "query-param-profile", ["definition", "response"]),
  classOf("Part 2", "deploy-replace-undeploy", deployReplaceUndeploy),
  classOf("Part 2", "ogcapppkg", applicationPackage),
  classOf("Part 2", "cwl", cwl),
  classOf("Part 2", "docker", ["execution-unit", "schema"]),
  classOf("Common", "core", coreCommon),
  classOf("Common", "landing-page", landingPageCommon),
  classOf("Common", "json", ["definition", "content"]),
  classOf("Common", "html", ["definition", "content"]),
  classOf("Common", "oas30", [...oas, "oas-definition-1", "oas-definition-2"]),
];

/** Requirements that are met in another way on purpose, and why: none. */
export const explained: Readonly<Record<string, string>> = {};

/** Our own: an execution that is sent again with the same `Idempotency-Key` starts no second job. */
export const idempotencyConformance = "urn:heddle:conformance:idempotency-key";

/** Lists the URIs of the conformance classes. */
export const conformanceClasses: readonly string[] = [...conformance.map(({ uri }) => uri), idempotencyConformance];
