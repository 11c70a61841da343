import { isUtf8 } from "node:buffer";
import { lstatSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import * as v from "valibot";
import { readOwn, readPart } from "../disk/open-regular.ts";
import { fileMode } from "../layout.ts";
import { openJobLog, openLogToRead } from "./job-log.ts";
import type { JobPaths } from "./job-paths.ts";

/** How much of a tool's log is joined at once, in bytes. */
const pieceBytes = 256 * 1024;

/** No path is longer; a word that is longer is cut anywhere. */
const longestWordBytes = 8 * 1024;

/** What is written down before a piece is joined: where it stands in the tool's log, and how long the other log was then. */
const StepSchema = v.object({ from: v.number(), to: v.number(), logBytes: v.number() });

/** Takes what a tool writes to a log of its own over into the log of its execution. */
export type LogJoin = {
  /** Takes over all whole lines that are there by now; `isEnd`: the last line too, when the tool never ended it. */
  join(isEnd: boolean): Promise<void>;
};

/** Whether nothing can have been taken over before, how places of the server are worded, and what stands before each line. */
type JoinWays = { readonly isNew: boolean; readonly words?: JobPaths; readonly name?: string | undefined };

/**
 * Makes the join of one tool's log. A tool holds no descriptor of its execution's log: it could read or empty the log by
 * it. `isNew` is false when an earlier life of the server may have begun: what that took over is not taken over again.
 * `words` tells each line without the places of the server, so that nobody is shown them, not even while the tool runs.
 * `name`, where there is one, stands before each line: tools that run side by side write into one log.
 */
export function createLogJoin(own: string, log: string, { isNew, words, name }: JoinWays): LogJoin {
  const named = (piece: Buffer) => {
    const told = words === undefined ? piece : worded(piece, words);
    return name === undefined ? told : withName(told, `${name} `);
  };
  let joined: number | undefined = isNew ? 0 : undefined;
  return {
    async join(isEnd) {
      const size = lstatSync(own, { throwIfNoEntry: false })?.size ?? 0;
      if (size === (joined ?? 0)) return;
      joined ??= await joinedBefore(own, log, named);
      for (;;) {
        const piece = await readPiece(own, joined, isEnd);
        if (piece === undefined) return;
        await appendPiece(own, log, { from: joined, to: joined + piece.byteLength, text: named(piece) });
        joined += piece.byteLength;
      }
    },
  };
}

/** Bytes that are no text stay as they are: latin1 has a letter for each. */
function withName(piece: Buffer, name: string): Buffer {
  const start = Buffer.from(name).toString("latin1");
  const lines = piece.toString("latin1").split("\n");
  const told = lines.map((line, index) => (line === "" && index === lines.length - 1 ? "" : `${start}${line}`));
  return Buffer.from(told.join("\n"), "latin1");
}

/** What is no UTF-8 keeps its bytes, and its lines that are UTF-8 are worded as text all the same. */
function worded(piece: Buffer, words: JobPaths): Buffer {
  if (!piece.includes("/")) return piece;
  if (isUtf8(piece)) return Buffer.from(words(piece.toString("utf8")));
  const end = piece.indexOf(0x0a) + 1;
  if (end === 0 || end === piece.byteLength) return Buffer.from(words(piece.toString("latin1")), "latin1");
  return Buffer.concat(linesOf(piece).map((line) => worded(line, words)));
}

/** The lines of a piece with their line ends. */
function linesOf(piece: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let from = 0; from < piece.byteLength; ) {
    const end = piece.indexOf(0x0a, from);
    const to = end === -1 ? piece.byteLength : end + 1;
    lines.push(piece.subarray(from, to));
    from = to;
  }
  return lines;
}

/** The next piece, up to its last line end; a line that is longer than a piece is taken in parts, cut between words. */
async function readPiece(own: string, from: number, isEnd: boolean): Promise<Buffer | undefined> {
  const piece = await readRange(own, from, pieceBytes);
  const lines = piece.subarray(0, piece.lastIndexOf(0x0a) + 1);
  if (lines.byteLength > 0) return lines;
  if (piece.byteLength === pieceBytes) return piece.subarray(0, lastWordEnd(piece));
  return isEnd && piece.byteLength > 0 ? piece : undefined;
}

/** Where the last word of a long line begins: a path that was cut in two would not be known as one. */
function lastWordEnd(piece: Buffer): number {
  const end = Math.max(...[...' \t"'].map((mark) => piece.lastIndexOf(mark))) + 1;
  return end > piece.byteLength - longestWordBytes ? end : piece.byteLength;
}

function stepFile(own: string): string {
  return `${own}.joined`;
}

/** `from` and `to`: where it stood in the tool's log. */
type Piece = { readonly from: number; readonly to: number; readonly text: Buffer };

async function appendPiece(own: string, log: string, { from, to, text }: Piece): Promise<void> {
  await using handle = await openJobLog(log);
  const { size: logBytes } = await handle.stat();
  const step = { from, to, logBytes };
  // Under another name first: a step that is half written would be none.
  await rm(`${stepFile(own)}.new`, { force: true });
  await writeFile(`${stepFile(own)}.new`, JSON.stringify(step), { mode: fileMode, flag: "wx" });
  await rename(`${stepFile(own)}.new`, stepFile(own));
  await handle.appendFile(text.at(-1) === 0x0a ? text : Buffer.concat([text, Buffer.from("\n")]));
}

/** How much was taken over before: the last piece counts when it stands in the log. */
async function joinedBefore(own: string, log: string, named: (piece: Buffer) => Buffer): Promise<number> {
  const text = await readOwn(stepFile(own));
  if (text === undefined) return 0;
  const { from, to, logBytes } = v.parse(StepSchema, JSON.parse(text));
  const piece = named(await readRange(own, from, to - from));
  // Lines of the job's walk may have come in between.
  const after = await readRange(log, logBytes, piece.byteLength + pieceBytes);
  return after.includes(piece) ? to : from;
}

async function readRange(path: string, from: number, length: number): Promise<Buffer> {
  const handle = await openLogToRead(path);
  if (handle === undefined) return Buffer.alloc(0);
  await using file = handle;
  return await readPart(file, from, length);
}
