import { Problem } from "../../domain/problem.ts";
import { onAbort } from "../../domain/waiting/on-abort.ts";
import { type Arguments, type Command, exitCodes, explainError, type Io } from "../command.ts";
import type { Option } from "../option.ts";

/** What `serve` needs of the program's outer layer. */
export type ServeDeps = {
  /** The options of the settings. */
  readonly settingOptions: Readonly<Record<string, Option>>;
  /** Starts the service; resolves when it listens. */
  start(
    args: Arguments,
    io: Io,
  ): Promise<AsyncDisposable & { readonly url: string; readonly notes: readonly string[] }>;
};

/** Builds the command that runs the service until SIGINT or SIGTERM. */
export function serveCommand(deps: ServeDeps): Command {
  return {
    name: "serve",
    words: "[OPTION...]",
    maxWords: 0,
    summary: "Runs the service until it is told to stop. Each option may also stand in the environment or in a file.",
    examples: [
      { line: "serve", about: "runs the service on http://127.0.0.1:8080" },
      { line: "serve --config heddle.yml", about: "takes its settings from a file" },
    ],
    options: {
      config: { type: "string", value: "FILE", about: "settings in YAML or TOML, by their names" },
      ...deps.settingOptions,
    },
    async run(args, io) {
      await using app = await start(deps, args, io);
      if (app === undefined) return exitCodes.error;
      io.out(`${app.url}\n`);
      for (const note of app.notes) io.talk(`${note}\n`);
      const stopped = Promise.withResolvers<void>();
      // It answers before it has told that it does: it may have been told to stop meanwhile.
      using _stop = onAbort(io.signal, stopped.resolve);
      await stopped.promise;
      io.talk("Stopping: tools that run go on, and the next start takes them up again\n");
      return 0;
    },
  };
}

/** Starts the service, or writes why it cannot start. Only wrong settings have an exit code of their own. */
async function start(deps: ServeDeps, args: Arguments, io: Io) {
  try {
    return await deps.start(args, io);
  } catch (error) {
    if (!(error instanceof Problem) || error.kind === "invalid-parameter-value") throw error;
    explainError(error, io);
    return undefined;
  }
}
