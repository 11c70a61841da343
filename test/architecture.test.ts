import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Route } from "../src/http/route.ts";
import { openService } from "./http/service.ts";
import { circlesOf, folderOf, importsOf, resolveImport, type SourceFile, withoutComments } from "./support/imports.ts";

const root = join(import.meta.dir, "..", "src");

/** Who may import whom, besides itself; packages are free where nothing is said of them. */
const rules: Readonly<Record<string, { readonly folders: readonly string[]; readonly packages?: readonly string[] }>> =
  {
    domain: { folders: [], packages: ["valibot"] },
    wire: { folders: ["domain"], packages: ["valibot"] },
    store: { folders: ["domain"] },
    files: { folders: ["domain"] },
    net: { folders: ["domain", "wire"] },
    executors: { folders: ["domain", "files"] },
    cwl: { folders: ["domain", "files", "net", "executors"] },
    engines: { folders: ["domain", "files", "net", "executors"] },
    runner: { folders: ["domain", "wire", "store", "files", "net", "engines"] },
    operations: { folders: ["domain", "store", "files", "net", "engines"] },
    pages: {
      folders: ["domain"],
      packages: [
        ...["hono/jsx", "hono/html", "mdast", "mdast-util-from-markdown"],
        ...["mdast-util-gfm-table", "micromark-extension-gfm-table"],
        ...["mdast-util-gfm-autolink-literal", "micromark-extension-gfm-autolink-literal"],
      ],
    },
    http: { folders: ["domain", "wire", "operations", "pages", "console"] },
    console: { folders: ["domain"] },
    config: { folders: ["domain", "files", "executors"] },
    cli: { folders: ["domain", "files", "net", "executors", "cwl", "engines", "operations"] },
    assembly: {
      folders: [
        ...[
          "domain",
          "wire",
          "store",
          "files",
          "net",
          "executors",
          "cwl",
          "engines",
          "runner",
          "operations",
          "pages",
          "http",
          "config",
        ],
        // What lies directly in `src`.
        "",
      ],
    },
  };

/** Single files that a folder may import of others; a folder below is named with its slash. */
const parts: Readonly<Record<string, readonly string[]>> = {
  // The port that it fulfils.
  cwl: ["engines/engine.ts"],
  operations: ["cwl/document/"],
  // The levels that a setting names.
  config: ["log.ts"],
  // A page and its script read one form by the same code, and use the same words.
  console: ["pages/form/", "pages/shared/words.ts"],
};

/** Folders that know nothing of each other, though they lie in one. */
const strangers: readonly (readonly [string, string])[] = [
  ["wire/wps-endpoint/", "wire/wps-client/"],
  ["wire/wps/", "wire/wps-endpoint/"],
  ["wire/wps/", "wire/wps-client/"],
  ["cli/client/", "cli/run/"],
  ["cli/run/", "cli/server/"],
];

/** The rooms of the CWL engine, from the ground up: values are imported from below only, types from everywhere. */
const rooms = ["values", "document", "javascript", "run", "tool", "workflow"];

/** Only app.ts joins the parts: it alone of the files directly in `src` imports these. */
const joined = ["store", "runner", "http", "operations", "assembly"];

function violationsOf(file: SourceFile): readonly string[] {
  const folder = folderOf(file.path);
  return importsOf(file.text).flatMap(({ specifier, isTypeOnly }) => {
    const wrong = `${file.path} imports ${specifier}`;
    if (!specifier.startsWith(".")) return mayUsePackage(folder, specifier) ? [] : [wrong];
    const target = resolveImport(file.path, specifier);
    if (target === undefined) return mayLeaveSource(file.path) ? [] : [wrong];
    const other = folderOf(target);
    if (folder === "") return other === "" || file.path === "app.ts" || !joined.includes(other) ? [] : [wrong];
    if (other === folder) return areStrangers(file.path, target) ? [wrong] : [];
    if (parts[folder]?.some((part) => target === part || (part.endsWith("/") && target.startsWith(part))) === true)
      return [];
    if (folder === "console") return other === "domain" && isTypeOnly ? [] : [wrong];
    return rules[folder]?.folders.includes(other) === true ? [] : [wrong];
  });
}

/** The shared part of WPS knows of none of its users; these may import it. */
function areStrangers(path: string, target: string): boolean {
  return strangers.some(
    ([one, other]) =>
      (path.startsWith(one) && target.startsWith(other)) ||
      (one !== "wire/wps/" && path.startsWith(other) && target.startsWith(one)),
  );
}

/** The room of the CWL engine that a file lies in; the engine itself stands above all. */
function roomOf(path: string): number {
  const [, room = ""] = path.split("/");
  return rooms.includes(room) ? rooms.indexOf(room) : rooms.length;
}

function upwardImportsOf(file: SourceFile): readonly string[] {
  if (folderOf(file.path) !== "cwl") return [];
  return importsOf(file.text).flatMap(({ specifier, isTypeOnly }) => {
    const target = specifier.startsWith(".") ? resolveImport(file.path, specifier) : undefined;
    if (isTypeOnly || target === undefined || folderOf(target) !== "cwl") return [];
    return roomOf(target) > roomOf(file.path) ? [`${file.path} imports ${specifier}`] : [];
  });
}

function mayUsePackage(folder: string, specifier: string): boolean {
  const { packages } = rules[folder] ?? {};
  return packages === undefined || packages.includes(specifier);
}

/** Only what runs while building reads files beside `src`. */
function mayLeaveSource(path: string): boolean {
  return folderOf(path) === "";
}

/** Time, randomness, environment and output are arguments below `src/*.ts` and `cli`. */
const ambient =
  /\bprocess\.env\b|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|(?<![./])\bconsole\.|\brandomUUID|\bgetRandomValues/;

function ambientUsesOf(file: SourceFile): readonly string[] {
  if (["", "cli", "console"].includes(folderOf(file.path))) return [];
  return withoutComments(file.text)
    .split("\n")
    .flatMap((line) => (ambient.test(line) ? [`${file.path}: ${line.trim()}`] : []));
}

async function sourceFiles(): Promise<readonly SourceFile[]> {
  const paths = [...new Bun.Glob("**/*.{ts,tsx}").scanSync({ cwd: root })].sort();
  return Promise.all(paths.map(async (path) => ({ path, text: await Bun.file(join(root, path)).text() })));
}

type Listed = Pick<Route, "method" | "path"> & { readonly body?: { readonly schema: unknown } | undefined };

/** Methods that carry a body need a valibot schema for it. */
function routesWithoutSchema(routes: readonly Listed[]): readonly string[] {
  return routes.flatMap(({ method, path, body }) => {
    if (!["POST", "PUT", "PATCH"].includes(method)) return [];
    return isValibotSchema(body?.schema) ? [] : [`${method} ${path}`];
  });
}

function isValibotSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "schema" && "~run" in value;
}

test("every import keeps to the rules", async () => {
  expect((await sourceFiles()).flatMap(violationsOf)).toEqual([]);
});

test("every folder of src has a rule", async () => {
  const folders = new Set((await sourceFiles()).map((file) => folderOf(file.path)).filter((folder) => folder !== ""));
  expect([...folders].filter((folder) => rules[folder] === undefined)).toEqual([]);
});

describe("a planted import is found:", () => {
  const planted: readonly [string, string][] = [
    ["domain/x.ts", 'import { readFile } from "node:fs/promises";'],
    ["domain/x.ts", 'import { x } from "../store/jobs.ts";'],
    ["wire/x.ts", 'import { x } from "../files/layout.ts";'],
    ["wire/x.ts", 'import "node:fs";'],
    ["store/x.ts", 'import { x } from "../files/layout.ts";'],
    ["files/x.ts", 'import { x } from "../store/jobs.ts";'],
    ["net/x.ts", 'import { x } from "../files/layout.ts";'],
    ["executors/x.ts", 'import { x } from "../engines/engine.ts";'],
    ["engines/x.ts", 'import { x } from "../store/jobs.ts";'],
    ["cwl/tool/x.ts", 'import { x } from "../../runner/runner.ts";'],
    ["cwl/x.ts", 'import { x } from "../engines/remote.ts";'],
    ["engines/x.ts", 'import { x } from "../cwl/engine.ts";'],
    ["operations/x.ts", 'import { x } from "../cwl/engine.ts";'],
    ["wire/wps-endpoint/x.ts", 'import { x } from "../wps-client/x.ts";'],
    ["wire/wps-client/x.ts", 'import { x } from "../wps-endpoint/x.ts";'],
    ["wire/wps/x.ts", 'import { x } from "../wps-endpoint/x.ts";'],
    ["wire/wps/x.ts", 'import { x } from "../wps-client/x.ts";'],
    ["cli/client/x.ts", 'import { x } from "../run/run.ts";'],
    ["cli/server/x.ts", 'import { x } from "../run/run.ts";'],
    ["pages/x.tsx", 'import { x } from "../http/route.ts";'],
    ["pages/x.tsx", 'import { x } from "../operations/submit-job.ts";'],
    ["runner/x.ts", 'import { x } from "../operations/submit-job.ts";'],
    ["operations/x.ts", 'import { x } from "../runner/runner.ts";'],
    ["operations/x.ts", 'import { x } from "../wire/prefer.ts";'],
    ["http/x.ts", 'import { x } from "../store/jobs.ts";'],
    ["http/routes/x.ts", 'import { x } from "../../files/layout.ts";'],
    ["console/x.ts", 'import type { x } from "../http/route.ts";'],
    ["console/x.ts", 'import { x } from "../domain/job.ts";'],
    ["cli/x.ts", 'import { x } from "../store/database.ts";'],
    ["cli/x.ts", 'import { x } from "../runner/runner.ts";'],
    ["domain/x.ts", 'import { x } from "../config.ts";'],
    ["operations/x.ts", 'import { x } from "../app.ts";'],
    ["runner/x.ts", 'import { x } from "../assembly/engines.ts";'],
    ["assembly/x.ts", 'import { x } from "../cli/serve.ts";'],
    ["main.ts", 'import { x } from "./assembly/engines.ts";'],
    ["main.ts", 'import { x } from "./runner/runner.ts";'],
    ["http/x.ts", 'import type { x } from "../store/jobs.ts";'],
    ["http/x.ts", 'export { x } from "../store/jobs.ts";'],
    ["http/x.ts", 'export type { x } from "../store/jobs.ts";'],
    ["http/x.ts", 'import {\n  x,\n  type y,\n} from "../store/jobs.ts";'],
    ["http/x.ts", 'const x = await import("../store/jobs.ts");'],
    ["http/x.ts", 'type X = import("../store/jobs.ts").Job;'],
    ["domain/x.ts", 'import { x } from "../../test/support/imports.ts";'],
  ];
  test.each(planted)("%s: %s", (path, text) => {
    expect(violationsOf({ path, text })).toHaveLength(1);
  });
});

test("every row of the rules has a planted import that leaves the others alone", () => {
  for (const [folder, { folders }] of Object.entries(rules)) {
    for (const other of Object.keys(rules)) {
      const text = `import type { x } from "../${other}/x.ts";`;
      const mayImport = other === folder || folders.includes(other);
      expect([folder, other, violationsOf({ path: `${folder}/x.ts`, text }).length]).toEqual([
        folder,
        other,
        mayImport ? 0 : 1,
      ]);
    }
  }
});

test("the rooms of the CWL engine import values from below only", async () => {
  expect((await sourceFiles()).flatMap(upwardImportsOf)).toEqual([]);
});

test("every folder of the CWL engine is a room of the list", async () => {
  const folders = (await sourceFiles()).flatMap(({ path }) => /^cwl\/([^/]+)\/.+$/.exec(path)?.[1] ?? []);
  expect([...new Set(folders)].sort()).toEqual(rooms.toSorted());
});

describe("a planted import of a room is found:", () => {
  const pairs = rooms.flatMap((room, at) => rooms.map((other, place) => [room, other, place > at] as const));
  test.each(pairs)("%s imports %s", (room, other, isUpward) => {
    const path = `cwl/${room}/x.ts`;
    const found = (text: string) => upwardImportsOf({ path, text }).length;
    expect(found(`import { x } from "../${other}/x.ts";`)).toBe(isUpward ? 1 : 0);
    expect(found(`import type { x } from "../${other}/x.ts";`)).toBe(0);
  });
  test.each(rooms)("%s imports the engine", (room) => {
    expect(upwardImportsOf({ path: `cwl/${room}/x.ts`, text: 'import { x } from "../engine.ts";' })).toHaveLength(1);
  });
});

test("no files import each other in a circle, by types neither", async () => {
  expect(circlesOf(await sourceFiles())).toEqual([]);
});

test("a planted circle is found, whoever else leads to it", () => {
  const files = [
    { path: "cli/a.ts", text: 'import { b } from "./b.ts";' },
    { path: "cli/b.ts", text: 'import type { C } from "../domain/c.ts";' },
    { path: "domain/c.ts", text: 'import { type A } from "../cli/a.ts";' },
    { path: "main.ts", text: 'import { a } from "./cli/a.ts";' },
    { path: "domain/self.ts", text: 'import { self } from "./self.ts";' },
  ];
  expect(circlesOf(files)).toEqual([["cli/a.ts", "cli/b.ts", "domain/c.ts"], ["domain/self.ts"]]);
  expect(circlesOf(files.slice(1, 4))).toEqual([]);
});

test("what stands in a comment breaks no rule", () => {
  const text = '// import { x } from "../store/jobs.ts";\n/* console.log(Date.now()) */\nconst url = "http://x";\n';
  expect(violationsOf({ path: "http/x.ts", text })).toEqual([]);
  expect(ambientUsesOf({ path: "http/x.ts", text })).toEqual([]);
});

test("time, randomness, environment and output come as arguments", async () => {
  expect((await sourceFiles()).flatMap(ambientUsesOf)).toEqual([]);
});

describe("a planted ambient use is found:", () => {
  const lines = [
    "process.env.HOME",
    "Date.now()",
    "new Date()",
    "Math.random()",
    "console.log(1)",
    "crypto.randomUUID()",
  ];
  test.each(lines)("%s", (line) => {
    expect(ambientUsesOf({ path: "runner/x.ts", text: `const x = ${line};` })).toHaveLength(1);
    expect(ambientUsesOf({ path: "main.ts", text: `const x = ${line};` })).toEqual([]);
  });
});

/** The runtime's own timers cannot wait for more than 24.8 days. A socket's idle limit is a method of its own. */
const rawTimers =
  /(?<![.\w])(?:globalThis\.)?(?:set|clear)(?:Timeout|Interval)\b|AbortSignal\.timeout\b|timers\/promises|\bBun\.sleep/;

function rawTimersOf(file: SourceFile): readonly string[] {
  if (file.path === "domain/waiting/timers.ts") return [];
  const lines = withoutComments(file.text).split("\n");
  return lines.flatMap((line) => (rawTimers.test(line) ? [`${file.path}: ${line.trim()}`] : []));
}

test("only domain/waiting/timers.ts starts timers of the runtime", async () => {
  expect((await sourceFiles()).flatMap(rawTimersOf)).toEqual([]);
});

describe("a planted timer of the runtime is found:", () => {
  test.each([
    "setTimeout(work, 1)",
    "const timer = setInterval(work, 1)",
    "globalThis.setTimeout(work, 1)",
    "clearTimeout(timer)",
    "let timer: ReturnType<typeof setTimeout> | undefined",
    "AbortSignal.timeout(1)",
    'import { setTimeout as sleep } from "node:timers/promises"',
    "await Bun.sleep(1)",
  ])("%s", (line) => {
    for (const path of ["runner/x.ts", "main.ts", "cli/x.ts"]) {
      expect(rawTimersOf({ path, text: `${line};` })).toHaveLength(1);
    }
    expect(rawTimersOf({ path: "domain/waiting/timers.ts", text: `${line};` })).toEqual([]);
  });
});

/** A signal that is aborted already tells nobody who listens from then on: these look first. */
const listensToSignals: ReadonlySet<string> = new Set(
  ["on-abort", "joined-signal", "timers"].map((n) => `domain/waiting/${n}.ts`),
);

function rawSignalsOf(file: SourceFile): readonly string[] {
  // What runs in a browser has its own.
  if (listensToSignals.has(file.path) || file.path.startsWith("console/")) return [];
  const lines = withoutComments(file.text).split("\n");
  return lines.flatMap((line) =>
    /EventListener\("abort"|\.onabort\b/.test(line) ? [`${file.path}: ${line.trim()}`] : [],
  );
}

test("signals are listened to by domain/waiting/on-abort.ts", async () => {
  expect((await sourceFiles()).flatMap(rawSignalsOf)).toEqual([]);
});

test("a planted listener of a signal is found", () => {
  for (const text of ['signal?.addEventListener("abort", stop);', "signal.onabort = stop;"]) {
    expect(rawSignalsOf({ path: "runner/x.ts", text })).toHaveLength(1);
    expect(rawSignalsOf({ path: "domain/waiting/on-abort.ts", text })).toEqual([]);
  }
});

test("a route with a body has a valibot schema", async () => {
  await using service = await openService();
  expect(routesWithoutSchema(service.app.routes)).toEqual([]);
  expect(service.app.routes.some((route) => route.body !== undefined)).toBe(true);
});

test("a planted route without a schema is found", () => {
  const planted: readonly Listed[] = [
    { method: "POST", path: "/none" },
    { method: "PUT", path: "/object", body: { schema: { type: "object" } } },
    { method: "GET", path: "/fine" },
  ];
  expect(routesWithoutSchema(planted)).toEqual(["POST /none", "PUT /object"]);
});
