import type { Link } from "../links.ts";
import type { JsonObject } from "../values/json.ts";

/** The request of a job in the words of the standard (execute.yaml). */
export type InputsDocument = {
  readonly inputs: JsonObject;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly mode: "sync" | "async";
  readonly response?: "raw" | "document";
  readonly title?: string;
  readonly links: readonly Link[];
};
