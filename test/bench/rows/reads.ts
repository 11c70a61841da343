import { callFor, rate } from "../measure.ts";
import type { Line, Row } from "../row.ts";
import type { Service } from "../services/service.ts";
import { untilEnded } from "./jobs.ts";

/** The status of an ended job, and the list of jobs. */
export const reads: Row = {
  name: "reads",
  async lines({ services, scale }) {
    const all = await services.get(["heddle", "before", "pygeoapi-postgresql", "pygeoapi-tinydb"]);
    const jobs = new Map<Service, string>();
    for (const service of all) {
      const job = await service.submit("echo", 0);
      await untilEnded(service, job);
      jobs.set(service, job);
    }
    const line = (work: string, call: (service: Service) => Promise<unknown>): Line => ({
      work,
      unit: "/s",
      subjects: all.map((service) => ({
        name: service.title,
        measure: () =>
          rate(service.pids, () => callFor({ width: 8, seconds: 2 * scale }, async () => void (await call(service)))),
      })),
    });
    return [
      line("status of a job, 8 at once", (service) => service.ended(jobs.get(service) ?? "")),
      line("list of ten jobs, 8 at once", async (service) => service.list?.()),
    ];
  },
};
