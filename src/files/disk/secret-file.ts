import { readFile } from "node:fs/promises";
import { errorText, Problem } from "../../domain/problem.ts";

/** Reads a secret from a file of the operator's; `setting` names it. Throws `unavailable` when there is none in it. */
export async function readSecretFile(file: string, setting: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new Problem(
      "unavailable",
      `Cannot read ${setting} "${file}": found ${errorText(cause)}, wanted a file that this user can read`,
      {
        cause,
      },
    );
  }
  if (text === "") throw new Problem("unavailable", `Cannot read ${setting} "${file}": found nothing, wanted a secret`);
  return text;
}
