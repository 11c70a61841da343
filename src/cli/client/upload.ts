import type { Json } from "../../domain/values/json.ts";
import { type Command, onlyWord } from "../command.ts";
import { checkFormat, formatOption, printDocument } from "../terminal/print.ts";
import { clientOptions, createClient } from "./client.ts";
import { uploadFile } from "./upload-file.ts";

/** Builds the command that uploads a file once, for the inputs of several jobs. */
export function uploadCommand(): Command {
  return {
    name: "upload",
    words: "FILE",
    maxWords: 1,
    summary:
      "Uploads a file, and prints a word that stands for it as an input. The word lets whoever has it read the file.",
    examples: [
      { line: "upload dem.tif", about: "prints vault://ID#TOKEN" },
      { line: "execute terrain -i dem=vault://ID#TOKEN", about: "uses the uploaded file as an input" },
    ],
    options: { format: formatOption, ...clientOptions },
    async run(args, io) {
      const path = onlyWord(args, "a file");
      checkFormat(args);
      const client = createClient(args, io);
      const { id, token, document } = await uploadFile({ client, io }, path);
      const text = () => `vault://${id}#${token}\n`;
      return printDocument(args, io, { document: document satisfies Json, text });
    },
  };
}
