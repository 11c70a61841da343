// Kills the server again and again while it works, and counts what that cost. All columns but `accepted` and the
// remote jobs that nobody can know of should be zero.
// Usage: npm run test:chaos [-- --kills N --seed N --clients N --keep]
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { foundBelow } from "../support/found-below.ts";
import { deployCwl } from "../support/jobs.ts";
import { addProvider } from "../support/servers/providers.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type Deployers, startDeployers, verifyDeploys } from "./deploys.ts";
import { type KillDeps, killOnce, type Middle, type Spread, startNormal } from "./kills.ts";
import { type Address, jobOfLoad, type Kind, namedJob, type Places, runJob, startClients } from "./load.ts";
import { packages } from "./packages.ts";
import { startPeer } from "./peer.ts";
import { type Trouble, type TroubleDeps, troubleOnce, troubles } from "./troubles.ts";
import {
  type Columns,
  diskFullJobs,
  endOf,
  givenUpJobs,
  processesLeft,
  type Undisturbed,
  unknowableJobs,
  verifyData,
  verifyJobs,
  verifyLedgers,
  verifyLists,
  verifyPeer,
  verifyTold,
} from "./verify.ts";

const { values: given } = parseArgs({
  options: {
    kills: { type: "string", default: "25" },
    seed: { type: "string", default: "1" },
    clients: { type: "string", default: "12" },
    keep: { type: "boolean", default: false },
  },
});
const kills = Number(given.kills);
/** After the last kill every job has this long to end; what has not is stuck. */
const drainMilliseconds = 90_000;

/** Draws numbers from 0 to 1 that only depend on the seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const folder = await temporaryDirectory();
const data = join(folder.path, "disk", "data");
await mkdir(join(folder.path, "disk"));
/** So much fits on the disk of the data directory, where it may have one of its own. */
const diskMebibytes = 256;
const mounting = ["mount", "-t", "tmpfs", "-o", `size=${diskMebibytes}m`, "tmpfs", join(folder.path, "disk")];
const hasOwnDisk = Bun.spawnSync(mounting).exitCode === 0;
if (!hasOwnDisk) console.log("skipped: a full disk, as no file system can be mounted here");
const peer = startPeer();
const ledgers = join(folder.path, "ledgers");
await mkdir(ledgers);
const random = randomFrom(Number(given.seed));
const address: Address = { current: undefined };
const spread: Spread = { failpoints: new Map(), random: new Map(), middles: new Map(), missed: [], kills: 0 };
// The tools look in /proc whether an earlier one still lives: a sandbox would hide that from them.
const sandbox = process.env.HEDDLE_TEST_SANDBOX ?? "off";
const flags = [
  "--slots",
  "6",
  "--allow-fetch",
  "127.0.0.1",
  "--sandbox",
  sandbox,
  "--tool-directories",
  `${folder.path}:rw`,
];
const counts = new Map<Trouble, number>();
const troubling: TroubleDeps = { data, flags, random, hasOwnDisk, counts, started: [] };
const trouble = (index: number, pid: number) => troubleOnce(troubling, index, pid);
const places: Places = { ledgers, peerUrl: peer.url };
let deployers: Deployers | undefined;
const hasBelow = (directory: string, depth: number, name: string) =>
  foundBelow(join(data, directory), `${"*/".repeat(depth)}${name}`).length > 0;
const middles: readonly Middle[] = [
  { name: "deployment by address", isSeen: () => peer.sending.has("package") },
  { name: "fetching an archive", isSeen: () => peer.sending.has("archive") },
  { name: "unpacking an archive", isSeen: () => hasBelow("work", 4, "unpacked") },
  { name: "deployment by archive", isSeen: () => deployers?.isSending() ?? false },
  { name: "staging a STAC item", isSeen: () => peer.sending.has("asset") },
  publishing(),
];
/** A directory is being published from the first moment at which it is seen. */
function publishing(): Middle {
  const seen = new Set<string>();
  const fresh = () => {
    const found = foundBelow(join(data, "outputs"), "*/all/*");
    const isFresh = found.some((path) => !seen.has(path));
    for (const path of found) seen.add(path);
    return isFresh;
  };
  return { name: "publishing a directory", begin: () => void fresh(), isSeen: fresh };
}

const deps: KillDeps = { data, address, flags, random, spread, trouble, middles };

/** One job of each kind, to its end, with nobody disturbing it. */
async function runUndisturbed(): Promise<Undisturbed> {
  await using server = await startNormal(deps);
  for (const [id, document] of Object.entries(packages)) await deployCwl(server.url, id, document);
  const ends = new Map<string, { readonly status: string; readonly bytes: string }>();
  await addProvider(server.url, { id: "peer", url: peer.url });
  const kinds: readonly Kind[] = [
    "echo",
    "tool",
    "workflow",
    "failing",
    "replacing",
    "remote",
    "dismissed",
    "archive",
    "stac",
  ];
  for (const kind of kinds) {
    const job = namedJob(kind, `undisturbed-${kind}`, places, 0.05);
    await runJob(address, job, AbortSignal.timeout(20_000));
    ends.set(kind, await endOf(address, job));
  }
  await server.stop();
  address.current = undefined;
  return ends;
}

function printSpread(): void {
  console.log("\nkills at failpoints:");
  for (const [name, count] of [...spread.failpoints].sort()) console.log(`  ${String(count).padStart(4)}  ${name}`);
  for (const name of spread.missed) console.log(`        ${name} was not reached in time; killed there and then`);
  console.log("kills in the middle of:");
  for (const [name, count] of [...spread.middles].sort()) console.log(`  ${String(count).padStart(4)}  ${name}`);
  console.log("stages that jobs were in at random kills:");
  for (const [name, count] of [...spread.random].sort()) console.log(`  ${String(count).padStart(4)}  ${name}`);
  console.log("what the server was done besides:");
  for (const name of troubles) console.log(`  ${String(counts.get(name) ?? 0).padStart(4)}  ${name}`);
}

function printColumns(columns: Columns): number {
  let faults = 0;
  for (const [name, entries] of Object.entries(columns)) {
    faults += entries.length;
    console.log(`${String(entries.length).padStart(6)}  ${name}`);
    for (const entry of entries.slice(0, 10)) console.log(`          ${entry}`);
  }
  return faults;
}

const startedAt = Date.now();
const undisturbed = await runUndisturbed();
for (const [kind, { status, bytes }] of undisturbed)
  console.log(`undisturbed: ${kind} ${status} ${bytes.slice(0, 60)}`);
let number = 0;
let goesOn = true;
const drained = new AbortController();
const clients = startClients({
  clients: Number(given.clients),
  address,
  nextJob: () => {
    const job = jobOfLoad(number++, places, random);
    return number % 2 === 0 ? { ...job, tellUrl: `${peer.url}/told/${job.name}` } : job;
  },
  goesOn: () => goesOn,
  signal: drained.signal,
});
deployers = startDeployers(address, peer.url, () => goesOn);
for (let index = 0; index < kills; index += 1) await killOnce(deps, index);
goesOn = false;
const server = await startNormal(deps);
const timer = setTimeout(() => drained.abort(), drainMilliseconds);
await Promise.all([clients.done, deployers.done]);
clearTimeout(timer);
const ofJobs = await verifyJobs(address, clients.jobs, undisturbed);
// What the last jobs left is cleared after their ends are told.
await Bun.sleep(1500);
const ofLists = await verifyLists(address, clients.jobs);
const ofDeploys = await verifyDeploys(address, deployers);
await server.stop("SIGTERM");
await peer[Symbol.asyncDispose]();
printSpread();
const accepted = clients.jobs.filter((job) => job.id !== undefined).length;
console.log(`\n${spread.kills} kills in ${((Date.now() - startedAt) / 1000).toFixed(0)} s, seed ${given.seed}`);
console.log(`${String(accepted).padStart(6)}  accepted`);
console.log(`${String(deployers.deploys.filter((one) => one.isAnswered).length).padStart(6)}  deployed`);
for (const [kind, jobs] of Map.groupBy(clients.jobs, (job) => job.kind)) {
  console.log(`${" ".repeat(10)}${kind}: ${jobs.length}`);
}
const unknowable = unknowableJobs(clients.jobs, peer.executions);
console.log(`${String(unknowable.length).padStart(6)}  remote jobs of which nobody can know, and which say so`);
for (const entry of unknowable.slice(0, 10)) console.log(`          ${entry}`);
const givenUp = givenUpJobs(clients.jobs);
console.log(`${String(givenUp.length).padStart(6)}  jobs during whose start the server went down ten times in a row`);
console.log(
  `${String(diskFullJobs(clients.jobs).length).padStart(6)}  tools that failed because they themselves found the disk full`,
);
// A shell that was told to end needs a moment, on a busy machine a longer one.
for (let looks = 0; looks < 50 && processesLeft(folder.path).length > 0; looks += 1) await Bun.sleep(200);
const faults = printColumns({
  ...ofJobs,
  ...ofLists,
  ...ofDeploys,
  ...verifyLedgers(ledgers, clients.jobs),
  ...verifyPeer(clients.jobs, peer.executions),
  ...verifyTold(clients.jobs, peer.told),
  ...verifyData(deps.data),
  "second servers that started": troubling.started,
  "processes left": processesLeft(folder.path),
});
if (hasOwnDisk && !given.keep && faults === 0) Bun.spawnSync(["umount", join(folder.path, "disk")]);
if (given.keep || faults > 0) console.log(`kept: ${folder.path}`);
else await rm(folder.path, { recursive: true, force: true });
console.log(`${faults === 0 ? 1 : 0} passed, ${faults === 0 ? 0 : 1} failed, 0 skipped`);
process.exitCode = faults === 0 ? 0 : 1;
