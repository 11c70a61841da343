import { expect, test } from "bun:test";
import { shortageOf } from "../../../src/domain/figures/shortage.ts";
import { Problem } from "../../../src/domain/problem.ts";
import { createPatience, noPatience } from "../../../src/domain/waiting/patience.ts";

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it went wrong`), { code });
}

/** Work that fails so often by an error before it is done, on a clock that pauses set. */
function waiting(failures: number, error: unknown, maxMilliseconds = 60_000) {
  let elapsed = 0;
  const said: string[] = [];
  const pauses: number[] = [];
  const seen: (string | undefined)[] = [];
  const gone = new AbortController();
  const patience = createPatience({
    elapsed: () => elapsed,
    maxMilliseconds,
    async pause(milliseconds) {
      seen.push(patience.shortage());
      pauses.push(milliseconds);
      elapsed += milliseconds;
    },
  });
  let tried = 0;
  const work = async () => {
    tried += 1;
    if (tried <= failures) throw error;
    return tried;
  };
  const done = (isHopeless?: () => Promise<boolean>) =>
    patience.during(work, {
      signal: gone.signal,
      say: (words) => said.push(words),
      ...(isHopeless === undefined ? {} : { isHopeless }),
    });
  return { patience, done, said, pauses, seen, gone };
}

test.each([
  "EMFILE",
  "ENFILE",
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "ENOMEM",
  "EAGAIN",
  "SQLITE_FULL",
  "SQLITE_READONLY_DBMOVED",
])("%s is a shortage, also as the cause of a problem", (code) => {
  expect(shortageOf(systemError(code))).toBeDefined();
  const cause = new Problem("unavailable", "Cannot write", { cause: systemError(code) });
  expect(shortageOf(new Error("Cannot run", { cause }))).toBeDefined();
});

test.each([systemError("ENOENT"), systemError("EACCES"), new Error("EMFILE"), "EMFILE", undefined])(
  "%p is none",
  (error) => expect(shortageOf(error)).toBeUndefined(),
);

test("work is done again, with pauses that double, and what it waits for is told meanwhile", async () => {
  const { done, said, pauses, seen, patience } = waiting(8, systemError("EMFILE"));
  expect(await done()).toBe(9);
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  expect(new Set(seen)).toEqual(new Set(["file descriptors"]));
  expect(said).toEqual([
    "Waits: the server is short of file descriptors (EMFILE: it went wrong)",
    "Goes on: the server has file descriptors again",
  ]);
  expect(patience.shortage()).toBeUndefined();
});

test("other errors are told at once, and a shortage when it lasts too long, is hopeless, or nobody waits any more", async () => {
  const other = systemError("ENOENT");
  await expect(waiting(1, other).done()).rejects.toBe(other);
  const short = systemError("ENOSPC");
  const long = waiting(1000, short);
  await expect(long.done()).rejects.toBe(short);
  expect(long.pauses.length).toBe(11);
  expect(long.patience.shortage()).toBeUndefined();
  const hopeless = waiting(1, short);
  await expect(hopeless.done(async () => true)).rejects.toBe(short);
  expect(hopeless.pauses).toEqual([]);
  const left = waiting(1, short);
  left.gone.abort();
  await expect(left.done()).rejects.toBe(short);
  await expect(
    noPatience.during(() => Promise.reject(short), { signal: left.gone.signal, say: () => {} }),
  ).rejects.toBe(short);
});
