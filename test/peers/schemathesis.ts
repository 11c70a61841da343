import { join } from "node:path";
import type { Peer } from "./peer.ts";

/** Makes requests of all kinds from the API description, and compares the answers with it. */
export const schemathesis: Peer = {
  name: "schemathesis",
  packages: { python: ["schemathesis==4.32.5"] },
  // It gives up an answer after ten seconds, and a process may be asked to take a minute.
  flags: ["--sync-limit-seconds", "3"],
  async run({ url, python, check, directory }) {
    await check("no server error, and no answer that the API description does not have", async () => {
      const command = [
        join(python, "..", "schemathesis"),
        "run",
        `${url}/api`,
        "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--max-examples=15",
        "--phases=examples,coverage,fuzzing",
        "--seed=1",
        "--no-color",
      ];
      const child = Bun.spawn(command, {
        cwd: directory,
        env: {
          ...process.env,
          PYTHONPATH: import.meta.dir,
          SCHEMATHESIS_HOOKS: "schemathesis_hooks",
          PYTHONDONTWRITEBYTECODE: "1",
        },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        timeout: 240_000,
      });
      const out = await new Response(child.stdout).text();
      if ((await child.exited) !== 0) throw new Error(`ended with ${child.exitCode}: ${out.slice(-6000)}`);
    });
    return undefined;
  },
};
