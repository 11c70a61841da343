import { mutateBytes, mutateJson, mutateText } from "./mutate.ts";
import type { Random } from "./random.ts";
import { requestOf } from "./raw-request.ts";

/** One kind of request: how one is made, as the text that is changed, and how that text is sent. */
export type HttpKind = {
  readonly name: string;
  make(random: Random): string;
  /** The bytes of the request. */
  send(text: string): Uint8Array;
  /** It may announce a body that does not come: that the server waits for it is no fault. */
  readonly mayBeHalf?: true;
};

const json = { "content-type": "application/json", prefer: "respond-async" };

const executions: readonly unknown[] = [
  { inputs: { text: "x" }, outputs: { text: {} }, response: "document" },
  { inputs: { text: { value: "x", mediaType: "text/plain" }, number: 1.5, list: ["a", "b"] } },
  { inputs: { box: { bbox: [1, 2, 3, 4], crs: "urn:ogc:def:crs:OGC:1.3:CRS84" } } },
  { inputs: { text: "x" }, outputs: { text: { transmissionMode: "reference", format: { mediaType: "text/plain" } } } },
  { inputs: { text: "x" }, heddle: { priority: 1, maxSeconds: 10, pinned: true }, mode: "auto" },
  { inputs: { name: "abc", count: 3, words: ["a", "b"], table: { value: "YWJj", encoding: "base64" } } },
];

const tool = {
  cwlVersion: "v1.2",
  class: "CommandLineTool",
  baseCommand: ["echo", "-n"],
  requirements: [
    { class: "InlineJavascriptRequirement", expressionLib: ["var a = 1;"] },
    { class: "ResourceRequirement", coresMin: 1, ramMax: 100 },
    { class: "InitialWorkDirRequirement", listing: [{ entryname: "a.txt", entry: "$(inputs.name)" }] },
  ],
  inputs: {
    name: { type: "string?", default: "x", inputBinding: { position: 1, prefix: "--name" } },
    words: { type: "string[]?", inputBinding: { itemSeparator: "," } },
    kind: [{ type: "enum", symbols: ["one", "two"] }],
  },
  outputs: {
    out: { type: "stdout" },
    found: { type: "File[]?", outputBinding: { glob: "*.txt", loadContents: true } },
  },
  stdout: "out.txt",
};

const workflow = {
  cwlVersion: "v1.2",
  class: "Workflow",
  requirements: { ScatterFeatureRequirement: {}, StepInputExpressionRequirement: {} },
  inputs: { names: "string[]", other: { type: ["null", "int"] } },
  outputs: { all: { type: "File[]", outputSource: "one/out", linkMerge: "merge_flattened" } },
  steps: {
    one: { run: tool, scatter: ["name"], scatterMethod: "dotproduct", in: { name: { source: "names" } }, out: ["out"] },
  },
};

const yaml = `cwlVersion: v1.2
class: CommandLineTool
id: fuzzed
baseCommand: [cat]
inputs:
  - id: file
    type: File
    format: iana:text/plain
    secondaryFiles: [.idx, ^.bak?]
    inputBinding: {position: 1, valueFrom: $(self.path)}
  - id: many
    type: {type: array, items: [string, {type: record, name: r, fields: {a: int}}]}
outputs:
  out: {type: File, outputBinding: {glob: "*.out", outputEval: $(self[0])}}
$namespaces: {iana: "https://www.iana.org/assignments/media-types/"}
hints: {DockerRequirement: {dockerPull: debian}, cwltool:Secrets: {secrets: [a]}}
`;

const wps = [
  '<wps:Execute service="WPS" version="1.0.0" xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Identifier>echo</ows:Identifier><wps:DataInputs><wps:Input><ows:Identifier>text</ows:Identifier><wps:Data><wps:LiteralData dataType="xs:string">x</wps:LiteralData></wps:Data></wps:Input></wps:DataInputs><wps:ResponseForm><wps:ResponseDocument storeExecuteResponse="true" status="true" lineage="true"><wps:Output asReference="true"><ows:Identifier>text</ows:Identifier></wps:Output></wps:ResponseDocument></wps:ResponseForm></wps:Execute>',
  '<wps:Execute service="WPS" version="2.0.0" response="document" mode="async" xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0"><ows:Identifier>echo</ows:Identifier><wps:Input id="text"><wps:Data mimeType="text/plain">x</wps:Data></wps:Input><wps:Output id="text" transmission="value"/></wps:Execute>',
  '<wps:DescribeProcess service="WPS" version="1.0.0" xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Identifier>all</ows:Identifier></wps:DescribeProcess>',
  '<wps:GetStatus service="WPS" version="2.0.0" xmlns:wps="http://www.opengis.net/wps/2.0"><wps:JobID>x</wps:JobID></wps:GetStatus>',
  '<wps:GetCapabilities service="WPS" xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0"><ows:AcceptVersions><ows:Version>2.0.0</ows:Version></ows:AcceptVersions></wps:GetCapabilities>',
];

const queries = [
  "/wps?service=WPS&version=1.0.0&request=Execute&identifier=echo&datainputs=text=x@mimeType=text/plain;number=1&responsedocument=text=@asReference=true&storeExecuteResponse=true&status=true",
  "/wps?service=WPS&version=2.0.0&request=DescribeProcess&identifier=echo",
  "/wps?service=WPS&request=GetCapabilities&acceptversions=1.0.0,2.0.0&language=en",
  "/processes/echo/execution?text=x&number=1.5&outputs=text&response=document&prefer=respond-async",
  "/processes/fuzzed/execution?name=abc&count=3&words=a,b&dryRun=true",
  "/jobs?limit=5&offset=0&status=successful,failed&type=process&datetime=2020-01-01T00:00:00Z/..&minDuration=1&q=echo%20x&sortby=-created&tags=local&group=status",
  "/jobs?detail=true&page=1&process=echo&maxDuration=9999999999",
  "/processes?limit=3&f=html",
  "/jobs/statistics?process=echo",
];

const form = [
  '--b\r\nContent-Disposition: form-data; name="file"; filename="a b.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n',
  "preamble\r\n--b\r\ncontent-disposition: form-data; name=file; filename*=UTF-8''%e2%82%ac.txt\r\n\r\n\r\n--b\r\n\r\n--b--\r\nend",
];

const heads = [
  'GET /processes HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html;q=0.9, application/json;q=1, */*;q=0.1\r\nIf-None-Match: W/"x", "y"\r\nAccept-Language: en-GB;q=0.8, de\r\nConnection: close\r\n\r\n',
  "GET /processes/echo HTTP/1.1\r\nHost: [::1]:80\r\nAuthorization: Bearer hdl_abc_def\r\nOrigin: http://127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nX-Auth-Vault: token a; id=b\r\nConnection: close\r\n\r\n",
  'POST /processes/echo/execution HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json; charset=utf-8\r\nPrefer: respond-async, wait=1;x="y", return=minimal\r\nIdempotency-Key: abc\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
  'GET /jobs HTTP/1.0\r\nForwarded: for="[2001:db8::1]:80";proto=https;host=a.example\r\nX-Forwarded-For: 192.0.2.1, 10.0.0.1\r\nX-Forwarded-Prefix: /x\r\nRange: bytes=0-1,3-\r\n\r\n',
  "OPTIONS /jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAccess-Control-Request-Method: DELETE\r\nAccess-Control-Request-Headers: authorization\r\nConnection: close\r\n\r\n",
  'POST /vault HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Disposition: attachment; filename="a\\"b"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  "HEAD /api HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/vnd.oai.openapi+json;version=3.0\r\nConnection: close\r\n\r\n",
];

/** The process that values are checked against, besides the built-in ones. */
export const fuzzedProcess = {
  processDescription: { id: "fuzzed" },
  executionUnit: {
    unit: {
      cwlVersion: "v1.2",
      class: "CommandLineTool",
      baseCommand: ["true"],
      inputs: { name: "string?", count: "int?", words: "string[]?", table: "File?" },
      outputs: {},
    },
    type: "application/cwl",
  },
};

function changedJson(random: Random, from: readonly unknown[]): string {
  const text = JSON.stringify(mutateJson(random, random.pick(from))) ?? "";
  return random.oneIn(4) ? mutateText(random, text) : text;
}

/** All kinds of requests. */
export const httpKinds: readonly HttpKind[] = [
  {
    name: "JSON: execution",
    make: (random) => changedJson(random, executions),
    send: (text) => requestOf("POST /processes/echo/execution", json, text),
  },
  {
    name: "JSON: execution of a tool, checked",
    make: (random) => changedJson(random, executions),
    send: (text) => requestOf("POST /processes/fuzzed/execution?dryRun=true", json, text),
  },
  {
    name: "JSON: deploy",
    make: (random) =>
      changedJson(random, [
        { processDescription: { id: "d", title: "t", version: "1", keywords: ["a"] }, executionUnit: { unit: tool } },
        { executionUnit: [{ unit: workflow, type: "application/cwl", deployment: "local" }] },
      ]),
    send: (text) => requestOf("POST /processes", { "content-type": "application/ogcapppkg+json" }, text),
  },
  {
    name: "CWL: YAML",
    make: (random) => mutateText(random, yaml),
    send: (text) => requestOf("POST /processes", { "content-type": "application/cwl+yaml" }, text),
  },
  {
    name: "CWL: JSON",
    make: (random) => changedJson(random, [tool, workflow, { cwlVersion: "v1.2", $graph: [tool, workflow] }]),
    send: (text) => requestOf("POST /processes", { "content-type": "application/cwl+json" }, text),
  },
  {
    name: "WPS: XML",
    make: (random) => mutateText(random, random.pick(wps)),
    send: (text) => requestOf("POST /wps", { "content-type": "text/xml" }, text),
  },
  {
    name: "KVP",
    make: (random) => mutateText(random, random.pick(queries)),
    // Line ends and blanks would make it another request.
    send: (text) => requestOf(`GET /${text.slice(1).replaceAll(/\s/g, "+")}`, {}),
  },
  {
    name: "multipart",
    make: (random) => mutateText(random, random.pick(form)),
    send: (text) => requestOf("POST /vault", { "content-type": "multipart/form-data; boundary=b" }, text),
  },
  {
    name: "headers",
    mayBeHalf: true,
    make(random) {
      const head = random.pick(heads);
      return random.oneIn(6)
        ? Buffer.from(mutateBytes(random, Buffer.from(head, "latin1"))).toString("latin1")
        : mutateText(random, head);
    },
    send: (text) => Buffer.from(text.endsWith("\r\n\r\n") ? text : `${text}\r\n\r\n`, "latin1"),
  },
];
