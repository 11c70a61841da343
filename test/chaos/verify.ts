import { Database } from "bun:sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, ask, type LoadJob } from "./load.ts";
import { ledgersOf } from "./packages.ts";

/** How jobs of a process end when nobody disturbs them: `{name}` stands for the job's name. */
export type Undisturbed = ReadonlyMap<string, { readonly status: string; readonly bytes: string }>;

/** Everything that should be zero at the end, by what the closing table calls it. */
export type Columns = Readonly<Record<string, readonly string[]>>;

/** Reads how a job ended, as the table of the undisturbed ones keeps it. */
export async function endOf(
  address: Address,
  job: LoadJob,
): Promise<{ readonly status: string; readonly bytes: string }> {
  const output = job.processId === "echo" ? "text" : "said";
  const response = await ask(address, `/jobs/${job.id}/results/${output}`);
  const bytes = response?.status === 200 ? response.text : String(response?.status);
  return { status: job.status ?? "unknown", bytes: bytes.replaceAll(job.name, "{name}") };
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
    const wanted = undisturbed.get(job.processId);
    const end = await endOf(address, job);
    const words = `${job.name} (${job.id})`;
    if ((await ask(address, `/jobs/${job.id}`))?.status === 404) lost.push(words);
    else if (end.status === "accepted" || end.status === "running" || end.status === "unknown") stuck.push(words);
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

/** Reads the ledgers: one line a tool, and none that found an earlier one alive. */
export function verifyLedgers(directory: string, jobs: readonly LoadJob[]): Columns {
  const twice: string[] = [];
  const never: string[] = [];
  const overlapping: string[] = [];
  const written = new Set(readdirSync(directory));
  for (const job of jobs) {
    for (const ledger of ledgersOf(job.processId, job.name)) {
      const lines = written.has(ledger) ? readFileSync(join(directory, ledger), "utf8").trim().split("\n") : [];
      const starts = lines.filter((line) => line.endsWith(" start"));
      if (starts.length > 1) twice.push(`${ledger}: ${starts.length}`);
      if (starts.length === 0 && job.id !== undefined) never.push(ledger);
      if (lines.some((line) => line.endsWith(" overlap"))) overlapping.push(ledger);
    }
  }
  return { "tools run twice": twice, "tools never run": never, "tools run beside themselves": overlapping };
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
  const outputs = readdirSync(join(data, "outputs")).filter((name) => {
    const id = name.replace(/\.(log|xml)$/, "");
    return !executions.has(id) && !jobs.has(id);
  });
  return {
    "database faults": integrity,
    "executions without an end": texts("select id as text from executions where ended_at is null"),
    "histories with gaps": texts(
      "select job_id as text from job_events group by job_id having count(*) <> max(number) or min(number) <> 1",
    ),
    "jobs that ended twice": texts(
      "select job_id as text from job_events where kind = 'status' and status in ('failed', 'dismissed') or stage = 'done' group by job_id having count(*) > 1",
    ),
    "scratch left": work,
    "outputs of nobody": outputs,
  };
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
