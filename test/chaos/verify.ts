import { Database } from "bun:sqlite";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type Address, ask, type LoadJob } from "./load.ts";
import { diskFullCode, ledgersOf } from "./packages.ts";
import type { Told } from "./peer.ts";

/** How jobs of a kind end when nobody disturbs them: `{name}` stands for the job's name. */
export type Undisturbed = ReadonlyMap<string, { readonly status: string; readonly bytes: string }>;

/** Everything that should be zero at the end, by what the closing table calls it. */
export type Columns = Readonly<Record<string, readonly string[]>>;

/** Reads how a job ended, as the table of the undisturbed ones keeps it. */
export async function endOf(
  address: Address,
  job: LoadJob,
): Promise<{ readonly status: string; readonly bytes: string }> {
  const output = job.kind === "echo" ? "text" : "said";
  const response = await ask(address, `/jobs/${job.id}/results/${output}`);
  const text = response?.status === 200 ? response.text : String(response?.status);
  const isDirectory = job.kind === "archive" || job.kind === "stac";
  const bytes = isDirectory ? `${text}${await filesOf(address, job)}` : text;
  return { status: job.status ?? "unknown", bytes: bytes.replaceAll(job.name, "{name}") };
}

const ListingSchema = v.looseObject({
  files: v.array(v.looseObject({ name: v.string(), length: v.number(), digest: v.string(), href: v.string() })),
});

/** Tells the files of a directory that a job made, and that the last of them is sent as it is told. */
async function filesOf(address: Address, { id }: LoadJob): Promise<string> {
  const response = await ask(address, `/jobs/${id}/results/all`, { headers: { accept: "application/json" } });
  if (response?.status !== 200) return String(response?.status);
  const { files } = v.parse(ListingSchema, JSON.parse(response.text));
  const last = files.at(-1);
  const sent = last === undefined ? undefined : await ask(address, new URL(last.href).pathname);
  const facts = files.map(({ name, length, digest }) => `${name} ${length} ${digest}`);
  return `${facts.join("\n")}\n${sent?.status} ${sent?.text.length}`;
}

/** Compares what the server tells of all jobs with the undisturbed run. */
export async function verifyJobs(
  address: Address,
  jobs: readonly LoadJob[],
  undisturbed: Undisturbed,
): Promise<Columns> {
  const lost: string[] = [];
  const stuck: string[] = [];
  const failed: string[] = [];
  const different: string[] = [];
  for (const job of jobs.filter((one) => one.id !== undefined)) {
    const wanted = undisturbed.get(job.kind);
    const end = await endOf(address, job);
    const words = `${job.name} (${job.id})`;
    if ((await ask(address, `/jobs/${job.id}`))?.status === 404) lost.push(words);
    else if (end.status === "accepted" || end.status === "running" || end.status === "unknown") stuck.push(words);
    else if (isUnknowable(job) || foundDiskFull(job) || isGivenUp(job)) continue;
    else if (end.status !== wanted?.status) failed.push(`${words}: ${end.status}`);
    else if (end.bytes !== wanted.bytes) different.push(`${words}: ${JSON.stringify(end.bytes)}`);
  }
  return {
    lost,
    stuck,
    "ended otherwise than undisturbed": failed,
    "results that differ": different,
    "submissions doubled": jobs.flatMap((job) => job.otherIds),
  };
}

/** A tool whose own writing met the full disk has failed by itself: it ends with a code of its own then. */
function foundDiskFull({ status, message }: LoadJob): boolean {
  return status === "failed" && message?.includes(`exit code ${diskFullCode},`) === true;
}

/** Nobody starts a job again that ten crashes in a row found in its start: it may be what crashes the server. */
function isGivenUp({ status, message }: LoadJob): boolean {
  return status === "failed" && message?.includes("10 times in a row while it started this job") === true;
}

/** Words the jobs that were given up because the server went down too often. */
export function givenUpJobs(jobs: readonly LoadJob[]): readonly string[] {
  return jobs.filter(isGivenUp).map(({ name }) => name);
}

/** Words the jobs whose tools found the disk full. */
export function diskFullJobs(jobs: readonly LoadJob[]): readonly string[] {
  return jobs.filter(foundDiskFull).map(({ name }) => name);
}

const ListSchema = v.looseObject({
  jobs: v.array(v.looseObject({ jobID: v.string() })),
  links: v.array(v.looseObject({ rel: v.string(), href: v.string() })),
});

/** Turns the pages of a list of jobs to its end. */
async function listed(address: Address, query: string): Promise<readonly string[]> {
  const ids: string[] = [];
  let path: string | undefined = `/jobs?limit=100&removed=true&${query}`;
  while (path !== undefined) {
    const page: v.InferOutput<typeof ListSchema> = v.parse(
      ListSchema,
      JSON.parse((await ask(address, path))?.text ?? "null"),
    );
    ids.push(...page.jobs.map((job) => job.jobID));
    const next: URL | undefined = page.links
      .filter(({ rel }) => rel === "next")
      .map(({ href }) => new URL(href))
      .at(0);
    path = next === undefined ? undefined : `${next.pathname}${next.search}`;
  }
  return ids;
}

/** Reads the lists of jobs, in two orders and by status: each job stands in each of its own once, and in no other. */
export async function verifyLists(address: Address, jobs: readonly LoadJob[]): Promise<Columns> {
  const own = (status?: string) =>
    jobs.flatMap(({ id, ...job }) => (id === undefined || (status !== undefined && job.status !== status) ? [] : [id]));
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["sortby=-created", own()],
    ["sortby=finished", own()],
    ...["successful", "failed", "dismissed"].map((status) => [`status=${status}`, own(status)] as const),
  ];
  const wrong: string[] = [];
  for (const [query, wanted] of lists) {
    const found = await listed(address, query);
    const ids = new Set(found);
    if (ids.size < found.length) wrong.push(`${query}: ${found.length - ids.size} twice`);
    for (const id of wanted) if (!ids.has(id)) wrong.push(`${query}: ${id} missing`);
    // Beside these there are those of the undisturbed run, and no others.
    const strangers = jobs.filter(({ id }) => id !== undefined && ids.has(id) && !wanted.includes(id));
    for (const { id, status } of strangers) wrong.push(`${query}: ${id} is ${status}`);
  }
  return { "lists that are wrong": wrong };
}

/** The server went down while it sent the request: nobody can know whether the peer started it, and the job says so. */
function isUnknowable({ kind, status, message }: LoadJob): boolean {
  return kind === "remote" && status === "failed" && message?.includes("cannot be known") === true;
}

/** Words the remote jobs that nothing can be known of, each with what the peer's log says of it. */
export function unknowableJobs(jobs: readonly LoadJob[], executions: ReadonlyMap<string, number>): readonly string[] {
  return jobs
    .filter(isUnknowable)
    .map(({ name }) => `${name}: executed ${executions.get(name) ?? 0} times by the peer`);
}

/** Reads the peer's log: no job was executed twice, and each that ended well once. */
export function verifyPeer(jobs: readonly LoadJob[], executions: ReadonlyMap<string, number>): Columns {
  const remote = jobs.filter(({ kind, id }) => kind === "remote" && id !== undefined);
  const never = remote.filter((job) => job.status === "successful" && !executions.has(job.name));
  return {
    "remote executions doubled": [...executions].flatMap(([name, count]) => (count > 1 ? [`${name}: ${count}`] : [])),
    "remote executions never sent": never.map(({ name }) => name),
  };
}

/** Reads what subscribers were told: of each end at least once, and by one notification however often it came. */
export function verifyTold(jobs: readonly LoadJob[], told: ReadonlyMap<string, Told>): Columns {
  const never: string[] = [];
  const doubled: string[] = [];
  for (const { name, status } of jobs.filter((job) => job.id !== undefined && job.tellUrl !== undefined)) {
    const { success = new Set(), failed = new Set() } = told.get(name) ?? {};
    // A job that was dismissed may have ended well before.
    const wanted =
      status === "successful" ? success.size : status === "failed" ? failed.size : success.size + failed.size;
    if (wanted === 0) never.push(`${name}: ${status}`);
    if (success.size > 1 || failed.size > 1) doubled.push(name);
  }
  return { "ends never told": never, "ends told by two notifications": doubled };
}

/** Reads the ledgers: one line a tool, and none that found an earlier one alive. */
export function verifyLedgers(directory: string, jobs: readonly LoadJob[]): Columns {
  const twice: string[] = [];
  const never: string[] = [];
  const overlapping: string[] = [];
  const charged: string[] = [];
  const written = new Set(readdirSync(directory));
  for (const job of jobs) {
    for (const ledger of ledgersOf(job.kind, job.name)) {
      const lines = written.has(ledger) ? readFileSync(join(directory, ledger), "utf8").trim().split("\n") : [];
      const starts = lines.filter((line) => line.endsWith(" start"));
      const charges = Number(/(\d+) tries lost/.exec(job.message ?? "")?.[1] ?? 0);
      if (charges > starts.length) charged.push(`${ledger}: ${charges} for ${starts.length} starts`);
      if (starts.length > 1) twice.push(`${ledger}: ${starts.length}`);
      // A dismissal may come before its tool.
      const isCutShort = job.kind === "dismissed" || foundDiskFull(job) || isGivenUp(job);
      if (starts.length === 0 && job.id !== undefined && !isCutShort) never.push(ledger);
      if (lines.some((line) => line.endsWith(" overlap"))) overlapping.push(ledger);
    }
  }
  return {
    "tools run twice": twice,
    "tools never run": never,
    "tools run beside themselves": overlapping,
    "charged for tries that never started": charged,
  };
}

/** Looks into the database and the directories of a server that was stopped. */
export function verifyData(data: string): Columns {
  using database = new Database(join(data, "heddle.db"), { readonly: true });
  const texts = (query: string) =>
    database
      .query<{ text: string }, []>(query)
      .all()
      .map((row) => row.text);
  const integrity = texts("select integrity_check as text from pragma_integrity_check").filter((text) => text !== "ok");
  const executions = new Set(texts("select id as text from executions"));
  const jobs = new Set(texts("select id as text from jobs"));
  const failedOnes = new Set(texts("select execution_id as text from jobs where status = 'failed'"));
  const work = readdirSync(join(data, "work")).filter((name) => !failedOnes.has(name));
  const dismissed = new Set(
    texts(
      "select id as text from jobs where status = 'dismissed' union select executions.id from executions join jobs on jobs.id = job_id where status = 'dismissed'",
    ),
  );
  const outputs = readdirSync(join(data, "outputs")).filter((name) => {
    const id = name.replace(/\.(log|xml)$/, "");
    return (!executions.has(id) && !jobs.has(id)) || dismissed.has(id);
  });
  return {
    "database faults": integrity,
    "executions without an end": texts("select id as text from executions where ended_at is null"),
    "jobs left in the index": [
      ...texts(
        "select cast(number as text) as text from job_tags where not exists (select 1 from jobs where jobs.number = job_tags.number and jobs.hidden = job_tags.hidden and jobs.is_new = 0)",
      ),
      ...texts(
        "select cast(id as text) as text from job_texts_docsize where not exists (select 1 from jobs where jobs.number = abs(id) and (jobs.hidden = 0) = (id > 0) and jobs.hidden < 2 and jobs.is_new = 0)",
      ),
    ],
    "jobs that no word finds": texts(
      "select cast(number as text) as text from jobs where is_new = 0 and hidden < 2 and not exists (select 1 from job_texts_docsize where id = iif(jobs.hidden = 0, jobs.number, -jobs.number))",
    ),
    "histories with gaps": texts(
      "select job_id as text from job_events group by job_id having sum(1 + coalesce(json_array_length(earlier), 0)) <> max(number) or min(number - coalesce(json_array_length(earlier), 0)) <> 1",
    ),
    "jobs that ended twice": texts(
      // A finished job that is dismissed has a second end, and only one of these.
      "select job_id as text from job_events where kind = 'status' and status in ('failed', 'dismissed') or stage = 'done' group by job_id, status = 'dismissed' having count(*) > 1",
    ),
    "scratch left": work,
    "outputs of nobody and of dismissed jobs": outputs,
    "files left": filesLeft(data),
  };
}

const known =
  /^(heddle\.(db|lock|crashes).*|heddle-lib-\d+|outputs|work|vault|values|cache|secret\.key|status-documents\.json)$/;

/** Lists what lies in a data directory under a name that nothing has when nobody writes. */
function filesLeft(data: string): readonly string[] {
  const strange = readdirSync(data).filter((name) => !known.test(name));
  const half = (directory: string, isHalf: (name: string) => boolean) => {
    const path = join(data, directory);
    return existsSync(path)
      ? readdirSync(path)
          .filter(isHalf)
          .map((name) => `${directory}/${name}`)
      : [];
  };
  const published = readdirSync(join(data, "outputs"), { recursive: true }).map(String);
  return [
    ...strange,
    ...half("vault", () => true),
    ...half("cache", (name) => name.startsWith("partial-")),
    ...half("outputs", (name) => name.startsWith(".")),
    ...published.filter((name) => name.includes(".heddle-")),
  ];
}

/** Processes that name the data directory or the ledgers in their arguments. */
export function processesLeft(folder: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const isZombie = / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
        return words.includes(folder) && !isZombie ? [`${pid}: ${words.slice(-120)}`] : [];
      } catch {
        // It ended between the two looks.
        return [];
      }
    });
}
