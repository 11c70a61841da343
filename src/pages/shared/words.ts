import { maxChosen } from "../../domain/jobs/chosen-jobs.ts";
import type { JobStatus } from "../../domain/jobs/job-state.ts";
import type { RemoteType } from "../../domain/processes/remote-type.ts";

export { sizeText, sizeUnits } from "../../domain/figures/sizes.ts";
export { stageTitles as stageWords } from "../../domain/jobs/progress.ts";
export { shortId } from "../../domain/jobs/short-id.ts";
// Scripts of pages count with it.
export { durationText, soFarText } from "../../domain/words/spans.ts";

/** A sign for each state, so that nobody needs its colour. */
export const statusSigns: Readonly<Record<JobStatus, string>> = {
  accepted: "○",
  running: "▶",
  successful: "✓",
  failed: "✕",
  dismissed: "–",
};

/** How people read each state: what the API calls accepted has not begun to run. */
export const statusWords: Readonly<Record<JobStatus, string>> = {
  accepted: "waiting",
  running: "running",
  successful: "successful",
  failed: "failed",
  dismissed: "dismissed",
};

/** What a provider speaks, as its standard is called. */
export const remoteTypeWords: Readonly<Record<RemoteType, string>> = {
  "ogc-api-processes": "OGC API - Processes",
  "wps-1.0.0": "WPS 1.0.0",
  "wps-2.0.0": "WPS 2.0.0",
};

/** How much of an instant is told: seconds where nothing is said. */
export const timeDetails = ["minutes", "milliseconds"] as const;
export type TimeDetail = (typeof timeDetails)[number];

/**
 * Formats an instant (RFC 3339) with its zone, in a form that reads the same in each country: day after month after year. The server
 * writes UTC, scripts the zone of the reader, which is so many minutes east of it.
 */
export function timeText(at: string, minutesEast = 0, detail?: TimeDetail): string {
  const shifted = new Date(Date.parse(at) + minutesEast * 60_000);
  if (Number.isNaN(shifted.getTime())) return at;
  return shifted
    .toISOString()
    .replace("T", " ")
    .replace(/(:\d\d)(\.\d+)?Z$/, (_, seconds: string, part = "") => {
      const end = detail === "minutes" ? "" : detail === "milliseconds" ? `${seconds}${part}` : seconds;
      return `${end} ${zoneText(minutesEast)}`;
    });
}

function zoneText(minutesEast: number): string {
  if (minutesEast === 0) return "UTC";
  const [hours, minutes] = [Math.floor(Math.abs(minutesEast) / 60), Math.abs(minutesEast) % 60];
  return `UTC${minutesEast < 0 ? "−" : "+"}${hours}${minutes === 0 ? "" : `:${String(minutes).padStart(2, "0")}`}`;
}

/** What is done with ticked jobs: they are compared where there are two, and acted on by who may. */
export type Choosing = "compares" | "acts" | "compares-acts";

/** Tells what an attribute says is done with ticked jobs. */
export function isChoosing(word: string | undefined): word is Choosing {
  return word === "compares" || word === "acts" || word === "compares-acts";
}

/** Words how many jobs are ticked, and how many more or fewer are to be, so that two can be compared or some be acted on. */
export function choiceText(ticked: number, choosing: Choosing): string {
  const [mayAct, mayCompare] = [choosing !== "compares", choosing !== "acts"];
  if (!mayCompare) return ticked === 0 ? "Tick the job to act on it." : `${ticked} chosen.`;
  if (ticked === 0) return `Tick two jobs of the list to compare them.${mayAct ? " Tick any to act on them." : ""}`;
  if (ticked === 1) return "1 chosen: tick one more to compare the two.";
  if (mayAct && ticked > maxChosen) return `${ticked} chosen: at most ${maxChosen} are acted on at once.`;
  return ticked === 2 ? "2 chosen." : `${ticked} chosen: leave two of them to compare.`;
}

/** Names the row of a key on the page of keys. */
export function keyRowId(id: string): string {
  return `key-${id}`;
}

/** Returns the address of the row of a key on the page of keys. */
export function keyUrl(baseUrl: string, id: string): string {
  return `${baseUrl}/_/keys?f=html#${keyRowId(id)}`;
}
