import { Problem } from "../../domain/problem.ts";
import { isDirectorySchema, mediaTypesOf } from "../../domain/processes/described.ts";
import type { Process } from "../../domain/processes/process.ts";
import { isRepeated } from "../../domain/values/execution-inputs.ts";
import { type InputItem, isItemList } from "../../domain/values/values.ts";

/** Where an item stands: the input, and which of its occurrences. */
export type InputPlace = {
  readonly inputId: string;
  readonly index: number;
  /** Which of the files inside the value, counted from 1. */
  readonly inner?: string;
  readonly isFile: boolean;
  /** It is a directory, and nothing else. */
  readonly isDirectory: boolean;
  /** The media types that the input is described with. */
  readonly formats: readonly string[];
};

/** Returns the place of the first item of what an input was given. */
export function placeOfInput(
  { fileInputs, description }: Pick<Process, "fileInputs" | "description">,
  inputId: string,
  given: InputItem | readonly InputItem[],
): InputPlace {
  const definition = description.inputs[inputId];
  const isFile = fileInputs.includes(inputId);
  // Several files for one directory are what it holds.
  const isWhole = !isItemList(given) || (definition !== undefined && isRepeated(definition));
  return {
    inputId,
    index: 0,
    isFile,
    isDirectory: isFile && isWhole && isDirectorySchema(definition?.schema ?? {}),
    formats: mediaTypesOf(definition?.schema ?? {}),
  };
}

/** Words why an item cannot be read. */
export function refuseInput(place: InputPlace, found: string, wanted: string, cause?: unknown): Problem {
  const detail = `found ${found}, wanted ${wanted}`;
  const faults = [{ pointer: `/inputs/${place.inputId}`, detail }];
  return new Problem("invalid-parameter-value", `Cannot read input "${place.inputId}": ${detail}`, { faults, cause });
}
