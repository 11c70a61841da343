import { join } from "node:path";
import { installPeer } from "../../peers/install.ts";
import { treeCpu } from "../measure.ts";
import type { Row } from "../row.ts";
import { runToEnd } from "../services/process.ts";
import { jobsLine } from "./jobs.ts";

const peer = { name: "graphile-worker", packages: { npm: ["graphile-worker@0.18.0"] } };

/** Heddle as a queue of jobs that do nothing, beside one that only is a queue. */
export const queue: Row = {
  name: "queue",
  async lines(bench) {
    const { services, toolsDirectory, scale } = bench;
    const ours = await services.get(["heddle", "before"]);
    const counts = { others: 4000 };
    const line = jobsLine(bench, ours, { title: "queue of jobs that do nothing", work: "echo", counts, wanted: {} });
    const count = Math.ceil(counts.others * scale);
    const theirs = await services.attempt(peer.name, async () => {
      const { npmDirectory } = await installPeer(toolsDirectory, peer);
      const postgres = await services.postgres();
      const script = join(import.meta.dir, "..", "services", "graphile.mjs");
      const connection = `postgres://bench@127.0.0.1:${postgres.port}/postgres`;
      return {
        name: "graphile-worker, PostgreSQL",
        async measure() {
          // Its own process has ended when the time is read: it is a child of this one.
          const before = treeCpu([process.pid]);
          const out = await runToEnd(["node", script, connection, String(count)], { cwd: npmDirectory });
          const cpuMilliseconds = (treeCpu([process.pid]) - before) / count;
          return { value: count / Number(out), cpuMilliseconds };
        },
      };
    });
    return [{ ...line, subjects: theirs === undefined ? line.subjects : [...line.subjects, theirs] }];
  },
};
