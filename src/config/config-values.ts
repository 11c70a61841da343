import { totalmem } from "node:os";
import { resolve } from "node:path";
import * as v from "valibot";
import { withoutEndSlashes } from "../domain/words/text.ts";

/** Some text. */
export const text = v.pipe(v.string("text"), v.nonEmpty("some text"));
/** A path, made absolute. */
export const path = v.pipe(
  text,
  v.transform((value) => resolve(value)),
);
/** A list, or text with commas. */
export const list = v.pipe(
  v.union([v.array(text), text], "a list, or text with commas"),
  v.transform((value) => (typeof value === "string" ? value.split(",").map((item) => item.trim()) : value)),
);
/** Directories, made absolute; `:rw` may follow each. */
export const directories = v.pipe(
  list,
  v.transform((paths) =>
    paths.map((name) => name.replace(/^(.*?)(:rw)?$/, (_, directory, end = "") => resolve(directory) + end)),
  ),
);
/** The path of a URL, without a slash at its end. */
export const urlPath = v.pipe(
  text,
  v.regex(/^\/[^/?#][^?#]*$/, "a path that starts with /"),
  v.transform((value) => withoutEndSlashes(value)),
);
/** An http or https URL without a slash at its end. */
export const url = v.pipe(
  text,
  v.regex(/^https?:\/\/[^/]/, "an http or https URL"),
  v.url("a URL"),
  v.transform((value) => withoutEndSlashes(value)),
);

/** Tells whether a URL is that of a mail server, without a password. */
export function isMailServer(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, password, pathname, search } = new URL(value);
  return /^smtps?:$/.test(protocol) && hostname !== "" && password === "" && `${pathname}${search}`.length < 2;
}

/** Builds the schema of a whole number in `[lowest, highest]`, also when written as text. */
export function whole(lowest: number, highest: number = Number.MAX_SAFE_INTEGER) {
  const wanted = `a whole number from ${lowest} to ${highest}`;
  return v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number))], wanted),
    v.integer(wanted),
    v.minValue(lowest, wanted),
    v.maxValue(highest, wanted),
  );
}

/** Empty text is no role: a variable that is set to nothing opens nothing. */
export const anonymousRole = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false", "viewer", "runner"])], "viewer or runner"),
  v.transform((value) => {
    if (value === false || value === "false") return undefined;
    return value === "runner" ? value : ("viewer" as const);
  }),
);

/** The highest priorities that roles may wish for: `runner=2`. */
export const rolePriority = v.pipe(
  list,
  v.everyItem((item) => /^(runner|deployer)=-?\d+$/.test(item), "ROLE=PRIORITY, such as runner=2"),
  v.everyItem((item) => Math.abs(Number(item.split("=")[1])) <= 10, "a priority from -10 to 10"),
);

/** Measures the memory that this machine, or the container that this runs in, has. */
export function machineMebibytes(): number {
  const bound = process.constrainedMemory();
  return Math.floor(Math.min(totalmem(), bound > 0 ? bound : Number.POSITIVE_INFINITY) / 2 ** 20);
}
