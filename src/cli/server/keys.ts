import { defined } from "../../domain/defined.ts";
import { actions, overseer, toldRole } from "../../domain/people/access.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import {
  createKey,
  type KeyDeps,
  type KeySummary,
  readKeys,
  readWantedKey,
  revokeKey,
} from "../../operations/people/manage-keys.ts";
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

/** What `keys` needs of the program's outer layer: a connection of its own to the database. */
export type KeysDeps = {
  readonly dataOption: Option;
  readonly clock: Clock;
  /** Opens the database; makes a new one only with `makesDatabase`. */
  open(args: Arguments, io: Io, makesDatabase: boolean): Promise<KeyDeps & AsyncDisposable>;
};

/** Builds the command that creates, lists and revokes API keys; a running server honours a change within a second. */
export function keysCommand(deps: KeysDeps): Command {
  return {
    name: "keys",
    words: "create | list | revoke KEY",
    maxWords: 2,
    summary: "Manages API keys. A created key is shown once; from the first key on, callers must sign in.",
    examples: [
      { line: "keys create --role runner --user ada", about: "makes a key for ada, and shows it once" },
      { line: "keys create --role overseer --user rita", about: "makes a key that sees all jobs and changes none" },
      { line: "keys list", about: "lists keys with their last use" },
    ],
    options: {
      data: deps.dataOption,
      role: {
        type: "string",
        value: "ROLE",
        about:
          "viewer, runner, deployer, admin, or overseer: reads the jobs of everybody, and changes nothing (create)",
      },
      user: {
        type: "string",
        value: "NAME",
        about: "the user whose jobs these are (create; default: the role's name)",
      },
      expires: {
        type: "string",
        value: "WHEN",
        about: "when it ends: after a time (30m, 12h, 30d, 52w), on a day or at a time (create; default: when revoked)",
      },
      label: { type: "string", value: "TEXT", about: "what it is for (create)" },
      actions: {
        type: "string",
        value: "LIST",
        about: `all that it may, with commas between (create; default: what the role may): ${actions.join(", ")}`,
      },
      processes: {
        type: "string",
        value: "LIST",
        about: "the processes that it is for, with commas between and * for any text (create; default: all)",
      },
      service: { type: "boolean", about: "its owner is a program: nobody signs in to a browser with it (create)" },
      json: { type: "boolean", about: "print JSON" },
    },
    async run(args, io) {
      const [verb, ...words] = args.words;
      if (verb !== "revoke" && words.length > 0) throw wrongWords(args);
      switch (verb) {
        case "create":
          return create(deps, args, io);
        case "list":
          return list(deps, args, io);
        case "revoke":
          return revoke(deps, words, args, io);
        default:
          throw wrongWords(args);
      }
    },
  };
}

async function create(deps: KeysDeps, args: Arguments, io: Io): Promise<number> {
  const named = textOption(args, "role");
  const expires = textOption(args, "expires");
  if (named === undefined) throw new UsageError("Missing --role: viewer, runner, deployer, admin or overseer");
  const isOverseer = named === overseer.name;
  const role = isOverseer ? overseer.role : named;
  const [given, processes] = ["actions", "processes"].map((name) => textOption(args, name)?.split(","));
  const actions = given ?? (isOverseer ? overseer.actions : undefined);
  const scope = defined({ expires, actions, processes, label: textOption(args, "label") });
  const wanted = { role, user: textOption(args, "user") ?? named, isService: hasOption(args, "service"), ...scope };
  // Before a database is made for it.
  readWantedKey(wanted, deps.clock.now());
  await using store = await deps.open(args, io, true);
  const { key, text } = await createKey(store, wanted);
  io.out(hasOption(args, "json") ? `${JSON.stringify({ ...key, key: text })}\n` : `${text}\n`);
  io.talk(`Key ${key.id} of ${key.user} (${roleOf(key)}): shown this once, keep it\n`);
  return exitCodes.ok;
}

async function list(deps: KeysDeps, args: Arguments, io: Io): Promise<number> {
  await using store = await deps.open(args, io, false);
  const keys = await readKeys(store);
  io.out(
    hasOption(args, "json") ? `${JSON.stringify(keys)}\n` : keys.map((key) => lineOf(key, store.clock.now())).join(""),
  );
  return exitCodes.ok;
}

/** Names the role as the service tells it everywhere: an admin's key that is held to reading is an overseer's. */
function roleOf(key: KeySummary): string {
  return toldRole({ role: key.role, scope: key });
}

function lineOf(key: KeySummary, now: number): string {
  const used = key.lastUsedAt === undefined ? "never used" : `last used ${minuteText(key.lastUsedAt)}`;
  const scope = [
    ...(key.isService ? ["service account"] : []),
    ...(key.actions === undefined ? [] : [`may ${key.actions.join(",")}`]),
    ...(key.processes === undefined ? [] : [`for ${key.processes.join(",")}`]),
    ...(key.label === undefined ? [] : [JSON.stringify(key.label)]),
  ];
  const words = [
    key.id,
    roleOf(key).padEnd(8),
    key.user,
    `created ${timeText(key.createdAt)}`,
    used,
    stateOf(key, now),
    ...scope,
  ];
  return `${words.join("  ")}\n`;
}

function stateOf({ revokedAt, expiresAt }: KeySummary, now: number): string {
  if (revokedAt !== undefined) return `revoked ${timeText(revokedAt)}`;
  if (expiresAt === undefined) return "valid";
  return expiresAt <= now ? `expired ${timeText(expiresAt)}` : `valid until ${timeText(expiresAt)}`;
}

/** A use within a minute of the one before is not written: seconds would tell more than is known. */
function minuteText(at: number): string {
  return timeText(at).replace(/:\d\d(?:\.\d+)?(?=Z|$| )/, "");
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

async function revoke(deps: KeysDeps, words: readonly string[], args: Arguments, io: Io): Promise<number> {
  const [id] = words;
  if (id === undefined) throw new UsageError(`Missing the id of a key. ${args.usage}`);
  await using store = await deps.open(args, io, false);
  await revokeKey(store, id);
  io.talk(`Key ${id} revoked\n`);
  return exitCodes.ok;
}
