import { Problem } from "../../domain/problem.ts";
import { isJsonObject, isList, type Json } from "../../domain/values/json.ts";
import { nearNames } from "../../domain/words/near-names.ts";

/** The process of a document that is to be deployed, and the others of its graph. */
export type ChosenProcess = { readonly main: string; readonly others: readonly string[] };

/**
 * Chooses the process of a document that is deployed: the wanted one, else `main`, else the first Workflow, else the first
 * process (OGC 20-044 /req/cwl/deploy-w-param). A tool called `main` that a Workflow beside it runs is a part of that: so
 * application packages of earth observation are written (OGC 20-089), though CWL itself would run the tool. `among` names
 * those that may be chosen; all when absent. Undefined for what has no processes with ids, which loading refuses. Throws `workflow-not-found`.
 */
export function chooseProcess(
  document: Json,
  wanted: string | undefined,
  among?: readonly string[],
): ChosenProcess | undefined {
  const processes = processesOf(document).filter(({ id }) => among === undefined || among.includes(id));
  const ids = processes.map(({ id }) => id);
  const name = wanted?.replace(/^#/, "");
  if (name !== undefined && !ids.includes(name)) throw notFound(name, ids);
  const isPart = processes.some(({ runs }) => runs.includes("main"));
  const main =
    name ??
    processes.find(({ id, kind }) => id === "main" && (kind === "Workflow" || !isPart))?.id ??
    processes.find(({ kind }) => kind === "Workflow")?.id ??
    ids[0];
  return main === undefined ? undefined : { main, others: ids.filter((id) => id !== main) };
}

type Listed = { readonly id: string; readonly kind: Json | undefined; readonly runs: readonly string[] };

function processesOf(document: Json): readonly Listed[] {
  if (!isJsonObject(document)) return [];
  const list = isList(document.$graph) ? document.$graph : [document];
  return list.flatMap((one) =>
    isJsonObject(one) ? [{ id: idOf(one.id), kind: one.class, runs: runBySteps(one.steps) }] : [],
  );
}

/** What steps run of the same document. */
function runBySteps(steps: Json | undefined): readonly string[] {
  const list = isList(steps) ? steps : isJsonObject(steps) ? Object.values(steps) : [];
  return list.flatMap((step) =>
    isJsonObject(step) && typeof step.run === "string" && step.run.startsWith("#") ? [idOf(step.run)] : [],
  );
}

/** As loading reads it: the part after the last `#`, and `main` for one without an id. */
function idOf(id: Json | undefined): string {
  const text = typeof id === "string" ? id : "main";
  return text.slice(text.lastIndexOf("#") + 1);
}

function notFound(name: string, ids: readonly string[]): Problem {
  const near = nearNames(name, ids);
  const meant = near.length === 0 ? "" : `; did you mean "${near.join('" or "')}"?`;
  const wanted = `wanted one of ${ids.slice(0, 50).join(", ")}${meant}`;
  const detail = `found workflow "${name.slice(0, 80)}", ${wanted}`;
  return new Problem("workflow-not-found", `Cannot deploy process: ${detail}`, { faults: [{ pointer: "?w", detail }] });
}
