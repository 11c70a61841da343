import { link, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { errorText, Problem } from "../../domain/problem.ts";
import { fileMode } from "../layout.ts";
import { syncPath } from "./durable.ts";
import { hasCode, ifExists } from "./file-errors.ts";

/** AES-256 wants 32 bytes; the file has them as 64 hexadecimal digits. */
const keyBytes = 32;

/**
 * Reads the key that encrypts what must be kept secret. One that does not exist is made from `fresh` (32 random bytes),
 * durable when this resolves. Throws `unavailable` for a file that holds no key.
 */
export async function readSecretKey(file: string, fresh: Uint8Array): Promise<Uint8Array> {
  const text = await readOrMake(file, fresh);
  if (!/^[0-9a-f]{64}$/i.test(text.trim())) {
    throw new Problem("unavailable", `Cannot read the key in "${file}": found no 64 hexadecimal digits`);
  }
  return new Uint8Array(Buffer.from(text.trim(), "hex"));
}

async function readOrMake(file: string, fresh: Uint8Array): Promise<string> {
  try {
    return (await ifExists(readFile(file, "utf8"))) ?? (await makeKey(file, fresh));
  } catch (cause) {
    const detail = `Cannot read the key in "${file}": found ${errorText(cause)}, wanted a file that this user can read`;
    throw new Problem("unavailable", detail, { cause });
  }
}

/** The file has its name only when it is whole, and never replaces another key. */
async function makeKey(file: string, fresh: Uint8Array): Promise<string> {
  if (fresh.byteLength !== keyBytes) throw new Error(`Cannot make a key of ${fresh.byteLength} bytes`);
  const text = `${Buffer.from(fresh).toString("hex")}\n`;
  const temporary = `${file}.new`;
  {
    await using handle = await open(temporary, "w", fileMode);
    await handle.writeFile(text);
    await handle.sync();
  }
  try {
    await link(temporary, file);
    await syncPath(dirname(file));
    return text;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return readFile(file, "utf8");
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
