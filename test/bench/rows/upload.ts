import { rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { treeCpu } from "../measure.ts";
import type { Row, Sample, Subject } from "../row.ts";
import { startNginx } from "../services/nginx.ts";
import { runToEnd } from "../services/process.ts";

/** A large file, sent by curl to our vault and to a web server that writes it to disk. */
export const upload: Row = {
  name: "upload",
  async lines({ services, scale, ...place }) {
    const mebibytes = Math.ceil(1024 * scale);
    const file = join(place.directory, "upload.bin");
    await Bun.write(file, "");
    await truncate(file, mebibytes * 2 ** 20);
    const send = async (pids: readonly number[], words: readonly string[]): Promise<Sample> => {
      const before = { cpu: treeCpu(pids), at: performance.now() };
      await runToEnd([
        "curl",
        "-sS",
        "--fail",
        "--max-time",
        "110",
        "-o",
        "/dev/null",
        "-H",
        "Expect:",
        "-T",
        file,
        ...words,
      ]);
      const seconds = (performance.now() - before.at) / 1000;
      return { value: (mebibytes * 1.048576) / seconds, cpuMilliseconds: treeCpu(pids) - before.cpu };
    };
    const nginx = await services.attempt("nginx", () => startNginx(place));
    if (nginx !== undefined) services.keep(nginx);
    const ours = (program: "heddle" | "before"): Subject => ({
      name: program === "heddle" ? "Heddle" : program,
      wanted: 1,
      async measure() {
        await using server = await services.freshHeddle(program);
        const sample = await send([server.pid], ["-X", "POST", `${server.url}/vault`]);
        await rm(server.data, { recursive: true, force: true });
        return sample;
      },
    });
    const hasBefore = (await services.get(["before"])).length > 0;
    const theirs = nginx && { name: "nginx", measure: () => send([nginx.pid], [`${nginx.url}/upload.bin`]) };
    const subjects = [
      ours("heddle"),
      ...(hasBefore ? [ours("before")] : []),
      ...(theirs === undefined ? [] : [theirs]),
    ];
    return [{ work: `upload of ${mebibytes} MiB`, unit: "MB/s", subjects }];
  },
};
