// Tries one case after the other in a thread of its own, which can be ended when a case does not end.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { findByPattern } from "../../src/cwl/tool/glob.ts";
import { CwlFailure } from "../../src/cwl/values/failure.ts";
import { Problem } from "../../src/domain/problem.ts";
import { createInputCheck } from "../../src/engines/inputs/input-check.ts";
import { importImage } from "../../src/executors/images/images.ts";
import { fileResponse } from "../../src/http/answers/send-file.ts";
import type { ProcessKind } from "./process-kinds.ts";

declare const self: Worker;

const CaseSchema = v.object({ name: v.string(), text: v.string(), directory: v.string() });
const PatternSchema = v.object({ pattern: v.string(), value: v.string() });

/** Errors that are meant for whoever gave the input. */
function isAnswer(error: unknown): boolean {
  return error instanceof Problem || error instanceof CwlFailure || (error instanceof Error && "code" in error);
}

function isExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

const tries = {
  globs: async (text, directory) => {
    const found = join(directory, "found");
    await mkdir(join(found, "out", "one"), { recursive: true });
    for (const name of [`${"a".repeat(60)}b`, "a.txt", "out/one/ab.csv"]) await writeFile(join(found, name), "");
    await findByPattern(found, text);
  },
  patterns: async (text) => {
    const { pattern, value } = v.parse(PatternSchema, JSON.parse(text));
    // Others are refused with the description that they stand in.
    if (!isExpression(pattern)) return;
    const input = { schema: { type: "string", pattern }, minOccurs: 1, maxOccurs: 1 };
    const description = {
      id: "p",
      version: "1",
      jobControlOptions: [],
      outputTransmission: [],
      inputs: { x: input },
      outputs: {},
    };
    createInputCheck({ description, fileInputs: [] }).value("x", value);
  },
  ranges: async (text) => {
    // What no header can hold never comes to us.
    const range = text.replaceAll(/[^\x20-\x7e]/g, "").trim();
    const request = new Request("http://127.0.0.1/", { headers: { range } });
    const blob = new Blob(["0123456789"]);
    const file = {
      name: "a",
      mediaType: "text/plain",
      sizeBytes: 10,
      modifiedAt: 0,
      slice: (start: number, end: number) => blob.slice(start, end),
    };
    const response = await fileResponse(request, file);
    const body = await response.text();
    if (response.status === 206 && body.length > 10) throw new TypeError("The part is larger than the file");
  },
  "image archives": async (text, directory) => {
    const archive = join(directory, "image.tar");
    await writeFile(archive, Buffer.from(text, "latin1"));
    const images = join(directory, "images");
    try {
      await importImage(images, archive, "fuzz:1");
    } finally {
      await rm(images, { recursive: true, force: true });
    }
  },
} as const satisfies Record<ProcessKind["name"], (text: string, directory: string) => Promise<void>>;

function isKind(name: string): name is ProcessKind["name"] {
  return Object.hasOwn(tries, name);
}

self.onmessage = async ({ data }: MessageEvent<unknown>) => {
  const { name, text, directory } = v.parse(CaseSchema, data);
  if (!isKind(name)) throw new Error(`Cannot try "${name}"`);
  try {
    await tries[name](text, directory);
    self.postMessage(undefined);
  } catch (error) {
    self.postMessage(isAnswer(error) ? undefined : String(error));
  }
};
