import { httpAnswer, type RawServer, rawServer } from "./remote-server.ts";

/** What a faulty WPS answers to one kind of request: bytes as they go over the wire; undefined for none at all. */
export type Faults = Partial<
  Record<"GetCapabilities" | "DescribeProcess" | "Execute" | "Status" | "Output", string | undefined>
>;

const namespaces =
  'xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink"';

/** Wraps XML as an answer. */
export function xmlAnswer(body: string, status = 200): string {
  return httpAnswer(status, { "content-type": "text/xml" }, body);
}

/** A description of the process "faulty" with one literal input, `name`. */
export function description(name = "word"): string {
  return `<wps:ProcessDescriptions ${namespaces} service="WPS" version="1.0.0"><ProcessDescription wps:processVersion="1" storeSupported="true" statusSupported="true">
<ows:Identifier>faulty</ows:Identifier><ows:Title>Faulty</ows:Title>
<DataInputs><Input minOccurs="0" maxOccurs="1"><ows:Identifier>${name}</ows:Identifier><ows:Title>A word</ows:Title><LiteralData><ows:DataType>string</ows:DataType><ows:AnyValue/></LiteralData></Input></DataInputs>
<ProcessOutputs><Output><ows:Identifier>file</ows:Identifier><ows:Title>A file</ows:Title><ComplexOutput><Default><Format><MimeType>text/plain</MimeType></Format></Default><Supported><Format><MimeType>text/plain</MimeType></Format></Supported></ComplexOutput></Output></ProcessOutputs>
</ProcessDescription></wps:ProcessDescriptions>`;
}

/** A status document of WPS 1.0; `status` is what stands inside Status. */
export function executeResponse(url: string, status: string, outputs = ""): string {
  return `<wps:ExecuteResponse ${namespaces} service="WPS" version="1.0.0" xml:lang="en" serviceInstance="${url}/wps" statusLocation="${url}/status/7d5f0a52-0000-4000-8000-000000000001.xml">
<wps:Process wps:processVersion="1"><ows:Identifier>faulty</ows:Identifier><ows:Title>Faulty</ows:Title></wps:Process><wps:Status creationTime="2021-03-02T03:32:41Z">${status}</wps:Status>${outputs}</wps:ExecuteResponse>`;
}

/** Outputs with one reference. */
export function fileOutput(href: string): string {
  return `<wps:ProcessOutputs><wps:Output><ows:Identifier>file</ows:Identifier><ows:Title>A file</ows:Title><wps:Reference href="${href}" mimeType="text/plain"/></wps:Output></wps:ProcessOutputs>`;
}

export const capabilities = `<wps:Capabilities ${namespaces} service="WPS" version="1.0.0" xml:lang="en"><ows:ServiceIdentification><ows:Title>Faulty</ows:Title></ows:ServiceIdentification>
<wps:ProcessOfferings><wps:Process wps:processVersion="1"><ows:Identifier>faulty</ows:Identifier><ows:Title>Faulty</ows:Title></wps:Process></wps:ProcessOfferings></wps:Capabilities>`;

/** Starts a WPS 1.0 that works, but for the faults; they are looked up at each request, so a test may change them. */
export async function fakeWps(faults: Faults = {}): Promise<RawServer> {
  const server: RawServer = await rawServer((request, socket) => {
    const kind = kindOf(request);
    const right: Readonly<Record<typeof kind, string>> = {
      GetCapabilities: xmlAnswer(capabilities),
      DescribeProcess: xmlAnswer(description()),
      Execute: xmlAnswer(executeResponse(server.url, "<wps:ProcessAccepted>waiting</wps:ProcessAccepted>")),
      Status: xmlAnswer(
        executeResponse(
          server.url,
          "<wps:ProcessSucceeded>done</wps:ProcessSucceeded>",
          fileOutput(`${server.url}/output`),
        ),
      ),
      Output: httpAnswer(200, { "content-type": "text/plain" }, "the result"),
    };
    const answer = kind in faults ? faults[kind] : right[kind];
    if (answer !== undefined) socket.end(answer);
  });
  return server;
}

function kindOf(request: string): keyof Required<Faults> {
  if (request.startsWith("POST")) return "Execute";
  if (request.startsWith("GET /status")) return "Status";
  if (request.startsWith("GET /output")) return "Output";
  return /request=DescribeProcess/i.test(request) ? "DescribeProcess" : "GetCapabilities";
}
