import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { submit, until, untilFinished } from "../support/jobs.ts";
import { executable, type RunningServer, runExecutable, startServer } from "../support/servers/executable.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../support/temporary-directory.ts";

let folder: TemporaryDirectory;
let server: RunningServer;
let job = "";

const files: Readonly<Record<string, string | Uint8Array>> = {
  file: "x",
  "bad.json": "{",
  "list.json": "[1]",
  empty: "",
  bytes: new Uint8Array([0xff, 0xfe, 1]),
  "bad.yml": "a: [1",
  "wrong.yml": "n: x\n",
  "list.yml": "[1]\n",
  "near.yml": "m: 1\nnm: 2\n",
  "ok.yml": "n: 1\n",
  "ok.cwl":
    'cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: "true"\ninputs: { n: int, f: File? }\noutputs: []\n',
  "odd.cwl": "cwlVersion: v1.2\nclass: CommandLineTol\ninputs: []\noutputs: []\n",
  "port.yml": "port: nine\n",
  "typo.yml": "prot: 1\n",
  "latin.yml": new Uint8Array([...Buffer.from("n: 1 # caf"), 0xe9, 0x0a]),
  "latin.json": new Uint8Array([...Buffer.from('{"inputs": {"text": "caf'), 0xe9, ...Buffer.from('"}}')]),
  "wide.yml": new Uint8Array([0xff, 0xfe, 0x6e, 0, 0x3a, 0]),
  "wide.json": new Uint8Array([0xfe, 0xff, 0, 0x7b, 0, 0x7d]),
  "imports.cwl":
    "cwlVersion: v1.2\nclass: CommandLineTool\nbaseCommand: x\nrequirements:\n  - $import: latin.yml\ninputs: []\noutputs: []\n",
};

beforeAll(async () => {
  folder = await temporaryDirectory();
  await mkdir(join(folder.path, "dir"));
  for (const [name, content] of Object.entries(files)) await Bun.write(join(folder.path, name), content);
  server = await startServer(join(folder.path, "data"));
  job = await submit(server.url, "echo", { text: "a" });
  await untilFinished(server.url, job);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function heddle(words: readonly string[]) {
  const environment = { HEDDLE_URL: server.url, PATH: "/usr/bin:/bin" };
  return runExecutable(
    words.map((word) => (word === "JOB" ? job : word)),
    { cwd: folder.path, environment },
  );
}

/** Words of a command, the exit code, and what the sentence names. */
const mistakes: readonly (readonly [string, number, string])[] = [
  ["execute echo -f missing.json", 2, '"missing.json"'],
  ["execute echo -f bad.json", 2, '"bad.json": found no JSON'],
  ["execute echo -f list.json", 2, "no object"],
  ["execute echo -f dir", 2, '"dir"'],
  ["execute echo -f bytes", 2, '"bytes"'],
  ["execute echo -f empty", 2, '"empty"'],
  ["execute echo -f ok.json -i text=a", 2, "wanted only one of them"],
  ["execute echo -f -", 2, "stdin"],
  ["execute echo -i noequals", 2, '"noequals"'],
  ["execute echo -i =x", 2, '"=x"'],
  ["execute echo -i text=@missing", 2, '"missing"'],
  ["execute echo -i text=@dir", 2, '"dir"'],
  ["execute echo -i", 2, "Option --input needs a value: --input KEY=VALUE"],
  ["execute echo --folow", 2, "Unknown option: --folow. Did you mean --follow?"],
  ["execute", 2, "Missing a process id. Usage: heddle execute PROCESS"],
  ["execute nothing", 3, '"nothing"'],
  ["execute ehco -i text=a", 3, '"ehco": no process has this id. Did you mean echo?'],
  ["execute echo --provider lab -i text=a", 3, '"lab"'],
  ["describe Echo", 3, "Did you mean echo?"],
  ["processes undeploy eco", 3, "Did you mean echo?"],
  ["package echo2", 3, "Did you mean echo?"],
  ["execute echo", 4, "/inputs/text"],
  ["execute echo -i text=a --url notaurl", 2, 'found "notaurl", wanted an http or https URL'],
  ["execute echo -i text=a --url ftp://x", 2, '"ftp://x"'],
  ["execute echo -i text=a --url http://127.0.0.1:9", 9, "Cannot reach http://127.0.0.1:9: no service listens there"],
  ["execute echo -i text=a --key a\u0001b", 2, "API key"],
  ["status nothing", 3, '"nothing"'],
  ["status", 2, "Missing a job's id. Usage: heddle status JOB"],
  ["logs nothing", 3, '"nothing"'],
  ["results nothing", 3, '"nothing"'],
  ["results JOB -o file", 2, '--output-dir: found "file"'],
  ["results JOB -o file/below", 2, '"file/below"'],
  ["results JOB -o /proc/none", 2, '"/proc/none"'],
  ["dismiss nothing", 3, '"nothing"'],
  ["dismiss", 2, "Missing a job's id"],
  ["retry JOB", 10, "wanted failed or dismissed"],
  ["deploy missing.cwl", 4, "missing.cwl"],
  ["deploy dir", 4, "dir"],
  ["deploy bad.yml", 4, "bad.yml:1:"],
  ["deploy empty", 4, "empty:1:1"],
  ["deploy ok.cwl#none", 4, '"none"'],
  ["deploy ok.cwl --id a/b", 4, '"a/b"'],
  ["validate missing.cwl", 4, "missing.cwl"],
  ["validate dir", 4, "dir"],
  ["validate bytes", 4, "0xFF at 0"],
  ["validate odd.cwl", 4, "odd.cwl:2:"],
  ["validate", 2, "PACKAGE.cwl"],
  ["run", 2, "PACKAGE.cwl"],
  ["run missing.cwl", 4, "missing.cwl"],
  ["run ok.cwl missing.yml", 4, '"missing.yml"'],
  ["run ok.cwl dir", 4, '"dir"'],
  ["run ok.cwl bad.yml", 4, "bad.yml:1:"],
  ["run ok.cwl latin.yml", 4, '"latin.yml": found the byte 0xE9 at 10, which is not utf-8'],
  ["run ok.cwl wide.yml", 4, "the mark of utf-16le"],
  ["run latin.yml", 4, "0xE9 at 10"],
  ["run imports.cwl", 4, 'imports.cwl:5:5: found "latin.yml", which cannot be read: found the byte 0xE9 at 10'],
  ["validate wide.yml", 4, "the mark of utf-16le"],
  ["deploy latin.yml", 4, "0xE9 at 10"],
  ["deploy imports.cwl", 4, "0xE9 at 10"],
  ["execute echo -f latin.json", 2, '"latin.json": found the byte 0xE9 at 24'],
  ["execute echo -f wide.json", 2, "the mark of utf-16be"],
  ["serve --config latin.yml", 4, "0xE9 at 10"],
  ["run ok.cwl wrong.yml", 4, 'wrong.yml:1:1: field "n": found string "x", wanted int'],
  ["run ok.cwl list.yml", 4, "list.yml:1:1"],
  ["run ok.cwl near.yml", 4, 'found no "n", wanted int'],
  ["run ok.cwl -", 4, 'stdin:1:1: found no "n"'],
  ["run ok.cwl", 4, 'found no "n"'],
  ["run ok.cwl --nn 1", 2, "Unknown option or input: --nn. The package has --n, --f"],
  ["run ok.cwl --n", 2, "Input --n needs a value"],
  ["run ok.cwl --n 1 --n 2", 2, "Input --n takes one value, and stands there 2 times"],
  ["run ok.cwl --n one", 4, '--n: field "n": found string "one"'],
  ["run ok.cwl --n 1 --f gone", 4, '"gone"'],
  ["run ok.cwl ok.yml -o file", 2, '--outdir: found "file"'],
  ["run ok.cwl ok.yml -o /proc/none", 2, '"/proc/none"'],
  ["run ok.cwl ok.yml --tmpdir-prefix /nonexistent/x", 2, "--tmpdir-prefix"],
  ["run ok.cwl ok.yml --cachedir file", 2, "--cachedir"],
  ["run ok.cwl ok.yml --on-error x", 2, "stop or continue"],
  ["run ok.cwl ok.yml --sandbox x", 4, "--sandbox"],
  ["images import missing", 2, '"missing"'],
  ["images import dir", 2, '"dir"'],
  ["images import file --data nowhere", 4, "tar"],
  ["images import file Bad!! --data nowhere/below", 4, '"Bad!!"'],
  ["images remove nothing", 3, '"nothing"'],
  ["images", 2, "Missing action. Usage: heddle images import FILE"],
  ["keys", 2, "Missing action. Usage: heddle keys create | list | revoke KEY"],
  ["keys make", 2, 'Cannot use "make". Usage: heddle keys create'],
  ["keys revoke", 2, "Missing the id of a key"],
  ["keys list --json=yes", 2, "Option --json takes no value"],
  ["serve --port", 2, "Option --port needs a value: --port PORT"],
  ["serve --port --host x", 2, "one that begins with a dash is written --port=-..."],
  ["serve --colour red", 2, 'Unknown option: --colour. Run "heddle serve --help" to see the options'],
  ["processes hand echo", 2, 'Cannot use "hand echo"'],
  ["keys create", 2, "--role"],
  ["keys create --role x --data nowhere", 4, 'role "x"'],
  ["keys create --role admin --expires never --data nowhere/below", 4, "--expires"],
  ["audit --data nowhere", 1, "nowhere/heddle.db"],
  ["audit --limit 0", 2, '--limit: found "0"'],
  ["audit --limit 1001", 2, '--limit: found "1001"'],
  ["audit --limit many", 2, '--limit: found "many"'],
  ["audit --data nowhere --url http://127.0.0.1:1", 2, "--data and --url"],
  ["audit --url http://127.0.0.1:1", 9, "127.0.0.1:1"],
  ["audit --actoin deploy", 2, "--action"],
  ["keys create --role viewer --actions deploy --data nowhere/below", 4, '--actions "deploy"'],
  ["keys create --role viewer --processes a/b --data nowhere/below", 4, '--processes "a/b"'],
  ["login --url ftp://x", 2, '"ftp://x"'],
  ["login --url http://127.0.0.1:9", 9, "127.0.0.1:9"],
  ["logout --url x", 2, '"x"'],
  ["keys list --data nowhere", 1, "nowhere/heddle.db"],
  ["keys revoke x --data nowhere", 1, "nowhere/heddle.db"],
  ["processes list --data nowhere", 1, "nowhere/heddle.db"],
  ["processes chown x y --data nowhere", 1, "nowhere/heddle.db"],
  ["backup file --data data", 10, "--replace"],
  ["backup dir --data data", 10, "a directory"],
  ["backup none/b.db --data data", 1, '"none/b.db"'],
  ["backup b.db --data nowhere", 1, "nowhere/heddle.db"],
  ["restore missing --data nowhere", 4, "missing"],
  ["restore file --data nowhere", 4, "wanted a backup"],
  ["serve --port x", 4, "--port"],
  ["serve --data file", 1, "file"],
  ["serve --config missing.yml", 4, '"missing.yml": no such file or directory\n'],
  ["serve --config dir", 4, '"dir"'],
  ["serve --config bad.yml", 4, "line 1, column 6"],
  ["serve --config port.yml", 4, "port.yml"],
  ["serve --config typo.yml", 4, 'did you mean "port"?'],
  ["serve --prot 1", 2, "Unknown option: --prot. Did you mean --port?"],
  ["processes describe", 2, "Missing the id of a process"],
  ["processes list --data data --url http://127.0.0.1:1", 2, "--data and --url"],
  ["processes list --data data -q x", 2, "--search with a data directory"],
  ["processes list --format {", 2, '--format: found "{" at 0'],
  ["processes describe nothing", 3, '"nothing"'],
  ["jobs --since yesterday", 2, '--since: found "yesterday"'],
  ["jobs --status done", 4, '"done"'],
  ["jobs --limit many", 4, '"many"'],
  ["jobs --format {a --json", 2, '--format: found "{a"'],
  ["jobs --format {a} --json", 2, "--json and --format"],
  ["jobs watch --json", 2, "--json or --format"],
  ["jobs open x --status failed", 2, '--status with "jobs open"'],
  ["jobs inputs", 2, "Missing a job's id"],
  ["logs x -f --tail 3", 2, "--tail, --attempt or --json"],
  ["upload missing", 2, '"missing"'],
  ["upload dir", 2, "wanted a file"],
  ["upload", 2, "Missing a file"],
  ["providers add", 2, "Missing the id of the provider"],
  ["providers add x", 2, "Missing its URL"],
  ["providers add x http://127.0.0.1:1 --file file", 2, "--file beside words"],
  ["providers show", 2, "Missing the id of a provider"],
  ["profiles use nothing", 2, '"nothing"'],
  ["jobs --profile nothing", 2, '"nothing"'],
  ["jobs --profile x --url http://127.0.0.1:1", 2, "--url and --profile"],
  ["login --profile a/b", 2, '"a/b"'],
  ["login --with-key", 2, "--profile NAME"],
  ["execute echo --mode quick", 2, '"quick"'],
  ["execute echo --priority high", 2, '"high"'],
  ["execute echo --timeout soon", 2, '"soon"'],
  ["execute echo --subscriber someone", 2, '"someone"'],
  ["execute echo --mode sync --follow", 2, "--follow with --mode sync"],
  ["execute echo --dry-run -o out", 2, "--output-dir with --dry-run"],
  ["execute echo -i text=x -o file", 2, '"file"'],
  ["completion tcsh", 2, "tcsh"],
];

test.each([...mistakes])(
  "heddle %s: exit code %i, one sentence with %p, and nothing made",
  async (words, exitCode, named) => {
    const before = (await readdir(folder.path)).toSorted();
    const run = await heddle(words.split(" "));
    expect([run.exitCode, run.out]).toEqual([exitCode, ""]);
    expect(run.talk).toMatch(/^(Cannot|Unknown|Missing|Option|Input) [^\n]+\n$/);
    expect(run.talk).toContain(named);
    expect(run.talk).not.toMatch(/\n\s+at |bunfs|Bun v|Cannot finish|\bE[A-Z]{3,}\b/);
    expect((await readdir(folder.path)).toSorted()).toEqual(before);
  },
);

test("whoever stops reading, or has no room, is told in one sentence", async () => {
  for (const words of [
    ["help", "serve"],
    ["logs", job],
    ["status", job],
    ["run", "--print-graph", "ok.cwl"],
  ]) {
    const command = `${executable} ${words.join(" ")}`;
    for (const [target, said] of [
      ["> /dev/full", "no space left"],
      ["| true", "its reader closed it"],
    ] as const) {
      const script = `sleep 0.1; ${command} 2>&3; echo $? >&3`;
      const child = Bun.spawn(["bash", "-c", `{ ( ${script} ) ${target}; } 3>&1`], {
        cwd: folder.path,
        env: { HEDDLE_URL: server.url, PATH: "/usr/bin:/bin" },
        stdout: "pipe",
        stderr: "ignore",
      });
      const talk = await new Response(child.stdout).text();
      expect(talk).toMatch(/^Cannot write to stdout: [^\n]+\n1\n$/);
      expect(talk).toContain(said);
    }
  }
});

test("a command that nobody knows, and a key's command at the start, are told as they would be typed", async () => {
  expect((await heddle(["excute"])).talk).toStartWith("Unknown command: excute. Did you mean execute?\n");
  const verb = await heddle(["rollback", "echo"]);
  expect(verb.talk).toStartWith("Unknown command: rollback. Did you mean processes rollback?\n");
  expect((await heddle(["watch", "JOB"])).talk).toContain("Did you mean jobs watch?\n");
  await using odd = await startServer(join(folder.path, "my data"));
  await until("the notes are told", () => odd.talk().includes("There is no key yet"));
  expect(odd.talk()).toContain(`(heddle keys create --role admin --data '${join(folder.path, "my data")}')`);
});

test("a backup is written over one of the same name when that is asked for", async () => {
  expect((await heddle(["backup", "b.db", "--data", "data"])).exitCode).toBe(0);
  expect((await heddle(["backup", "b.db", "--data", "data"])).exitCode).toBe(10);
  expect((await heddle(["backup", "b.db", "--data", "data", "--replace"])).exitCode).toBe(0);
});

test("a byte order mark is no part of a job, a request, a package, what it imports, or settings", async () => {
  const marked = (name: string, text: string) => Bun.write(join(folder.path, "marked", name), `\ufeff${text}`);
  await marked("tool.cwl", `${files["ok.cwl"]}requirements: { InlineJavascriptRequirement: { $import: part.yml } }\n`);
  await marked("part.yml", "{}\n");
  await marked("job.yml", "n: 1\n");
  await marked("request.json", '{"inputs": {"text": "a"}}');
  await marked("port.yml", "port: nine\n");
  expect((await heddle(["run", "--quiet", "marked/tool.cwl", "marked/job.yml"])).exitCode).toBe(0);
  expect((await heddle(["execute", "echo", "-f", "marked/request.json"])).exitCode).toBe(0);
  expect((await heddle(["serve", "--config", "marked/port.yml"])).talk).toContain('port in "marked/port.yml"');
});

test("a service that is refused at its first start makes nothing, nor what its directory would lie in", async () => {
  await Bun.write(join(folder.path, "no-key"), "not a key\n");
  for (const words of [
    "--secret-file none/key",
    "--secret-file no-key",
    "--host 203.0.113.9",
    "--sandbox nope",
    "--allow-fetch a/b/c",
    "--notify-secret-file missing",
  ]) {
    const before = (await readdir(folder.path)).toSorted();
    const run = await heddle(["serve", "--port", "0", "--data", "first/start", ...words.split(" ")]);
    expect([words, run.exitCode > 0, (await readdir(folder.path)).toSorted()]).toEqual([words, true, before]);
  }
});

test("doctor --fix and restore make no data directory where there is none", async () => {
  for (const words of ["doctor --fix", "doctor", "restore missing", "restore file"]) {
    await heddle([...words.split(" "), "--data", "none/data"]);
    expect([words, (await readdir(folder.path)).includes("none")]).toEqual([words, false]);
  }
});
