import type { JobStatus } from "../../domain/jobs/job-state.ts";
import type { Io } from "../command.ts";

const codes = { red: 31, green: 32, yellow: 33, blue: 34, grey: 90 } as const;
export type Colour = keyof typeof codes;

/** Checks whether stdout shows colours: it is a terminal, and nobody wants none (https://no-color.org). */
export function hasColour({ columns, environment }: Pick<Io, "columns" | "environment">): boolean {
  const { NO_COLOR: none = "", TERM: terminal } = environment;
  return columns !== undefined && none === "" && terminal !== "dumb";
}

/** Colours a text. */
export function paint(text: string, colour: Colour | undefined): string {
  return colour === undefined ? text : `\x1b[${codes[colour]}m${text}\x1b[0m`;
}

const colours: Readonly<Record<JobStatus, Colour>> = {
  accepted: "yellow",
  running: "blue",
  successful: "green",
  failed: "red",
  dismissed: "grey",
};

/** Returns the colour of a job's status; none for another word. */
export function colourOfStatus(status: string): Colour | undefined {
  return Object.entries(colours).find(([name]) => name === status)?.[1];
}
