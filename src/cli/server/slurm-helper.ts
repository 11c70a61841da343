import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { Problem } from "../../domain/problem.ts";
import { HelperRequestSchema, HelperRulesSchema } from "../../executors/slurm/helper/helper-request.ts";
import { type Command, onlyWord } from "../command.ts";

/** Builds the command that a rule of sudo lets the service run as other users: it hands their tools to Slurm. */
export function slurmHelperCommand(): Command {
  return {
    name: "slurm-helper",
    words: "RULES",
    maxWords: 1,
    summary: "Hands tools to Slurm as the user of this process; the service calls it by a rule of sudo.",
    examples: [
      {
        line: "slurm-helper /etc/heddle/slurm-helper.json < request.json",
        about: "does what the request says, where the rules of root allow it",
      },
    ],
    options: {},
    async run(args, io) {
      const rules = await readRules(onlyWord(args, "the file of the rules"));
      const request = parse("the request", HelperRequestSchema, await text(process.stdin));
      const { doHelperRequest } = await import("../../executors/slurm/helper/helper-work.ts");
      const { exitCode, out, talk } = await doHelperRequest(rules, request);
      io.out(out);
      io.talk(talk);
      return exitCode;
    },
  };
}

const writableByOthers = 0o022;

/** Rules that anybody but root could have written allow nothing. */
async function readRules(path: string) {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const { uid, mode } = await file.stat();
  if (uid !== 0 || (mode & writableByOthers) !== 0) {
    const found = `a file of user ${uid} with mode ${(mode & 0o777).toString(8)}`;
    throw new Problem("forbidden", `Cannot follow "${path}": found ${found}, wanted one that only root may write`);
  }
  return parse(`"${path}"`, HelperRulesSchema, await file.readFile("utf8"));
}

function parse<Schema extends v.GenericSchema>(what: string, schema: Schema, json: string): v.InferOutput<Schema> {
  const read = v.safeParse(schema, readJson(what, json));
  if (read.success) return read.output;
  const [{ message, received }] = read.issues;
  const field = v.getDotPath(read.issues[0]);
  const found = `${field === null ? "" : `${field} = `}${received}`;
  throw new Problem("invalid-parameter-value", `Cannot read ${what}: found ${found}, wanted ${message}`);
}

function readJson(what: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Problem("invalid-parameter-value", `Cannot read ${what}: found no JSON, wanted one object`, { cause });
  }
}
