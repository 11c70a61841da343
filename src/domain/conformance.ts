/** A conformance class: what its requirements are called, each with a test of that name under test/requirements. */
export type ConformanceClass = {
  readonly uri: string;
  readonly version: "1.0" | "2.0";
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

const oas30 = ["completeness", "exceptions-codes", "oas-definition-1", "oas-definition-2", "oas-impl", "security"];

function class10(name: string, ids: readonly string[]): ConformanceClass {
  return {
    uri: `http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/${name}`,
    version: "1.0",
    requirements: ids.map((id) => `/req/${name}/${id}`),
  };
}

/** The classes that hold in full: each requirement has a test, and a test compares the two. */
export const conformance: readonly ConformanceClass[] = [
  class10("core", core10),
  class10("ogc-process-description", description10),
  class10("json", ["definition"]),
  class10("html", ["definition", "content"]),
  class10("oas30", oas30),
  class10("job-list", jobList10),
  class10("dismiss", ["job-dismiss-op", "job-dismiss-success"]),
];

/** Lists the URIs of the conformance classes. */
export const conformanceClasses: readonly string[] = conformance.map(({ uri }) => uri);
