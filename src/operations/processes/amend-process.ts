import * as v from "valibot";
import { defined } from "../../domain/defined.ts";
import { fault, issueFaults, refusal } from "../../domain/faults.ts";
import { RunSettingsSchema } from "../../domain/jobs/run-settings.ts";
import type { Principal } from "../../domain/people/access.ts";
import type { Fault } from "../../domain/problem.ts";
import type { Process } from "../../domain/processes/process.ts";
import { raisedAtEnd } from "../../domain/processes/raised-version.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/values/json.ts";
import { setVisibility } from "../../store/processes/process-revisions.ts";
import { packageOfRevision } from "../../store/processes/revision-packages.ts";
import {
  type DeployDeps,
  type Precondition,
  requireLeave,
  requireMutable,
  requireOwner,
  saveRevision,
} from "../deploy/deploy-process.ts";
import { revisionOf } from "../deploy/make-process.ts";
import { actorOf, auditing } from "../people/audit.ts";
import { requireAction } from "../people/guard.ts";

/** What may be changed of a process without deploying it anew; null removes a member (RFC 7396). */
export const AmendmentSchema = v.strictObject({
  title: v.optional(v.nullable(v.string("text"))),
  description: v.optional(v.nullable(v.string("text"))),
  keywords: v.optional(v.nullable(v.array(v.string("text"), "a list of words"))),
  version: v.optional(v.pipe(v.string("text"), v.minLength(1, "text"))),
  visibility: v.optional(v.picklist(["public", "private"], "public or private")),
  heddle: v.optional(v.nullable(v.custom<JsonObject>(isJsonObject, "an object"))),
});
type Amendment = v.InferOutput<typeof AmendmentSchema>;

/**
 * Changes what a process says of itself, who sees it and how its jobs are run, by a merge patch (RFC 7396). What it says and
 * how it is run is part of a revision: a change makes a new one, with its version raised at the end unless the patch names
 * one. Returns the process as it is then. Throws `invalid-parameter-value`, `no-such-process`, `immutable-process`,
 * `forbidden`, `conflict`.
 */
export async function amendProcess(
  deps: Pick<DeployDeps, "database" | "clock" | "processes" | "onAudited">,
  principal: Principal,
  id: string,
  change: { readonly patch: Json; readonly precondition?: Precondition },
): Promise<Process> {
  requireAction(principal, "deploy", `change process "${id}"`, id);
  const current = await requireMutable(deps, "change", id);
  await requireOwner(deps, principal, "change", id);
  change.precondition?.(current);
  const amended = amend(current, change.patch);
  requireLeave(principal, defined({ heddle: amended.description.heddle }));
  if (amended.revision === current.revision) {
    const database = auditing(deps, actorOf(principal), "patch", { subject: id });
    if (amended.visibility !== current.visibility) await setVisibility(database, current, amended.visibility);
    deps.processes.forget(id);
    return amended;
  }
  const process = { ...amended, deployerRole: principal.role };
  const source = defined({ source: await packageOfRevision(deps.database, current) });
  const database = auditing(deps, actorOf(principal), "patch", { subject: id, after: 1 });
  await saveRevision({ ...deps, database }, process, { ...source, replace: { revision: current.revision } });
  return process;
}

function amend(process: Process, patch: Json): Process {
  if (!isJsonObject(patch)) throw refuse([fault("", patch, "an object")]);
  const outcome = v.safeParse(AmendmentSchema, patch);
  if (!outcome.success) throw refuse(issueFaults(outcome.issues));
  const { visibility = process.visibility, version, heddle, ...texts } = outcome.output;
  const { title, description, keywords, heddle: settings, ...kept } = process.description;
  const merged = {
    ...kept,
    ...merge({ title, description, keywords }, texts),
    ...defined({ heddle: mergeSettings(settings, heddle) }),
  };
  const same = { ...process, visibility };
  const isSame = revisionOf({ ...merged, version: kept.version }, process.definition) === process.revision;
  if (isSame && (version === undefined || version === kept.version)) return same;
  const amended = { ...merged, version: version ?? raisedAtEnd(kept.version) };
  return { ...same, description: amended, revision: revisionOf(amended, process.definition) };
}

type Texts = { title?: string | undefined; description?: string | undefined; keywords?: string[] | undefined };

function merge(texts: Texts, patch: Pick<Amendment, keyof Texts>): Texts {
  const { title = texts.title, description = texts.description, keywords = texts.keywords } = patch;
  return defined({ title: title ?? undefined, description: description ?? undefined, keywords: keywords ?? undefined });
}

function mergeSettings(settings: Process["description"]["heddle"], patch: Amendment["heddle"]) {
  if (patch === undefined) return settings;
  if (patch === null) return undefined;
  const members = Object.entries({ ...settings, ...patch }).filter(([, value]) => value !== null);
  const outcome = v.safeParse(RunSettingsSchema, Object.fromEntries(members));
  if (!outcome.success) throw refuse(issueFaults(outcome.issues).map((one) => below("/heddle", one)));
  return members.length === 0 ? undefined : outcome.output;
}

function below(at: string, { pointer, detail }: Fault): Fault {
  return { pointer: `${at}${pointer}`, detail };
}

function refuse(faults: readonly Fault[]) {
  return refusal("change process", faults);
}
