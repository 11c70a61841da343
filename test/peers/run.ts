// Tries our executable with real clients and servers, and closes with one line: N passed, N failed, N skipped.
// `npm run test:peers -- NAME...` runs some of them.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../support/servers/executable.ts";
import { birdy } from "./birdy.ts";
import { heddle } from "./heddle.ts";
import { installPeer, isIndexReachable } from "./install.ts";
import { ogcClient } from "./ogc-client.ts";
import { owslib } from "./owslib.ts";
import type { Peer, PeerContext } from "./peer.ts";
import { prov } from "./prov.ts";
import { pygeoapi } from "./pygeoapi.ts";
import { pystac } from "./pystac.ts";
import { pywps } from "./pywps.ts";
import { schemathesis } from "./schemathesis.ts";
import { weaver } from "./weaver.ts";

const peers: readonly Peer[] = [owslib, birdy, ogcClient, schemathesis, pywps, pygeoapi, heddle, weaver, prov, pystac];

const toolsDirectory = join(import.meta.dir, "..", "..", ".tools");
const count = { passed: 0, failed: 0, skipped: 0 };

function note(outcome: keyof typeof count, title: string, reason?: string): void {
  count[outcome] += 1;
  const words = { passed: "ok     ", failed: "FAILED ", skipped: "skipped" };
  console.log(`${words[outcome]} ${title}${reason === undefined ? "" : `: ${reason}`}`);
}

async function runPeer(peer: Peer): Promise<void> {
  const installed = await installPeer(toolsDirectory, peer).catch((error: unknown) => String(error));
  if (typeof installed === "string") {
    note((await isIndexReachable()) ? "failed" : "skipped", peer.name, `cannot be installed: ${installed}`);
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), "heddle-peer-"));
  try {
    await mkdir(join(directory, "peer"));
    await using server = await startServer(join(directory, "data"), peer.flags ?? []);
    const context = contextOf(peer, { ...installed, url: server.url, directory: join(directory, "peer") });
    const outcome = await peer.run(context);
    if (outcome !== undefined) note("skipped", peer.name, outcome.skipped);
  } catch (error) {
    note("failed", peer.name, String(error));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function contextOf(peer: Peer, known: Omit<PeerContext, "check" | "runChecks">): PeerContext {
  return {
    ...known,
    async check(name, attempt) {
      try {
        await attempt();
        note("passed", `${peer.name}: ${name}`);
      } catch (error) {
        note("failed", `${peer.name}: ${name}`, String(error));
      }
    },
    async runChecks(command) {
      const child = Bun.spawn([...command], {
        cwd: known.directory,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        timeout: 300_000,
      });
      const [out, error, exitCode] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      for (const line of out.split("\n")) {
        const [, not, name = "", reason] = /^(not )?ok (.*?)(?:: (.*))?$/.exec(line) ?? [];
        if (name !== "") note(not === undefined ? "passed" : "failed", `${peer.name}: ${name}`, reason);
      }
      if (exitCode !== 0) note("failed", peer.name, `ended with ${exitCode}: ${error.trim().slice(-500)}`);
    },
  };
}

const asked = process.argv.slice(2).map((name) => name.toLowerCase());
for (const name of asked) {
  if (!peers.some((peer) => peer.name.toLowerCase() === name)) note("failed", name, "no peer has this name");
}
for (const peer of peers) {
  if (asked.length === 0 || asked.includes(peer.name.toLowerCase())) await runPeer(peer);
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
