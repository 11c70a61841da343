import { sizeText } from "../../pages/shared/words.ts";
import type { FolderFile } from "./pack-folder.ts";

/** What a browser gives of a folder. */
export type Folder = {
  readonly files: readonly FolderFile[];
  /** How many folders in it have nothing in them; absent where the browser does not tell. */
  readonly emptyFolders?: number;
};

/** As many names are told. */
const mostNames = 5;

/** Words what was taken of a folder: how many files, how large, the first names, and what one may not expect in it. */
export function folderWords({ files, emptyFolders = 0 }: Folder): string {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const names = files.map(({ path }) => path.slice(path.indexOf("/") + 1)).toSorted();
  const hidden = names.filter((name) => name.split("/").some((part) => part.startsWith(".")));
  const [first = ""] = hidden;
  const count = hidden.length === 1 ? `One is hidden: ${first}.` : `${hidden.length} are hidden, such as ${first}.`;
  const empty = emptyFolders === 1 ? "One empty folder is left out." : `${emptyFolders} empty folders are left out.`;
  return [
    `${files.length === 1 ? "1 file" : `${files.length} files`}, ${sizeText(bytes)}: ${listed(names)}.`,
    ...(hidden.length === 0 ? [] : [count]),
    ...(emptyFolders === 0 ? [] : [empty]),
  ].join(" ");
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(", ");
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown;
}
