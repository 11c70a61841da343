import { chownProcess, type OwnershipDeps, readOwners } from "../operations/own-processes.ts";
import { rollbackProcess } from "../operations/process-revisions.ts";
import { type Arguments, type Command, exitCodes, hasOption, type Io, type Option, wrongWords } from "./command.ts";

/** What `processes` needs of the program's outer layer: a connection of its own to the database. */
export type ProcessesDeps = {
  readonly dataOption: Option;
  /** Opens the database; makes a new one only with `makesDatabase`. */
  open(args: Arguments, io: Io, makesDatabase: boolean): Promise<OwnershipDeps & AsyncDisposable>;
};

/** Builds the command that lists processes, changes their owners and rolls them back; a running server uses the change at once. */
export function processesCommand(deps: ProcessesDeps): Command {
  return {
    name: "processes",
    words: "list | chown PROCESS USER | chown PROCESS --admin | rollback PROCESS [VERSION]",
    maxWords: 3,
    summary:
      "Lists processes with their owners, hands one to another user, or makes an earlier revision the current one. Only its owner and admins replace or remove one.",
    options: {
      data: deps.dataOption,
      admin: { type: "boolean", about: "hand it to the admins (chown)" },
      json: { type: "boolean", about: "print JSON (list)" },
    },
    async run(args, io) {
      const [verb, id, user] = args.words;
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
    },
  };
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
