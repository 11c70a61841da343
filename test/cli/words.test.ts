import { expect, test } from "bun:test";
import { type Command, exitCodes, explainError, readArguments, UsageError } from "../../src/cli/command.ts";
import { runExecutable } from "../support/servers/executable.ts";

const command: Command = {
  name: "open",
  words: "",
  maxWords: 0,
  summary: "Opens.",
  examples: [],
  options: { role: { type: "string", bare: "viewer", about: "a role" }, loud: { type: "boolean", about: "loud" } },
  run: async () => 0,
};

test("an option that needs no value takes the word that follows it, and else what it stands for", () => {
  const role = (...words: readonly string[]) => readArguments(command, words).options.role;
  expect(role("--role")).toBe("viewer");
  expect(role("--role", "--loud")).toBe("viewer");
  expect(role("--role", "--")).toBe("viewer");
  expect(role("--role", "runner")).toBe("runner");
  expect(role("--role=runner", "--loud")).toBe("runner");
});

test("words that a command does not know are refused, with its usage", () => {
  const refused = () => readArguments(command, ["--loud", "one", "--role", "runner", "--", "--role"]);
  expect(refused).toThrow(UsageError);
  expect(refused).toThrow('Too many words: "one", "--role". Usage: heddle open');
});

for (const words of [
  ["serve", "now"],
  ["serve", "--allow-anonymous", "runner", "viewer"],
  ["version", "now"],
  ["--version", "now"],
  ["help", "nothing"],
  ["help", "serve", "now"],
  ["--help", "now"],
  ["login", "now"],
  ["logout", "now"],
  ["doctor", "now"],
  ["reload", "now"],
  ["slurm-helper", "rules", "now"],
  ["service", "print", "now"],
  ["config", "show", "now"],
  ["backup", "a", "b"],
  ["restore", "a", "b"],
  ["keys", "list", "now"],
  ["audit", "now"],
  ["keys", "create", "now", "--role", "viewer"],
  ["keys", "revoke", "a", "b"],
  ["images", "list", "a"],
  ["images", "import", "a", "b", "c"],
  ["validate", "a", "b"],
  ["run", "a", "b", "c"],
  ["deploy", "a", "b"],
  ["execute", "a", "b"],
  ["status", "a", "b"],
  ["results", "a", "b"],
  ["logs", "a", "b"],
  ["retry", "a", "b"],
  ["upload", "a", "b"],
  ["profiles", "use", "a", "b"],
  ["providers", "show", "a", "b"],
  ["providers", "list", "a"],
  ["jobs", "list", "a"],
  ["jobs", "open", "a", "b"],
  ["jobs", "nothing", "a"],
  ["processes", "describe", "a", "b"],
  ["processes", "nothing"],
  ["completion", "bash", "now"],
  ["man", "now"],
] as const) {
  test(`"heddle ${words.join(" ")}" has a word too many: exit code 2`, async () => {
    const { exitCode, talk } = await runExecutable(words, { environment: { HEDDLE_DATA: "/nonexistent/heddle" } });
    expect(talk).toMatch(/^(Too many words: "|Cannot use "|Unknown command: )/);
    expect(exitCode).toBe(2);
  });
}

test("each command that the overview lists helps under its own name", async () => {
  const { out } = await runExecutable(["help"]);
  const names = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = ""]) => name);
  expect(names).toContain("serve");
  for (const name of names) expect((await runExecutable([name, "--help"])).out).toStartWith(`Usage: heddle ${name}`);
});

test("help tells of all commands, or of one", async () => {
  expect((await runExecutable(["help"])).out).toContain("heddle COMMAND --help shows its options");
  expect((await runExecutable(["help", "serve"])).out).toStartWith("Usage: heddle serve [OPTION...]");
});

test("what this user may not read is named, with who may", () => {
  const refused = Object.assign(new Error("EACCES: permission denied, stat '/data/heddle.db'"), {
    code: "EACCES",
    path: "/data/heddle.db",
  });
  const said: string[] = [];
  const io = { talk: (text: string) => said.push(text), environment: {}, signal: new AbortController().signal };
  expect(explainError(refused, io)).toBe(exitCodes.error);
  expect(said).toEqual([
    'Cannot use "/data/heddle.db": found permission denied, wanted its owner or root (sudo) as the user of this command\n',
  ]);
});
