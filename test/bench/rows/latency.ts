import { median, sharedRounds } from "../measure.ts";
import type { Line, Row, Subject } from "../row.ts";
import type { Service } from "../services/service.ts";
import { untilEnded } from "./jobs.ts";

type Times = { readonly toStart: number; readonly toSeen: number };

/** Runs one job whose tool says when it starts and ends. Its status is asked for each millisecond, but only after its start. */
async function oneJob(service: Service, n: number): Promise<Times> {
  const job = await service.submit("tool-times", n);
  const accepted = performance.timeOrigin + performance.now();
  await Bun.sleep(100);
  await untilEnded(service, job, 1);
  const seen = performance.timeOrigin + performance.now();
  const said = (await service.result?.(job)) ?? "";
  const [started = 0, ended = 0] = [...said.matchAll(/\d{19}/g)].map(([digits]) => Number(digits) / 1e6);
  return { toStart: started - accepted, toSeen: seen - ended };
}

/** What a single client waits for, of the time that its tool takes nothing of. */
export const latency: Row = {
  name: "latency",
  async lines({ services, scale }) {
    const names = ["heddle", "heddle-bubblewrap", "before", "before-bubblewrap", "pygeoapi-postgresql"] as const;
    const all = (await services.get(names)).map((service) => {
      const run = async () => {
        const times: Times[] = [];
        for (let n = 0; n < Math.ceil(15 * scale); n += 1) times.push(await oneJob(service, n));
        return times;
      };
      return { title: service.title, rounds: sharedRounds(run) };
    });
    const line = (work: string, name: keyof Times, most: Readonly<Record<string, number>>): Line => ({
      work,
      unit: "ms",
      subjects: all.map(({ title, rounds }): Subject => {
        const next = rounds();
        const wantedMost = most[title];
        return {
          name: title,
          ...(wantedMost === undefined ? {} : { wantedMost }),
          measure: async () => ({ value: median((await next()).map((one) => one[name])) }),
        };
      }),
    });
    return [
      line("from 201 to the tool's start, p50", "toStart", { Heddle: 1.5, "Heddle, bubblewrap": 6 }),
      line("from the tool's end to successful, p50", "toSeen", { Heddle: 3, "Heddle, bubblewrap": 3 }),
    ];
  },
};
