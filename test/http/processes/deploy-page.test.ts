import { describe, expect, test } from "bun:test";
import { listAudit } from "../../../src/store/people/audit.ts";
import { formEntries } from "../../support/browser-form.ts";
import { fileSite } from "../../support/servers/file-site.ts";
import { address, jsonOf, openService, type Service } from "../service.ts";

const browser = { accept: "text/html", origin: address };
const path = "/_/deploy";

const tool = `cwlVersion: v1.2
class: CommandLineTool
id: say
label: Say <b>words</b>
baseCommand: echo
inputs:
  words: {type: string, inputBinding: {}}
outputs:
  said: stdout
`;
const flow = `cwlVersion: v1.2
class: Workflow
inputs: {words: string}
outputs: {said: {type: File, outputSource: first/said}}
steps:
  first: {run: tools/say.cwl, in: {words: words}, out: [said]}
`;

function formOf(fields: Readonly<Record<string, string>>, files: readonly File[] = []): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const file of files) form.append("files", file, file.name);
  return form;
}

function send(service: Service, form: FormData, key?: string): Promise<Response> {
  return service.send("POST", path, { headers: browser, body: form, ...(key === undefined ? {} : { key }) });
}

async function look(service: Service, form: FormData): Promise<string> {
  form.set("do", "look");
  const answer = await send(service, form);
  const html = await answer.text();
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
  return html;
}

/** Sends the form of a page again, by its button that deploys. */
async function deploy(service: Service, html: string): Promise<Response> {
  return send(service, formEntries(html, { name: "do", value: "deploy" }));
}

async function idsOf(service: Service): Promise<readonly string[]> {
  const { processes } = await jsonOf(await service.send("GET", "/processes"));
  return Array.isArray(processes) ? processes.map(({ id }) => id).toSorted() : [];
}

describe("the page that deploys", () => {
  test("shows what a package says of itself, its faults of names as a warning, and its button after all of it", async () => {
    await using service = await openService();
    const about = `$namespaces: {s: "https://schema.org/"}
s:author: {class: "s:Person", s:name: "Ada <Lovelace>"}
s:license: "https://spdx.org/licenses/Apache-2.0"
s:codeRepository: "https://example.org/code"
s:keywords: "water, <level>"
doc: "Says *all* words."
`;
    const html = await look(service, formOf({ text: `${tool}${about}arguments: [$(inputs.wrods)]\n` }));
    expect(html).toContain(
      '· by Ada &lt;Lovelace&gt; · licence <a href="https://spdx.org/licenses/Apache-2.0" rel="nofollow">Apache-2.0</a> · <a href="https://example.org/code" rel="nofollow">Source code</a> · water, &lt;level&gt;',
    );
    expect(html).toContain("<p>Says <em>all</em> words.</p>");
    expect(html).toMatch(/found \$\(inputs\.wrods\), and no input &quot;wrods&quot;/);
    expect(html).toMatch(/<strong>Warning:<\/strong> [^<]*wrods/);
    expect(html.indexOf('value="deploy"')).toBeGreaterThan(html.indexOf("<h3>Inputs</h3>"));
    expect((await deploy(service, html)).status).toBe(303);
    expect(await look(service, formOf({ text: tool }))).toContain("· licence not stated");
    const id = (await idsOf(service)).find((one) => one !== "echo");
    const page = await (await service.send("GET", `/processes/${id}`, { headers: browser })).text();
    expect(page).toContain('· by Ada &lt;Lovelace&gt; · licence <a href="https://spdx.org/licenses/Apache-2.0"');
  });

  test("says how a version is raised only where the package says none", async () => {
    await using service = await openService();
    const said = `${tool}$namespaces: {s: "https://schema.org/"}\ns:softwareVersion: "3.0"\n`;
    expect((await deploy(service, await look(service, formOf({ text: tool })))).status).toBe(303);
    const other = await look(service, formOf({ text: `${tool}doc: other\n` }));
    expect(other).toContain(
      "The package says no version: the last number goes up, because inputs and outputs stay the same.",
    );
    expect(other).toContain("Version; 1.0.1 when empty");
    const html = await look(service, formOf({ text: said }));
    expect(html).toContain("in the place of version");
    expect(html).not.toContain("says no version");
  });

  test("takes the version that is typed, also over that of the package", async () => {
    await using service = await openService();
    const said = `${tool}$namespaces: {s: "https://schema.org/"}\ns:softwareVersion: "3.0"\n`;
    expect((await deploy(service, await look(service, formOf({ text: tool })))).status).toBe(303);
    for (const [text, version] of [
      [`${tool}doc: other\n`, "1.0.9"],
      [said, "3.1"],
    ] as const) {
      const html = await look(service, formOf({ text, version }));
      expect(html).toContain(`version ${version}, in the place of version`);
      expect((await deploy(service, html)).status).toBe(303);
      expect((await jsonOf(await service.send("GET", "/processes/say"))).version).toBe(version);
    }
  });

  test("shows what a pasted package is before it deploys it", async () => {
    await using service = await openService();
    const html = await look(service, formOf({ text: tool }));
    expect(html).toContain("Understood: Say &lt;b&gt;words&lt;/b&gt;");
    expect(html).toContain("<code>words</code>");
    expect(html).toContain(", a new process.");
    expect(await idsOf(service)).toEqual(["echo"]);
    const deployed = await deploy(service, html);
    expect([deployed.status, deployed.headers.get("location")]).toEqual([
      303,
      `${address}/processes/say?f=html&done=deployed`,
    ]);
    expect(await idsOf(service)).toEqual(["echo", "say"]);
    const kept = await service.send("GET", "/processes/say/package", { headers: { accept: "application/cwl" } });
    expect(await kept.text()).toBe(tool);
  });

  test("says of a package whose image cannot be had that it does not run, in place of that it does", async () => {
    const faults: string[] = [];
    await using service = await openService({ imageWarnings: async () => [...faults] });
    const placeOf = async (text: string) => {
      const answer = await deploy(service, await look(service, formOf({ text })));
      return answer.headers.get("location") ?? "";
    };
    faults.push("say: found no program that runs images <b>");
    const lacking = await placeOf(tool);
    expect(lacking).toEndWith("&done=deployed-without-image");
    const page = await (await service.send("GET", lacking.slice(address.length), { headers: browser })).text();
    expect(page).toContain("Deployed, but it cannot run here yet");
    expect(page).not.toContain("It can be run from now on");
    expect(page).not.toContain("notice-good");
    expect(page).toContain("It cannot run here now");
    expect(page).toContain("<li>say: found no program that runs images &lt;b&gt;</li>");
    // It is looked for again: what was missing may have come.
    faults.pop();
    const later = await (await service.send("GET", "/processes/say", { headers: browser })).text();
    expect(later).not.toContain("cannot run here");
  });

  test("lists of processes mark what cannot run here, in JSON too", async () => {
    await using service = await openService({
      findObstacle: async ({ id }) => (id === "say" ? "no-image" : undefined),
    });
    await deploy(service, await look(service, formOf({ text: tool })));
    const { processes } = await jsonOf(await service.send("GET", "/processes"));
    const told = Array.isArray(processes) ? processes.map(({ id, cannotRun }) => [id, cannotRun]) : [];
    expect(told.toSorted()).toEqual([
      ["echo", undefined],
      ["say", "no-image"],
    ]);
    for (const path of ["/processes", "/processes?q=say", "/processes?q=say+unknown"]) {
      const page = await (await service.send("GET", path, { headers: browser })).text();
      expect([path, page.split("cannot run here: an image is missing")]).toEqual([
        path,
        [expect.anything(), expect.anything()],
      ]);
    }
  });

  test("takes several files, draws their workflow, and keeps them as one text until they are deployed", async () => {
    await using service = await openService();
    const files = [new File([flow], "flow/main.cwl"), new File([tool], "flow/tools/say.cwl")];
    const html = await look(service, formOf({}, files));
    expect(html).toContain("<svg");
    expect(html).toContain("Step first");
    expect((await deploy(service, html)).status).toBe(303);
    expect(await idsOf(service)).toEqual(["echo", "flow"]);
  });

  test("says which id is taken, and replaces only when asked to", async () => {
    await using service = await openService();
    expect((await deploy(service, await look(service, formOf({ text: tool })))).status).toBe(303);
    const again = await send(service, formOf({ text: tool, do: "deploy" }));
    expect(again.status).toBe(409);
    expect(await again.text()).toContain("found one with this id");
    // A look shows what would be replaced, and the button that deploys says so.
    const html = await look(service, formOf({ text: tool.replace("echo", "printf") }));
    expect(html).toContain("in the place of version");
    expect(html).toContain("<code>say</code> version 1.0.1, in the place of version 1.0.0.");
    expect(html).toContain(">Replace</button>");
    expect((await deploy(service, html)).status).toBe(303);
    const { revisions } = await jsonOf(await service.send("GET", "/processes/say/revisions"));
    expect(revisions).toHaveLength(2);
  });

  test("says that a package is the same as what is deployed, and replaces nothing", async () => {
    await using service = await openService();
    expect((await deploy(service, await look(service, formOf({ text: tool })))).status).toBe(303);
    const revisions = async () => (await jsonOf(await service.send("GET", "/processes/say/revisions"))).revisions;
    const before = await revisions();
    service.clock.advance(60_000);
    const html = await look(service, formOf({ text: tool }));
    expect(html).toContain("the same as what is deployed. There is nothing to replace.");
    expect(html).not.toContain(">Replace</button>");
    const answer = await send(service, formOf({ text: tool, replace: "true", do: "deploy" }));
    expect(answer.headers.get("location")).toEndWith("done=unchanged");
    const headers = { "content-type": "application/cwl+yaml" };
    expect((await service.send("PUT", "/processes/say", { headers, body: tool })).status).toBe(204);
    expect(await revisions()).toEqual(before);
    expect((await service.send("DELETE", "/processes/say")).status).toBe(204);
    expect((await service.send("POST", "/processes", { headers, body: tool })).status).toBe(201);
    expect(await revisions()).not.toEqual(before);
  });

  test("replacing what is not there deploys it", async () => {
    await using service = await openService();
    expect((await deploy(service, await look(service, formOf({ text: tool, replace: "true" })))).status).toBe(303);
    expect(await idsOf(service)).toEqual(["echo", "say"]);
  });

  const mistakes: readonly (readonly [string, Readonly<Record<string, string>>, number, string])[] = [
    ["is no CWL", { text: "cwlVersion: v1.2\nclass: Tool <b>\n" }, 400, "Tool &lt;b&gt;"],
    ["has a wrong field", { text: tool.replace("baseCommand", "baseComand") }, 400, "baseComand"],
    ["is no YAML", { text: "{" }, 400, "Cannot"],
    ["is nothing", {}, 400, "found nothing, wanted a text, files or an address"],
    ["is two things", { text: tool, href: "https://a.example/x.cwl" }, 400, "found a text and an address"],
    ["cannot be fetched", { href: "http://127.0.0.1:1/x.cwl" }, 422, "127.0.0.1"],
    ["wants another id", { text: tool, id: "no/id" }, 400, "no/id"],
    ["has no such process", { text: tool, w: "other" }, 400, "other"],
  ];

  test.each(mistakes)("keeps what was typed when it %s", async (_, fields, status, words) => {
    await using service = await openService();
    for (const doing of ["look", "deploy"]) {
      const answer = await send(service, formOf({ ...fields, do: doing }));
      const html = await answer.text();
      expect([answer.status, html]).toEqual([status, expect.stringContaining(words)]);
      expect(html).toContain('role="alert"');
      const kept = formEntries(html);
      for (const [name, value] of Object.entries(fields))
        expect(String(kept.get(name)).replaceAll("\r\n", "\n")).toBe(value);
      expect(html).not.toContain("<b>");
    }
    expect(await idsOf(service)).toEqual(["echo"]);
  });

  test("keeps the text and the name of a file that is wrong, so that it is mended in the form", async () => {
    await using service = await openService();
    const broken = tool.replace(/^id:.*\n/m, "").replace("baseCommand", "baseComand");
    const answer = await send(service, formOf({ do: "look", id: "" }, [new File([broken], "speak.cwl")]));
    const html = await answer.text();
    expect([answer.status, html]).toEqual([400, expect.stringContaining("You chose")]);
    expect(html).toContain("speak.cwl. Its text stands above");
    const form = formEntries(html, { name: "do", value: "look" });
    expect(String(form.get("text")).replaceAll("\r\n", "\n")).toBe(broken);
    form.set("text", broken.replace("baseComand", "baseCommand"));
    const mended = await (await send(service, form)).text();
    expect((await deploy(service, mended)).status).toBe(303);
    expect(await idsOf(service)).toEqual(["echo", "speak"]);
  });

  test("another package pasted over the text of a file is no more called by its name", async () => {
    await using service = await openService();
    const broken = tool.replace("baseCommand", "baseComand");
    const first = await (await send(service, formOf({ do: "look" }, [new File([broken], "speak.cwl")]))).text();
    const form = formEntries(first, { name: "do", value: "look" });
    form.set("text", `${broken}\nanother: fault\n`);
    const mended = await (await send(service, form)).text();
    expect(mended).toContain("Cannot read speak.cwl:");
    expect(mended).toContain("You chose speak.cwl");
    const other = formEntries(mended, { name: "do", value: "look" });
    other.set("text", "class: Workflow\ncwlVersion: v1.2\nid: two\nstepps: {}\ninputs: {}\noutputs: {}\n");
    const html = await (await send(service, other)).text();
    expect(html).toContain("stepps");
    expect(html).not.toContain("speak.cwl");
    expect(html).toContain("Cannot read the text of the package");
  });

  test("a fault leads to its line and quotes it; known names are folded, and near ones are told first", async () => {
    await using service = await openService();
    const broken = `${tool.replace("baseCommand", "baseComand")}\nzzqqxx: 4\n`;
    const html = await (await send(service, formOf({ do: "look", text: broken }))).text();
    const line = broken.split("\n").findIndex((one) => one.startsWith("baseComand")) + 1;
    expect(html).toContain(`<a href="#package-text" data-line="${line}"><code>text:${line}:1</code></a>`);
    expect(html).toContain("did you mean &quot;baseCommand&quot;?<details><summary>all 18 keys</summary>");
    expect(html).toContain("found an unknown field<details><summary>all 18 keys</summary>");
    expect(html).toContain("<code>zzqqxx: 4</code>");
    const alone = await (await send(service, formOf({ do: "look", text: `${tool}\nzzqqxx: 4\n` }))).text();
    expect(alone).toContain("<code>zzqqxx: 4</code>");
    expect(alone).toContain("<summary>all 18 keys</summary>");
  });

  test("words what the API says in the names of its fields", async () => {
    await using service = await openService();
    const files = [new File([tool], "a.cwl"), new File([tool], "b.cwl")];
    const several = await (await send(service, formOf({ do: "look" }, files))).text();
    expect(several).toContain("You chose a.cwl, b.cwl. A browser keeps no files: choose them again.");
    const other = await (await send(service, formOf({ do: "look", start: "c.cwl" }, files))).text();
    expect((await deploy(service, await look(service, formOf({ text: tool })))).status).toBe(303);
    const taken = await (await send(service, formOf({ text: tool, do: "deploy" }))).text();
    const process = await (await send(service, formOf({ text: tool, w: "other", do: "look" }))).text();
    const address = await (await send(service, formOf({ href: "http://127.0.0.1:1/x.cwl", do: "look" }))).text();
    for (const html of [several, other, taken, process, address]) {
      const told = /<div class="notice notice-bad"[\s\S]*?<\/div>/.exec(html)?.[0] ?? "";
      expect(told).not.toBe("");
      expect(told).not.toMatch(/\?(start|w|id)\b|PUT|executionUnit/);
    }
    expect(other).toContain("Which file of several");
    expect(taken).toContain("Replace the process that has this id&quot;");
    expect(process).toContain("Which process of a document that has several");
  });

  test("says that an id is missing where it is given, and proposes one", async () => {
    await using service = await openService();
    const html = await (await send(service, formOf({ text: tool.replace("id: say\n", ""), do: "look" }))).text();
    expect(html).toContain("This package has no id: give one under &quot;Id&quot;<");
    expect(html).toMatch(/<details class="extras" open=""?>\s*<summary>More/);
    expect(html).toContain('name="id" value="say-b-words-b" autofocus');
    expect((await send(service, formEntries(html, { name: "do", value: "look" }))).status).toBe(200);
  });

  test("says which files of a folder a package is made of, and which it leaves out", async () => {
    await using service = await openService();
    const run = flow.replace("tools/", "");
    const files = [
      new File([tool], "m/say.cwl"),
      new File([run], "m/flow.cwl"),
      new File(["words: hello"], "m/job.yml"),
      new File(["# About"], "m/README.md"),
    ];
    const html = await look(service, formOf({}, files));
    const [, taken = "", left = ""] =
      /Made of 2 of 4 files<\/summary>[\s\S]*?<ul>([\s\S]*?)<\/ul>[\s\S]*?<ul>([\s\S]*?)<\/ul>/.exec(html) ?? [];
    const namesIn = (list: string) => [...list.matchAll(/<code>([^<]*)<\/code>/g)].map(([, name]) => name).toSorted();
    expect(namesIn(taken)).toEqual(["m/flow.cwl", "m/say.cwl"]);
    expect(namesIn(left)).toEqual(["m/README.md", "m/job.yml"]);
    expect((await deploy(service, html)).status).toBe(303);
    const page = await service.send("GET", "/processes/flow/package?f=html", { headers: browser });
    expect(await page.text()).toContain("Each download is one document");
    expect(await look(service, formOf({ text: tool }))).not.toContain("Made of");
  });

  test("takes the file of several that is meant, or opens where it is named", async () => {
    await using service = await openService();
    const run = flow.replace("tools/", "");
    const inputs = [new File([tool], "m/say.cwl"), new File([run], "m/flow.cwl")];
    expect(await look(service, formOf({}, inputs))).toContain("<code>flow</code> version");
    const outer = `${run.replace("say.cwl", "flow.cwl")}requirements: {SubworkflowFeatureRequirement: {}}\n`;
    expect(await look(service, formOf({}, [...inputs, new File([outer], "m/outer.cwl")]))).toContain(
      "<code>outer</code>",
    );
    expect(await look(service, formOf({ start: "say.cwl" }, inputs))).toContain("<code>say</code> version");
    const files = [new File([tool], "a.cwl"), new File([tool], "b.cwl")];
    const unclear = await (await send(service, formOf({ do: "look" }, files))).text();
    expect(unclear).toContain("found several, a.cwl, b.cwl");
    expect(unclear).toMatch(/<details class="extras" open=""?>\s*<summary>More/);
  });

  test("names the chosen file and what it lacks, and each fault once", async () => {
    await using service = await openService();
    const lone = await (await send(service, formOf({ do: "look" }, [new File([flow], "up.cwl")]))).text();
    const told = /<div class="notice notice-bad"[\s\S]*?<\/div>/.exec(lone)?.[0];
    expect(told).toContain("up.cwl:6:");
    expect(told).toContain("choose it too, together with the file that names it");
    expect(told).not.toContain("package.cwl");
    const wrong = tool.replace("baseCommand", "baseComand").replace("outputs:", "outpts:");
    const faults = await (await send(service, formOf({ do: "look" }, [new File([wrong], "up.cwl")]))).text();
    expect(faults).toContain("<p>Cannot read up.cwl:</p>");
    expect(faults.match(/&quot;baseComand&quot;/g)).toHaveLength(1);
  });

  test("begins a new version with what is deployed", async () => {
    await using service = await openService();
    expect((await deploy(service, await look(service, formOf({ text: tool })))).status).toBe(303);
    const process = await (await service.send("GET", "/processes/say", { headers: browser })).text();
    const link = /href="[^"]*(\/_\/deploy\?[^"]*)"[^>]*>\s*New version/.exec(process)?.[1] ?? "";
    const page = await (await service.send("GET", link.replaceAll("&amp;", "&"), { headers: browser })).text();
    expect(page).toContain("<h1>New version of say</h1>");
    const form = formEntries(page);
    expect([form.get("id"), form.get("replace")]).toEqual(["say", "true"]);
    expect(String(form.get("text")).replaceAll("\r\n", "\n")).toBe(tool);
    expect((await service.send("GET", `${path}?of=nope`, { headers: browser })).status).toBe(404);
  });

  test("a file stays as its author wrote it, also where a new version begins", async () => {
    await using service = await openService();
    const commented = `# Says words.\n${tool}`;
    const html = await look(service, formOf({}, [new File([commented], "say.cwl")]));
    expect(String(formEntries(html).get("text")).replaceAll("\r\n", "\n")).toBe(commented);
    expect((await deploy(service, html)).status).toBe(303);
    const page = await (await service.send("GET", `${path}?of=say`, { headers: browser })).text();
    expect(String(formEntries(page).get("text")).replaceAll("\r\n", "\n")).toBe(commented);
  });

  test("warns of a version that is taken, and proposes the next one; warnings and changes stand before the one button", async () => {
    await using service = await openService();
    const first = `${tool}s:softwareVersion: 1.0.0\n$namespaces: {s: https://schema.org/}\n`;
    expect((await deploy(service, await look(service, formOf({ text: first })))).status).toBe(303);
    const html = await look(service, formOf({ text: first.replace("echo", "printf"), replace: "true" }));
    expect(html).toMatch(/<strong>Warning:<\/strong> Its version 1\.0\.0 is that of another revision already/);
    expect(html).toContain("such as 1.0.1,");
    expect(html).toMatch(/<del>- baseCommand: echo\n<\/del><ins>\+ baseCommand: printf\n<\/ins>/);
    const places = ["You should know", "What changes", "Line by line", "<h3>Inputs</h3>", 'value="deploy"'];
    const found = places.map((words) => html.indexOf(words));
    expect(found).toEqual(found.toSorted((one, other) => one - other));
    expect([found[0] === -1, html.match(/value="deploy"/g)?.length]).toEqual([false, 1]);
    expect((await deploy(service, html)).status).toBe(303);
    const compared = await (await service.send("GET", "/processes/say/revisions?f=html", { headers: browser })).text();
    expect(compared).toContain("/processes/say/revisions#difference");
  });

  test("says that a process of this id was undeployed before, and keeps its revisions", async () => {
    await using service = await openService();
    expect(await look(service, formOf({ text: tool }))).not.toContain("undeployed before");
    expect((await deploy(service, await look(service, formOf({ text: tool })))).status).toBe(303);
    expect((await service.send("DELETE", "/processes/say")).status).toBe(204);
    expect(await look(service, formOf({ text: tool }))).toContain("A process with this id was undeployed before.");
  });

  test("says what a new version changes, and warns of what goes away", async () => {
    await using service = await openService();
    const both = `cwlVersion: v1.2
$graph:
  - class: Workflow
    id: flow
    inputs: {words: string, mark: string?}
    outputs: {said: {type: File, outputSource: first/said}}
    steps:
      first: {run: "#say", in: {words: words}, out: [said]}
  - class: CommandLineTool
    id: say
    baseCommand: echo
    inputs: {words: {type: string, inputBinding: {}}}
    outputs: {said: stdout}
`;
    expect((await deploy(service, await look(service, formOf({ text: both, w: "flow", id: "say" })))).status).toBe(303);
    const changed = tool.replace("words: {type: string, ", "count: int\n  words: {type: 'string?', ");
    const page = await look(service, formOf({ text: changed, id: "say", replace: "true" }));
    expect(page).toContain("<h1>New version of say</h1>");
    expect(page).toContain("It is a tool now, and was a workflow.");
    expect(page).toMatch(/<p class="notice">[^<]*goes away: input mark\./);
    expect(page).toContain("<code>count</code> is new: integer (int32), required.");
    expect(page).toContain("<code>words</code> was: string, required; is: string, optional.");
    expect(page).not.toContain("<code>said</code> was");
    const command = await look(
      service,
      formOf({ text: both.replace("baseCommand: echo", "baseCommand: printf"), w: "flow", id: "say", replace: "true" }),
    );
    expect(command).toContain("Inputs and outputs keep their names, types, defaults and bounds.");
    expect(command).toContain("the command was <code>echo</code>, is <code>printf</code>.");
    const again = await look(service, formOf({ text: both, w: "say", id: "say", replace: "true" }));
    expect(again).not.toContain("The document also has");
    const grown = await look(
      service,
      formOf({
        text: both.replace("mark: string?", "mark: string?, more: int?"),
        w: "flow",
        id: "say",
        replace: "true",
      }),
    );
    expect(grown).not.toContain("goes away");
    const wrong = await (
      await send(service, formOf({ text: "class: Nothing", id: "say", replace: "true", do: "look" }))
    ).text();
    expect(wrong).toContain("<h1>New version of say</h1>");
  });

  test("tells who may not deploy, and deploys nothing for him", async () => {
    await using service = await openService();
    const runner = await service.createKey("runner", "rudi");
    const page = await service.send("GET", path, { headers: browser, key: runner });
    expect(await page.text()).toContain("You may not deploy here");
    expect(await jsonOf(await service.send("GET", path, { key: runner }))).toMatchObject({ mayDeploy: false });
    const answer = await send(service, formOf({ text: tool, do: "deploy" }), runner);
    expect(answer.status).toBe(403);
    expect(await idsOf(service)).toEqual(["echo"]);
    const list = await service.send("GET", "/processes", { headers: browser, key: runner });
    expect(await list.text()).not.toContain("Deploy a process</a>");
    const signIn = await service.send("GET", "/_/sign-in?to=%2F_%2Fdeploy", { headers: browser });
    expect(await signIn.text()).toContain("To deploy a process, sign in.");
  });

  test("refuses forms of other sites, and bodies that are no form", async () => {
    await using service = await openService();
    const form = formOf({ text: tool, do: "deploy" });
    expect((await service.send("POST", path, { headers: { accept: "text/html" }, body: form })).status).toBe(403);
    const other = { ...browser, origin: "https://evil.example" };
    expect((await service.send("POST", path, { headers: other, body: form })).status).toBe(403);
    expect((await service.send("POST", path, { headers: browser, body: { text: tool } })).status).toBe(415);
    expect(await idsOf(service)).toEqual(["echo"]);
  });

  test("is what the first page leads to, and each member of its document stands in it", async () => {
    await using service = await openService();
    const home = await (await service.send("GET", "/", { headers: browser })).text();
    expect(home).toContain(`href="${address}/_/deploy?f=html"`);
    const list = await (await service.send("GET", "/processes", { headers: browser })).text();
    expect(list).toContain("Deploy a process</a>");
    const page = await (await service.send("GET", path, { headers: browser })).text();
    expect(page).toContain("<dt>mayDeploy</dt>");
    const { links } = await jsonOf(await service.send("GET", path));
    for (const { href } of Array.isArray(links) ? links.filter(({ rel }) => rel !== "alternate") : []) {
      expect(page).toContain(`href="${href}"`);
    }
  });

  test("leaves a line of the audit for what it deploys, and none for a look", async () => {
    await using service = await openService();
    const html = await look(service, formOf({ text: tool }));
    const actions = async () => (await listAudit(service.database, { limit: 10 })).map(({ action }) => action);
    expect(await actions()).not.toContain("deploy");
    await deploy(service, html);
    expect(await actions()).toContain("deploy");
  });
});

const download = "download the package, and choose its file here";

test.each([
  [
    "asks for a key",
    { text: "", status: 401 },
    `asks for a key (status 401), and this service sends none: ${download}`,
  ],
  [
    "is closed",
    { text: "", status: 403 },
    `is not for everybody (status 403), and this service sends no key: ${download}`,
  ],
  [
    "has nothing",
    { text: "", status: 404 },
    "has nothing (status 404), or shows it to no stranger: correct it, or download",
  ],
  [
    "has nothing any more",
    { text: "", status: 410 },
    "has nothing any more (status 410): give another one, or download",
  ],
  [
    "gives a page",
    { text: "<!doctype html><p>Sign in", type: "text/html" },
    "gives a page for people (HTML), not the package",
  ],
])("an address of a package that %s is told with what one can do", async (_, file, words) => {
  await using service = await openService();
  await using site = fileSite({ "/p/tool.cwl": file });
  const answer = await send(service, formOf({ href: `${site.url}/p/tool.cwl`, do: "look" }));
  const html = await answer.text();
  expect(answer.status).toBe(422);
  expect(html).toContain(`Cannot deploy process: the address &quot;${site.url}/p/tool.cwl&quot; ${words}`);
  expect(html).not.toMatch(/wanted 200|executionUnit|&quot;or /);
});

test("another fault of an address names it by what it is", async () => {
  await using service = await openService();
  const html = await (await send(service, formOf({ href: "ftp://a.example/x.cwl", do: "look" }))).text();
  expect(html).toContain("the address of the package");
  expect(html).not.toMatch(/executionUnit|&quot;or /);
});
