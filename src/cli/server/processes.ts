import { chownProcess, type OwnershipDeps, readOwners } from "../../operations/processes/own-processes.ts";
import { rollbackProcess } from "../../operations/processes/process-revisions.ts";
import { clientOptions } from "../client/client.ts";
import { namesData, runProcessVerb } from "../client/process-verbs.ts";
import {
  type Arguments,
  type Command,
  exitCodes,
  hasOption,
  type Io,
  textOption,
  UsageError,
  wrongWords,
} from "../command.ts";
import type { Option } from "../option.ts";
import { formatOption } from "../terminal/print.ts";

/** What `processes` needs of the program's outer layer: a connection of its own to the database. */
export type ProcessesDeps = {
  readonly dataOption: Option;
  /** Opens the database; makes a new one only with `makesDatabase`. */
  open(args: Arguments, io: Io, makesDatabase: boolean): Promise<OwnershipDeps & AsyncDisposable>;
};

const dataGroup = "Data directory";

/** Builds the command that lists and shows processes of a service; over a data directory it also changes their owners. */
export function processesCommand(deps: ProcessesDeps): Command {
  return {
    name: "processes",
    words: "[list] | describe|package|revisions|undeploy PROCESS | rollback PROCESS [VERSION] | chown PROCESS [USER]",
    maxWords: 3,
    summary:
      "Lists the processes of a service, describes one, prints its package or its revisions, makes an earlier one current, or undeploys it. With --data, list and rollback use a data directory instead, and list tells owners; chown always does.",
    examples: [
      { line: "processes", about: "lists the processes of the service" },
      { line: "processes describe terrain", about: "shows inputs and outputs with their types and defaults" },
      { line: "processes rollback terrain", about: "makes the revision before the current one" },
      { line: "processes chown terrain ada --data /var/lib/heddle", about: "hands a process to another user" },
    ],
    options: {
      search: {
        type: "string",
        short: "q",
        value: "WORDS",
        about: "words of id, title, description or keywords (list)",
      },
      limit: { type: "string", short: "n", value: "N", about: "the most processes (list; default: all)" },
      format: formatOption,
      ...clientOptions,
      data: { ...deps.dataOption, group: dataGroup },
      admin: { type: "boolean", about: "hand it to the admins (chown)", group: dataGroup },
    },
    async run(args, io) {
      const [verb = "list", id, user] = args.words;
      if (verb !== "chown" && !namesData(args)) {
        const done = runProcessVerb(args, io);
        if (done === undefined) throw wrongWords(args);
        return done;
      }
      const [strange] = ["search", "limit", "format"].filter((name) => textOption(args, name) !== undefined);
      if (strange !== undefined) throw new UsageError(`Cannot use --${strange} with a data directory`);
      return runLocally(deps, { verb, id, user }, args, io);
    },
  };
}

type Words = { readonly verb: string; readonly id: string | undefined; readonly user: string | undefined };

async function runLocally(deps: ProcessesDeps, { verb, id, user }: Words, args: Arguments, io: Io): Promise<number> {
  const isToAdmins = hasOption(args, "admin");
  if (verb === "list" && id === undefined) {
    await using store = await deps.open(args, io, false);
    return list(store, args, io);
  }
  if (verb === "chown" && id !== undefined && isToAdmins === (user === undefined)) {
    await using store = await deps.open(args, io, false);
    await chownProcess(store, id, user);
    io.talk(`Process ${id} is ${user === undefined ? "the admins'" : `that of ${user}`} now\n`);
    return exitCodes.ok;
  }
  if (verb === "rollback" && id !== undefined && !isToAdmins) {
    await using store = await deps.open(args, io, false);
    const { version, revision } = await rollbackProcess(store, id, user);
    io.talk(`Process ${id} is version ${version} (${revision}) now\n`);
    return exitCodes.ok;
  }
  throw wrongWords(args);
}

async function list(store: OwnershipDeps, args: Arguments, io: Io): Promise<number> {
  const processes = await readOwners(store);
  if (hasOption(args, "json")) io.out(`${JSON.stringify(processes)}\n`);
  else {
    for (const { id, owner, deployerRole, visibility } of processes) {
      const by = deployerRole === undefined ? "" : `  deployed by a ${deployerRole}`;
      io.out(`${id}  ${owner === undefined ? "admins" : `owner ${owner}`}  ${visibility}${by}\n`);
    }
  }
  return exitCodes.ok;
}
