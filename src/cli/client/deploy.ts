import { basename, dirname, extname } from "node:path";
import { chooseProcess } from "../../cwl/document/choose-process.ts";
import { loadSource } from "../../cwl/document/load/load.ts";
import { fileEmbedder } from "../../cwl/document/pack/embed-files.ts";
import { packageReader, packSource } from "../../cwl/document/pack/pack.ts";
import type { PackOptions, ReadPackageFile } from "../../cwl/document/pack/pack-files.ts";
import { defined } from "../../domain/defined.ts";
import { Problem } from "../../domain/problem.ts";
import { isJsonObject, isList, type Json, type JsonObject } from "../../domain/values/json.ts";
import { type Command, exitCodes, hasOption, onlyWord, textOption } from "../command.ts";
import { readPackageWord } from "../read-package.ts";
import { type Client, clientOptions, createClient } from "./client.ts";

/** Builds the command that packs a CWL package with all that it runs into one document and deploys it. */
export function deployCommand(): Command {
  return {
    name: "deploy",
    words: "PACKAGE.cwl[#PROCESS]",
    maxWords: 1,
    summary: "Packs a CWL package with the files it runs, and deploys it; prints the address of the process.",
    examples: [
      { line: "deploy tool.cwl", about: "deploys a package under its own id" },
      {
        line: "deploy flow.cwl#main --id terrain --version 2.0 --replace",
        about: "makes one process of a file the new revision of another",
      },
    ],
    options: {
      ...clientOptions,
      id: { type: "string", value: "ID", about: "id of the process (default: the package's own, or the file's name)" },
      title: { type: "string", value: "TEXT", about: "title of the process (default: the package's label)" },
      version: { type: "string", value: "VERSION", about: "version of the process" },
      replace: { type: "boolean", about: "replace a process that has this id" },
    },
    async run(args, io) {
      const { file, process } = readPackageWord(onlyWord(args, "a CWL file"));
      const packed = await packFile(file, process);
      for (const note of packed.notes) io.talk(`${note}\n`);
      const { main: ownId } = packed;
      // A process called "main" of a graph has no name of its own.
      const id = textOption(args, "id") ?? (ownId === "main" ? basename(file, extname(file)) : ownId);
      const client = createClient(args, io);
      const isReplacement = hasOption(args, "replace") && (await isDeployed(client, id));
      const path = isReplacement ? `/processes/${encodeURIComponent(id)}` : "/processes";
      const answer = await deployed(() =>
        client.json(isReplacement ? "PUT" : "POST", path, {
          headers: { "content-type": "application/ogcapppkg+json", prefer: "return=representation" },
          body: JSON.stringify({
            processDescription: descriptionOf(id, textOption(args, "title"), textOption(args, "version")),
            executionUnit: { unit: packed.document, type: "application/cwl+json" },
          }),
        }),
      );
      for (const warning of newWarnings(answer, packed.notes)) io.talk(`${warning}\n`);
      const description = await client.json("GET", `/processes/${encodeURIComponent(id)}`);
      io.out(hasOption(args, "json") ? `${JSON.stringify(description)}\n` : `${client.url}/processes/${id}\n`);
      return exitCodes.ok;
    },
  };
}

/** Says in the words of this command how a process with the same id is replaced. */
async function deployed(work: () => Promise<Json>): Promise<Json> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { kind, faults } = error;
    throw new Problem(kind, error.message.replace("a free id or PUT", "another --id, or --replace"), { faults });
  }
}

type PackedFile = { readonly document: Json; readonly main: string; readonly notes: readonly string[] };

/** Packs and checks a package; one whose steps run processes that the service has can only be checked there. */
async function packFile(file: string, wanted: string | undefined): Promise<PackedFile> {
  let runsDeployed = false;
  const findDeployed = async () => {
    runsDeployed = true;
    return "kept" as const;
  };
  const readFile = packageReader(dirname(file));
  const embedFile = fileEmbedder(dirname(file));
  const process = wanted ?? (await chosenOf(file, readFile, { embedFile, findDeployed }));
  const options = { embedFile, onlyMain: true, ...defined({ main: process }) };
  const packed = await packSource(file, readFile, { ...options, findDeployed });
  const main = process ?? packed.main;
  if (runsDeployed) return { document: packed.source.value, main: main ?? "main", notes: packed.notes };
  const { document, cwl } = loadSource(packed.source, basename(file), { ...options, ...defined({ main }) });
  return { document, main: cwl.main.id, notes: [...packed.notes, ...cwl.notes] };
}

/** Chooses the process of a file as the service does; undefined where its text says all, and for what loading refuses. */
async function chosenOf(file: string, readFile: ReadPackageFile, options: PackOptions): Promise<string | undefined> {
  const { source, ownIds } = await packSource(file, readFile, options);
  return ownIds.length > 1 ? chooseProcess(source.value, undefined, ownIds)?.main : undefined;
}

/** What the service warns of and packing has not told already, with the place in the file. */
function newWarnings(answer: Json, notes: readonly string[]): readonly string[] {
  const warnings = isJsonObject(answer) && isList(answer.warnings) ? answer.warnings : [];
  const told = notes.map((note) => note.slice(note.indexOf(": ")));
  return warnings
    .filter((warning) => typeof warning === "string")
    .filter((warning) => !told.some((text) => warning.endsWith(text)));
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
