import { describe, expect, test } from "bun:test";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { eventsOf } from "../../../src/store/jobs/job-events.ts";
import { findJob } from "../../../src/store/jobs/jobs.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { address, jsonOf, openService, processOf, submitEcho } from "../service.ts";

const execution = "/processes/echo/execution";

test("an asynchronous execution answers 201 with the job's address and status", async () => {
  await using service = await openService({ holdsJobs: true });
  const response = await service.send("POST", execution, {
    headers: { prefer: "respond-async" },
    body: { inputs: { text: "hello" } },
  });
  expect(response.status).toBe(201);
  const status = await jsonOf(response);
  expect(response.headers.get("location")).toBe(`${address}/jobs/${status.jobID}`);
  expect(response.headers.get("preference-applied")).toBe("respond-async");
  expect(status).toMatchObject({ type: "process", status: "accepted", processID: "echo", progress: 0 });
  expect((await eventsOf(service.database, String(status.jobID), 0)).map((event) => event.status)).toEqual([
    "accepted",
  ]);
});

test("a synchronous execution of several outputs answers the results document", async () => {
  await using service = await openService();
  const response = await service.send("POST", execution, {
    body: { inputs: { text: "hello", array: [1, 2], object: { value: { a: 1 } }, bbox: { bbox: [1, 2, 3, 4] } } },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("link")).toContain('rel="monitor"');
  expect(await jsonOf(response)).toEqual({
    text: "hello",
    array: [1, 2],
    object: { value: { a: 1 } },
    bbox: { bbox: [1, 2, 3, 4], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84" },
  });
});

test("a synchronous execution of one output answers the bare value", async () => {
  await using service = await openService();
  const send = (body: object, accept?: string) =>
    service.send("POST", execution, { body, ...(accept === undefined ? {} : { headers: { accept } }) });
  const text = await send({ inputs: { text: "hello" }, outputs: { text: {} } });
  expect(text.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  expect(await text.text()).toBe("hello");
  const json = await send({ inputs: { text: "hello" }, outputs: { text: {} } }, "application/json");
  expect(await json.text()).toBe('"hello"');
  const number = await send({ inputs: { text: "", number: 1.5 }, outputs: { number: {} }, response: "raw" });
  expect(await number.text()).toBe("1.5");
  const image = await send({ inputs: { text: "", image: "aGVsbG8=" }, outputs: { image: {} } });
  expect(image.headers.get("content-type")).toBe("image/png");
  expect(await image.text()).toBe("hello");
});

test("an execution that wants no outputs answers nothing", async () => {
  await using service = await openService();
  const response = await service.send("POST", execution, { body: { inputs: { text: "" }, outputs: {} } });
  expect(response.status).toBe(204);
});

test("a value that was asked for by reference is linked", async () => {
  await using service = await openService();
  const body = { inputs: { text: "hello" }, outputs: { text: { transmissionMode: "reference" } } };
  const raw = await service.send("POST", execution, { body });
  expect(raw.status).toBe(204);
  expect(raw.headers.get("link")).toContain("/results/text>");
  const document = await jsonOf(await service.send("POST", execution, { body: { ...body, response: "document" } }));
  expect(document.text).toMatchObject({ rel: "item", href: expect.stringMatching(/\/jobs\/.+\/results\/text$/) });
});

test("the sync limit ends the waiting with 201, and the job goes on", async () => {
  await using service = await openService({ holdsJobs: true, settings: { syncLimitMilliseconds: 20 } });
  const response = await service.send("POST", execution, { body: { inputs: { text: "hello" } } });
  expect(response.status).toBe(201);
  expect((await jsonOf(response)).status).toBe("accepted");
});

test("a preference lowers the wait and is said to be applied", async () => {
  await using service = await openService({ holdsJobs: true });
  const headers = { prefer: "respond-async, wait=0" };
  const response = await service.send("POST", execution, { headers, body: { inputs: { text: "hello" } } });
  expect(response.status).toBe(201);
  expect(response.headers.get("preference-applied")).toBe("respond-async, wait=0");
});

test("a synchronous execution that fails answers why", async () => {
  await using service = await openService({ holdsJobs: true });
  const answer = service.send("POST", execution, { body: { inputs: { text: "hello" } } });
  let jobId: unknown;
  while (jobId === undefined) {
    const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
    jobId = Array.isArray(jobs) ? jobs[0]?.jobID : undefined;
    // Lets the server's own turns of the event loop come.
    await Bun.sleep(1);
  }
  const failure = { message: "Cannot run tool: exit code 3", exitCode: 3, stderrTail: "no such file" };
  await service.finish(String(jobId), { failure });
  const response = await answer;
  expect(response.status).toBe(500);
  expect(await jsonOf(response)).toMatchObject({
    type: "urn:heddle:problem:job-failed",
    detail: "Cannot run tool: exit code 3",
    exitCode: 3,
    jobID: jobId,
    stderrTail: "no such file",
  });
});

test("tags of the query come first, then what the job is", async () => {
  await using service = await openService();
  const response = await service.send("POST", `${execution}?tags=a,%20b`, {
    headers: { prefer: "respond-async", "accept-language": "de;q=0.5, fr-CH, *;q=0.1" },
    body: { inputs: { text: "hello" } },
  });
  const job = await findJob(service.database, String((await jsonOf(response)).jobID));
  expect(job?.tags).toEqual(["a", "b", "local", "application", "async"]);
  expect(job?.language).toBe("fr-CH");
});

describe("tags and titles of a job", () => {
  const wrong: readonly (readonly [string, object, string])[] = [
    ["a tag with a line end", { tags: ["a\nb"] }, "/tags"],
    ["a tag that a terminal would obey", { tags: ["\u001b[2J"] }, "/tags"],
    ["a tag that turns what follows round", { tags: ["gnp.\u202egpj"] }, "/tags"],
    ["a tag of 201 characters", { tags: "x".repeat(201) }, "/tags"],
    ["101 tags", { tags: Array.from({ length: 101 }, (_, at) => `t${at}`) }, "/tags"],
    ["a title that turns what follows round", { title: "run \u2066of" }, "/title"],
  ];
  test.each(wrong)("%s is refused, naming it", async (_, members, pointer) => {
    await using service = await openService();
    const body = { inputs: { text: "a" }, ...members };
    const response = await service.send("POST", execution, { body });
    const { errors } = await jsonOf(response);
    expect([response.status, errors]).toMatchObject([400, [{ pointer }]]);
  });

  test("a tag of the query is held to the same", async () => {
    await using service = await openService();
    const response = await service.send("POST", `${execution}?tags=a,b%0Ac`, { body: { inputs: { text: "a" } } });
    const { detail } = await jsonOf(response);
    expect([response.status, detail]).toEqual([400, expect.stringContaining('found "b\\nc", wanted at most 100 tags')]);
  });

  test("letters of any script, and marks that belong to them, are taken", async () => {
    await using service = await openService();
    const title = "\u200fשלום, मौसम, 天気 🌧️";
    const body = { inputs: { text: "a" }, title, tags: ["café", "نهر"] };
    const response = await service.send("POST", execution, { headers: { prefer: "respond-async" }, body });
    const job = await findJob(service.database, String((await jsonOf(response)).jobID));
    expect([job?.request.title, job?.tags.slice(0, 2)]).toEqual([title, ["café", "نهر"]]);
  });
});

describe("an Idempotency-Key", () => {
  const headers = { prefer: "respond-async", "idempotency-key": "k1" };
  test("makes the same request twice one job, and refuses another body", async () => {
    await using service = await openService();
    const send = (text: string) => service.send("POST", execution, { headers, body: { inputs: { text } } });
    const first = await jsonOf(await send("a"));
    const second = await send("a");
    expect(second.status).toBe(201);
    expect((await jsonOf(second)).jobID).toBe(first.jobID);
    const other = await send("b");
    expect(other.status).toBe(422);
    expect((await jsonOf(other)).type).toBe("urn:heddle:problem:idempotency-conflict");
  });

  test("belongs to its user", async () => {
    await using service = await openService();
    const ann = await service.createKey("runner", "ann");
    const bob = await service.createKey("runner", "bob");
    const send = (key: string) => service.send("POST", execution, { key, headers, body: { inputs: { text: "a" } } });
    expect((await jsonOf(await send(ann))).jobID).not.toBe((await jsonOf(await send(bob))).jobID);
  });
});

describe("bad input gets a clear answer:", () => {
  const cases: readonly [
    string,
    number,
    { body?: unknown; headers?: Record<string, string>; path?: string },
    string,
  ][] = [
    ["a body that is not JSON", 400, { body: "{", headers: { "content-type": "application/json" } }, "JSON"],
    ["an empty body", 400, { headers: { "content-type": "application/json" } }, "found nothing"],
    ["a wrong content type", 415, { body: "text", headers: { "content-type": "text/plain" } }, "text/plain"],
    ["no content type", 415, {}, "no Content-Type"],
    ["an unknown process", 404, { body: {}, path: "/processes/nope/execution" }, "nope"],
    ["a body over the limit", 413, { body: { inputs: { text: "x".repeat(70_000) } } }, "65536"],
    ["a missing input", 400, { body: { inputs: {} } }, "/inputs/text"],
    ["an ill-typed input", 400, { body: { inputs: { text: 5 } } }, "/inputs/text"],
    ["an ill-typed item", 400, { body: { inputs: { text: "", array: [1, "b"] } } }, "/inputs/array/1"],
    ["a value out of range", 400, { body: { inputs: { text: "", pause: 99 } } }, "/inputs/pause"],
    ["a wrong word", 400, { body: { inputs: { text: "", choice: "pink" } } }, "/inputs/choice"],
    ["a wrong media type", 400, { body: { inputs: { text: "", mixed: { value: "", mediaType: "a/b" } } } }, "a/b"],
    ["an unwrapped object", 400, { body: { inputs: { text: "", object: { type: "x" } } } }, "/inputs/object"],
    ["broken base64", 400, { body: { inputs: { text: { value: "?", encoding: "base64" } } } }, "/inputs/text/value"],
    ["an ftp reference", 400, { body: { inputs: { text: { href: "ftp://x/y" } } } }, "/inputs/text/href"],
    ["a password in a reference", 400, { body: { inputs: { text: { href: "http://a:b@x/" } } } }, "without user"],
    ["a file outside the roots", 400, { body: { inputs: { text: { href: "file:///etc/passwd" } } } }, "allows"],
    ["a subscriber of nothing", 400, { body: { inputs: { text: "" }, subscriber: {} } }, "/subscriber"],
    [
      "a callback to a private address",
      400,
      { body: { inputs: { text: "" }, subscriber: { successUri: "http://10.0.0.1/" } } },
      "/subscriber/successUri",
    ],
    [
      "a mail without a server for mails",
      400,
      { body: { inputs: { text: "" }, notification_email: "ada@example.org" } },
      "sends none",
    ],
    ["a misspelt member", 400, { body: { inputs: { text: "" }, outptus: {} } }, "/outptus"],
  ];
  test.each(cases)("%s is %d", async (_, status, options, words) => {
    await using service = await openService();
    const response = await service.send("POST", options.path ?? execution, options);
    expect(response.status).toBe(status);
    const problem = await jsonOf(response);
    expect(problem.status).toBe(status);
    expect(JSON.stringify(problem)).toContain(words);
    const { jobs } = await jsonOf(await service.send("GET", "/jobs"));
    expect(jobs).toEqual([]);
  });

  test("each fault is listed with its pointer", async () => {
    await using service = await openService();
    const response = await service.send("POST", execution, {
      body: { inputs: { number: "x", nope: 1 }, mode: "never" },
    });
    const { errors } = await jsonOf(response);
    const pointers = Array.isArray(errors) ? errors.map((error) => error.pointer).toSorted() : [];
    expect(pointers).toEqual(["/inputs/nope", "/inputs/number", "/inputs/text", "/mode"]);
  });

  test("nesting that would exhaust the stack is 400", async () => {
    await using service = await openService();
    const deep = `{"inputs":{"text":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`;
    const headers = { "content-type": "application/json", "idempotency-key": "deep" };
    const response = await service.send("POST", execution, { body: deep, headers });
    expect(response.status).toBe(400);
  });

  test("a streamed body over the limit is 413", async () => {
    await using service = await openService();
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(16 * 1024).fill(32)),
    });
    const headers = { "content-type": "application/json" };
    const response = await service.app.fetch(new Request(`${address}${execution}`, { method: "POST", headers, body }));
    expect(response.status).toBe(413);
  });
});

test("a process that only runs synchronously ignores the preference and refuses the mode", async () => {
  await using service = await openService();
  const description = { ...echo.description, id: "sync-only", jobControlOptions: ["sync-execute" as const] };
  await saveProcess(service.database, processOf(description), 0, { replace: true });
  const path = "/processes/sync-only/execution";
  const body = { inputs: { text: "a" }, outputs: { text: {} } };
  const ignored = await service.send("POST", path, { headers: { prefer: "respond-async" }, body });
  expect(ignored.status).toBe(200);
  expect(ignored.headers.get("preference-applied")).toBeNull();
  const refused = await service.send("POST", path, { body: { ...body, mode: "async" } });
  expect(refused.status).toBe(400);
});

test("an uploaded file is tied to the job that may use it", async () => {
  await using service = await openService({ holdsJobs: true });
  const description = { ...echo.description, id: "files" };
  await saveProcess(service.database, processOf(description, { fileInputs: ["text"] }), 0, { replace: true });
  const ann = await service.createKey("runner", "ann");
  const bob = await service.createKey("runner", "bob");
  const upload = await jsonOf(
    await service.send("POST", "/vault", { key: ann, headers: { "content-type": "text/csv" }, body: "a,b" }),
  );
  const send = (key: string, authorization?: string) =>
    service.send("POST", "/processes/files/execution", {
      key,
      headers: { prefer: "respond-async", ...(authorization === undefined ? {} : { "x-auth-vault": authorization }) },
      body: { inputs: { text: { href: upload.file_href } } },
    });
  expect((await send(ann)).status).toBe(201);
  expect((await send(bob)).status).toBe(400);
  expect((await send(bob, `token ${upload.token}; id=${upload.id}`)).status).toBe(400);
  expect((await send(ann, `token ${upload.token}; id=${upload.id}`)).status).toBe(201);
});

test("two requests of the same user give two jobs without a key", async () => {
  await using service = await openService({ holdsJobs: true });
  expect(await submitEcho(service)).not.toBe(await submitEcho(service));
});
