import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../domain/problem.ts";
import { type OutboundAnswer, PassingProblem, startsSomething } from "./fetch.ts";
import { isPassingStatus, retryAfterSeconds } from "./retry-after.ts";

/** Private to this program's user, as all of its files. */
const directoryMode = 0o700;
const fileMode = 0o600;

/** A file as far as it came: the next answer goes on where the last one broke, when its server can do so. */
export type PartialFile = {
  /** Asks for the rest of what was begun, if it is still the same; nothing when the whole is wanted. */
  rangeHeaders(): Readonly<Record<string, string>>;
  /** Takes an answer: a whole one, or the rest. Throws `remote-failure`, passing where another try may help. */
  accept(answer: OutboundAnswer): OutboundAnswer;
  /** Writes a body to its end, after what is there of it. Throws `remote-failure` past the most bytes. */
  write(answer: OutboundAnswer): Promise<{ readonly sizeBytes: number; readonly sha256: string }>;
  rename(path: string): Promise<void>;
  /** Removes what was not renamed. */
  remove(): Promise<void>;
};

/** What of the first answer says how the rest is asked for. */
type Begun = { readonly validator: string; readonly etag: string | null };

/** Creates the file of one download. The directory is made with the first bytes. */
export function createPartialFile(directory: string, maxBytes: number): PartialFile {
  const path = join(directory, ".part");
  let hash = createHash("sha256");
  let sizeBytes = 0;
  let begun: Begun | undefined;
  const startOver = () => {
    hash = createHash("sha256");
    sizeBytes = 0;
    begun = undefined;
  };
  const accept = (answer: OutboundAnswer): OutboundAnswer => {
    if (answer.status === 200) {
      startOver();
      begun = begunBy(answer.headers);
      return answer;
    }
    answer.close();
    const wasBegun = begun !== undefined && sizeBytes > 0;
    // The rest is another file's, or there is none: from the start, then.
    if (wasBegun && (answer.status === 206 || answer.status === 416)) {
      startOver();
      throw failed(answer, `found ${answer.status === 206 ? "another part" : "status 416"}, wanted the rest`, true);
    }
    const isPassing = isPassingStatus(answer.status) && !startsSomething(new URL(answer.url), "GET");
    throw failed(answer, `found status ${answer.status}, wanted 200`, isPassing);
  };
  return {
    rangeHeaders: () =>
      begun === undefined || sizeBytes === 0 ? {} : { range: `bytes=${sizeBytes}-`, "if-range": begun.validator },
    accept: (answer) => (begun !== undefined && isRest(answer, sizeBytes, begun) ? answer : accept(answer)),
    async write(answer) {
      const declared = Number(answer.headers.get("content-length") ?? 0);
      if (sizeBytes + declared > maxBytes) {
        answer.close();
        throw failed(answer, `found ${sizeBytes + declared} bytes, wanted at most ${maxBytes}`);
      }
      await mkdir(directory, { recursive: true, mode: directoryMode });
      await using file = await open(path, sizeBytes === 0 ? "w" : "a", fileMode);
      for await (const piece of answer.body) {
        if (sizeBytes + piece.byteLength > maxBytes)
          throw failed(answer, `found more than ${maxBytes} bytes, wanted at most that`);
        await file.writeFile(piece);
        sizeBytes += piece.byteLength;
        hash.update(piece);
      }
      return { sizeBytes, sha256: hash.digest("hex") };
    },
    rename: (to) => rename(path, to),
    remove: () => rm(path, { force: true }),
  };
}

/** The rest can be asked for with a validator that holds for the bytes themselves (RFC 9110 8.8.2 and 13.1.5). */
function begunBy(headers: Headers): Begun | undefined {
  if (headers.get("accept-ranges")?.trim().toLowerCase() !== "bytes") return undefined;
  const etag = headers.get("etag");
  if (etag?.startsWith('"') === true) return { validator: etag, etag };
  const modified = headers.get("last-modified");
  const sent = Date.parse(headers.get("date") ?? "");
  // A file may change twice in a second: only an older time tells it apart.
  return modified !== null && sent - Date.parse(modified) >= 60_000 ? { validator: modified, etag } : undefined;
}

function isRest({ status, headers }: OutboundAnswer, sizeBytes: number, { etag }: Begun): boolean {
  const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
  const isSame = etag === null || (headers.get("etag") ?? etag) === etag;
  return status === 206 && sizeBytes > 0 && Number(start) === sizeBytes && isSame;
}

function failed(answer: OutboundAnswer, reason: string, isPassing = false): Problem {
  const { origin, pathname } = new URL(answer.url);
  const asked = retryAfterSeconds(answer.headers);
  const detail = `Cannot fetch "${origin}${pathname}": ${reason}`;
  const options = asked === undefined ? {} : { retryAfterSeconds: asked };
  return isPassing ? new PassingProblem("remote-failure", detail, options) : new Problem("remote-failure", detail);
}
