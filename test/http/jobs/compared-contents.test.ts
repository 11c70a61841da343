import { expect, test } from "bun:test";
import type { FileResult, Results } from "../../../src/domain/values/values.ts";
import { jsonOf, openService, type Service } from "../service.ts";

type Made = { readonly type: string; readonly content: string; readonly sizeBytes?: number };

/** Runs the built-in process to an end with one file for each name. */
async function run(service: Service, files: Readonly<Record<string, Made>>): Promise<string> {
  const results = (id: string): Results =>
    Object.fromEntries(Object.entries(files).map((file) => resultOf(id, ...file)));
  return runTo(
    service,
    results,
    Object.fromEntries(Object.entries(files).map(([name, { content }]) => [`text/${name}`, content])),
  );
}

async function runTo(
  service: Service,
  results: (id: string) => Results,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const headers = { prefer: "respond-async" };
  const answer = await service.send("POST", "/processes/echo/execution", { headers, body: { inputs: { text: "x" } } });
  const id = String((await jsonOf(answer)).jobID);
  await service.finish(id, { results: results(id), files });
  service.clock.advance(1000);
  return id;
}

function resultOf(id: string, name: string, { type, content, sizeBytes = content.length }: Made): [string, FileResult] {
  const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");
  return [name, { kind: "file", reference: `/${id}/text/${name}`, basename: name, mediaType: type, sizeBytes, sha256 }];
}

const compared = async (service: Service, jobs: readonly string[]) =>
  jsonOf(await service.send("GET", `/jobs/compare?jobs=${jobs}`));
const pageOf = async (service: Service, jobs: readonly string[]) =>
  (await service.send("GET", `/jobs/compare?f=html&jobs=${jobs}`)).text();

const json = (content: string): Made => ({ type: "application/json", content });
const csv = (content: string): Made => ({ type: "text/csv", content });
const text = (content: string): Made => ({ type: "text/plain", content });

test("what differs inside of JSON, tables and texts is listed, and shown on the page", async () => {
  await using service = await openService({ holdsJobs: true });
  const jobs = [
    await run(service, {
      "a.json": json('{"mean":12.50,"n":[1,2]}'),
      "a.csv": csv("station,rain\nSeattle,1\nTacoma,2\n"),
      "a.txt": text("one\ntwo\nthree"),
      same: text("same"),
    }),
    await run(service, {
      "a.json": json('{"n":[1,3],"mean":12.5}'),
      "a.csv": csv("station,rain\nSeattle,1\nTacoma,7\n"),
      "a.txt": text("one\n2\nthree"),
      same: text("same"),
    }),
  ];
  expect(await compared(service, jobs)).toMatchObject({
    results: [
      {
        id: "a.json",
        inside: [{ name: "a.json", kind: "json", differences: [{ path: "/n/1", a: 2, b: 3 }], more: 0 }],
      },
      { id: "a.csv", inside: [{ kind: "table", rows: [{ a: 3, b: 3, cells: [{ column: "rain", a: "2", b: "7" }] }] }] },
      {
        id: "a.txt",
        inside: [
          {
            kind: "text",
            lines: [
              { kind: "same", text: "one" },
              { kind: "removed", text: "two" },
              { kind: "added", text: "2" },
              { kind: "same", text: "three" },
            ],
          },
        ],
      },
      { id: "same", same: true },
    ],
  });
  const page = await pageOf(service, jobs);
  expect(page).toContain("<h3>Inside a.json</h3>");
  expect(page).toContain(
    '<code>/n/1</code></th><td><code>2</code></td><td><code>3</code><span class="muted nowrap"> (+1)</span></td>',
  );
  expect(page).toContain(
    'Tacoma <span class="muted">line 3</span></th><td>rain</td><td>2</td><td>7<span class="muted nowrap"> (+5)</span>',
  );
  expect(page).toContain("<del>- two\n</del><ins>+ 2\n</ins>");
  expect(page).not.toContain("Inside same");
});

test("what differs in much is folded up, with how much that is; images stand side by side, if they are not too large", async () => {
  await using service = await openService({ holdsJobs: true });
  const lines = (word: string) => Array.from({ length: 30 }, (_, at) => `${word} ${at}`).join("\n");
  const image = (content: string): Made => ({ type: "image/svg+xml", content });
  const huge = { ...image("<svg/>"), sizeBytes: 20 * 2 ** 20 + 1 };
  const jobs = [
    await run(service, { long: text(lines("one")), short: text("a"), "a.svg": image("<svg>1</svg>"), huge }),
    await run(service, { long: text(lines("other")), short: text("b"), "a.svg": image("<svg>2</svg>"), huge }),
  ];
  const answer = await service.send("GET", `/jobs/compare?f=html&jobs=${jobs}`);
  const page = await answer.text();
  expect(page).toContain("<summary>Show 60 lines that differ</summary>");
  expect(page.match(/<summary>Show/g)).toHaveLength(1);
  const shown = [...page.matchAll(/<img src="([^"]+)"/g)].map(([, src]) => src);
  expect(shown.map((src) => src?.replace(/^.*\//, ""))).toEqual(["a.svg", "a.svg"]);
  const policy = answer.headers.get("content-security-policy") ?? "";
  const allowed = /img-src 'self' (\S+?);/.exec(policy)?.[1] ?? "none";
  expect(shown.every((src) => src?.startsWith(allowed))).toBe(true);
});

test("what is written differently and says the same is told", async () => {
  await using service = await openService({ holdsJobs: true });
  const jobs = [await run(service, { a: json('{"x":1.0,"y":2}') }), await run(service, { a: json('{"y":2,\n"x":1}') })];
  expect(await compared(service, jobs)).toMatchObject({ results: [{ inside: [{ differences: [], more: 0 }] }] });
  expect(await pageOf(service, jobs)).toContain("Both have the same values, and are written differently.");
});

test("of what is too large or of no kind that is compared, the sizes and digests are told", async () => {
  await using service = await openService({ holdsJobs: true });
  const large = (content: string): Made => ({ ...json(content), sizeBytes: 2 ** 20 + 1 });
  const image = (content: string): Made => ({ type: "image/png", content });
  const jobs = [
    await run(service, { large: large("1"), image: image("a"), kinds: text("1") }),
    await run(service, { large: large("2"), image: image("bc"), kinds: json("2") }),
  ];
  const page = await pageOf(service, jobs);
  const digest = (content: string) => new Bun.CryptoHasher("sha256").update(content).digest("hex");
  expect(page).toContain(
    `A has 1048577 bytes of application/json (SHA-256 ${digest("1")}), B has 1048577 bytes of application/json (SHA-256 ${digest("2")}): only what has up to 1 MiB is compared inside.`,
  );
  expect(page).toContain(`A has 1 byte of image/png (SHA-256 ${digest("a")}), B has 2 bytes of image/png`);
  expect(page).toContain("A has 1 byte of text/plain");
});

test("what is no JSON is compared as text, and a file that is gone leaves the rest", async () => {
  await using service = await openService({ holdsJobs: true });
  const gone = {
    kind: "file",
    reference: "/none/x.txt",
    basename: "x",
    mediaType: "text/plain",
    sizeBytes: 1,
  } as const;
  const jobs = [
    await run(service, { a: json("{not"), deep: json(`${"[".repeat(500)}${"]".repeat(500)}`) }),
    await run(service, { a: json("1"), deep: json("2") }),
    await runTo(service, () => ({ a: gone })),
  ];
  expect(await compared(service, jobs.slice(0, 2))).toMatchObject({
    results: [
      { inside: [{ kind: "text", note: "Compared as text, because A is no JSON, or too deep or too large for it." }] },
      { inside: [{ kind: "text" }] },
    ],
  });
  const { results } = await compared(service, [jobs[1] ?? "", jobs[2] ?? ""]);
  expect(results).toMatchObject([
    { id: "a", inside: [{ kind: "not-compared" }] },
    { id: "deep", same: false },
  ]);
});

test("values, lists and directories are compared by what is in them", async () => {
  await using service = await openService({ holdsJobs: true });
  const listed = (path: string, sha256: string) => ({ path, mediaType: "text/plain", sizeBytes: 1, sha256 });
  const made = (n: number, d: string): Results => ({
    value: { kind: "value", value: { n } },
    list: {
      kind: "list",
      items: [
        { kind: "value", value: 1 },
        { kind: "value", value: n },
      ],
    },
    all: { kind: "directory", reference: "/x/all/", basename: "all", files: [listed("same", "s"), listed("a", d)] },
  });
  const jobs = [await runTo(service, () => made(1, "d1")), await runTo(service, () => made(2, "d2"))];
  expect(await compared(service, jobs)).toMatchObject({
    results: [
      { inside: [{ name: "value", differences: [{ path: "/n", a: 1, b: 2 }] }] },
      { inside: [{ name: "list 1", differences: [{ path: "", a: 1, b: 2 }] }] },
      {
        inside: [
          { files: [{ path: "a", a: { length: 1, sha256: "d1" }, b: { sha256: "d2" } }], more: 0 },
          // Nothing lies there.
          { name: "all: a", kind: "not-compared" },
        ],
      },
    ],
  });
  expect(await pageOf(service, jobs)).toContain('<th scope="row">(all of it)</th>');
});

test("files that two directories have by the same path are compared inside, as far as there is room", async () => {
  await using service = await openService({ holdsJobs: true });
  const run = async (contents: Readonly<Record<string, string>>) => {
    const files = Object.entries(contents).map(([path, content]) => ({
      path,
      mediaType: path.endsWith(".csv") ? "text/csv" : path.endsWith(".png") ? "image/png" : "text/plain",
      sizeBytes: content.length,
      sha256: new Bun.CryptoHasher("sha256").update(content).digest("hex"),
    }));
    return runTo(
      service,
      (id) => ({ all: { kind: "directory", reference: `/${id}/all/out/`, basename: "out", files } }),
      Object.fromEntries(Object.entries(contents).map(([path, content]) => [`all/out/${path}`, content])),
    );
  };
  const rows = (level: number) => `station,date,level\nTulcea,1,3\nTulcea,2,${level}\nGalati,1,3\n`;
  const jobs = [
    await run({ "a b.csv": rows(4), "sub/c.txt": "one\ntwo", same: "x", "p.png": "1", only: "a" }),
    await run({ "a b.csv": rows(5), "sub/c.txt": "one\n2", same: "x", "p.png": "2" }),
  ];
  const { results } = await compared(service, jobs);
  expect(results).toMatchObject([
    {
      inside: [
        {
          name: "all",
          kind: "files",
          files: [{ path: "a b.csv" }, { path: "sub/c.txt" }, { path: "p.png" }, { path: "only" }],
        },
        {
          name: "all: a b.csv",
          kind: "table",
          rows: [
            {
              named: [
                { column: "station", text: "Tulcea" },
                { column: "date", text: "2" },
              ],
              cells: [{ column: "level", a: "4", b: "5" }],
            },
          ],
        },
        { name: "all: sub/c.txt", kind: "text" },
      ],
    },
  ]);
  const page = await pageOf(service, jobs);
  expect(page).toContain("Inside all: a b.csv");
  expect(page).toMatch(/Tulcea, 2 <span class="muted">line 3</);
  const many = (text: string) => Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${at}.txt`, text]));
  const { results: bounded } = await compared(service, [await run(many("a")), await run(many("b"))]);
  const [{ inside } = { inside: [] }] = Array.isArray(bounded) ? bounded : [];
  expect(inside).toHaveLength(21);
  expect(inside[20]).toMatchObject({ kind: "not-compared", reason: expect.stringContaining("11 more differ") });
});

test("twenty pairs are looked into, and the others are counted", async () => {
  await using service = await openService({ holdsJobs: true });
  const made = (n: number): Results => ({
    list: {
      kind: "list",
      items: Array.from({ length: 25 }, (_, index) => ({ kind: "value", value: n + index }) as const),
    },
    other: { kind: "value", value: n },
  });
  const jobs = [await runTo(service, () => made(0)), await runTo(service, () => made(100))];
  const page = await pageOf(service, jobs);
  expect(page).toContain("5 more differ, or may differ. One comparison looks inside of 20 at most.");
  expect(page).toContain("1 more differ, or may differ.");
});

test("markup in what is compared changes nothing of the page", async () => {
  await using service = await openService({ holdsJobs: true });
  const evil = "<script>alert(1)</script>";
  const jobs = [
    await run(service, {
      [`${evil}.json`]: json(JSON.stringify({ [evil]: evil })),
      c: csv(`${evil},b\n${evil},1\n`),
      t: text(evil),
    }),
    await run(service, {
      [`${evil}.json`]: json(JSON.stringify({ [evil]: 1 })),
      c: csv(`${evil},b\n2,1\n`),
      t: text("x"),
    }),
  ];
  const page = await pageOf(service, jobs);
  expect(page).toContain("&lt;script&gt;alert(1)");
  expect(page).not.toContain("<script>alert");
});

test("files with more lines than are gone through in a moment are not compared inside, and neither are many of them together", async () => {
  await using service = await openService({ holdsJobs: true });
  const rows = (count: number, value: number, end = "\n") => `a${end}${`${value}${end}`.repeat(count)}`;
  const filesOf = (value: number) => ({
    large: csv(rows(60_000, value)),
    old: csv(rows(60_000, value, "\r")),
    text: text(rows(60_000, value)),
    ...Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`many${at}`, csv(rows(40_000, value))])),
  });
  const jobs = [await run(service, filesOf(1)), await run(service, filesOf(2))];
  const started = performance.now();
  const document = JSON.stringify(await compared(service, jobs));
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(document.match(/only what has up to 100000 together is compared inside/g)).toHaveLength(3);
  expect(document.match(/one comparison goes through 400000 lines at most/g)).toHaveLength(2);
});

test("JSON, values and tables with few lines are charged as well: one comparison goes through so much, and others are answered meanwhile", async () => {
  await using service = await openService({ holdsJobs: true });
  const list = (value: number) => `[${Array.from({ length: 190_000 }, () => `${value}.1`).join(",")}]`;
  const filesOf = (value: number) =>
    Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`many${at}`, json(list(value))]));
  const jobs = [await run(service, filesOf(1)), await run(service, filesOf(2))];
  let isDone = false;
  const comparing = compared(service, jobs).finally(() => {
    isDone = true;
  });
  let answered = 0;
  while (!isDone) {
    expect((await service.send("GET", "/conformance")).status).toBe(200);
    await Bun.sleep(1);
    answered += 1;
  }
  const document = JSON.stringify(await comparing);
  // Each pair has some 1.5 MB.
  expect(document.match(/one comparison goes through 16 MiB at most/g)).toHaveLength(4);
  expect(document.match(/"kind":"json"/g)).toHaveLength(11);
  expect(answered).toBeGreaterThan(11);
  const valuesOf = (value: number): Results =>
    Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`v${at}`, { kind: "value", value: "x".repeat(1_000_000) + value }]),
    );
  const ofValues = [await runTo(service, () => valuesOf(1)), await runTo(service, () => valuesOf(2))];
  const values = JSON.stringify(await compared(service, ofValues));
  expect(values.match(/A has 1000003 characters of JSON, B has 1000003: one comparison goes through/g)).toHaveLength(4);
});

test("a table whose rows have far fewer cells than the widest one is not filled up to compare it", async () => {
  await using service = await openService({ holdsJobs: true });
  const columns = Array.from({ length: 60_000 }, (_, at) => `c${at}`).join(",");
  const wide = (value: number) => csv(`${columns}\n${`1,${value}\n`.repeat(20_000)}`);
  const unnamed = (value: number) => csv(`${"1,".repeat(60_000)}1\n${`1,${value}\n`.repeat(20_000)}`);
  const jobs = [
    await run(service, { wide: wide(2), unnamed: unnamed(2) }),
    await run(service, { wide: wide(3), unnamed: unnamed(3) }),
  ];
  const document = JSON.stringify(await compared(service, jobs));
  expect(document).toContain(
    "A has 20001 rows of 60000 columns, B has 20001 of 60000: only what has up to 2000000 cells together is compared inside.",
  );
  expect(document.match(/only what has up to 2000000 cells/g)).toHaveLength(2);
});
