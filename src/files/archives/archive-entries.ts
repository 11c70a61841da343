import { Problem } from "../../domain/problem.ts";

/** Receives what an archive holds, in its order. */
export type Unpacking = {
  /** Makes a directory. */
  directory(name: string): Promise<void>;
  /** Writes a file. */
  file(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  readonly signal: AbortSignal | undefined;
};

/** Words why an archive is refused. */
export function refuseArchive(found: string, wanted: string): Problem {
  return new Problem("invalid-parameter-value", `Cannot unpack: found ${found}, wanted ${wanted}`);
}
