import { callFor, rate } from "../measure.ts";
import type { Line, Row, Sample } from "../row.ts";
import type { Service } from "../services/service.ts";
import { runJobs, untilEnded } from "./jobs.ts";

/** How long a store may take to be filled. */
const fillSeconds = 400;

/** The same works on a new server, and on one that keeps many jobs. */
export const growth: Row = {
  name: "growth",
  async lines({ services, scale }) {
    const [empty, full] = await Promise.all([services.freshHeddle("heddle"), services.freshHeddle("heddle")]);
    services.keep(empty);
    services.keep(full);
    const jobs: string[] = [];
    const count = await callFor({ width: 32, seconds: fillSeconds, most: Math.ceil(100_000 * scale) }, async (n) => {
      jobs[n] = await full.submit("echo", n);
    });
    await untilEnded(full, jobs.at(-1) ?? "");
    await callFor({ width: 8, seconds: 2 * scale }, empty.echo);
    const job = await empty.submit("echo", 0);
    await untilEnded(empty, job);
    const line = (work: string, measure: (service: Service, job: string) => Promise<Sample>): Line => ({
      work,
      unit: "/s",
      subjects: [
        { name: "Heddle, no jobs", measure: () => measure(empty, job) },
        { name: `Heddle, ${count} jobs`, measure: () => measure(full, jobs[Math.floor(count / 2)] ?? "") },
      ],
    });
    const calls = (service: Service, call: (n: number) => Promise<unknown>) =>
      rate(service.pids, () => callFor({ width: 8, seconds: 2 * scale }, async (n) => void (await call(n))));
    return [
      line("growth: synchronous echo, 8 at once", (service) => calls(service, service.echo)),
      line("growth: asynchronous echo to its end", (service) => runJobs(service, "echo", Math.ceil(2000 * scale))),
      line("growth: status of a job, 8 at once", (service, one) => calls(service, () => service.ended(one))),
      line("growth: list of ten jobs, 8 at once", (service) => calls(service, async () => service.list?.())),
    ];
  },
};
