import { nearNames } from "../domain/words/near-names.ts";
import { aliasLines } from "./aliases.ts";
import { type Command, exitCodes, type Io } from "./command.ts";
import { usageOf } from "./usage.ts";

/** The commands of the program: each is loaded when it is called, because a client's command must not load the server. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** The commands by what somebody wants; each stands in one of these. */
export const commandGroups = {
  "Run a package here, without a service": ["run", "validate", "images"],
  "Use a service": [
    ...["processes", "deploy", "execute", "upload", "jobs", "status", "logs", "results", "retry", "dismiss"],
    ...["providers", "login", "logout", "profiles"],
  ],
  "Run a service": [
    "serve",
    "keys",
    "audit",
    "config",
    "reload",
    "service",
    "doctor",
    "backup",
    "restore",
    "slurm-helper",
  ],
  "This program": ["completion", "man", "version"],
} as const;

const nameWidth = 14;
/** What still stands beside a name on a line of 80 cells. */
const widestWords = 64;

/** Formats the overview of all commands. */
export async function overviewText(commands: Commands): Promise<string> {
  const groups = Object.entries(commandGroups).map(async ([title, names]) => {
    const lines = names.map(async (name) => {
      const summary = (await commands[name]?.())?.summary ?? "";
      return `  ${name.padEnd(nameWidth)}${firstWords(summary)}\n`;
    });
    return `${title}:\n${(await Promise.all(lines)).join("")}`;
  });
  const shown = (await Promise.all(groups)).join("\n");
  const others = aliasLines().map(([name, words]) => `${name} (${words})`);
  const last = `Other names: ${others.join(", ")}\nheddle COMMAND --help shows its options, and lines to try.\n`;
  return `Usage: heddle COMMAND [OPTION...]\n\n${shown}\n${last}`;
}

/** The first clause of a summary; of a long one, what stands before its first comma. */
function firstWords(summary: string): string {
  const [clause = ""] = /^[^.;:]*/.exec(summary) ?? [];
  return clause.length <= widestWords ? clause : (clause.split(",")[0] ?? clause);
}

/** Formats that there is no such command, with the nearest name, else with all commands. */
export async function unknownCommandText(commands: Commands, name: string): Promise<string> {
  const kind = name.startsWith("-") ? "option" : "command";
  const known = [...Object.keys(commands), ...aliasLines().map(([alias]) => alias), "help", "--help", "--version"];
  const [near = await verbOf(commands, name)] = nearNames(name, known);
  if (near === undefined) return `Unknown ${kind}: ${name}\n\n${await overviewText(commands)}`;
  return `Unknown ${kind}: ${name}. Did you mean ${near}?\n"heddle help" lists all commands\n`;
}

/** Finds the command that has this name as its first word: `processes rollback`. */
async function verbOf(commands: Commands, name: string): Promise<string | undefined> {
  for (const [command, load] of Object.entries(commands)) {
    const verbs = (await load()).words.split(/[^a-z]+/);
    if (verbs.includes(name)) return `${command} ${name}`;
  }
  return undefined;
}

/** Writes the overview of all commands, or the usage of one. */
export async function help(commands: Commands, [name, ...more]: readonly string[], io: Io): Promise<number> {
  const load = name === undefined ? undefined : findCommand(commands, name);
  if (load !== undefined && more.length === 0) {
    io.out(usageOf(await load()));
    return exitCodes.ok;
  }
  if (name !== undefined) {
    const [word] = more;
    const surplus = `Too many words: "${word}". Usage: heddle help [COMMAND]\n`;
    io.talk(word === undefined ? await unknownCommandText(commands, name) : surplus);
    return exitCodes.usage;
  }
  io.out(await overviewText(commands));
  return exitCodes.ok;
}

/** Returns what loads a command; undefined when there is none of this name. */
export function findCommand(commands: Commands, name: string): (() => Promise<Command>) | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}
