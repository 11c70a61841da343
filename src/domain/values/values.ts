import type { Json } from "./json.ts";

/** One input value as a client gave it, after its form was told apart (OGC 18-062r2, inlineOrRefData). */
export type InputItem =
  | PlainItem
  | { readonly kind: "bbox"; readonly bbox: readonly number[]; readonly crs: string }
  | InnerFile
  | { readonly kind: "list"; readonly items: readonly InputItem[] }
  | { readonly kind: "record"; readonly members: Readonly<Record<string, InputItem>> };

/** A file or directory where its input holds other values too: inside a list or a record, or in place of a plain value. */
export type InnerFile = { readonly kind: "file"; readonly item: PlainItem; readonly isDirectory: boolean };

/** A value in the request, or a link to one. */
export type PlainItem =
  | {
      readonly kind: "value";
      readonly value: Json;
      readonly mediaType?: string;
      readonly encoding?: string;
    }
  | {
      readonly kind: "reference";
      readonly href: string;
      readonly mediaType?: string;
      /** Which assets of STAC items are wanted: by key, role or media type. All of them when absent. */
      readonly assets?: readonly string[];
      /** What the uploaded file is called that it leads to: the file itself is soon gone. */
      readonly name?: string;
      /** What it leads to, when that is a result of a job of this service. */
      readonly output?: PublishedOutput;
    };

/** A published file or directory, by its path below the output directory. */
export type PublishedOutput = { readonly path: string; readonly isDirectory: boolean; readonly mediaType?: string };

/** Input values by input id; an array stands for several occurrences of the input. */
export type Inputs = Readonly<Record<string, InputItem | readonly InputItem[]>>;

/** Tells whether an input was given as several occurrences. */
export function isItemList<Item extends object>(given: Item | readonly Item[]): given is readonly Item[] {
  return Array.isArray(given);
}

/** Lists the occurrences of an input. */
export function itemsOf<Item extends object>(given: Item | readonly Item[]): readonly Item[] {
  return isItemList(given) ? given : [given];
}

/** A file on this machine that an engine can read. `path` is absolute. */
export type FileValue = {
  readonly kind: "file";
  readonly path: string;
  readonly basename: string;
  readonly mediaType?: string;
  /** What the server that sent it says of its text, where `mediaType` does not. */
  readonly charset?: string;
  readonly sizeBytes: number;
  /** Hexadecimal; present when the bytes passed through our hands. */
  readonly sha256?: string;
  readonly secondaryFiles?: readonly FileValue[];
};

/** A directory on this machine that an engine can read, with all that is in it. `path` is absolute. */
export type DirectoryValue = { readonly kind: "directory"; readonly path: string; readonly basename: string };

/** A directory that lies nowhere yet: it holds what is listed, wherever that lies. */
export type MadeDirectory = {
  readonly kind: "madeDirectory";
  readonly basename: string;
  readonly listing: readonly (FileValue | DirectoryValue | MadeDirectory)[];
};

/** A literal, an object or a bounding box (`{bbox, crs}`). */
export type PlainValue = {
  readonly kind: "value";
  readonly value: Json;
  readonly mediaType?: string;
  /** In a row only: where the result is kept that is too long for one. */
  readonly keptAs?: string;
};

/** What is left where it lies, for whoever can fetch it. */
export type LinkValue = { readonly kind: "link"; readonly href: string; readonly mediaType?: string };

/** One input as an engine gets it: read, fetched, staged and validated. Links are for engines that hand them on. */
export type PreparedItem =
  | PlainValue
  | FileValue
  | DirectoryValue
  | LinkValue
  | { readonly kind: "list"; readonly items: readonly PreparedItem[] }
  | { readonly kind: "record"; readonly members: Readonly<Record<string, PreparedItem>> };

/** What is neither a list nor a record of others. */
export type PreparedLeaf = PlainValue | FileValue | DirectoryValue | LinkValue;

/** Lists the values inside a prepared item, at any depth. */
export function preparedLeaves(item: PreparedItem): readonly PreparedLeaf[] {
  switch (item.kind) {
    case "list":
      return item.items.flatMap(preparedLeaves);
    case "record":
      return Object.values(item.members).flatMap(preparedLeaves);
    default:
      return [item];
  }
}

/** What an engine gets for each input id; an array stands for several occurrences. */
export type PreparedInputs = Readonly<Record<string, PreparedItem | readonly PreparedItem[]>>;

/** What an engine hands back for one output, before publishing. Files lie where the tool left them. */
export type OutputValue =
  | PlainValue
  | FileValue
  | DirectoryValue
  | MadeDirectory
  | LinkValue
  | { readonly kind: "list"; readonly items: readonly OutputValue[] }
  | { readonly kind: "record"; readonly members: Readonly<Record<string, OutputValue>> };

/** What an engine hands back, by output id. */
export type OutputValues = Readonly<Record<string, OutputValue>>;

/** A published file. `reference` is an outputs URL or path, or relative to the output directory when stored. */
export type FileResult = {
  readonly kind: "file";
  readonly reference: string;
  readonly basename: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Hexadecimal; absent where it was published before digests were kept. */
  readonly sha256?: string;
  readonly secondaryFiles?: readonly FileResult[];
};

/** A file of a published directory. `path` leads to it from the directory, with slashes, as names are on disk. */
export type DirectoryFile = {
  readonly path: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256?: string;
};

/** A published directory. `reference` is as that of a file, and ends with a slash. */
export type DirectoryResult = {
  readonly kind: "directory";
  readonly reference: string;
  readonly basename: string;
  /** In the order of their paths. */
  readonly files: readonly DirectoryFile[];
};

/** One result of a job, as kept with it. */
export type Result =
  | PlainValue
  | FileResult
  | DirectoryResult
  | LinkValue
  | { readonly kind: "list"; readonly items: readonly Result[] }
  | { readonly kind: "record"; readonly members: Readonly<Record<string, Result>> };

/** The results of a job by output id. */
export type Results = Readonly<Record<string, Result>>;

/** A value or a file that stands in no list and no record. */
export type PlainPart = Exclude<InputItem, { readonly kind: "file" | "list" | "record" }>;

/** Gives the values and files that stand inside lists and records, in their order. */
export function plainParts(item: InputItem): readonly PlainPart[] {
  switch (item.kind) {
    case "file":
      return [item.item];
    case "list":
      return item.items.flatMap(plainParts);
    case "record":
      return Object.values(item.members).flatMap(plainParts);
    default:
      return [item];
  }
}
