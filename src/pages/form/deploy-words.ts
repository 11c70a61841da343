/** The names of the fields of the form that deploys. */
export const deployNames = {
  text: "text",
  href: "href",
  id: "id",
  workflow: "w",
  start: "start",
  version: "version",
  replaces: "replace",
  files: "files",
  folder: "folder",
  doing: "do",
  /** The name of the file whose text stands in the form, and a sketch of what it held. */
  picked: "picked",
  sketch: "sketch",
} as const;

/** Says whose text stands in the form. */
export function pickedWords(name: string): string {
  return `You chose ${name}. Its text stands above: mend it there, or choose the file again.`;
}
