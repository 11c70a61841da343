import { parts } from "../../pages/form/field.ts";
import { type Folder, folderWords } from "./folder-words.ts";
import { type FolderFile, packFolder } from "./pack-folder.ts";

/** Begins the upload of a file in the place of what was chosen by an input, with what there is to say of it. */
type Begin = (input: HTMLInputElement, file: File, about: string) => void;

/** An archive of more is refused. */
const mostFiles = 100_000;

/** Adds to each field of a directory a control that takes a folder: it is packed as an archive, which is what the field takes. */
export function enlivenFolders(form: HTMLFormElement, begin: Begin): void {
  for (const place of form.querySelectorAll('.file[data-takes="directory"]')) addChooser(place);
  form.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.webkitdirectory) return;
    const input = fileInputOf(target.closest(".file"));
    const files = [...(target.files ?? [])].map((file) => ({ path: file.webkitRelativePath, file }));
    target.value = "";
    if (input !== undefined) take(input, { files }, begin);
  });
}

/** Takes a folder that was dropped on the field of a directory; false for anything else. */
export function takeDropped(place: Element, items: DataTransferItemList, begin: Begin): boolean {
  const entry = items[0]?.webkitGetAsEntry() ?? null;
  const input = fileInputOf(place);
  if (!(place instanceof HTMLElement) || place.dataset.takes !== "directory") return false;
  if (entry === null || !isDirectory(entry) || input === undefined) return false;
  void folderOf(entry).then(
    (folder) => take(input, folder, begin),
    (error: unknown) =>
      tell(place, `The folder cannot be read: ${error instanceof Error ? error.message : "it is not there any more"}.`),
  );
  return true;
}

function addChooser(place: Element): void {
  const [label, words, input] = [
    document.createElement("label"),
    document.createElement("span"),
    document.createElement("input"),
  ];
  label.className = "field";
  words.className = "muted";
  words.textContent =
    "or choose a folder: all files in it, hidden ones too, are packed and uploaded at once; empty folders are left out, and links by most browsers";
  // It has no name: the form sends the upload that is made of it.
  Object.assign(input, { type: "file", webkitdirectory: true });
  label.append(words, input);
  place.querySelector("label")?.after(label);
}

function fileInputOf(place: Element | null): HTMLInputElement | undefined {
  const inputs = [...(place?.querySelectorAll<HTMLInputElement>('input[type="file"]') ?? [])];
  return inputs.find(({ name }) => name.endsWith(parts.upload));
}

function take(input: HTMLInputElement, folder: Folder, begin: Begin): void {
  const place = input.closest(".file");
  const { files } = folder;
  const [first] = files;
  if (place === null) return;
  if (first === undefined) {
    tell(place, "The folder has no files: there is nothing to upload.");
  } else if (files.length > mostFiles) {
    tell(place, `The folder has ${files.length} files; the server takes ${mostFiles} at most.`);
  } else {
    const name = first.path.split("/")[0] ?? "folder";
    begin(input, new File([...packFolder(files)], `${name}.tar`, { type: "application/x-tar" }), folderWords(folder));
  }
}

function tell(place: Element, words: string): void {
  for (const old of place.querySelectorAll(".upload")) old.remove();
  const note = document.createElement("p");
  note.className = "upload fault";
  note.setAttribute("role", "status");
  note.textContent = words;
  place.append(note);
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

async function folderOf(directory: FileSystemDirectoryEntry): Promise<Folder> {
  const found: { files: FolderFile[]; emptyFolders: number } = { files: [], emptyFolders: 0 };
  await addBelow(directory, found);
  return found;
}

async function addBelow(
  directory: FileSystemDirectoryEntry,
  found: { files: FolderFile[]; emptyFolders: number },
): Promise<void> {
  const reader = directory.createReader();
  for (let isFirst = true; ; isFirst = false) {
    // Each answer has some of them, and the last none.
    const entries = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (isFirst && entries.length === 0) found.emptyFolders += 1;
    if (entries.length === 0 || found.files.length > mostFiles) return;
    for (const entry of entries) {
      if (isDirectory(entry)) await addBelow(entry, found);
      if (!isFile(entry)) continue;
      const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
      found.files.push({ path: entry.fullPath.replace(/^\/+/, ""), file });
    }
  }
}
