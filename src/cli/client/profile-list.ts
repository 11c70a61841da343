import { type Arguments, type Command, exitCodes, type Io, UsageError, wrongWords } from "../command.ts";
import { checkFormat, formatOption, printDocument } from "../terminal/print.ts";
import { formatTable } from "../terminal/table.ts";
import { readProfiles, withoutProfile, writeProfiles } from "./profiles.ts";

/** Builds the command that lists the services that a person keeps, chooses the current one, and forgets one. */
export function profilesCommand(): Command {
  return {
    name: "profiles",
    words: "[list] | use NAME | remove NAME",
    maxWords: 2,
    summary:
      "Lists the services that heddle login keeps under names, chooses the one that commands use where nothing else says which, or forgets one.",
    examples: [
      { line: "login --profile lab --url https://lab.example.org", about: "keeps a service under the name lab" },
      { line: "profiles use lab", about: "makes it the one that commands use" },
      { line: "jobs --profile lab", about: "uses it once" },
    ],
    options: { json: { type: "boolean", about: "print one JSON document" }, format: formatOption },
    async run(args, io) {
      const [verb = "list", name] = args.words;
      checkFormat(args);
      if (verb === "list" && name === undefined) return list(args, io);
      if (verb !== "use" && verb !== "remove") throw wrongWords(args);
      if (name === undefined) throw new UsageError(`Missing the name of a profile. ${args.usage}`);
      const kept = readProfiles(io.environment);
      if (!Object.hasOwn(kept.profiles, name)) {
        throw new UsageError(`Cannot ${verb} profile "${name}": found no such one. "heddle profiles" lists them`);
      }
      await writeProfiles(io.environment, verb === "use" ? { ...kept, current: name } : withoutProfile(kept, name));
      io.talk(`Profile ${name} is ${verb === "use" ? "the current one" : "removed"}\n`);
      return exitCodes.ok;
    },
  };
}

/** Keys are not shown. */
function list(args: Arguments, io: Io): number {
  const { current, profiles } = readProfiles(io.environment);
  const items = Object.entries(profiles).map(([name, { url, key }]) => ({
    name,
    url,
    hasKey: key !== undefined,
    isCurrent: name === current,
  }));
  const columns = [{ title: "PROFILE" }, { title: "URL", gives: true }, { title: "" }];
  const rows = items.map(({ name, url, hasKey, isCurrent }) => [
    name,
    url,
    [...(isCurrent ? ["current"] : []), ...(hasKey ? ["with a key"] : [])].join(", "),
  ]);
  const width = io.columns === undefined ? {} : { width: io.columns };
  return printDocument(args, io, { document: items, items, text: () => formatTable(columns, rows, width) });
}
