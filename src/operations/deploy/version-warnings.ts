import { type Principal, seesPrivate } from "../../domain/people/access.ts";
import type { Process } from "../../domain/processes/process.ts";
import { raisedAtEnd } from "../../domain/processes/raised-version.ts";
import type { Database } from "../../store/database/database.ts";
import { listRevisions, sharesVersion } from "../../store/processes/process-revisions.ts";

/** Numbers that are tried until one is free. */
const mostTried = 100;

/** Warns of a package that has the version of another revision of its process: only their digests would tell them apart. */
export async function versionWarnings(database: Database, process: Process): Promise<readonly string[]> {
  const { version } = process.description;
  if (!(await sharesVersion(database, process))) return [];
  const next = await freeVersion(database, process);
  return [
    `Its version ${version} is that of another revision already: only their digests tell them apart. Say another one, such as ${next}, in "version" of its description or "s:softwareVersion" of its CWL.`,
  ];
}

async function freeVersion(database: Database, process: Process): Promise<string> {
  let version = raisedAtEnd(process.description.version);
  for (let tried = 0; tried < mostTried; tried += 1) {
    if (!(await sharesVersion(database, { ...process, description: { ...process.description, version } }))) break;
    version = raisedAtEnd(version);
  }
  return version;
}

/** Says that a process of an id was undeployed before, and what becomes of its revisions; to who may see them. */
export async function earlierWarnings(
  database: Database,
  principal: Principal,
  { id }: Pick<Process, "id">,
): Promise<readonly string[]> {
  const [last] = await listRevisions(database, id, { limit: 1 });
  if (last === undefined || (last.visibility === "private" && !seesPrivate(principal))) return [];
  return [
    `A process with this id was undeployed before. Its revisions are kept, the last one is version ${last.version}, and this package becomes the newest of them. One can go back to them instead, on the page of its revisions.`,
  ];
}
