import { aliasLines } from "./aliases.ts";
import { type Command, exitCodes, UsageError, wrongWords } from "./command.ts";
import type { Commands } from "./overview.ts";

const shells = ["bash", "zsh", "fish"] as const;

/** What a shell needs to know of a command. */
type Completed = {
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletedOption[];
  /** Words that may follow the name: `list`, `watch`. */
  readonly verbs: readonly string[];
};
type CompletedOption = { readonly name: string; readonly about: string; readonly takesValue: boolean };

/** Commands whose first word is the id of a process, which the service knows. */
const takesProcess = ["execute", "describe", "package", "undeploy"];

/** Builds the command that prints the script by which a shell completes our commands. */
export function completionCommand(commands: () => Commands): Command {
  return {
    name: "completion",
    words: shells.join("|"),
    maxWords: 1,
    summary: "Prints the script by which a shell completes commands, options and ids of processes.",
    examples: [
      {
        line: "completion bash > ~/.local/share/bash-completion/completions/heddle",
        about: "for bash, from the next shell on",
      },
      { line: "completion fish > ~/.config/fish/completions/heddle.fish", about: "for fish" },
    ],
    options: {},
    async run(args, io) {
      const [shell] = args.words;
      if (shell === undefined) throw new UsageError(`Missing the name of a shell. ${args.usage}`);
      const known = await Promise.all(Object.values(commands()).map(async (load) => completed(await load())));
      const aliases = aliasLines().map(([name, words]) => ({ name, about: `heddle ${words}`, options: [], verbs: [] }));
      const all = [...known, ...aliases];
      if (shell === "bash") io.out(bashScript(all));
      else if (shell === "zsh") io.out(zshScript(all));
      else if (shell === "fish") io.out(fishScript(all));
      else throw wrongWords(args);
      return exitCodes.ok;
    },
  };
}

function completed({ name, words, summary, options }: Command): Completed {
  const shown = Object.entries(options).filter(([, option]) => option.isHidden !== true);
  return {
    name,
    about: /^[^.;:]*/.exec(summary)?.[0] ?? "",
    verbs: [...new Set(words.match(/(?<![.\w])[a-z]+(?![.\w])/g) ?? [])],
    options: shown.map(([name, { about, type }]) => ({ name, about, takesValue: type === "string" })),
  };
}

const processIds = "heddle processes list --format '{id}' 2>/dev/null";

function bashScript(all: readonly Completed[]): string {
  const cases = all.map(({ name, options, verbs }) => {
    const flags = options.map(({ name }) => `--${name}`).join(" ");
    return `    ${name}) words="${flags}" verbs="${verbs.join(" ")}" ;;`;
  });
  return `# Completes heddle in bash.
_heddle() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words="" verbs=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${all.map(({ name }) => name).join(" ")} help" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
    ${takesProcess.join("|")}) [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W "$(${processIds})" -- "$current")) ;;
    *) [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W "$verbs" -- "$current")) ;;
  esac
}
complete -o bashdefault -o default -F _heddle heddle
`;
}

/** Quotes a text for a shell: in single quotes, nothing is obeyed. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function zshScript(all: readonly Completed[]): string {
  // Brackets and colons have a meaning in descriptions of zsh.
  const plain = (text: string) => text.replaceAll(/[[\]\\:]/g, " ");
  const names = all.map(({ name, about }) => `    ${quoted(`${name}:${plain(about)}`)}`);
  const cases = all.map(({ name, options, verbs }) => {
    const specs = options.map(
      ({ name, about, takesValue }) => `      ${quoted(`--${name}[${plain(about)}]${takesValue ? ": :_files" : ""}`)}`,
    );
    const first = takesProcess.includes(name) ? "1: :_heddle_processes" : `1: :(${verbs.join(" ")})`;
    const word = `      ${quoted(verbs.length === 0 && !takesProcess.includes(name) ? "*: :_files" : first)}`;
    return `    ${name}) _arguments \\\n${[...specs, word].join(" \\\n")} ;;`;
  });
  return `#compdef heddle
# Completes heddle in zsh.
_heddle_processes() { local -a ids; ids=(\${(f)"$(${processIds})"}); compadd -a ids }
_heddle() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
compdef _heddle heddle
`;
}

function fishScript(all: readonly Completed[]): string {
  const names = all.map(
    ({ name, about }) => `complete -c heddle -n __fish_use_subcommand -a ${name} -d ${quoted(about)}`,
  );
  const options = all.flatMap(({ name, options }) =>
    options.map(
      (option) =>
        `complete -c heddle -n '__fish_seen_subcommand_from ${name}' -l ${option.name}${option.takesValue ? " -r" : ""} -d ${quoted(option.about)}`,
    ),
  );
  const verbs = all.flatMap(({ name, verbs }) =>
    verbs.length === 0
      ? []
      : [`complete -c heddle -n '__fish_seen_subcommand_from ${name}' -a ${quoted(verbs.join(" "))}`],
  );
  const ids = takesProcess.map(
    (name) => `complete -c heddle -n '__fish_seen_subcommand_from ${name}' -a '(${processIds.replaceAll("'", '"')})'`,
  );
  return `# Completes heddle in fish.\n${[...names, ...options, ...verbs, ...ids].join("\n")}\n`;
}
