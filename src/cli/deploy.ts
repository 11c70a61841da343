import { basename, dirname, extname } from "node:path";
import { fileEmbedder } from "../cwl/document/embed-files.ts";
import { packageReader, packDocument } from "../cwl/document/pack.ts";
import { defined } from "../domain/defined.ts";
import type { JsonObject } from "../domain/json.ts";
import { Problem } from "../domain/problem.ts";
import { type Client, clientOptions, createClient } from "./client.ts";
import { type Command, exitCodes, hasOption, onlyWord, textOption } from "./command.ts";
import { readPackageWord } from "./read-package.ts";

/** Builds the command that packs a CWL package with all that it runs into one document and deploys it. */
export function deployCommand(): Command {
  return {
    name: "deploy",
    words: "PACKAGE.cwl[#PROCESS]",
    maxWords: 1,
    summary: "Packs a CWL package with the files it runs, and deploys it; prints the address of the process.",
    options: {
      ...clientOptions,
      id: { type: "string", value: "ID", about: "id of the process (default: the package's own, or the file's name)" },
      title: { type: "string", value: "TEXT", about: "title of the process (default: the package's label)" },
      version: { type: "string", value: "VERSION", about: "version of the process" },
      replace: { type: "boolean", about: "replace a process that has this id" },
    },
    async run(args, io) {
      const { file, process } = readPackageWord(onlyWord(args, "a CWL file"));
      const packed = await packDocument(file, packageReader(dirname(file)), {
        embedFile: fileEmbedder(dirname(file)),
        onlyMain: true,
        ...defined({ main: process }),
      });
      for (const note of packed.cwl.notes) io.talk(`${note}\n`);
      const { id: ownId } = packed.cwl.main;
      // A process called "main" of a graph has no name of its own.
      const id = textOption(args, "id") ?? (ownId === "main" ? basename(file, extname(file)) : ownId);
      const client = createClient(args, io);
      const isReplacement = hasOption(args, "replace") && (await isDeployed(client, id));
      const path = isReplacement ? `/processes/${encodeURIComponent(id)}` : "/processes";
      await client.send(isReplacement ? "PUT" : "POST", path, {
        headers: { "content-type": "application/ogcapppkg+json" },
        body: JSON.stringify({
          processDescription: descriptionOf(id, textOption(args, "title"), textOption(args, "version")),
          executionUnit: { unit: packed.document, type: "application/cwl+json" },
        }),
      });
      const description = await client.json("GET", `/processes/${encodeURIComponent(id)}`);
      io.out(hasOption(args, "json") ? `${JSON.stringify(description)}\n` : `${client.url}/processes/${id}\n`);
      return exitCodes.ok;
    },
  };
}

async function isDeployed(client: Client, id: string): Promise<boolean> {
  try {
    await client.send("HEAD", `/processes/${encodeURIComponent(id)}`);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.kind === "not-found") return false;
    throw error;
  }
}

function descriptionOf(id: string, title: string | undefined, version: string | undefined): JsonObject {
  return { id, ...defined({ title, version }) };
}
