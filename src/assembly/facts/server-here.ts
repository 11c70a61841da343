import { serverWords } from "../../domain/jobs/provenance.ts";
import { readHost } from "../../executors/local/host.ts";

/** Formats what this server is, for the provenance of what it runs. */
export function serverHere(version = "0.0.0-dev"): string {
  return serverWords({ version, host: readHost().name });
}
