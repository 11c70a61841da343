import { expect, test } from "bun:test";
import type { ProcessDescription } from "../../../src/domain/processes/process.ts";
import { saveProcess } from "../../../src/store/processes/processes.ts";
import { plainTables } from "../../pages/frame.ts";
import { jsonOf, openService, processOf, type RequestOptions, type Service } from "../service.ts";

const html = { accept: "text/html" };

/** Deploys a process with a text, a number that has a default, and a file. */
async function deploy(
  service: Service,
  id: string,
  title: string,
  {
    visibility = "public",
    size = 10,
    version = "1.0.0",
  }: { readonly visibility?: "public" | "private"; readonly size?: number; readonly version?: string } = {},
) {
  const description: ProcessDescription = {
    id,
    title,
    version,
    inputs: {
      text: { schema: { type: "string" }, minOccurs: 0, maxOccurs: 1 },
      size: { schema: { type: "integer", default: size }, minOccurs: 0, maxOccurs: 1 },
      table: { schema: { type: "string", contentMediaType: "text/csv" }, minOccurs: 0, maxOccurs: 1 },
      password: { schema: { type: "string" }, minOccurs: 0, maxOccurs: 1 },
    },
    outputs: {},
    jobControlOptions: ["async-execute"],
    outputTransmission: ["value"],
  };
  await saveProcess(
    service.database,
    processOf(description, { fileInputs: ["table"], visibility, revision: `sha256:${title}` }),
    0,
    {
      replace: true,
    },
  );
}

async function run(service: Service, id: string, inputs: object, options: RequestOptions = {}): Promise<string> {
  const sent = { headers: { prefer: "respond-async" }, body: { inputs }, ...options };
  const response = await service.send("POST", `/processes/${id}/execution`, sent);
  expect(response.status).toBe(201);
  return String((await jsonOf(response)).jobID);
}

async function pageOf(service: Service, query = "", options: RequestOptions = {}): Promise<string> {
  const response = await service.send("GET", `/jobs${query}`, { headers: html, ...options });
  expect(response.status).toBe(200);
  return plainTables(await response.text());
}

async function found(service: Service, query: string, options: RequestOptions = {}): Promise<readonly string[]> {
  const response = await service.send("GET", `/jobs${query}`, options);
  const { jobs } = JSON.parse(await response.text());
  return jobs.map(({ jobID }: { readonly jobID: string }) => jobID);
}

const linesOf = (page: string) => [...page.matchAll(/<span class="run-inputs">(.*?)<\/span>/g)].map(([, line]) => line);

async function upload(service: Service, name: string): Promise<string> {
  const headers = { "content-type": "text/csv", "content-disposition": `attachment; filename="${name}"` };
  const sent = await jsonOf(await service.send("POST", "/vault", { headers, body: "a,b\n1,2\n" }));
  return String(sent.href);
}

test("each row says in what its run differs: inputs that are not the defaults, files by name, never a secret", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service, "reader", "Reader");
  const href = await upload(service, "<b>rain.csv");
  await run(service, "reader", { text: "north", size: 10, password: "geheim" });
  await run(service, "reader", { text: "north", size: 20 });
  await run(service, "reader", { text: "north", table: { href } });
  await run(service, "reader", {});
  const page = await pageOf(service);
  expect(linesOf(page)).toEqual(["table: &lt;b&gt;rain.csv · text: north", "text: north · size: 20", "text: north"]);
  expect(page).not.toContain("geheim");
  const home = plainTables(await (await service.send("GET", "/", { headers: html })).text());
  expect(linesOf(home)).toEqual(linesOf(page));
  const ofProcess = await service.send("GET", "/processes/reader/jobs", { headers: html });
  expect(linesOf(plainTables(await ofProcess.text()))).toEqual(linesOf(page));
});

test("the line of a run is that of the revision that ran, whatever its process has as defaults by now", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service, "reader", "Reader");
  await run(service, "reader", { size: 10 });
  expect(linesOf(await pageOf(service))).toEqual([]);
  await run(service, "reader", { size: 20 });
  await deploy(service, "reader", "Reader, another revision", { size: 20 });
  service.clock.advance(2000);
  expect(linesOf(await pageOf(service))).toEqual(["size: 20"]);
});

test("a row says which version of its process ran, where jobs of the list ran several", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service, "reader", "Reader");
  await deploy(service, "other", "Other");
  for (const id of ["reader", "other"]) await run(service, id, {});
  expect(await pageOf(service)).not.toContain("version 1.0.0");
  await deploy(service, "reader", "New reader", { version: "1.1.0" });
  service.clock.advance(2000);
  await run(service, "reader", {});
  const page = await pageOf(service);
  const versions = (text: string) => [...text.matchAll(/ version (1\.[^<]*)</g)].map(([, version]) => version);
  expect(versions(page)).toEqual(["1.1.0", "1.0.0"]);
  expect(versions(await pageOf(service, "?process=other"))).toEqual([]);
  await deploy(service, "reader", "Newest reader", { version: "1.1.0" });
  service.clock.advance(2000);
  await run(service, "reader", {});
  expect(versions(await pageOf(service)).map((version) => version?.slice(0, 6))).toEqual(["1.1.0 ", "1.1.0 ", "1.0.0"]);
  const home = await (await service.send("GET", "/", { headers: html })).text();
  expect(versions(home)).toHaveLength(3);
});

test("words find a job by the name of an upload, also when the file is gone", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service, "reader", "Reader");
  const id = await run(service, "reader", { table: { href: await upload(service, "Höhen-2024.csv") } });
  await run(service, "reader", { table: { href: await upload(service, "other.csv") } });
  await service.finish(id);
  await service.database.write([{ sql: "DELETE FROM vault_files", args: [] }]);
  for (const words of ["hohen", "höhen-2024.csv", "2024"]) {
    expect([words, await found(service, `?q=${encodeURIComponent(words)}`)]).toEqual([words, [id]]);
  }
  expect(linesOf(await pageOf(service))).toContain("table: Höhen-2024.csv");
});

test("the beginning of an id finds its job, running or ended; what is too short does not", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service, "reader", "Reader");
  const running = await run(service, "reader", { size: 1 });
  const ended = await run(service, "reader", { size: 2 });
  await service.finish(ended);
  for (const id of [running, ended]) {
    for (const length of [9, 13, 14, 20, 30, 35]) {
      const start = id.slice(0, length);
      expect([start, (await found(service, `?q=${start.toUpperCase()}`)).includes(id)]).toEqual([start, true]);
      expect((await found(service, `?q=${start}`)).every((one) => one.startsWith(start))).toBe(true);
    }
    expect(await found(service, `?q=${id.slice(0, 6)}`)).toContain(id);
    expect(await found(service, `?q=${id.slice(0, 5)}`)).toEqual([]);
  }
  expect(await found(service, "?q=ffffff")).toEqual([]);
  const page = await (await service.send("GET", "/jobs?q=ffffff", { headers: html })).text();
  expect(page).toContain("Of an id, all of it is taken, its beginning (6 characters or more), or its last eight");
});

test("the filter by process takes a part of an id or a title, and a whole id alone", async () => {
  await using service = await openService({ holdsJobs: true });
  await deploy(service, "buffer", "Puffer um Flüsse");
  await deploy(service, "buffer-tool", "Tool");
  await deploy(service, "clip", "Clip: cut by a border");
  const [one, two, three] = [
    await run(service, "buffer", {}),
    await run(service, "buffer-tool", {}),
    await run(service, "clip", {}),
  ];
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["buf", [two, one]],
    ["FER", [two, one]],
    ["buffer", [one]],
    ["flusse puffer", [one]],
    ["Flüsse", [one]],
    ["cut border", [three]],
    ["cut ocean", []],
    ["tool,clip", [three, two]],
    ["%", []],
    ["nothing", []],
  ];
  for (const [words, ids] of rows) {
    const query = new URLSearchParams({ processWords: words });
    expect([words, await found(service, `?${query}`)]).toEqual([words, ids]);
    const page = await pageOf(service, `?${query}`);
    expect([words, ids.every((id) => page.includes(`jobs/${id}?f=html`))]).toEqual([words, true]);
    expect(page).toContain(`name="processWords" value="${words}"`);
  }
  // The parameter of the standard is an exact id.
  expect(await found(service, "?processID=buf")).toEqual([]);
  expect(await found(service, "?processID=buffer")).toEqual([one]);
  expect(await found(service, "?processID=buffer,clip&processWords=cl")).toEqual([three]);
  expect(await pageOf(service, "?processID=buffer")).toContain('name="processWords" value="buffer"');
});

test("the filter offers the processes of jobs, of those that its reader may know", async () => {
  await using service = await openService({ holdsJobs: true, allowAnonymous: "runner" });
  const ada = await service.createKey("admin", "ada");
  const bob = await service.createKey("runner", "bob");
  await deploy(service, "open", "Open");
  await deploy(service, "hidden", "Hidden", { visibility: "private" });
  await deploy(service, "unused", "Unused");
  await run(service, "open", {}, { key: ada });
  await run(service, "hidden", {}, { key: ada });
  const offered = async (key?: string) => {
    const page = await pageOf(service, "", key === undefined ? {} : { key });
    const [, list = ""] = /<datalist id="processes-of-jobs">(.*?)<\/datalist>/s.exec(page) ?? [];
    return [...list.matchAll(/value="([^"]*)"/g)].map(([, id]) => id);
  };
  expect(await offered(ada)).toEqual(["hidden", "open"]);
  expect(await offered(bob)).toEqual(["hidden", "open"]);
  expect(await offered()).toEqual(["open"]);
  // Jobs of others are in no list of theirs, whatever words they type.
  expect(await found(service, "?processWords=hid", { key: bob })).toEqual([]);
});

test("a span that ends before it begins is told by the name of its field; what failed in the last 7 days is one step away", async () => {
  await using service = await openService();
  const headers = { accept: "text/html" };
  const wrong = await service.send("GET", "/jobs?f=html&datetime=2026-03-02/2026-03-01", { headers });
  const html = await wrong.text();
  expect(wrong.status).toBe(400);
  expect(html).toContain(
    "found for Created &quot;2026-03-02/2026-03-01&quot;, wanted a start that is not after its end",
  );
  expect(html).not.toContain("found datetime");
  const usual = /\/jobs\?f=html&amp;status=failed&amp;datetime=7d/.exec(html)?.[0].replaceAll("&amp;", "&") ?? "";
  expect((await service.send("GET", usual, { headers })).status).toBe(200);
});
