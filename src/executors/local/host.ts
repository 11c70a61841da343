import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { ifFound } from "../../files/disk/file-errors.ts";

/** The machine, or the container, that a task runs on. */
export type Host = {
  /** The same as long as it keeps its own, whatever it is called. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
};

/** Reads which host this is: by the id that its system was given, where there is none by its name. */
export function readHost(): Host {
  const name = hostname().replaceAll(/[^\w.-]/g, "_");
  const given = ifFound(() => readFileSync("/etc/machine-id", "latin1"))?.trim() ?? "";
  // The id itself is nobody's business.
  const id = createHash("sha256")
    .update(given === "" ? name : given)
    .digest("hex")
    .slice(0, 16);
  return { id, name };
}
