import { describe, expect, test } from "bun:test";
import { readExecution } from "../../../src/domain/jobs/execution.ts";
import { chooseMode } from "../../../src/domain/jobs/execution-mode.ts";
import type { ProcessDescription } from "../../../src/domain/processes/process.ts";
import type { Json } from "../../../src/domain/values/json.ts";

const input = (schema: Record<string, Json>, minOccurs = 0, maxOccurs: number | "unbounded" = 1) => ({
  schema,
  minOccurs,
  maxOccurs,
});

const description: ProcessDescription = {
  id: "demo",
  version: "1.0.0",
  jobControlOptions: ["sync-execute", "async-execute", "dismiss"],
  outputTransmission: ["value", "reference"],
  inputs: {
    text: input({ type: "string" }, 1),
    list: input({ type: "array", items: { type: "integer" } }),
    many: input({ type: "number" }, 0, 3),
    record: input({ type: "object" }),
    either: input({ oneOf: [{ type: "string" }, { type: "object" }] }),
    "a/b~c": input({ type: "string" }),
  },
  outputs: {
    table: { schema: { type: "string", contentMediaType: "text/csv" } },
    sum: { schema: { type: "number" } },
  },
};

const inputsOf = (inputs: Json) => readExecution({ inputs }, description);
const pointersOf = (payload: unknown) => readExecution(payload, description).faults.map((fault) => fault.pointer);

describe("an input value is told apart as", () => {
  const cases: readonly [string, Json, Json][] = [
    ["a bare literal", "hello", { kind: "value", value: "hello" }],
    ["null", null, { kind: "value", value: null }],
    [
      "a qualified value",
      { value: "<a/>", mediaType: "application/xml" },
      { kind: "value", value: "<a/>", mediaType: "application/xml" },
    ],
    [
      "a value qualified inside format",
      { value: "aGk=", format: { mediaType: "image/png", encoding: "base64" } },
      { kind: "value", value: "aGk=", mediaType: "image/png", encoding: "base64" },
    ],
    [
      "a link",
      { href: "data:,x", type: "text/plain", rel: "x" },
      { kind: "reference", href: "data:,x", mediaType: "text/plain" },
    ],
    [
      "a bounding box",
      { bbox: [1, 2, 3, 4] },
      { kind: "bbox", bbox: [1, 2, 3, 4], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
    ],
  ];
  test.each(cases)("%s", (_, given, wanted) => {
    const { faults, execution } = inputsOf({ text: given });
    expect(faults).toEqual([]);
    expect<unknown>(execution.request.inputs.text).toEqual(wanted);
  });
});

test("an object without value around it is taken when the input takes objects and nothing else", () => {
  expect<unknown>(inputsOf({ text: "", record: { a: 1 } }).execution.request.inputs.record).toEqual({
    kind: "value",
    value: { a: 1 },
  });
  expect(pointersOf({ inputs: { text: "", either: { type: "wrong" } } })).toEqual(["/inputs/either"]);
});

test("a list is the value of an input that occurs once, and the occurrences of one that may occur often", () => {
  const { execution } = inputsOf({ text: "", list: [1, 2], many: [3, { value: 4 }] });
  expect<unknown>(execution.request.inputs.list).toEqual({ kind: "value", value: [1, 2] });
  expect<unknown>(execution.request.inputs.many).toEqual([
    { kind: "value", value: 3 },
    { kind: "value", value: 4 },
  ]);
});

test("one value stands for one occurrence of an input that may occur often", () => {
  expect<unknown>(inputsOf({ text: "", many: 3 }).execution.request.inputs.many).toEqual([{ kind: "value", value: 3 }]);
});

test("the older lists of inputs and outputs are read, with repeated ids as occurrences", () => {
  const { faults, execution } = readExecution(
    {
      mode: "async",
      response: "document",
      inputs: [
        { id: "text", data: "hello" },
        { id: "many", value: 1 },
        { id: "many", value: 2 },
        { id: "record", href: "data:,x", type: "application/json" },
      ],
      outputs: [{ id: "table", transmissionMode: "reference" }],
    },
    description,
  );
  expect(faults).toEqual([]);
  expect(execution.mode).toBe("async");
  expect<unknown>(execution.request).toEqual({
    inputs: {
      text: { kind: "value", value: "hello" },
      many: [
        { kind: "value", value: 1 },
        { kind: "value", value: 2 },
      ],
      record: { kind: "reference", href: "data:,x", mediaType: "application/json" },
    },
    outputs: { table: { transmissionMode: "reference" } },
    response: "document",
  });
});

describe("a fault is found at", () => {
  const text = { text: "" };
  const cases: readonly [string, unknown][] = [
    ["", null],
    ["", []],
    ["/inputs", { inputs: 5 }],
    ["/inputs/text", { inputs: {} }],
    ["/inputs/unknown", { inputs: { ...text, unknown: 1 } }],
    ["/inputs/constructor", { inputs: { ...text, constructor: 1 } }],
    ["/inputs/a~1b~0c/bbox", { inputs: { ...text, "a/b~c": { bbox: [1] } } }],
    ["/inputs/many", { inputs: { ...text, many: [1, 2, 3, 4] } }],
    ["/inputs/many/1", { inputs: { ...text, many: [1, { a: 1 }] } }],
    ["/inputs/text/valeu", { inputs: { text: { value: "", valeu: 1 } } }],
    ["/inputs/text/herf", { inputs: { text: { href: "data:,", herf: 1 } } }],
    ["/outptus", { inputs: text, outptus: {} }],
    ["/outputs/table/transmisionMode", { inputs: text, outputs: { table: { transmisionMode: "value" } } }],
    ["/inputs/text/schema", { inputs: { text: { value: "", schema: "x" } } }],
    ["/inputs/text/href", { inputs: { text: { href: 5 } } }],
    ["/inputs/text/method", { inputs: { text: { href: "data:,", method: "POST" } } }],
    ["/inputs/text/collection", { inputs: { text: { collection: "x" } } }],
    ["/inputs/text/process", { inputs: { text: { process: "x", inputs: {} } } }],
    ["/inputs/text/$input", { inputs: { text: { $input: "x" } } }],
    ["/inputs/0", { inputs: ["text", { id: "text", value: "" }] }],
    ["/outputs/unknown", { inputs: text, outputs: { unknown: {} } }],
    ["/outputs/table", { inputs: text, outputs: { table: 5 } }],
    ["/outputs/table/transmissionMode", { inputs: text, outputs: { table: { transmissionMode: "mail" } } }],
    ["/outputs/table/format/mediaType", { inputs: text, outputs: { table: { format: { mediaType: "image/png" } } } }],
    ["/outputs/table/format/encoding", { inputs: text, outputs: { table: { format: { encoding: "base64" } } } }],
    ["/response", { inputs: text, response: "both" }],
    ["/mode", { inputs: text, mode: "never" }],
    ["/process", { inputs: text, process: "other" }],
    ["/subscriber", { inputs: text, subscriber: {} }],
    ["/subscriber/successUri", { inputs: text, subscriber: { successUri: "ftp://x/" } }],
    ["/subscriber/failedUri", { inputs: text, subscriber: { failedUri: "http://user:word@x/" } }],
    ["/subscriber/inProgressUri", { inputs: text, subscriber: { inProgressUri: `http://x/${"y".repeat(2048)}` } }],
    ["/subscriber/successEmail", { inputs: text, subscriber: { successEmail: "a@b.c, d@e.f" } }],
    ["/subscriber/colour", { inputs: text, subscriber: { successUri: "http://x/", colour: 1 } }],
    ["/subscribers/failedEmail", { inputs: text, subscribers: { failedEmail: "a@b.c\nBcc: d@e.f" } }],
    ["/subscribers", { inputs: text, subscriber: { successUri: "http://x" }, subscribers: { failedUri: "http://x" } }],
    ["/notification_email", { inputs: text, notification_email: "nobody" }],
    ["/notification_email", { inputs: text, notification_email: "a@b.c", subscriber: { failedEmail: "d@e.f" } }],
  ];
  test.each(cases)("%p of %j", (pointer, payload) => {
    expect(pointersOf(payload)).toEqual([pointer]);
  });
});

test("every fault of a request is told at once", () => {
  const payload = { inputs: { nope: 1, many: [1, 2, 3, 4] }, outputs: { other: {} }, mode: "x", respnse: 1 };
  expect(pointersOf(payload).toSorted()).toEqual([
    "/inputs/many",
    "/inputs/nope",
    "/inputs/text",
    "/mode",
    "/outputs/other",
    "/respnse",
  ]);
});

test("a fault says what was found and what was wanted", () => {
  const [fault] = readExecution({ inputs: { text: "" }, mode: "never" }, description).faults;
  expect(fault?.detail).toBe('found "never", wanted one of sync, async, auto');
});

test("one raw output is offered, and the process may be named by its URL", () => {
  const payload = {
    process: "http://host/processes/demo",
    inputs: { text: "" },
    outputs: { table: { format: { mediaType: "text/csv" } } },
    response: "raw",
  };
  expect(readExecution(payload, description).faults).toEqual([]);
});

describe("subscribers are read", () => {
  const read = (words: Readonly<Record<string, unknown>>) => {
    const { faults, execution } = readExecution({ inputs: { text: "" }, ...words }, description);
    expect(faults).toEqual([]);
    return execution;
  };

  test("with the place of each address, which the job's request does not repeat", () => {
    const { subscribers, request } = read({ subscriber: { successUri: "https://x:8443/done?token=1" } });
    expect(subscribers).toEqual([
      {
        subscriber: { event: "success", channel: "callback", address: "https://x:8443/done?token=1" },
        pointer: "/subscriber/successUri",
      },
    ]);
    expect(request.notify).toEqual([{ event: "success", channel: "callback", receiver: "x:8443" }]);
  });

  test("under the name that the schema of 1.0 requires by mistake, unless the right one is there", () => {
    expect(read({ subscriber: { successUrl: "http://a/" } }).subscribers).toMatchObject([
      { subscriber: { event: "success", address: "http://a/" } },
    ]);
    expect(read({ subscriber: { successUrl: "http://a/", successUri: "http://b/" } }).subscribers).toMatchObject([
      { subscriber: { address: "http://b/" } },
    ]);
  });

  test("as mails too: each event its own, or one address for either end", () => {
    const { subscribers } = read({ subscribers: { inProgressEmail: "a@b.c" }, notification_email: "d@e.f" });
    expect(subscribers.map(({ subscriber }) => [subscriber.event, subscriber.channel, subscriber.address])).toEqual([
      ["inProgress", "mail", "a@b.c"],
      ["success", "mail", "d@e.f"],
      ["failed", "mail", "d@e.f"],
    ]);
  });

  test("as none, which leaves no trace in the request", () => {
    expect(read({}).subscribers).toEqual([]);
    expect(Object.keys(read({}).request)).toEqual(["inputs"]);
  });
});

describe("chooseMode() answers", () => {
  const both = ["sync-execute", "async-execute"] as const;
  const cases = [
    ["auto", {}, both, { isSync: true }],
    ["auto", { respondAsync: true }, both, { isSync: false }],
    ["async", {}, both, { isSync: false }],
    ["sync", { respondAsync: true }, both, { isSync: false }],
    ["async", { waitSeconds: 3 }, both, { isSync: true, waitSeconds: 3 }],
    ["auto", { respondAsync: true, waitSeconds: 3 }, both, { isSync: true, waitSeconds: 3 }],
    ["auto", { respondAsync: true }, ["sync-execute"], { isSync: true }],
    ["auto", { waitSeconds: 3 }, ["async-execute"], { isSync: false }],
    ["auto", {}, ["async-execute"], { isSync: false }],
  ] as const;
  test.each(cases)("mode %s, preferences %j, offered %j: %j", (mode, preferences, offered, wanted) => {
    const jobControlOptions = [...offered];
    const { chosen, fault } = chooseMode(mode, { respondAsync: false, ...preferences }, { jobControlOptions });
    expect(fault).toBeUndefined();
    expect<unknown>(chosen).toEqual(wanted);
  });

  test("a fault when the body asks for what the process does not offer", () => {
    const none = { respondAsync: false };
    expect(chooseMode("async", none, { jobControlOptions: ["sync-execute"] }).fault?.pointer).toBe("/mode");
    expect(chooseMode("sync", none, { jobControlOptions: ["async-execute"] }).fault?.pointer).toBe("/mode");
  });
});

test("what else a request says is left out, and named; what only describes is taken", () => {
  const { faults, execution } = readExecution(
    {
      $schema: "https://example.org/execute.json",
      title: "A try",
      tags: ["one"],
      colour: "red",
      inputs: { text: { href: "data:,x", format: { mediaType: "text/csv" }, size: 1 } },
      outputs: { table: { include: true } },
    },
    description,
  );
  expect(faults).toEqual([]);
  expect(execution.request.inputs.text).toEqual({ kind: "reference", href: "data:,x", mediaType: "text/csv" });
  expect(execution.request.warnings?.map((one) => one.split(":")[0])).toEqual([
    "/colour",
    "/inputs/text/size",
    "/outputs/table/include",
  ]);
});
