/** Names the software of a program, with its version as far as the package states one: nothing here asks the program itself. */
export function softwareWords(software: readonly string[]): string {
  const named = software.map((one) => (one.includes(" ") ? one : `${one}, version not stated`));
  return `${named.join("; ")}; as the package says`;
}

/** What is known of the versions of programs that ran in no image, in one line. */
export const unknownVersions =
  "Versions of programs are not recorded: run it in a container image to have the same ones again.";

/** Says whether the package names an image, of a program that ran in none; nothing where that was not kept. */
export function imageWords(unused: string | null | undefined): string {
  if (unused === undefined) return "";
  return unused === null ? "the package names no image" : `the package names image ${unused}, which was not used`;
}
