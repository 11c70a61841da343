import { processUrl, providerProcessUrl } from "../../../domain/links.ts";
import type { JsonObject } from "../../../domain/values/json.ts";
import type { UsedFile } from "./used-files.ts";

/** What is executed, and how it is reached. */
export type UseTarget = {
  readonly baseUrl: string;
  /** The process, with its revision where it is one. */
  readonly name: string;
  /** The provider whose process it is; absent for one of this service. */
  readonly provider?: string;
  /** The texts show a key, which stands in HEDDLE_KEY. */
  readonly needsKey: boolean;
};

/** An execution that texts are written of. */
export type Execution = UseTarget & {
  readonly request: JsonObject;
  /** The files that are uploaded first. */
  readonly files: readonly UsedFile[];
  /** The ids of required inputs that the request lacks. */
  readonly missing?: readonly string[];
};

/** Tells whether the answer is waited for: then no preference is sent, which would win over the mode of the request. */
export function waits({ request }: Pick<Execution, "request">): boolean {
  return request.mode === "sync";
}

/** Returns the address that executes the process. */
export function executionUrl({ baseUrl, name, provider }: UseTarget): string {
  const url = provider === undefined ? processUrl(baseUrl, name) : providerProcessUrl(baseUrl, provider, name);
  return `${url}/execution`;
}

/** Returns the address that files are uploaded to. */
export function uploadUrl({ baseUrl }: UseTarget): string {
  return `${baseUrl}/vault`;
}

/** Returns the address below which the jobs of the service stand. */
export function jobsUrl({ baseUrl }: UseTarget): string {
  return `${baseUrl}/jobs`;
}

/** The states of a job that has not ended, as JSON has them in a list. */
export const goingOn = '"accepted", "running"';

/** A comment of what to do with a key first, without quotes: some shells read comments as commands when they are pasted. */
export const setKeyWords = "# Set your key first: export HEDDLE_KEY=YOUR-KEY";
