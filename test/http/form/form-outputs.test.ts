import { expect, test } from "bun:test";
import { readRights } from "../../../src/domain/people/rights.ts";
import type { Result } from "../../../src/domain/values/values.ts";
import { echo } from "../../../src/engines/builtin/echo.ts";
import { createKey } from "../../../src/operations/people/manage-keys.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { formEntries } from "../../support/browser-form.ts";
import { identitiesOf } from "../people/identities.ts";
import { address, jsonOf, openService, processOf, type Service, submitEcho } from "../service.ts";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", origin: address };
const name = "/inputs/image";

type Key = string | undefined;
const as = (key: Key) => (key === undefined ? {} : { key });

async function pageOf(service: Service, key: Key, path = "/processes/echo?f=html"): Promise<string> {
  return (await service.send("GET", path, { headers: browser, ...as(key) })).text();
}

async function press(service: Service, form: FormData, doing: "run" | "check", key?: Key): Promise<Response> {
  form.set("~do", doing);
  return service.send("POST", "/processes/echo/form", { headers: browser, body: form, ...as(key) });
}

function fileAt(reference: string, mediaType: string): Result {
  return {
    kind: "file",
    reference,
    basename: decodeURIComponent(reference.split("/").at(-1) ?? ""),
    mediaType,
    sizeBytes: 4,
  };
}

/** Runs a job that makes files, by name and media type. */
async function madeBy(service: Service, key: Key, files: Readonly<Record<string, string>>): Promise<string> {
  const jobId = await submitEcho(service, key);
  const results = Object.entries(files).map(([file, type], index) => [
    `out${index}`,
    fileAt(`/${jobId}/out${index}/${encodeURIComponent(file)}`, type),
  ]);
  await service.finish(jobId, {
    results: Object.fromEntries(results),
    files: Object.fromEntries(Object.keys(files).map((file, index) => [`out${index}/${file}`, "eA=="])),
  });
  service.clock.advance(1000);
  return jobId;
}

function fieldIn(html: string, field = name): string {
  return html.split(`id="${field}"`)[1]?.split(/ id="\/inputs\/[^"~]*" class="field/)[0] ?? "";
}

/** What a person sees of a part of a page: its text, without markup and the values of controls. */
function seen(html: string): string {
  return html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

/** The options of the list of files, with the group in which each stands; that of a job without its time. */
function optionsOf(html: string, field = name): readonly string[] {
  const list = html.split(`name="${field}/~stored"`)[1]?.split("</select>")[0] ?? "";
  return [...list.matchAll(/<optgroup label="([^"]*)"|<option[^>]*>([^<]*)/g)].map(([, group, text]) =>
    group === undefined ? (text ?? "").split(",", 1).join() : `${group.replace(/, [\d-]+ [\d:]+ UTC$/, "")}:`,
  );
}

test("a field for a file offers what one's own jobs made, the newest first, and before all what may fit", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const [ana, ben] = [await service.createKey("runner", "ana"), await service.createKey("runner", "ben")];
  await madeBy(service, ana, { "old.png": "image/png" });
  const jobId = await madeBy(service, ana, { "table.csv": "text/csv", "new <b>.png": "image/png" });
  await madeBy(service, ben, { "of ben.png": "image/png" });
  await madeBy(service, undefined, { "of nobody.png": "image/png" });
  const html = await pageOf(service, ana);
  expect(optionsOf(html)).toEqual([
    ...[
      "(none)",
      "Output of Echo, text: hello:",
      "new &lt;b&gt;.png",
      "Output of Echo, text: hello:",
      "old.png",
      "Other files of jobs:",
      "table.csv",
    ],
  ]);
  expect(html).toContain(`value="${address}/outputs/${jobId}/out1/new%20%3Cb%3E.png"`);
  expect(seen(fieldIn(html))).toMatch(/new &lt;b&gt;\.png, out1 of Echo, [\d-]+ [\d:]+ UTC, 4 bytes /);
  expect(optionsOf(await pageOf(service, ben))).toEqual(["(none)", "Output of Echo, text: hello:", "of ben.png"]);
  expect(optionsOf(await pageOf(service, undefined))).toEqual([
    "(none)",
    "Output of Echo, text: hello:",
    "of nobody.png",
  ]);
});

test("no two outputs are worded the same, and logs and files of other types stand last", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const key = await service.createKey("runner", "ana");
  const files = { "map.png": "image/png", "map.log": "text/plain", "map.txt": "text/plain", "b.log": "image/png" };
  await madeBy(service, key, files);
  await madeBy(service, key, { "map.png": "image/png" });
  const html = await pageOf(service, key);
  expect(optionsOf(html)).toEqual([
    ...["(none)", "Output of Echo, text: hello:", "map.png", "Output of Echo, text: hello:", "map.png"],
    ...["Other files of jobs:", "map.log", "map.txt", "b.log"],
  ]);
  const list = html.split(`name="${name}/~stored"`)[1]?.split("</select>")[0] ?? "";
  const words = [...list.matchAll(/<option[^>]*>([^<]*)/g)].map(([, text]) => text);
  expect(new Set(words).size).toBe(words.length);
});

test("what others of one's groups made is offered after one's own, with whose it is, and given to a job", async () => {
  const groups: Readonly<Record<string, readonly string[]>> = {
    ana: ["lab"],
    ben: ["lab"],
    eva: ["other"],
    zoe: ["lab"],
  };
  const identities = identitiesOf((user) => {
    const own = groups[user];
    return own === undefined ? undefined : { user, role: user === "zoe" ? "admin" : "runner", groups: own };
  });
  await using service = await openService({ identities, holdsJobs: true, rights: readRights(["group:lab=jobs:ec*"]) });
  for (const user of Object.keys(groups)) await service.send("GET", "/jobs", { key: user });
  await madeBy(service, "ana", { "own.png": "image/png" });
  const made = await madeBy(service, "ben", { "of <b>en.png": "image/png", "t.csv": "text/csv" });
  await madeBy(service, "eva", { "of eva.png": "image/png" });
  const html = await pageOf(service, "ana");
  expect(optionsOf(html)).toEqual([
    ...["(none)", "Output of Echo, text: hello:", "own.png"],
    ...["Output of Echo by ben, text: hello:", "of &lt;b&gt;en.png"],
    ...["Other files of jobs:", "t.csv"],
  ]);
  expect(seen(fieldIn(html))).toMatch(/of &lt;b&gt;en\.png, out0 of Echo by ben, [\d-]+ [\d:]+ UTC, 4 bytes /);
  expect(seen(fieldIn(html))).toContain("t.csv, out1 of Echo by ben, 20");
  // Who sees all jobs is offered those of the own groups, and no others.
  expect(optionsOf(await pageOf(service, "zoe"))).not.toContain("of eva.png");
  expect(optionsOf(await pageOf(service, "zoe"))).toContain("own.png");
  expect(optionsOf(await pageOf(service, "eva"))).toEqual(["(none)", "Output of Echo, text: hello:", "of eva.png"]);
  const href = `${address}/outputs/${made}/out0/of%20%3Cb%3Een.png`;
  const form = formEntries(html);
  form.set("/inputs/text", "x");
  form.set(`${name}/~stored`, href);
  const sent = await press(service, form, "run", "ana");
  expect(sent.status).toBe(303);
  const again = await pageOf(
    service,
    "ana",
    `/processes/echo?f=html&from=${/jobs\/([^?]+)/.exec(sent.headers.get("location") ?? "")?.[1]}`,
  );
  expect(seen(fieldIn(again))).toContain("output out0 of Echo by ben,");
  const foreign = await press(service, form, "run", "eva");
  expect(foreign.status).toBe(422);
});

test("only what is kept is offered: no job that failed, was removed, or runs, and at most 50 outputs", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ana");
  const many = Object.fromEntries(Array.from({ length: 18 }, (_, index) => [`${index}.png`, "image/png"]));
  for (let count = 0; count < 3; count += 1) await madeBy(service, key, many);
  const removed = await madeBy(service, key, { "removed.png": "image/png" });
  expect((await service.send("DELETE", `/jobs/${removed}`, { key })).status).toBe(200);
  const failed = await submitEcho(service, key);
  await service.finish(failed, { failure: { message: "no" } });
  await submitEcho(service, key);
  const options = optionsOf(await pageOf(service, key));
  expect(options).not.toContain("removed.png");
  expect(options).toHaveLength(1 + 3 + 50);
});

test("jobs of processes that a key is not for offer nothing", async () => {
  await using service = await openService({ holdsJobs: true });
  const { text: key } = await createKey(service.keys, { role: "runner", user: "ana" });
  const processes = ["other"];
  const { text: narrow } = await createKey(service.keys, { role: "runner", user: "ana", processes });
  service.clock.advance(2000);
  const process = processOf({ ...echo.description, id: "other" });
  await saveProcess(service.database, process, service.clock.now(), { replace: true });
  await madeBy(service, key, { "a.png": "image/png" });
  const other = "/processes/other?f=html";
  expect(optionsOf(await pageOf(service, key, other))).toContain("a.png");
  expect(optionsOf(await pageOf(service, narrow, other))).toEqual(["(none)"]);
});

test("a process that runs on another server is offered nothing, and an address stays what it is", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ana");
  const made = await madeBy(service, key, { "a.png": "image/png" });
  const definition = {
    kind: "remote",
    type: "ogc-api-processes",
    url: "https://a.example",
    processId: "echo",
  } as const;
  const process = processOf({ ...echo.description, id: "away" }, { definition });
  await saveProcess(service.database, process, service.clock.now(), { replace: true });
  const href = `${address}/outputs/${made}/out0/a.png`;
  const inputs = encodeURIComponent(JSON.stringify({ image: { href } }));
  const html = await pageOf(service, key, `/processes/away?f=html&inputs=${inputs}`);
  expect(optionsOf(html)).toEqual(["(none)"]);
  expect(formEntries(html).get(`${name}/~href`)).toBe(href);
});

test("an output that is chosen is given to the job, and running it again has it chosen", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ana");
  const made = await madeBy(service, key, { "a b.png": "image/png" });
  const href = `${address}/outputs/${made}/out0/a%20b.png`;
  const form = formEntries(await pageOf(service, key));
  form.set("/inputs/text", "x");
  form.set(`${name}/~stored`, href);
  const checked = await (await press(service, form, "check", key)).text();
  expect(checked).toContain("The request is right. Nothing was run. The content of files was not read");
  const sent = await press(service, form, "run", key);
  expect(sent.status).toBe(303);
  const job = (sent.headers.get("location") ?? "").replace("?f=html", "");
  expect(await jsonOf(await service.send("GET", `${job}/inputs`, { key }))).toMatchObject({
    inputs: { image: { href } },
  });
  const again = await pageOf(service, key, `/processes/echo?f=html&from=${job.split("/").at(-1)}`);
  expect(seen(again)).toMatch(/Filled in from job [^ ]{8} , Echo, .*text: x.*\. What you change here/);
  expect([formEntries(again).get(`${name}/~stored`), formEntries(again).get(`${name}/~href`)]).toEqual([href, ""]);
  expect(seen(fieldIn(again))).toContain("a b.png 4 bytes , image/png, output out0 of Echo , text: hello, 20");
});

test("an output that is gone, or is somebody else's, is told beside its field before anything is run", async () => {
  await using service = await openService({ holdsJobs: true });
  const [ana, ben] = [await service.createKey("runner", "ana"), await service.createKey("runner", "ben")];
  const made = await madeBy(service, ana, { "a.png": "image/png" });
  const href = `${address}/outputs/${made}/out0/a.png`;
  const filled = `/processes/echo?f=html&inputs=${encodeURIComponent(JSON.stringify({ text: "x", image: { href } }))}`;
  const words = "was removed, or is somebody else";
  const chosen = formEntries(await pageOf(service, ana, filled));
  expect(chosen.get(`${name}/~stored`)).toBe(href);
  expect(seen(fieldIn(await pageOf(service, ana, filled)))).not.toContain(words);
  expect(seen(fieldIn(await pageOf(service, ben, filled)))).toContain(words);
  expect((await service.send("DELETE", `/jobs/${made}`, { key: ana })).status).toBe(200);
  expect(seen(fieldIn(await pageOf(service, ana, filled)))).toContain(words);
  for (const doing of ["check", "run"] as const) {
    const answer = await press(service, chosen, doing, ana);
    expect(answer.status).toBe(422);
    expect(fieldIn(await answer.text())).toMatch(/class="fault">[^<]*a result that is still kept/);
  }
  // Nothing is lost, and the choice stays where it was made.
  const html = await (await press(service, chosen, "check", ana)).text();
  expect(formEntries(html).get(`${name}/~stored`)).toBe(href);
});

test("an output of a job that is too old for the list stays chosen, told as any other", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ana");
  const made = await madeBy(service, key, { "old.png": "image/png" });
  const form = formEntries(await pageOf(service, key));
  form.set(`${name}/~stored`, `${address}/outputs/${made}/out0/old.png`);
  for (let count = 0; count < 20; count += 1) await madeBy(service, key, { [`${count}.png`]: "image/png" });
  expect(optionsOf(await pageOf(service, key))).not.toContain("old.png");
  const html = await (await press(service, form, "check", key)).text();
  expect(formEntries(html).get(`${name}/~stored`)).toBe(`${address}/outputs/${made}/out0/old.png`);
  expect(seen(fieldIn(html))).toMatch(/old\.png 4 bytes , image\/png, output out0 of Echo , text: hello, 20/);
  expect(fieldIn(html)).toContain(`/jobs/${made}?f=html">Echo</a>`);
});

test("directories are offered where directories are taken, and each row of a list of files offers outputs", async () => {
  await using service = await openService({ holdsJobs: true });
  const key = await service.createKey("runner", "ana");
  const file = { type: "string", contentMediaType: "image/png", contentEncoding: "binary" };
  const folder = { type: "string", format: "uri", contentMediaType: "application/directory" };
  const many = { minOccurs: 0, maxOccurs: "unbounded" } as const;
  const process = processOf({
    ...{ id: "files", version: "1", jobControlOptions: ["async-execute"], outputTransmission: ["reference"] },
    inputs: {
      files: { schema: file, ...many },
      list: { schema: { type: "array", items: file }, minOccurs: 0, maxOccurs: 1 },
      folder: { schema: folder, minOccurs: 0, maxOccurs: 1 },
    },
    outputs: {},
  });
  await saveProcess(service.database, process, service.clock.now(), { replace: true });
  const jobId = await submitEcho(service, key);
  const files = Array.from({ length: 3000 }, (_, index) => ({
    path: `${index}.tif`,
    mediaType: "image/tiff",
    sizeBytes: 1,
  }));
  await service.finish(jobId, {
    results: {
      text: {
        kind: "list",
        items: [fileAt(`/${jobId}/text/1.png`, "image/png"), fileAt(`/${jobId}/text/2.png`, "image/png")],
      },
      mixed: { kind: "directory", reference: `/${jobId}/mixed/scene/`, basename: "scene", files },
      object: { kind: "record", members: { zip: fileAt(`/${jobId}/object/all.zip`, "application/zip") } },
      image: { kind: "link", href: "https://elsewhere.example/x.png" },
      // Longer than what is read for a list.
      array: { kind: "list", items: Array.from({ length: 500 }, () => fileAt(`/${jobId}/array/x.png`, "image/png")) },
      choice: {
        kind: "directory",
        reference: `/${jobId}/choice/huge/`,
        basename: "huge",
        files: Array.from({ length: 20 }, () => files).flat(),
      },
    },
  });
  const html = await pageOf(service, key, "/processes/files?f=html");
  for (const field of ["/inputs/files/0", "/inputs/list/0"]) {
    expect(optionsOf(html, field)).toEqual([
      ...["(none)", "Output of Echo, text: hello:", "1.png", "2.png", "Other files of jobs:", "all.zip"],
    ]);
  }
  // A picture is no directory, and no archive of one.
  const folders = ["(none)", "Output of Echo, text: hello:", "scene", "all.zip"];
  expect(optionsOf(html, "/inputs/folder")).toEqual(folders);
});
