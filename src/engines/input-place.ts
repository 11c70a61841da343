import { Problem } from "../domain/problem.ts";

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

/** Words why an item cannot be read. */
export function refuseInput(place: InputPlace, found: string, wanted: string, cause?: unknown): Problem {
  const detail = `found ${found}, wanted ${wanted}`;
  const faults = [{ pointer: `/inputs/${place.inputId}`, detail }];
  return new Problem("invalid-parameter-value", `Cannot read input "${place.inputId}": ${detail}`, { faults, cause });
}
