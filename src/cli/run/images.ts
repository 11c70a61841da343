import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { importImage, listImages, removeImage } from "../../executors/images/images.ts";
import { ifExists } from "../../files/disk/file-errors.ts";
import { imagesDirectory } from "../../files/layout.ts";
import { type Arguments, type Command, exitCodes, type Io, UsageError, wrongWords } from "../command.ts";
import type { Option } from "../option.ts";

/** What `images` needs of the program's outer layer. */
export type ImagesDeps = {
  /** The settings that say where images lie. */
  readonly options: Readonly<Record<string, Option>>;
  readonly sharedDirectory: (args: Arguments, io: Io) => string;
};

/** Builds the command that keeps container images for tools, with no container engine at all. */
export function imagesCommand(deps: ImagesDeps): Command {
  return {
    name: "images",
    words: "import FILE [NAME] | list | remove NAME",
    maxWords: 3,
    summary:
      "Keeps container images: imports archives of docker save, OCI archives and tars of a root file system, lists and removes them.",
    examples: [
      { line: "images list", about: "lists the images that tools can use" },
      { line: "images import tool.tar example/tool:1.0", about: "makes a saved image known under a name" },
      { line: "images list --work-dir /shared/heddle", about: "lists those of a service whose tools run on a cluster" },
    ],
    options: deps.options,
    async run(args, io) {
      const directory = imagesDirectory({ sharedDirectory: resolve(deps.sharedDirectory(args, io)) });
      const [action, subject, name, ...others] = args.words;
      if (action === "list" && subject === undefined) {
        for (const image of listImages(directory)) io.out(`${image}\n`);
        return exitCodes.ok;
      }
      if (action === "import" && subject !== undefined && others.length === 0) {
        if (!(await isFile(subject))) {
          throw new UsageError(`Cannot import image "${subject}": found no file there, wanted an archive`);
        }
        io.out(`${await importImage(directory, resolve(subject), name)}\n`);
        return exitCodes.ok;
      }
      if (action === "remove" && subject !== undefined && name === undefined) {
        if (await removeImage(directory, subject)) return exitCodes.ok;
        io.talk(`Cannot remove image "${subject}": found none of that name\n`);
        return exitCodes.notFound;
      }
      throw wrongWords(args);
    },
  };
}

async function isFile(path: string): Promise<boolean> {
  return (await ifExists(stat(path)))?.isFile() === true;
}
