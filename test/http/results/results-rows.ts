/** What is answered to a request. */
type Expected = {
  readonly status: number;
  readonly type?: string;
  readonly text?: string;
  /** Parts of the body or of the Link header. */
  readonly holds?: readonly string[];
};

/** A request, and what is answered to it. */
export type Row = Expected & {
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One wish, as a client of 1.0 (OGC 18-062r2 table 11) and one of the 2.0 draft (18-062r3 7.11) put it, where they can. */
export type Case = { readonly name: string; readonly first?: Row; readonly second?: Row };

/** A request for results of a finished job of a 2.0 client, which asked for these outputs. */
export type ResultsRow = Expected & {
  readonly name: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Below the job. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const value = { transmissionMode: "value" } as const;
const reference = { transmissionMode: "reference" } as const;
const resultsProfile = "https://www.opengis.net/def/profile/OGC/0/ogc-results";
const testJson = '{"data":"test"}';

export const cases: readonly Case[] = [
  {
    name: "one literal",
    first: {
      body: { response: "raw", outputs: { output_data: value } },
      status: 200,
      type: "text/plain; charset=utf-8",
      text: "test",
    },
    second: { body: { outputs: { output_data: {} } }, status: 200, type: "text/plain; charset=utf-8", text: "test" },
  },
  {
    name: "one literal, where only transmissionMode tells a 1.0 request; where JSON is accepted",
    first: { body: { outputs: { output_data: value } }, status: 200, text: "test" },
    // The value as JSON, not a document of it, which has a profile of its own. Weaver answers the document.
    second: {
      body: { outputs: { output_data: {} } },
      headers: { accept: "application/json" },
      status: 200,
      type: "application/json",
      text: '"test"',
    },
  },
  {
    name: "one file",
    first: {
      body: { response: "raw", outputs: { output_json: value } },
      status: 200,
      type: "application/json",
      text: testJson,
    },
    // One output is given bare, whatever return= says (18-062r3 process-execute-sync-one). Weaver answers 204 with a link.
    second: {
      body: { outputs: { output_json: {} } },
      headers: { prefer: "return=minimal" },
      status: 200,
      type: "application/json",
      text: testJson,
    },
  },
  {
    name: "one file, where transmissionMode is not said; where every value is wanted",
    first: { body: { response: "raw", outputs: { output_json: {} } }, status: 200, text: testJson },
    second: {
      body: { outputs: { output_json: {} } },
      headers: { prefer: "return=representation" },
      status: 200,
      text: testJson,
    },
  },
  {
    name: "one file by reference",
    first: {
      body: { response: "raw", outputs: { output_json: reference } },
      status: 204,
      text: "",
      holds: ["/output_json/result.json>", 'title="output_json"', 'type="application/json"'],
    },
  },
  {
    name: "one literal by reference",
    first: {
      body: { response: "raw", outputs: { output_data: reference } },
      status: 204,
      text: "",
      holds: ["/results/output_data>", 'title="output_data"'],
    },
  },
  {
    name: "one output in a document",
    first: {
      body: { response: "document", outputs: { output_data: value } },
      status: 200,
      type: "application/json",
      text: '{"output_data":"test"}',
    },
    second: {
      body: { outputs: { output_data: {} } },
      headers: { prefer: `profile="${resultsProfile}"` },
      status: 200,
      type: "application/json",
      text: '{"output_data":"test"}',
    },
  },
  {
    name: "one file in a document, by reference; the document asked for by Accept-Profile",
    first: {
      body: { response: "document", outputs: { output_json: reference } },
      status: 200,
      type: "application/json",
      holds: ['{"output_json":{"href":"', '"rel":"item"', '"type":"application/json"'],
    },
    second: {
      body: { outputs: { output_json: {} } },
      headers: { "accept-profile": `<${resultsProfile}>` },
      status: 200,
      type: "application/json",
      holds: ['{"output_json":{"href":"', `<${resultsProfile}>; rel="profile"`],
    },
  },
  {
    name: "several outputs by value",
    first: {
      body: { response: "raw", outputs: { output_data: value, output_json: value } },
      headers: { accept: "application/json" },
      status: 200,
      type: "multipart/related",
      holds: ["Content-ID: output_data", "Content-Type: text/plain", "\r\n\r\ntest\r\n", testJson],
    },
    // JSON unless another type is asked for (18-062r3 process-execute-sync-many-json). Weaver answers multipart.
    second: {
      body: { outputs: { output_data: {}, output_json: {} } },
      headers: { prefer: "return=representation" },
      status: 200,
      type: "application/json",
      holds: ['"output_data":"test"', '"output_json":{"value":{"data":"test"}'],
    },
  },
  {
    name: "several outputs by reference; small ones by value, large ones as links",
    first: {
      body: { response: "raw", outputs: { output_json: reference, output_data: reference } },
      status: 204,
      text: "",
      holds: ['title="output_json"', "/results/output_data>"],
    },
    second: {
      body: { outputs: { output_data: {}, output_json: {} } },
      headers: { prefer: "return=minimal" },
      status: 200,
      type: "application/json",
      holds: ['"output_data":"test"', '"output_json":{"href":"', '"type":"application/json"'],
    },
  },
  {
    name: "several outputs, some by value and some by reference; nothing said",
    first: {
      body: { response: "raw", outputs: { output_data: value, output_json: reference } },
      status: 200,
      type: "multipart/related",
      holds: ["\r\n\r\ntest\r\n", "/output_json/result.json\r\n\r\n\r\n--"],
    },
    second: {
      body: { outputs: { output_data: {}, output_json: {} } },
      status: 200,
      type: "application/json",
      holds: ['"output_data":"test"', '"output_json":{"href":"', `<${resultsProfile}>; rel="profile"`],
    },
  },
  {
    name: "several outputs in a document, each as asked; in several parts",
    first: {
      body: { response: "document", outputs: { output_json: value, output_text: reference } },
      status: 200,
      type: "application/json",
      holds: ['{"output_json":{"value":{"data":"test"},"mediaType":"application/json"}', '"output_text":{"href":"'],
    },
    second: {
      body: { outputs: { output_data: {}, output_text: {} } },
      headers: { accept: "multipart/related" },
      status: 200,
      type: "multipart/related",
      holds: ["Content-ID: output_data", "Content-ID: output_text", "\r\n\r\ntest\r\n"],
    },
  },
  {
    name: "all outputs",
    first: {
      body: { response: "raw" },
      status: 200,
      type: "multipart/related",
      holds: ["Content-ID: output_data", "Content-ID: output_text", "Content-ID: output_json"],
    },
    second: {
      body: {},
      status: 200,
      type: "application/json",
      holds: ["output_data", "output_text", "output_json"],
    },
  },
  {
    name: "all outputs in a document; every one by value",
    first: {
      body: { response: "document" },
      status: 200,
      type: "application/json",
      holds: ['"output_text":{"value":"test","mediaType":"text/plain"}'],
    },
    second: {
      body: {},
      headers: { prefer: "return=representation" },
      status: 200,
      type: "application/json",
      holds: ['"output_text":{"value":"test"', '"output_json":{"value":{"data":"test"}'],
    },
  },
  {
    name: "several outputs in a type that is not offered",
    second: { body: {}, headers: { accept: "image/png" }, status: 406, holds: ["not-acceptable"] },
  },
  {
    name: "one output in a type that is not offered",
    second: {
      body: { outputs: { output_json: {} } },
      headers: { accept: "image/png" },
      status: 406,
      holds: ["not-acceptable"],
    },
  },
  {
    name: "several outputs where only mixed parts are taken",
    second: {
      body: { outputs: { output_data: {}, output_text: {} } },
      headers: { accept: "multipart/mixed" },
      status: 200,
      type: "multipart/mixed",
      holds: ["Content-ID: output_data", "Content-ID: output_text"],
    },
  },
  {
    name: "words of 1.0 beside the profile of the 2.0 results: a 2.0 request",
    second: {
      body: { response: "raw", outputs: { output_data: value, output_json: reference } },
      headers: { "accept-profile": `<${resultsProfile}>` },
      status: 200,
      type: "application/json",
      holds: ['"output_data":"test"', '"output_json":{"href":"', `<${resultsProfile}>; rel="profile"`],
    },
  },
  {
    name: "none of the outputs named: all of them; no outputs",
    first: {
      body: { response: "document", outputs: {} },
      status: 200,
      type: "application/json",
      holds: ['"output_data":"test"', '"output_text":{"value":"test"', '"output_json":{"value":{"data":"test"}'],
    },
    second: { body: { outputs: {} }, status: 204, text: "" },
  },
];

export const resultsRows: readonly ResultsRow[] = [
  {
    // Weaver answers the bare value, which here has an address of its own.
    name: "one output: a document all the same",
    outputs: { output_data: {} },
    path: "/results",
    status: 200,
    type: "application/json",
    text: '{"output_data":"test"}',
  },
  {
    name: "one output, JSON not accepted: bare",
    outputs: { output_data: {} },
    path: "/results",
    headers: { accept: "text/plain" },
    status: 200,
    text: "test",
  },
  {
    name: "several outputs: the document with its profile",
    path: "/results",
    status: 200,
    type: "application/json",
    holds: ['"output_data":"test"', '"output_json":{"href":"', `<${resultsProfile}>; rel="profile"`],
  },
  {
    name: "several outputs, every one by value",
    path: "/results",
    headers: { prefer: "return=representation" },
    status: 200,
    holds: ['"output_json":{"value":{"data":"test"}'],
  },
  {
    name: "some of them",
    path: "/results?outputs=output_data",
    status: 200,
    type: "application/json",
    text: '{"output_data":"test"}',
  },
  {
    name: "one that there is not",
    path: "/results?outputs=nothing",
    status: 400,
    holds: ["invalid-query-parameter-value"],
  },
  {
    name: "in a type that is not offered",
    path: "/results",
    headers: { accept: "image/png" },
    status: 406,
    holds: ["not-acceptable"],
  },
  {
    name: "none was asked for",
    outputs: {},
    path: "/results",
    status: 404,
    holds: ["result-not-available"],
  },
  {
    name: "one by itself: bare",
    path: "/results/output_data",
    status: 200,
    type: "text/plain; charset=utf-8",
    text: "test",
  },
  {
    name: "one by itself, as JSON",
    path: "/results/output_data",
    headers: { accept: "application/json" },
    status: 200,
    type: "application/json",
    text: '"test"',
  },
  { name: "a file by itself", path: "/results/output_json", status: 200, type: "application/json", text: testJson },
  {
    name: "one that was not asked for",
    outputs: { output_data: {} },
    path: "/results/output_json",
    status: 404,
    holds: ["result-not-available"],
  },
  { name: "one that there is not, by itself", path: "/results/nothing", status: 400, holds: ["no-such-output"] },
];
