import { sampleText } from "./cli/server/sample-config.ts";
import type { ServiceDeps } from "./cli/server/service.ts";
import { sampleConfig } from "./show-config.ts";

/** Builds what the command that installs a service needs of this machine. */
export function serviceDeps(): ServiceDeps {
  return {
    program: process.execPath,
    isRoot: process.getuid?.() === 0,
    sampleConfig: () => sampleText(sampleConfig()),
    run: (words: readonly string[]) => {
      const [program = ""] = words;
      if (Bun.which(program) === null) return undefined;
      const { exitCode, stdout } = Bun.spawnSync([...words]);
      return { exitCode, out: stdout.toString() };
    },
  };
}
