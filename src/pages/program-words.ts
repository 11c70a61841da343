/** Names the software of a program, with its version as far as the package states one: nothing here asks the program itself. */
export function softwareWords(software: readonly string[]): string {
  if (software.length === 0) return "version not recorded";
  const named = software.map((one) => (one.includes(" ") ? one : `${one}, version not stated`));
  return `${named.join("; ")}; as the package says`;
}
