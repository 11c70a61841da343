import { callFor, rate } from "../measure.ts";
import type { Bench, Line, Sample, Subject } from "../row.ts";
import type { Service, Work } from "../services/service.ts";

/** How long jobs are waited for after the last was accepted. */
const mostSeconds = 120;

/** Submits jobs and waits until all are successful. Returns jobs a second, from the first request to the last end. */
export function runJobs(service: Service, work: Work, count: number): Promise<Sample> {
  return rate(service.pids, async () => {
    const jobs: string[] = [];
    await callFor({ width: 16, seconds: mostSeconds, most: count }, async (n) => {
      jobs[n] = await service.submit(work, n);
    });
    // The last ones first: when they have ended, the others hardly need to be asked for.
    for (const job of jobs.slice(-16).toReversed()) await untilEnded(service, job);
    return count;
  });
}

/** Waits until a job is successful. */
export async function untilEnded(service: Service, job: string, pauseMilliseconds = 20): Promise<void> {
  const end = performance.now() + mostSeconds * 1000;
  while (!(await service.ended(job))) {
    if (performance.now() > end) throw new Error(`Job ${job} of ${service.title} has not ended after ${mostSeconds} s`);
    await Bun.sleep(pauseMilliseconds);
  }
}

type JobsLine = {
  readonly title: string;
  readonly work: Work;
  /** Jobs of each service in each round, by its title; where a service is missing the number of the others. */
  readonly counts: Readonly<Record<string, number>> & { readonly others: number };
  readonly wanted: Readonly<Record<string, number>>;
};

/** Makes a line of jobs a second. */
export function jobsLine({ scale }: Pick<Bench, "scale">, services: readonly Service[], line: JobsLine): Line {
  return {
    work: line.title,
    unit: "/s",
    subjects: services.map((service): Subject => {
      const count = Math.ceil((line.counts[service.title] ?? line.counts.others) * scale);
      const wanted = line.wanted[service.title];
      return {
        name: service.title,
        ...(wanted === undefined ? {} : { wanted }),
        measure: () => runJobs(service, line.work, count),
      };
    }),
  };
}
