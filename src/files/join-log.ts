import { lstatSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import * as v from "valibot";
import { openJobLog, openLogToRead } from "./job-log.ts";
import { fileMode } from "./layout.ts";
import { readOwn, readPart } from "./open-regular.ts";

/** How much of a tool's log is joined at once, in bytes. */
const pieceBytes = 256 * 1024;

/** What is written down before a piece is joined: where it stands in the tool's log, and how long the other log was then. */
const StepSchema = v.object({ from: v.number(), to: v.number(), logBytes: v.number() });

/** Takes what a tool writes to a log of its own over into the log of its execution. */
export type LogJoin = {
  /** Takes over all whole lines that are there by now; `isEnd`: the last line too, when the tool never ended it. */
  join(isEnd: boolean): Promise<void>;
};

/**
 * Makes the join of one tool's log. A tool holds no descriptor of its execution's log: it could read or empty the log by
 * it. `isNew` is false when an earlier life of the server may have begun: what that took over is not taken over again.
 */
export function createLogJoin(own: string, log: string, isNew: boolean): LogJoin {
  let joined: number | undefined = isNew ? 0 : undefined;
  return {
    async join(isEnd) {
      const size = lstatSync(own, { throwIfNoEntry: false })?.size ?? 0;
      if (size === (joined ?? 0)) return;
      joined ??= await joinedBefore(own, log);
      for (;;) {
        const piece = await readPiece(own, joined, isEnd);
        if (piece === undefined) return;
        await appendPiece(own, log, joined, piece);
        joined += piece.byteLength;
      }
    },
  };
}

/** The next piece, up to its last line end; a line that is longer than a piece is taken in parts. */
async function readPiece(own: string, from: number, isEnd: boolean): Promise<Buffer | undefined> {
  const piece = await readRange(own, from, pieceBytes);
  const lines = piece.subarray(0, piece.lastIndexOf(0x0a) + 1);
  if (lines.byteLength > 0) return lines;
  const isWhole = piece.byteLength === pieceBytes || isEnd;
  return isWhole && piece.byteLength > 0 ? piece : undefined;
}

function stepFile(own: string): string {
  return `${own}.joined`;
}

async function appendPiece(own: string, log: string, from: number, piece: Buffer): Promise<void> {
  await using handle = await openJobLog(log);
  const { size: logBytes } = await handle.stat();
  const step = { from, to: from + piece.byteLength, logBytes };
  // Under another name first: a step that is half written would be none.
  await rm(`${stepFile(own)}.new`, { force: true });
  await writeFile(`${stepFile(own)}.new`, JSON.stringify(step), { mode: fileMode, flag: "wx" });
  await rename(`${stepFile(own)}.new`, stepFile(own));
  await handle.appendFile(piece.at(-1) === 0x0a ? piece : Buffer.concat([piece, Buffer.from("\n")]));
}

/** How much was taken over before: the last piece counts when it stands in the log. */
async function joinedBefore(own: string, log: string): Promise<number> {
  const text = await readOwn(stepFile(own));
  if (text === undefined) return 0;
  const { from, to, logBytes } = v.parse(StepSchema, JSON.parse(text));
  const piece = await readRange(own, from, to - from);
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
