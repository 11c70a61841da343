import type { Row } from "../row.ts";
import { jobsLine } from "./jobs.ts";

/** Jobs that run a program of this machine. */
export const tools: Row = {
  name: "tools",
  async lines(bench) {
    const names = ["heddle", "heddle-bubblewrap", "before", "before-bubblewrap", "pygeoapi-postgresql"] as const;
    const all = await bench.services.get(names);
    return [
      jobsLine(bench, all, {
        title: "jobs of the tool echo",
        work: "tool-echo",
        counts: { others: 300, "pygeoapi, PostgreSQL": 600 },
        wanted: { Heddle: 1.2, "Heddle, bubblewrap": 0.6 },
      }),
      jobsLine(bench, all, {
        title: "jobs of the tool python3 -c pass",
        work: "tool-python",
        counts: { others: 200 },
        wanted: { Heddle: 1.2, "Heddle, bubblewrap": 0.9 },
      }),
    ];
  },
};
