/** What a terminal makes colours of, and other characters that nobody reads; those that turn the rest of a line around would do so to our own words. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const unreadable = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;

/** Lines that say nothing of the cause: where a program was, how it is called, and that it ended. */
const tellNothing: readonly RegExp[] = [
  // Python
  /^Traceback \(most recent call last\)/,
  /^File ".*", line \d+/,
  /^(?:During handling of|The above exception)/,
  // Java and Node
  /^at .*[:(]/,
  /^\.\.\. \d+ more/,
  /^Node\.js v\d/,
  // R
  /^Execution halted/,
  /^Calls: /,
  // How it is called
  /^usage\b/i,
  /^(?:try|see|run|use) .*(?:--?h(?:elp)?\b|\bhelp\b)/i,
  // That another program ended
  /^g?make(?:\[\d+\])?: (?:\*\*\* .*\bError \d+|(?:Entering|Leaving) directory)/,
  /^make(?:\[\d+\])?: \*\*\* Waiting for unfinished jobs/,
  /^Conversion failed!/,
  /^(?:aborted|terminated|exiting)\b[^:]*$/i,
  // Talk beside the cause
  /^(?:INFO|DEBUG|TRACE|NOTE)\b/,
  /^-- \S+ (?:INFO|DEBUG)\b/,
  /^\S+ version \d/,
];

const warns = /\bwarn(?:ing)?s?\b/i;
/** The name of an exception, as Python, Java and Node put it first. */
const exception =
  /^(?:Uncaught )?(?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$]*(?:Error|Exception|Interrupt|Exit)\b(?: \[\w+\])?(?::|$)/;
const saysError = /(?<!\b(?:no|without|0) )\b(?:error|fatal|severe)\b|^Exception in thread\b/i;
const saysWhatWent =
  /\b(?:cannot|can't|could not|couldn't|unable to|failed|failure|denied|not found|no such|not exist|invalid|unknown|unrecogni[sz]ed|undefined|unsupported|missing|required|killed|out of memory|no space left|refused|timed out|segmentation fault|panic(?:ked)?|exception)\b/i;

/**
 * Finds the line of what a tool wrote to stderr that tells most of why it failed; undefined where none has letters. By rules, the
 * first that holds: the last exception of a traceback, the deepest cause of an exception, the first line that says error, the last one
 * that says what went wrong, the last one that says anything.
 */
export function tellingLine(stderr: string): string | undefined {
  const lines = joinPointers(stderr.replace(unreadable, "").split(/[\r\n]+/)).filter((line) =>
    /\p{Letter}/u.test(line),
  );
  const told = lines.map((line) => line.trim());
  const isTold = (line: string) => tellNothing.every((one) => !one.test(line));
  const telling = told.filter(isTold);
  const grave = telling.filter((line) => !warns.test(line));
  const isTraceback = told.some((line) => line.startsWith("Traceback (most recent call last)"));
  const found =
    (isTraceback ? grave.findLast((line) => exception.test(line)) : undefined) ??
    grave.findLast((line) => line.startsWith("Caused by: ")) ??
    grave.find((line) => exception.test(line)) ??
    grave.find((line) => saysError.test(line)) ??
    grave.findLast((line) => saysWhatWent.test(line)) ??
    grave.at(-1) ??
    telling.at(-1) ??
    told.at(-1);
  return found === undefined ? undefined : withRest(found, telling);
}

/** What is announced by a colon stands in the next line. */
function withRest(line: string, lines: readonly string[]): string {
  const next = lines[lines.indexOf(line) + 1];
  return /:$/.test(line) && next !== undefined ? `${line} ${next}` : line;
}

/** Joins what a caret points at with what is said of it. */
function joinPointers(lines: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const line of lines) {
    const pointed = readPointer(line);
    const before = joined.at(-1);
    if (pointed === undefined || before === undefined || !before.startsWith(pointed.prefix)) {
      joined.push(line);
      continue;
    }
    const { prefix, said } = pointed;
    const place = before.slice(prefix.length).trim();
    joined.splice(-1, 1, place === "" ? `${prefix} ${said}` : `${prefix} ${said}: ${place}`.trim());
  }
  return joined;
}

/**
 * Reads a line with a caret below a place of the line before, and what is wrong there: `awk: cmd. line:1:     ^ syntax error`. Each letter is
 * looked at a few times at most: a tool may write whatever it wants.
 */
function readPointer(line: string): { readonly prefix: string; readonly said: string } | undefined {
  const behind = /[~-]*\s/y;
  for (let at = line.indexOf("^"); at !== -1; at = line.indexOf("^", at + 1)) {
    behind.lastIndex = at + 1;
    if (!behind.test(line)) continue;
    const said = line.slice(behind.lastIndex).trimStart();
    // Where no letter is left, none is behind the next caret.
    if (!/\p{Letter}/u.test(said)) return undefined;
    let end = at;
    while (line[end - 1] === "~" || line[end - 1] === "-") end -= 1;
    return { prefix: line.slice(0, end).trimEnd(), said };
  }
  return undefined;
}
