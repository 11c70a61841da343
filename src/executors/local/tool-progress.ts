/** What a tool told of its progress. */
export type ToolProgress = {
  /** 0 to 100. */
  readonly percent: number;
  readonly message?: string;
};

/** What must be remembered between two pieces of a tool's text. */
export type ToolProgressState = {
  /** The line that has not ended yet, cut when it grows too long. */
  readonly line: string;
  /** The last percent that this line told. */
  readonly linePercent: number;
};

export const noToolProgress: ToolProgressState = { line: "", linePercent: 0 };

/** A line that grows longer than this tells no progress, in characters. */
const maxLineLength = 4096;

/**
 * Reads progress from the next piece of what a tool wrote, in pieces of any length. Understood are lines such as
 * `PROGRESS 42 message`, those that are a percentage and nothing else, and the bar of GDAL's programs, `0...10...20...`, dot by dot.
 * Gives what was told in this piece, in order, and the state to go on with.
 */
export function readToolProgress(
  state: ToolProgressState,
  text: string,
): { readonly state: ToolProgressState; readonly told: readonly ToolProgress[] } {
  const told: ToolProgress[] = [];
  let { line, linePercent } = state;
  const tellBar = () => {
    const percent = barPercent(line);
    if (percent === undefined || percent <= linePercent) return;
    linePercent = percent;
    told.push({ percent });
  };
  // A carriage return ends a line too: bars are drawn over themselves with it.
  const pieces = text.split(/[\r\n]/);
  for (const [index, piece] of pieces.entries()) {
    if (line.length <= maxLineLength) line += piece;
    tellBar();
    if (index === pieces.length - 1) break;
    const fromLine = lineProgress(line);
    if (fromLine !== undefined) told.push(fromLine);
    line = "";
    linePercent = 0;
  }
  return { state: { line: line.slice(0, maxLineLength + 1), linePercent }, told };
}

/** A line that says a percentage and nothing else, such as `40 %`; with a word beside it, it may be of anything. */
const onlyPercent = /^[ \t]*(\d{1,3}(?:\.\d+)?) ?%[ \t]*$/;

/** Tells whether a line is there to tell progress. */
export function isProgressLine(line: string): boolean {
  return /^\s*PROGRESS\s/.test(line) || onlyPercent.test(line);
}

function lineProgress(line: string): ToolProgress | undefined {
  const [, alone] = onlyPercent.exec(line) ?? [];
  if (alone !== undefined) return Number(alone) > 100 ? undefined : { percent: Number(alone) };
  const [whole, text] = /^\s*PROGRESS[ \t:]+(\d{1,3}(?:\.\d+)?)(?![\d.])/.exec(line) ?? [];
  const percent = Number(text ?? Number.NaN);
  if (whole === undefined || Number.isNaN(percent) || percent > 100) return undefined;
  const rest = line.slice(whole.length);
  const signed = rest.trimStart();
  const withoutSign = /^%(?:[ \t]|$)/.test(signed) ? signed.slice(1) : rest;
  const message = withoutSign.trim();
  // A word that hangs at the number, such as "42nd", tells of something else.
  if (message !== "" && !/^[ \t]/.test(withoutSign)) return undefined;
  return message === "" ? { percent } : { percent, message };
}

/** Each tick of the bar is 2.5 %: a number for every fourth, a dot for the others. */
const barTicks: readonly string[] = Array.from({ length: 41 }, (_, tick) =>
  tick % 4 === 0 ? String(tick * 2.5) : ".",
);

/** Shorter bars are not trusted: text such as `0...` may mean anything. */
const surestTick = 4;

/** The percent that the bar at the end of an unfinished line has reached. */
function barPercent(line: string): number | undefined {
  // The end of a bar, `90...100`, looks like the beginning of one but for the digit before it.
  let at = line.search(/(?<!\d)0\.\.\.10/);
  if (at < 0) return undefined;
  let reached = -1;
  for (const tick of barTicks) {
    if (!line.startsWith(tick, at)) break;
    at += tick.length;
    reached += 1;
  }
  return reached < surestTick ? undefined : reached * 2.5;
}
