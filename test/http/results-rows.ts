/** A request, and what is answered to it. */
export type Row = {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly type?: string;
  readonly text?: string;
  /** Parts of the body or of the Link header. */
  readonly holds?: readonly string[];
};

const value = { transmissionMode: "value" } as const;
const reference = { transmissionMode: "reference" } as const;

/** OGC 18-062r2 table 11. */
export const firstRows: readonly Row[] = [
  {
    name: "raw, one literal by value: the bare value",
    body: { response: "raw", outputs: { output_data: value } },
    status: 200,
    type: "text/plain; charset=utf-8",
    text: "test",
  },
  {
    name: "raw, one file by value: its bytes",
    body: { response: "raw", outputs: { output_json: value } },
    status: 200,
    type: "application/json",
    text: '{"data":"test"}',
  },
  {
    name: "raw without response, as transmissionMode tells a 1.0 request: the bare value",
    body: { outputs: { output_data: value } },
    status: 200,
    text: "test",
  },
  {
    name: "raw, several by value: multipart, with the text of each",
    body: { response: "raw", outputs: { output_data: value, output_json: value } },
    headers: { accept: "application/json" },
    status: 200,
    type: "multipart/related",
    holds: ["Content-ID: output_data", "Content-Type: text/plain", "\r\n\r\ntest\r\n", '{"data":"test"}'],
  },
  {
    name: "raw, all outputs: multipart",
    body: { response: "raw" },
    status: 200,
    type: "multipart/related",
    holds: ["Content-ID: output_text", "Content-ID: output_json"],
  },
  {
    name: "raw, one by reference: no body and a link",
    body: { response: "raw", outputs: { output_json: reference } },
    status: 204,
    text: "",
    holds: ["/output_json/result.json>", 'title="output_json"', 'type="application/json"'],
  },
  {
    name: "raw, several by reference: no body and a link for each",
    body: { response: "raw", outputs: { output_json: reference, output_data: reference } },
    status: 204,
    text: "",
    holds: ['title="output_json"', "/results/output_data>"],
  },
  {
    name: "raw, mixed: multipart, the referenced part empty with its location",
    body: { response: "raw", outputs: { output_data: value, output_json: reference } },
    status: 200,
    type: "multipart/related",
    holds: ["\r\n\r\ntest\r\n", "/output_json/result.json\r\n\r\n\r\n--"],
  },
  {
    name: "document, one by value: the document",
    body: { response: "document", outputs: { output_data: value } },
    status: 200,
    type: "application/json",
    text: '{"output_data":"test"}',
  },
  {
    name: "document, mixed: as asked for each",
    body: { response: "document", outputs: { output_json: value, output_text: reference } },
    status: 200,
    type: "application/json",
    holds: ['{"output_json":{"value":{"data":"test"},"mediaType":"application/json"}', '"output_text":{"href":"'],
  },
  {
    name: "document, nothing said: by value",
    body: { response: "document" },
    status: 200,
    type: "application/json",
    holds: ['"output_text":{"value":"test","mediaType":"text/plain"}'],
  },
];

/** OGC 18-062r3 7.11. */
export const secondRows: readonly Row[] = [
  { name: "one output: the bare value", body: { outputs: { output_data: {} } }, status: 200, text: "test" },
  {
    name: "one output, JSON accepted: as JSON",
    body: { outputs: { output_data: {} } },
    headers: { accept: "application/json" },
    status: 200,
    type: "application/json",
    text: '"test"',
  },
  {
    name: "one output, the results profile asked for: the document",
    body: { outputs: { output_data: {} } },
    headers: { prefer: 'profile="https://www.opengis.net/def/profile/OGC/0/ogc-results"' },
    status: 200,
    type: "application/json",
    text: '{"output_data":"test"}',
  },
  {
    name: "several outputs: the document with its profile, files as links",
    body: { outputs: { output_data: {}, output_json: {} } },
    status: 200,
    type: "application/json",
    holds: ['"output_data":"test"', '"output_json":{"href":"', 'ogc-results>; rel="profile"'],
  },
  {
    name: "no outputs named: all of them",
    body: {},
    status: 200,
    holds: ["output_data", "output_text", "output_json"],
  },
  {
    name: "several outputs, return=representation: all by value",
    body: {},
    headers: { prefer: "return=representation" },
    status: 200,
    holds: ['"output_text":{"value":"test"', '"output_json":{"value":{"data":"test"}'],
  },
  {
    name: "several outputs, multipart accepted: multipart",
    body: {},
    headers: { accept: "multipart/related" },
    status: 200,
    type: "multipart/related",
    holds: ["Content-ID: output_text"],
  },
  { name: "outputs {}: nothing", body: { outputs: {} }, status: 204, text: "" },
];
