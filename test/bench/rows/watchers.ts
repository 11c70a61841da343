import { deployCwl } from "../../support/jobs.ts";
import { quantile, sharedRounds, treeSize } from "../measure.ts";
import type { Bench, Line, Row } from "../row.ts";
import type { Heddle } from "../services/heddle.ts";

const lines = 30;
/** Prints the time, in nanoseconds, again and again; waits first until all watch. */
const ticks = `sleep 8; for n in $(seq ${lines}); do date +%s%N >&2; sleep 0.23; done`;

type Watched = { readonly latencies: readonly number[]; readonly kibibytesEach: number };

/** Opens streams of one job's events on sockets that look for nothing but the times in them. */
async function watch(server: Heddle, count: number): Promise<Watched> {
  const response = await fetch(`${server.url}/processes/ticks/execution`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify({ inputs: {} }),
  });
  const path = new URL(response.headers.get("location") ?? "", server.url).pathname;
  await Bun.sleep(1000);
  const before = treeSize([server.pid]);
  const { host, hostname, port } = new URL(server.url);
  const latencies: number[] = [];
  let open = 0;
  const sockets = [];
  for (let n = 0; n < count; n += 1) {
    const socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data(_, bytes) {
          const now = performance.timeOrigin + performance.now();
          for (const [digits] of bytes.toString("latin1").matchAll(/\d{19}/g))
            latencies.push(now - Number(digits) / 1e6);
        },
        close() {
          open -= 1;
        },
      },
    });
    open += 1;
    socket.write(`GET ${path}/events HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    sockets.push(socket);
  }
  await Bun.sleep(3000);
  const kibibytesEach = (treeSize([server.pid]) - before) / 1024 / count;
  await Bun.sleep((5 + lines * 0.26) * 1000);
  for (const socket of sockets) socket.end();
  if (latencies.length < (count * lines) / 2) {
    throw new Error(`Found ${latencies.length} lines at ${count} watchers, wanted ${count * lines}; ${open} were open`);
  }
  return { latencies, kibibytesEach };
}

async function watchOnce({ services }: Bench, program: "heddle" | "before", count: number): Promise<Watched> {
  await using server = await services.freshHeddle(program, ["--client-streams", String(count)]);
  await deployCwl(server.url, "ticks", {
    cwlVersion: "v1.2",
    class: "CommandLineTool",
    baseCommand: ["sh", "-c", ticks],
    inputs: {},
    outputs: {},
  });
  await server.echo(0);
  return await watch(server, count);
}

/** Many clients that watch one job, whose tool prints lines. */
export const watchers: Row = {
  name: "watchers",
  async lines(bench) {
    const count = Math.ceil(1000 * bench.scale);
    const hasBefore = (await bench.services.get(["before"])).length > 0;
    const programs = (["heddle", ...(hasBefore ? (["before"] as const) : [])] as const).map((program) => ({
      name: program === "heddle" ? "Heddle" : program,
      rounds: sharedRounds(() => watchOnce(bench, program, count)),
    }));
    const line = (what: string, unit: Line["unit"], wantedMost: number, read: (watched: Watched) => number): Line => ({
      work: `${count} watchers of a job: ${what}`,
      unit,
      subjects: programs.map(({ name, rounds }) => {
        const next = rounds();
        return { name, wantedMost, measure: async () => ({ value: read(await next()) }) };
      }),
    });
    return [
      line("a line, p50", "ms", 15, ({ latencies }) => quantile(latencies, 0.5)),
      line("a line, p99", "ms", 60, ({ latencies }) => quantile(latencies, 0.99)),
      line("memory of each", "KiB", 40, ({ kibibytesEach }) => kibibytesEach),
    ];
  },
};
