import { treeSize } from "../measure.ts";
import type { Line, Row, Sample } from "../row.ts";
import type { ServiceName } from "../services/services.ts";

/** Until the work of a start has settled. */
const settledMilliseconds = 3000;

/** The time from a start on an empty directory to the first answer, and the memory after a request. */
export const start: Row = {
  name: "start",
  async lines({ services }) {
    const names = ["heddle", "before", "pygeoapi-postgresql", "pygeoapi-tinydb", "pywps"] as const;
    const line = async (work: string, unit: Line["unit"], measure: (name: ServiceName) => Promise<Sample>) => {
      const subjects = await Promise.all(
        names.map(async (name) => {
          const [service] = await services.get([name]);
          return service === undefined ? [] : [{ name: service.title, measure: () => measure(name) }];
        }),
      );
      return { work, unit, subjects: subjects.flat() };
    };
    return [
      await line("cold start to the first answer", "ms", async (name) => {
        await using service = await services.fresh(name);
        return { value: service.startSeconds * 1000 };
      }),
      await line("memory (PSS) after one request, with its database", "MiB", async (name) => {
        await using service = await services.fresh(name);
        await service.echo(1);
        await Bun.sleep(settledMilliseconds);
        return { value: treeSize(service.pids()) / 2 ** 20 };
      }),
    ];
  },
};
