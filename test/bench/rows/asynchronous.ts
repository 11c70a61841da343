import type { Row } from "../row.ts";
import { jobsLine } from "./jobs.ts";

/** Asynchronous echoes, from acceptance to success. */
export const asynchronous: Row = {
  name: "asynchronous",
  async lines(bench) {
    const all = await bench.services.get(["heddle", "before", "pygeoapi-postgresql", "pygeoapi-tinydb", "pywps"]);
    const counts = { others: 4000, "pygeoapi, PostgreSQL": 800, "pygeoapi, TinyDB": 60, "PyWPS, SQLite": 60 };
    const line = { title: "asynchronous echo to its end", work: "echo", counts, wanted: { Heddle: 9 } } as const;
    return [jobsLine(bench, all, line)];
  },
};
