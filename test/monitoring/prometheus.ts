import * as v from "valibot";

/** One answer to a query: its labels and its value now. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** A Prometheus of this run. */
export type Prometheus = AsyncDisposable & {
  /** Asks for the values of an expression now. */
  query(expr: string): Promise<readonly Sample[]>;
};

const Answer = v.object({
  data: v.object({
    result: v.array(v.object({ metric: v.record(v.string(), v.string()), value: v.tuple([v.number(), v.string()]) })),
  }),
});

/** Starts a Prometheus on loopback; resolves when it is ready. Throws with what it wrote when it ends instead. */
export async function startPrometheus(configFile: string, storage: string, port: number): Promise<Prometheus> {
  const url = `http://127.0.0.1:${port}`;
  const child = Bun.spawn(
    [
      "prometheus",
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${storage}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  let said = "";
  void (async () => {
    for await (const chunk of child.stderr) said = (said + new TextDecoder().decode(chunk)).slice(-4000);
  })();
  const isReady = async () => {
    try {
      return (await fetch(`${url}/-/ready`)).ok;
    } catch {
      // It does not listen yet.
      return false;
    }
  };
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}: ${said}`);
    await Bun.sleep(100);
  }
  return {
    async query(expr) {
      const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expr })}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} to ${expr}: ${text}`);
      const { data } = v.parse(Answer, JSON.parse(text));
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}
