import type { DirectoryDeps, Target } from "./directory-deps.ts";
import { refuseInput } from "./input-place.ts";

/** How much may still be fetched for one directory. */
export type FetchingRoom = {
  /** Counts what came. Throws `invalid-parameter-value` with the figure when there was no room for it. */
  count(bytes: number): void;
};

type Deps = Pick<DirectoryDeps, "maxBytes" | "shareLeft">;

/**
 * Checks that what is known of files leaves room for them before any of them is fetched, by the limit of downloads and by the share of
 * the client. Throws `invalid-parameter-value` with the figure.
 */
export async function requireRoom(
  { maxBytes, shareLeft }: Deps,
  place: Target["place"],
  { files, bytes }: { readonly files: number; readonly bytes: number },
): Promise<FetchingRoom> {
  const share = await shareLeft?.();
  const refuse = (found: string, sum: number) => {
    if (sum > maxBytes) throw refuseInput(place, found, `at most ${maxBytes} bytes (max-download-bytes)`);
    if (share !== undefined && sum > share.bytes) {
      throw refuseInput(place, `${found} beside ${share.used}`, `at most ${share.limit}`);
    }
  };
  refuse(`${files} files of ${bytes} bytes`, bytes);
  let came = 0;
  return {
    count(more) {
      came += more;
      refuse(`${came} bytes or more`, came);
    },
  };
}

const questionsAtOnce = 8;

/** Asks about many files, a few at once; the answers in the order of the questions. */
export async function askAll<Question, Answer>(
  questions: readonly Question[],
  ask: (question: Question) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const queue = questions.entries();
  await Promise.all(
    Array.from({ length: questionsAtOnce }, async () => {
      for (const [index, question] of queue) answers[index] = await ask(question);
    }),
  );
  return answers;
}
