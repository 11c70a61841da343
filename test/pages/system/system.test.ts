import { expect, test } from "bun:test";
import type { SettingDocument, SystemDocument } from "../../../src/domain/documents/system.ts";
import { valueWords } from "../../../src/pages/system/setting-words.ts";
import { systemPage } from "../../../src/pages/system/system.tsx";
import { frame, plainTables } from "../frame.ts";

const at = "2026-01-02T03:04:05.678Z";
const setting = (name: string, value: unknown, origin: string, about: string): SettingDocument => ({
  name,
  about,
  value,
  origin,
  flag: `--${name}`,
  variable: `HEDDLE_${name}`,
  takenInBy: name.startsWith("service") ? "reload" : "restart",
});
const document: SystemDocument = {
  version: "1.2.3",
  commit: "",
  started: at,
  runtime: "Bun",
  tools: { executor: "local", enforces: ["files"], slots: 2 },
  running: {},
  beginsJobs: true,
  disk: [],
  minFreeBytes: 1,
  kept: { outputBytes: 0, uploadBytes: 0 },
  database: { bytes: 0, walBytes: 0 },
  memoryBytes: 1,
  queue: { running: 0, waiting: 0 },
  settings: [
    setting("slots", 2, "--slots", "How many tools run at once"),
    setting("minFreeBytes", 2_000_000_000, "default", "Free space below which nothing begins"),
    setting("serviceTitle", "Heddle", "default", "what the service is called"),
  ],
  retention: [
    { what: "jobs", settings: ["keepHours"], seconds: 720 * 3600, next: at, dueWithinDay: 1000 },
    { what: "uploads", settings: [], seconds: 86_400, dueWithinDay: 0, held: 3 },
    { what: "orphans", settings: [], seconds: 86_400, next: at },
    { what: "cache", settings: ["cacheBytes"], maxBytes: 5_000_000_000 },
  ],
  directories: { data: "/srv/my data", outputs: "/srv/outputs", uploads: "/srv/my data/vault" },
  metrics: { isOn: true },
  links: [],
};
const page = (unlimited?: string) =>
  systemPage({ measured: at }).render(frame, {
    ...document,
    tools: { ...document.tools, ...(unlimited === undefined ? {} : { unlimited }) },
  });

test("the page of the system says what it means that tools are not held to something, and then why", () => {
  const html = page('the control group has "hugetlb", wanted memory');
  expect(html).toMatch(
    /<p class="notice notice-bad">Memory and cores of tools are not limited: [^<]*<span[^>]*>Why: the control group has/,
  );
  expect(page()).not.toContain("not limited");
});

test("a link to a setting leads to its row, which the style sheet marks", async () => {
  const html = plainTables(page());
  expect(html).toContain('<a href="#setting-slots">');
  expect(html.match(/id="setting-slots"/g)).toHaveLength(1);
  expect(html).toContain('<tr id="setting-slots">');
  expect(await Bun.file(`${import.meta.dir}/../../../src/console/styles/tables.css`).text()).toContain("tr:target {");
});

test("what an operator looks for has a heading of its own, which the top of the page leads to", () => {
  const html = page();
  for (const id of [
    "work",
    "disk",
    "backup",
    "metrics",
    "retention",
    "program",
    "all-settings",
    "changing-a-setting",
  ]) {
    expect(html).toContain(`<a href="#${id}">`);
    expect(html).toMatch(new RegExp(`<h[23] id="${id}">`));
  }
});

test("retention says for how long, by which setting, and what is removed next", () => {
  const html = plainTables(page());
  expect(html).toMatch(
    /30 days after their end; those kept for good stay<\/td><td>the first <time[^>]*>[^<]*<\/time>, 1000 or more within a day/,
  );
  expect(html).toMatch(/1 day, and longer while a job[^<]*<\/td><td>nothing; 3 past their time, which a job may read/);
  expect(html).toMatch(
    /<p>Jobs that have ended are kept with their results and logs for 30 days after their end; <a href="http:\/\/server\/base\/jobs\?f=html&amp;kept=true">those kept for good<\/a> until somebody releases them; the next is removed on <time/,
  );
  expect(html).toContain("up to 5.0 GB");
  expect(html).toContain("what was used longest ago, when there is more");
  expect(html).toMatch(/<td>the first <time[^>]*>[^<]*<\/time><\/td><td><span class="muted">none: it is fixed/);
  expect(html).not.toContain("not counted<");
  expect(html).not.toContain("maxUploadBytes");
  const jobs = `${frame.baseUrl}/jobs?status=successful%2Cfailed%2Cdismissed&amp;sortby=finished&amp;f=html`;
  expect(html).toContain(`<a href="${jobs}">the jobs that ended first</a>`);
});

test("how many tools run at once is told in words, with the setting and what gave it", () => {
  const html = plainTables(page());
  expect(html).toContain("local, 2 slots: 2 tools run at once, more jobs wait");
  expect(html).toContain('<code class="name">slots</code></a><span class="muted"> (--slots)</span>');
  expect(html).toContain('<code class="name">min<wbr/>Free<wbr/>Bytes</code></a><span class="muted"> (default)</span>');
});

test("how a setting is changed is told with the file, the directory and the example of this service", () => {
  const html = page();
  expect(html).toContain("<code>serviceTitle: Our maps</code>");
  expect(html).toContain("<code>heddle config check --config FILE</code>");
  expect(html).toContain("heddle reload --data &#39;/srv/my data&#39;");
  const settings = [setting("keepHours", 5, 'keepHours in "/etc/my heddle.yml"', "how long"), ...document.settings];
  const named = systemPage({ measured: at }).render(frame, { ...document, settings });
  expect(named).toContain("The file is <code>/etc/my heddle.yml</code>");
  expect(named).toContain("heddle config check --config &#39;/etc/my heddle.yml&#39;");
  expect(named).toContain('<code class="name">keep<wbr/>Hours</code></a><span class="muted"> (set in the file)</span>');
});

test("a line of the file of settings is shown as the file in use has it", () => {
  const shown = (file: string) => {
    const settings = [setting("keepHours", 5, `keepHours in "${file}"`, "how long"), ...document.settings];
    return systemPage({ measured: at }).render(frame, { ...document, settings, metrics: { isOn: false } });
  };
  for (const [file, title, metrics] of [
    ["x.json", "&quot;serviceTitle&quot;: &quot;Our maps&quot;", "&quot;metrics&quot;: &quot;on&quot;"],
    ["/etc/x.toml", "serviceTitle = &quot;Our maps&quot;", "metrics = &quot;on&quot;"],
    ["/etc/x.yaml", "serviceTitle: Our maps", "metrics: on"],
    ["/etc/heddle", "serviceTitle: Our maps", "metrics: on"],
  ] as const) {
    const html = shown(file);
    expect(html).toContain(`<code>${title}</code>`);
    expect(html).toContain(`<code>${metrics}</code>`);
    expect(html).toContain(`The file is <code>${file}</code>`);
  }
});

test("what few look for is folded up, below a heading that one comes to", () => {
  const html = page();
  for (const id of ["program", "changing-a-setting"]) {
    expect(html).toMatch(new RegExp(`<details[^>]*><summary><h[23] id="${id}">`));
  }
  expect(html).toContain("<summary>The 1 setting that differs from its default</summary>");
  for (const id of ["work", "disk", "backup", "metrics"]) expect(html).toContain(`<section><h2 id="${id}">`);
});

test("a backup is made by the command with this data directory; what is not in it has its place", () => {
  const html = page();
  expect(html).toContain("heddle backup &quot;heddle-$(date +%F).db&quot; --data &#39;/srv/my data&#39;");
  for (const place of ["/srv/outputs", "/srv/my data/vault", "/srv/my data/secret.key"]) expect(html).toContain(place);
  expect(html).toMatch(
    /tar -czf [^<]* \/srv\/outputs &#39;\/srv\/my data\/vault&#39; &#39;\/srv\/my data\/secret\.key&#39;\)</,
  );
});

test("metrics say where they are, which right a key needs, and how they are turned on", () => {
  const html = page();
  expect(html).toContain(`<a href="${frame.baseUrl}/metrics">`);
  expect(html).toContain("read-metrics");
  expect(html).toContain("--user prometheus --data &#39;/srv/my data&#39;");
  expect(html).toContain(
    "scheme: http\n    metrics_path: /base/metrics\n    authorization:\n      credentials_file: /etc/prometheus/heddle.key\n    static_configs:\n      - targets: [&quot;server&quot;]",
  );
  const other = (metrics: SystemDocument["metrics"]) =>
    systemPage({ measured: at }).render(frame, { ...document, metrics });
  expect(other({ isOn: false })).toContain("<code>--metrics on</code>");
  expect(other({ isOn: true, address: "http://127.0.0.1:9/metrics" })).toContain(
    "<code>http://127.0.0.1:9/metrics</code>",
  );
});

test("each setting tells its flag, its variable, how it is changed, and a size in words", () => {
  const html = plainTables(page());
  expect(html).toContain('<code class="name">HEDDLE_<wbr/>slots</code><br/>');
  expect(html).toContain("given by the flag --slots now: change the flag, and restart");
  expect(html).toContain("taken in by a reload");
  expect(html).toContain('<code>2000000000</code> bytes<span class="muted nowrap"> (2.0 GB)</span>');
});

test("what a flag or a variable gives is changed there, whatever a reload takes in", () => {
  const given = (origin: string) =>
    systemPage({ measured: at }).render(frame, {
      ...document,
      settings: [setting("serviceTitle", "Maps", origin, "the name")],
    });
  expect(given("--service-title")).toContain("given by the flag --service-title now: change the flag, and restart");
  for (const variable of ["HEDDLE_SERVICE_TITLE", "HEDDLE_SERVICE_TITLE_FILE"]) {
    expect(given(variable)).toContain(`given by the variable ${variable} now: change the variable, and restart`);
  }
  for (const origin of ["default", 'serviceTitle in "/etc/heddle.yml"']) {
    expect(given(origin)).toContain('<span class="muted">taken in by a reload</span>');
  }
});

const worded: readonly [name: string, value: unknown, words: string][] = [
  ["memoryMebibytes", 24_105, "24105 MiB (25.3 GB)"],
  ["memoryMebibytes", 1, "1 MiB (1.0 MB)"],
  ["minFreeBytes", 67_108_864, "67108864 bytes (67.1 MB)"],
  ["maxInlineBytes", 0, "0 bytes"],
  ["maxInlineBytes", 1, "1 byte"],
  ["shortageSeconds", 3600, "3600 seconds (1 hour)"],
  ["downloadSeconds", 90, "90 seconds"],
  ["graceSeconds", 1, "1 second"],
  ["watchdogSeconds", 0, "0 seconds"],
  ["keepHours", 720, "720 hours (30 days)"],
  ["sessionHours", 12, "12 hours"],
  ["keepAuditDays", 400, "400 days"],
  ["slots", 4, "4"],
  ["port", 8080, "8080"],
  ["inputRoot", [], "[]"],
  ["serviceTitle", "3600", "3600"],
];
test("a number is told with its unit, and in larger ones", () => {
  for (const [name, value, words] of worded) {
    const { value: shown, unit, larger } = valueWords({ name, value }) ?? { value: "" };
    expect(`${shown}${unit === undefined ? "" : ` ${unit}`}${larger === undefined ? "" : ` (${larger})`}`).toBe(words);
  }
  expect(valueWords({ name: "keepHours", value: undefined })).toBeUndefined();
});

test("the largest users, processes and jobs are told, each with its way", () => {
  const space = {
    days: 30,
    users: [
      {
        ...{ user: "ann", outputBytes: 3_000_000, uploadBytes: 2_000_000, bytes: 5_000_000 },
        ...{ jobs: 1200, failed: 3, runSeconds: 7260 },
      },
      { client: "network 10.0.0.0/8", outputBytes: 1, uploadBytes: 0, bytes: 1 },
    ],
    total: {
      outputBytes: 3_400_001,
      uploadBytes: 2_000_000,
      bytes: 5_400_001,
      jobs: 1250,
      failed: 4,
      runSeconds: 7300,
    },
    newest: 2000,
    processes: [{ processID: "p", jobs: 2, outputBytes: 3_000_000 }],
    jobs: [{ jobID: "job-1", processID: "p", user: "ann", outputBytes: 3_000_000 }],
  };
  const html = systemPage({ measured: at }).render(frame, { ...document, space });
  const cells = (...texts: readonly string[]) => texts.map((text) => `<td class="nowrap">${text}</td>`).join("");
  expect(html).toContain(`<a href="${frame.baseUrl}/uploads?user=ann&amp;sort=size&amp;f=html">2.0 MB</a>`);
  expect(html).toContain(`<a href="${frame.baseUrl}/processes/p?f=html">p</a>`);
  expect(html).toContain(`<a href="${frame.baseUrl}/jobs/job-1?f=html"`);
  expect(html).toContain("network 10.0.0.0/8");
  expect(plainTables(html)).toMatch(/<td class="nowrap">5\.0 MB<\/td><td>1,200<\/td><td>3<\/td><td class="nowrap">2 h/);
  expect(html).toContain("counted with all that come without a key");
  expect(plainTables(html)).toContain(`<td>All others</td>${cells("400 kB", "0 kB", "400 kB")}<td>50</td><td>1</td>`);
  expect(plainTables(html)).toContain(`<td>All together</td>${cells("3.4 MB", "2.0 MB", "5.4 MB")}<td>1,250</td>`);
  expect(html).toContain('<span aria-current="true">the last 30 days</span>');
  expect(html).toContain(`<a href="${frame.baseUrl}/_/system?f=html&amp;period=7d#space">`);
  expect(page()).not.toContain("Space and jobs by user");
});

test("what all files take is told by what they are, with the sum, the free space, and when it was measured", () => {
  const disk = [{ directory: "/srv", holds: "all", freeBytes: 5e9, totalBytes: 2e10 }];
  const files = {
    ...{ measured: at, totalBytes: 3_005_000, isWhole: true, unread: 0 },
    areas: [
      { area: "results", bytes: 3_000_000, contentBytes: 2_600_000, files: 1200 },
      { area: "cache", bytes: 5000, contentBytes: 4_000_000, files: 1 },
      { area: "images", bytes: 0, contentBytes: 0, files: 0 },
    ],
  } as const;
  const shown = (changes: object = {}) =>
    plainTables(systemPage({ measured: at }).render(frame, { ...document, disk, files: { ...files, ...changes } }));
  const html = shown();
  expect(html).toContain(`measured <time datetime="${at}">`);
  expect(html).toMatch(
    /<td>Results of jobs<\/td><td class="nowrap">3\.0 MB<\/td><td class="nowrap">2\.6 MB<\/td><td>1,200<\/td>/,
  );
  expect(html).toMatch(
    /<td><b>All together<\/b><\/td><td class="nowrap"><b>3\.0 MB<\/b><\/td><td class="nowrap">6\.6 MB<\/td><td>1,201<\/td>/,
  );
  expect(html).toMatch(/Free on the disk of <code>\/srv<\/code>: 5\.0 GB of 20\.0 GB\.<\/p>/);
  expect(html).not.toContain("Container images");
  expect(html).not.toContain("There is more");
  expect(shown({ isWhole: false })).toContain("only the first 500,000 files and directories are counted");
  expect(shown({ unread: 1 })).toContain("tools left 1 file or directory that the service may not look at");
  expect(page()).toContain("The files are being counted");
});
