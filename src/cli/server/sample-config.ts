/** One setting as a person sees it. */
export type ShownSetting = {
  readonly name: string;
  readonly about: string;
  /** Undefined for a setting that has none. */
  readonly value: unknown;
  /** The flag, the variable or the file that gave it; "default" otherwise. */
  readonly origin: string;
};

const lineLength = 118;

/** Formats a file in which each setting stands with its meaning and its default, all of them commented out. */
export function sampleText(settings: readonly ShownSetting[]): string {
  const entries = settings.map(({ name, about, value }) => {
    const shown = value === undefined ? "" : ` ${JSON.stringify(value)}`;
    return `${wrapped(about)}\n#${name}:${shown}\n`;
  });
  return `# Settings of Heddle: heddle serve --config FILE. Take away the # before a name to set it.\n\n${entries.join("\n")}`;
}

function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < lineLength) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines.join("\n");
}
