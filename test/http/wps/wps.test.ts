import { describe, expect, test } from "bun:test";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { readDescriptions } from "../../../src/wire/wps-client/describe-process.ts";
import { readCapabilities } from "../../../src/wire/wps-client/read-capabilities.ts";
import { readExceptionReport } from "../../../src/wire/wps-client/read-exceptions.ts";
import { readStatus } from "../../../src/wire/wps-client/read-status.ts";
import { attribute, parseXml, type XmlElement } from "../../../src/wire/xml.ts";
import { address, jsonOf, openService, processOf, type RequestOptions, type Service } from "../service.ts";

const kvp = (request: string, more = "", version = "1.0.0") =>
  `/wps?service=WPS&version=${version}&request=${request}${more === "" ? "" : `&${more}`}`;

async function rootOf(response: Response, status = 200): Promise<XmlElement> {
  const text = await response.text();
  expect([response.status, text.startsWith("<?xml")]).toEqual([status, true]);
  expect(response.headers.get("content-type")).toBe("text/xml; charset=utf-8");
  return parseXml(text);
}

async function exceptionOf(response: Response, status: number) {
  const exceptions = readExceptionReport(await rootOf(response, status));
  return exceptions?.map(({ code, locator }) => (locator === undefined ? code : `${code} ${locator}`)).join(", ");
}

function post(service: Service, body: string, options: RequestOptions = {}): Promise<Response> {
  return service.send("POST", "/wps", {
    body,
    ...options,
    headers: { "content-type": "text/xml", ...options.headers },
  });
}

const execute10 = (inputs: string, form = "") =>
  `<wps:Execute xmlns:wps="http://www.opengis.net/wps/1.0.0" xmlns:ows="http://www.opengis.net/ows/1.1" service="WPS" version="1.0.0">
    <ows:Identifier>echo</ows:Identifier><wps:DataInputs>${inputs}</wps:DataInputs>${form}</wps:Execute>`;
const literal = (id: string, value: string) =>
  `<wps:Input><ows:Identifier>${id}</ows:Identifier><wps:Data><wps:LiteralData>${value}</wps:LiteralData></wps:Data></wps:Input>`;
const document = (attributes: string, outputs = "") =>
  `<wps:ResponseForm><wps:ResponseDocument ${attributes}>${outputs}</wps:ResponseDocument></wps:ResponseForm>`;
const wanted = (id: string, attributes = "") =>
  `<wps:Output ${attributes}><ows:Identifier>${id}</ows:Identifier></wps:Output>`;

const message20 = (name: string, attributes: string, inner: string) =>
  `<wps:${name} xmlns:wps="http://www.opengis.net/wps/2.0" xmlns:ows="http://www.opengis.net/ows/2.0" service="WPS" version="2.0.0" ${attributes}>${inner}</wps:${name}>`;
const execute20 = (attributes: string) =>
  message20(
    "Execute",
    attributes,
    '<ows:Identifier>echo</ows:Identifier><wps:Input id="text"><wps:Data><wps:LiteralValue>two</wps:LiteralValue></wps:Data></wps:Input><wps:Output id="text" transmission="value"/>',
  );

describe("GetCapabilities and DescribeProcess", () => {
  test.each(["/wps", "/ows/wps"])("are answered at %s in both versions", async (path) => {
    await using service = await openService();
    for (const version of ["1.0.0", "2.0.0"]) {
      const root = await rootOf(
        await service.send("GET", `${path}?SERVICE=wps&REQUEST=GetCapabilities&acceptversions=${version}`),
      );
      const read = readCapabilities(root);
      expect([read.version, read.processes.map(({ id }) => id)]).toEqual([
        version === "2.0.0" ? version : "1.0.0",
        ["echo"],
      ]);
      expect(read.operations.executePostUrl).toBe(`${address}/wps`);
    }
  });

  test("take lists of identifiers, and ALL", async () => {
    await using service = await openService();
    await saveProcess(service.database, processOf({ ...echo.description, id: "other" }), 1, { replace: true });
    for (const [list, ids] of [
      ["all", ["echo", "other"]],
      ["other,echo", ["other", "echo"]],
    ] as const) {
      const root = await rootOf(await service.send("GET", kvp("DescribeProcess", `identifier=${list}`)));
      expect(readDescriptions(root).map((one) => one.description.id)).toEqual([...ids]);
    }
    expect(await exceptionOf(await service.send("GET", kvp("DescribeProcess", "identifier=echo,none")), 400)).toBe(
      "InvalidParameterValue identifier",
    );
    expect(await exceptionOf(await service.send("GET", kvp("DescribeProcess", "identifier=none", "2.0.0")), 400)).toBe(
      "NoSuchProcess identifier",
    );
  });

  test("leave private processes out, for everyone", async () => {
    await using service = await openService();
    await saveProcess(
      service.database,
      processOf({ ...echo.description, id: "hidden" }, { visibility: "private" }),
      1,
      { replace: true },
    );
    const key = await service.createKey("admin", "ada");
    for (const options of [{}, { key }]) {
      const read = readCapabilities(
        await rootOf(await service.send("GET", "/wps?service=WPS&request=GetCapabilities", options)),
      );
      expect(read.processes.map(({ id }) => id)).toEqual(["echo"]);
      expect(
        await exceptionOf(await service.send("GET", kvp("DescribeProcess", "identifier=hidden"), options), 400),
      ).toBe("InvalidParameterValue identifier");
    }
    expect(
      await exceptionOf(await service.send("GET", kvp("Execute", "identifier=hidden&DataInputs=text=a"), { key }), 400),
    ).toBe("InvalidParameterValue identifier");
  });
});

describe("Execute 1.0.0", () => {
  test("answers a document with the outputs that were asked for, and repeats the inputs for lineage", async () => {
    await using service = await openService();
    const body = execute10(
      literal("text", "a &amp; b") + literal("number", "2.5"),
      document('lineage="true"', wanted("text") + wanted("number", 'asReference="true"')),
    );
    const root = await rootOf(await post(service, body));
    const read = readStatus(root);
    expect([read.state, read.outputs[0]?.data]).toEqual([
      "succeeded",
      { kind: "literal", text: "a & b", dataType: "string" },
    ]);
    const reference = read.outputs[1]?.data;
    const href = reference?.kind === "reference" ? reference.href : "";
    expect(await (await service.send("GET", href)).text()).toBe("2.5");
    expect(root.content.flatMap((one) => (typeof one === "string" ? [] : [one.local]))).toEqual([
      "Process",
      "Status",
      "DataInputs",
      "OutputDefinitions",
      "ProcessOutputs",
    ]);
    expect(attribute(root, "statusLocation")).toBeUndefined();
    expect(service.published).toEqual([]);
  });

  test("takes what a browser's client sends: CDATA and no version of its own", async () => {
    await using service = await openService();
    const mixed =
      '<wps:Input><ows:Identifier>mixed</ows:Identifier><wps:Data><wps:ComplexData mimeType="application/geo+json"><![CDATA[{"a":"<&"}]]></wps:ComplexData></wps:Data></wps:Input>';
    const read = readStatus(
      await rootOf(
        await post(
          service,
          execute10(literal("text", "x") + mixed, document('storeExecuteResponse="false"', wanted("mixed"))),
        ),
      ),
    );
    expect(read.outputs[0]?.data).toEqual({
      kind: "complex",
      content: '{"a":"<&"}',
      mediaType: "application/geo+json",
    });
  });

  test("answers raw data bare", async () => {
    await using service = await openService();
    const response = await service.send(
      "GET",
      kvp("Execute", "identifier=echo&DataInputs=text=hello&RawDataOutput=text"),
    );
    expect([response.status, await response.text()]).toEqual([200, "hello"]);
    expect(response.headers.get("content-security-policy")).toBe("sandbox");
  });

  test("answers ProcessAccepted with a status location, once the document was asked for", async () => {
    await using service = await openService({ holdsJobs: true });
    const root = await rootOf(
      await post(service, execute10(literal("text", "x"), document('storeExecuteResponse="true" status="true"'))),
    );
    const [jobId = ""] = service.published;
    expect(readStatus(root)).toMatchObject({ state: "accepted", statusLocation: `${address}/outputs/${jobId}.xml` });
  });

  test("answers a status location when the wait was longer than the limit", async () => {
    await using service = await openService({ holdsJobs: true, settings: { syncLimitMilliseconds: 10 } });
    for (const attributes of ['storeExecuteResponse="true"', ""]) {
      const read = readStatus(await rootOf(await post(service, execute10(literal("text", "x"), document(attributes)))));
      expect(read.state).toBe("accepted");
      expect(read.statusLocation).toBe(`${address}/outputs/${service.published.at(-1)}.xml`);
    }
    const raw = await service.send("GET", kvp("Execute", "identifier=echo&DataInputs=text=x&RawDataOutput=text"));
    expect(await exceptionOf(raw, 503)).toBe("ServerBusy");
  });

  test("reports every faulty input with its name", async () => {
    await using service = await openService();
    const response = await post(
      service,
      execute10(literal("number", "many") + literal("flag", "maybe") + literal("nobody", "1")),
    );
    expect(await exceptionOf(response, 400)).toBe(
      "InvalidParameterValue nobody, MissingParameterValue text, InvalidParameterValue number, InvalidParameterValue flag",
    );
  });
});

describe("version 2.0.0", () => {
  const jobIdOf = async (response: Response) => {
    const read = readStatus(await rootOf(response));
    return { jobId: read.jobId ?? "", state: read.state };
  };

  test("executes synchronously, to a Result or bare", async () => {
    await using service = await openService();
    const read = readStatus(await rootOf(await post(service, execute20('mode="sync" response="document"'))));
    expect([read.state, read.outputs.map(({ id, data }) => [id, data.kind === "literal" ? data.text : ""])]).toEqual([
      "succeeded",
      [["text", "two"]],
    ]);
    const raw = await post(service, execute20('mode="sync" response="raw"'));
    expect(await raw.text()).toBe("two");
  });

  test("executes asynchronously: GetStatus, GetResult, Dismiss, by KVP and by XML", async () => {
    await using service = await openService({ holdsJobs: true });
    const { jobId, state } = await jobIdOf(await post(service, execute20('mode="async" response="document"')));
    expect(state).toBe("accepted");
    expect((await jobIdOf(await service.send("GET", kvp("GetStatus", `jobId=${jobId}`, "2.0.0")))).state).toBe(
      "accepted",
    );
    expect(await exceptionOf(await service.send("GET", kvp("GetResult", `jobid=${jobId}`, "2.0.0")), 400)).toBe(
      "ResultNotReady jobId",
    );
    await service.finish(jobId, { results: { text: { kind: "value", value: "two" } } });
    const ask = (name: string) => post(service, message20(name, "", `<wps:JobID>${jobId}</wps:JobID>`));
    expect((await jobIdOf(await ask("GetStatus"))).state).toBe("succeeded");
    expect(readStatus(await rootOf(await ask("GetResult"))).outputs.map(({ id }) => id)).toEqual(["text"]);
    expect((await jobIdOf(await ask("Dismiss"))).state).toBe("dismissed");
    expect(await exceptionOf(await ask("Dismiss"), 410)).toBe("NoSuchJob jobId");
    expect(await exceptionOf(await ask("GetResult"), 410)).toBe("NoSuchJob jobId");
  });

  test("tells of a removed job as of one that never was where that is set, by KVP, XML and status document", async () => {
    await using service = await openService({ holdsJobs: true, settings: { removedJobs: "404" } });
    const { jobId } = await jobIdOf(await post(service, execute20('mode="async" response="document"')));
    await service.finish(jobId, { results: { text: { kind: "value", value: "two" } } });
    const asked = (name: string, id: string) => [
      () => post(service, message20(name, "", `<wps:JobID>${id}</wps:JobID>`)),
      () => service.send("GET", kvp(name, `jobid=${id}`, "2.0.0")),
    ];
    expect(
      (await jobIdOf(await post(service, message20("Dismiss", "", `<wps:JobID>${jobId}</wps:JobID>`)))).state,
    ).toBe("dismissed");
    for (const name of ["GetStatus", "GetResult", "Dismiss"]) {
      for (const [index, ask] of asked(name, jobId).entries()) {
        const never = await asked(name, "01a00000-0000-7000-8000-000000000000")[index]?.();
        const answer = await ask();
        expect([name, answer.status]).toEqual([name, never?.status ?? 0]);
        expect(await exceptionOf(answer, never?.status ?? 0)).toBe("NoSuchJob jobId");
      }
    }
    expect((await service.send("GET", `/outputs/${jobId}.xml`)).status).toBe(404);
    const several = await jsonOf(await service.send("DELETE", "/jobs", { body: { jobs: [jobId] } }));
    expect(several.jobs).toMatchObject([{ jobID: jobId, exception: { status: 404, title: "No such job" } }]);
  });

  test("reports a job that failed, and one that is not there or someone else's", async () => {
    await using service = await openService({ holdsJobs: true });
    const { jobId } = await jobIdOf(await post(service, execute20('mode="async" response="document"')));
    await service.finish(jobId, { failure: { message: "It broke" } });
    expect(await exceptionOf(await service.send("GET", kvp("GetResult", `jobid=${jobId}`, "2.0.0")), 500)).toBe(
      "NoApplicableCode",
    );
    expect(await exceptionOf(await service.send("GET", kvp("GetStatus", "jobid=none", "2.0.0")), 400)).toBe(
      "NoSuchJob jobId",
    );
    const key = await service.createKey("runner", "bob");
    expect(
      await exceptionOf(await service.send("GET", kvp("GetStatus", `jobid=${jobId}`, "2.0.0"), { key }), 400),
    ).toBe("NoSuchJob jobId");
  });
});

describe("the door of WPS", () => {
  const elsewhere = { origin: "https://evil.example" };
  const crossSite = { "sec-fetch-site": "cross-site" };
  const execute = kvp("Execute", "identifier=echo&DataInputs=text=a&ResponseDocument=text");

  test.each([elsewhere, crossSite])("refuses to execute by GET for a page of another origin: %p", async (headers) => {
    await using service = await openService();
    expect(await exceptionOf(await service.send("GET", execute, { headers }), 403)).toBe("AccessForbidden");
    expect((await service.send("GET", execute)).status).toBe(200);
  });

  test.each([elsewhere, crossSite])("refuses to dismiss by GET for a page of another origin: %p", async (headers) => {
    await using service = await openService({ holdsJobs: true });
    const started = readStatus(await rootOf(await post(service, execute20('mode="async" response="document"'))));
    const dismiss = kvp("Dismiss", `jobid=${started.jobId}`, "2.0.0");
    expect(await exceptionOf(await service.send("GET", dismiss, { headers }), 403)).toBe("AccessForbidden");
    expect(readStatus(await rootOf(await service.send("GET", dismiss))).state).toBe("dismissed");
  });

  test.each([elsewhere, crossSite])(
    "refuses to execute and dismiss by POST for a page of another origin: %p",
    async (headers) => {
      await using service = await openService({ holdsJobs: true });
      const started = readStatus(await rootOf(await post(service, execute20('mode="async" response="document"'))));
      expect(await exceptionOf(await post(service, execute10(literal("text", "x")), { headers }), 403)).toBe(
        "AccessForbidden",
      );
      const dismiss = message20("Dismiss", "", `<wps:JobID>${started.jobId}</wps:JobID>`);
      expect(await exceptionOf(await post(service, dismiss, { headers }), 403)).toBe("AccessForbidden");
    },
  );

  test("lets any page read what has no effect", async () => {
    await using service = await openService();
    for (const path of [kvp("GetCapabilities"), kvp("DescribeProcess", "identifier=echo")]) {
      expect((await service.send("GET", path, { headers: elsewhere })).status).toBe(200);
    }
  });

  test("answers an allowed origin, also its question before text/xml and its errors", async () => {
    await using service = await openService({ door: { corsOrigins: ["https://maps.example"] } });
    const headers = { origin: "https://maps.example" };
    const asked = await service.send("OPTIONS", "/wps", {
      headers: {
        ...headers,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
    expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, "https://maps.example"]);
    expect(asked.headers.get("access-control-allow-methods")).toContain("POST");
    expect(asked.headers.get("access-control-allow-headers")).toContain("Content-Type");
    const executed = await post(service, execute10(literal("text", "x")), { headers });
    const refused = await post(service, "<oops/>", { headers });
    for (const response of [executed, refused])
      expect(response.headers.get("access-control-allow-origin")).toBe("https://maps.example");
  });

  test("asks strangers for a key before they execute, and shows them the processes", async () => {
    await using service = await openService({ door: { isLoopback: false } });
    await service.createKey("runner", "ada");
    expect((await service.send("GET", kvp("GetCapabilities"))).status).toBe(200);
    const response = await service.send("GET", execute);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="heddle"');
    expect(await exceptionOf(response, 401)).toBe("AccessForbidden");
    expect(await exceptionOf(await service.send("GET", kvp("GetStatus", "jobid=a", "2.0.0")), 401)).toBe(
      "AccessForbidden",
    );
    expect(
      await exceptionOf(await service.send("GET", execute, { headers: { authorization: "Bearer no" } }), 401),
    ).toBe("AccessForbidden");
  });

  test("lets a viewer read and not execute", async () => {
    await using service = await openService();
    const key = await service.createKey("viewer", "vic");
    expect(await exceptionOf(await service.send("GET", execute, { key }), 403)).toBe("AccessForbidden");
  });

  test("refuses a Host that is not ours with an exception report", async () => {
    await using service = await openService();
    expect(
      await exceptionOf(await service.send("GET", kvp("GetCapabilities"), { headers: { host: "evil.example" } }), 403),
    ).toBe("AccessForbidden");
  });
});

describe("what is no request", () => {
  const bodies: readonly [string, string, number][] = [
    ["nothing", "", 400],
    ["no XML", "hello", 400],
    ["JSON", "{}", 400],
    ["a document that breaks off", "<wps:Execute", 400],
    ["another element", "<a/>", 400],
    ["an entity bomb", '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><a>&c;</a>', 400],
    [
      "an external entity",
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
      400,
    ],
    ["deep nesting", "<a>".repeat(9000), 400],
    ["nesting beyond the limit", `${"<a>".repeat(500)}${"</a>".repeat(500)}`, 413],
    ["too many attributes", `<a ${Array.from({ length: 3000 }, (_, index) => `a${index}=""`).join(" ")}/>`, 413],
    ["a body beyond the limit", `<a>${" ".repeat(70_000)}</a>`, 413],
    ["an undeclared prefix", "<wps:Execute/>", 400],
    ["bytes that are no text", "\u0000\u0001", 400],
    ["a version that is not spoken", '<Execute xmlns="http://www.opengis.net/wps/1.0.0" version="7"/>', 400],
    [
      "a process that is not there",
      '<Execute xmlns="http://www.opengis.net/wps/1.0.0" xmlns:o="http://www.opengis.net/ows/1.1"><o:Identifier>__proto__</o:Identifier></Execute>',
      400,
    ],
    [
      "inputs named as members of every object",
      execute10(literal("constructor", "1") + literal("__proto__", "1") + literal("toString", "1")),
      400,
    ],
  ];
  test.each(bodies)("gives an exception report: %s", async (_, body, status) => {
    await using service = await openService();
    expect(await exceptionOf(await post(service, body), status)).not.toBe("");
  });

  const queries: readonly [string, number][] = [
    ["/wps", 400],
    ["/wps?service=WPS", 400],
    ["/wps?service=WPS&request=GetCapabilities&request=Execute", 400],
    ["/wps?%ff=%fe&&&=&service=WPS&request=%00", 400],
    [kvp("Execute", "identifier=echo&DataInputs=;;=@@=;text"), 400],
    [kvp("Execute", "identifier=echo&DataInputs=text=a&ResponseDocument=nothing"), 400],
    [kvp("Execute", "identifier=echo&DataInputs=text=a&RawDataOutput=nothing"), 400],
    [kvp("Execute", "identifier=echo", "2.0.0"), 405],
    [kvp("Execute", "identifier=echo&DataInputs=bbox=a,b"), 400],
  ];
  test.each(queries)("gives an exception report: %s", async (path, status) => {
    await using service = await openService();
    expect(await exceptionOf(await service.send("GET", path), status)).not.toBe("");
  });

  test("a body of another type is refused", async () => {
    await using service = await openService();
    expect(await exceptionOf(await post(service, "a=b", { headers: { "content-type": "text/plain" } }), 415)).toBe(
      "InvalidParameterValue",
    );
  });
});
