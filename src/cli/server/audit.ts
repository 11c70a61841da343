import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { type AuditLine, auditLine } from "../../domain/documents/audit.ts";
import type { AuditWords } from "../../domain/people/audit-query.ts";
import type { Json } from "../../domain/values/json.ts";
import { type ReadAuditDeps, readAuditPage } from "../../operations/people/read-audit.ts";
import { clientOptions, createClient } from "../client/client.ts";
import { type Arguments, type Command, exitCodes, hasOption, type Io, textOption, UsageError } from "../command.ts";
import type { Option } from "../option.ts";

/** What `audit` needs of the program's outer layer: a connection of its own to the database. */
export type AuditCommandDeps = {
  readonly dataOption: Option;
  /** Opens the database; makes a new one only with `makesDatabase`. */
  open(args: Arguments, io: Io, makesDatabase: boolean): Promise<ReadAuditDeps & AsyncDisposable>;
};

/** Builds the command that tells who did what. */
export function auditCommand(deps: AuditCommandDeps): Command {
  return {
    name: "audit",
    words: "[OPTION...]",
    maxWords: 0,
    summary:
      "Tells who did what, the newest first: of a data directory, or of a service when --url or HEDDLE_URL names one and --data does not.",
    examples: [{ line: "audit --since 7d", about: "lists who did what in the last week" }],
    options: {
      data: deps.dataOption,
      ...clientOptions,
      since: {
        type: "string",
        value: "WHEN",
        about: "from this time on: a time ago (12h, 7d) or 2030-01-31T12:00:00Z",
      },
      until: { type: "string", value: "WHEN", about: "before this time" },
      user: { type: "string", value: "NAME", about: "who did it" },
      "key-id": { type: "string", value: "ID", about: "the id of the key that it was done with" },
      action: { type: "string", value: "ACTION", about: "what was done, such as deploy or execute" },
      subject: { type: "string", value: "ID", about: "the process, job, key or provider that it was done to" },
      limit: { type: "string", value: "N", about: "the most lines, at most 1000 (default 100)" },
    },
    async run(args, io) {
      const limit = limitOf(args);
      const words = wordsOf(args);
      const lines = isRemote(args, io)
        ? await readRemote(args, io, words, limit)
        : await readLocal(deps, args, io, { words, limit });
      if (hasOption(args, "json")) io.out(`${JSON.stringify(lines)}\n`);
      else for (const line of lines) io.out(textOf(line));
      return exitCodes.ok;
    },
  };
}

function limitOf(args: Arguments): number {
  const text = textOption(args, "limit") ?? "100";
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1000) return Number(text);
  throw new UsageError(`Cannot use --limit: found "${text}", wanted a whole number from 1 to 1000`);
}

function wordsOf(args: Arguments): AuditWords {
  return defined({
    since: textOption(args, "since"),
    until: textOption(args, "until"),
    user: textOption(args, "user"),
    key: textOption(args, "key-id"),
    action: textOption(args, "action"),
    subject: textOption(args, "subject"),
  });
}

/** The data directory counts where it is named; else a service, where one is named. */
function isRemote(args: Arguments, io: Io): boolean {
  const isNamed = textOption(args, "url") !== undefined;
  if (isNamed && textOption(args, "data") !== undefined) throw new UsageError("Cannot use --data and --url together");
  return isNamed || (textOption(args, "data") === undefined && io.environment.HEDDLE_URL !== undefined);
}

async function readLocal(
  deps: AuditCommandDeps,
  args: Arguments,
  io: Io,
  { words, limit }: { readonly words: AuditWords; readonly limit: number },
): Promise<readonly AuditLine[]> {
  await using store = await deps.open(args, io, false);
  const { items } = await readAuditPage(store, words, { limit });
  return items.map(auditLine);
}

const text = v.optional(v.string());
const PageSchema = v.object({
  entries: v.array(
    v.object({
      ...{ number: v.number(), time: v.string(), action: v.string(), subject: v.string(), outcome: v.string() },
      ...{ user: text, role: text, address: text, keyID: text, client: text, requestID: text, jobID: text },
    }),
  ),
});

async function readRemote(args: Arguments, io: Io, words: AuditWords, limit: number): Promise<readonly AuditLine[]> {
  const query = new URLSearchParams({ ...words, limit: String(limit) });
  const answer: Json = await createClient(args, io).json("GET", `/_/audit?${query}`);
  return v.parse(PageSchema, answer).entries.map((line) => defined(line));
}

/** Who acts without a name: a user of the machine may have none, as in a container. */
const unnamed: Readonly<Record<string, string>> = { service: "the service", operator: "from the command line" };

function textOf({ time, user, role, address, keyID, client, action, subject, jobID, outcome }: AuditLine): string {
  const nobody = action === "sign-in" ? "nobody signed in" : "nobody with a key";
  const who = user ?? unnamed[role ?? ""] ?? nobody;
  const words = [time, who, role ?? "-", address ?? "-", action, subject, ...(jobID === undefined ? [] : [jobID])];
  const means = [...(keyID === undefined ? [] : [`key ${keyID}`]), ...(client === undefined ? [] : [`by ${client}`])];
  return `${[...words, ...(outcome === "done" ? [] : [outcome]), ...means].map(printable).join("  ")}\n`;
}

/** Names of others must not move the cursor of a terminal. */
function printable(word: string): string {
  return word.replaceAll(/\p{C}/gu, "?");
}
