import { defined } from "../../../domain/defined.ts";
import type { ComparedRevisions, RevisionsView } from "../../../domain/documents/revisions.ts";
import { mayDo, type Principal } from "../../../domain/people/access.ts";
import { Problem } from "../../../domain/problem.ts";
import { type DeployDeps, mayChangeProcess } from "../../../operations/deploy/deploy-process.ts";
import { readPackageOf } from "../../../operations/deploy/read-package.ts";
import { type ReadAuditDeps, readAudit } from "../../../operations/people/read-audit.ts";
import { readRevision } from "../../../operations/processes/process-revisions.ts";
import type { RouteContext } from "../../route.ts";
import { compareRevisions } from "./revision-text.ts";

type ReadDeps = Parameters<typeof readPackageOf>[0] & ReadAuditDeps & Pick<DeployDeps, "database" | "processes">;

/** The parameters of the page that compares two revisions. */
export const compareQuery = {
  old: "version or digest: the page shows what differs from it",
  new: "version or digest that the page compares with the old one",
} as const;

/** Reads what the page of revisions shows besides the document: what differs between the two that its query names. */
export async function readRevisionsView(
  deps: ReadDeps,
  context: RouteContext,
  processId: string,
): Promise<RevisionsView> {
  const { caller, baseUrl } = context;
  const [old, now] = [context.query("old"), context.query("new")];
  const { process } = await readRevision(deps, caller, processId);
  return {
    processId,
    mayCompare: caller !== undefined && mayDo(caller, "read-package"),
    mayChange: process.isMutable && caller !== undefined && (await mayChangeProcess(deps, caller, processId)),
    isDeployed: (await deps.processes.find(processId)) !== undefined,
    ...defined({
      audit:
        caller !== undefined && mayDo(caller, "read-audit")
          ? await auditOf(deps, caller, { baseUrl, processId })
          : undefined,
      compared:
        old === undefined || now === undefined
          ? undefined
          : { old, new: now, difference: await differenceOf(deps, context, { processId, old, now }) },
    }),
  };
}

/** Lines of each action that are looked through for who deployed; a process is run far more often. */
const auditLines = 500;
/** A line is made a moment before the revision that it tells of. */
const momentMilliseconds = 1000;

/** The audit has the process under its id, and what was restored under the id with the digest. */
async function auditOf(
  deps: ReadAuditDeps,
  caller: Principal,
  { baseUrl, processId }: { readonly baseUrl: string; readonly processId: string },
): Promise<NonNullable<RevisionsView["audit"]>> {
  const read = (action: string) => readAudit(deps, caller, { subject: processId, action }, { limit: auditLines });
  const deployments = [...(await read("deploy")).items, ...(await read("replace")).items];
  const userAt = (deployed: string) => {
    const passed = (at: number) => Date.parse(deployed) - at;
    return deployments.find(({ at }) => passed(at) >= 0 && passed(at) < momentMilliseconds)?.user;
  };
  return { url: `${baseUrl}/_/audit?f=html&subject=${encodeURIComponent(processId)}`, userAt };
}

async function differenceOf(
  deps: ReadDeps,
  { caller }: RouteContext,
  { processId, old, now }: { readonly processId: string; readonly old: string; readonly now: string },
): Promise<ComparedRevisions | string> {
  try {
    const first = await readPackageOf(deps, caller, nameOf(processId, old));
    const second = await readPackageOf(deps, caller, nameOf(processId, now));
    const [before, after] = [first.process, second.process];
    const lines = compareRevisions(first, second);
    return before.revision === after.revision ? { lines } : { lines, pair: { before, after } };
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

function nameOf(processId: string, name: string): string {
  return name.startsWith("sha256:") ? `${processId}@${name}` : `${processId}:${name}`;
}
