import { defined } from "../../domain/defined.ts";
import type { EventLog, Logger } from "../../domain/logger.ts";
import type { Principal } from "../../domain/people/access.ts";
import {
  type AuditActor,
  bySetting,
  type NewAuditEntry,
  serviceItself,
  withoutKey,
  withProcess,
} from "../../domain/people/audit.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { withoutKeys } from "../../domain/words/text.ts";
import type { AnsweredRequest } from "../../http/door/observe-request.ts";
import { actorOf, type OnForeignRead, type OnRefusedSignIn } from "../../operations/people/audit.ts";
import type { Database } from "../../store/database/database.ts";
import { addToAudit } from "../../store/people/audit.ts";
import { createStrangerLines } from "./stranger-lines.ts";

type Deps = {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventLog;
};

/** What is audited besides the writes that take their line along. */
export type Auditing = {
  readonly onForeignRead: OnForeignRead;
  readonly onRefusedSignIn: OnRefusedSignIn;
  /** Notes a request that was refused for who asked. */
  refused(request: AnsweredRequest): void;
  readonly onAudited: (entry: NewAuditEntry) => void;
  /** Notes that the service starts or stops; durable when it resolves. */
  note(action: "start" | "stop", version: string): Promise<void>;
};

/** What is done again within this time by the same caller has one line. */
const sameMilliseconds = 60_000;
/** Lines of this kind that are written within that time: whoever guesses keys must not fill the disk. */
const maxLines = 600;

/** A reason may hold what a provider said. */
const longestSubject = 300;

/** Creates what adds to the audit what has no write of its own: reads of others' jobs, refusals, starts and stops. */
export function createAuditing(deps: Deps): Auditing {
  const { database, clock, logger, events } = deps;
  const known = new Set<string>();
  let since = clock.elapsed();
  const write = (entry: NewAuditEntry) => {
    addToAudit(database, entry).catch((error: unknown) => logger.warn("Cannot add to the audit", { error }));
  };
  const strangers = createStrangerLines({ clock, write, milliseconds: sameMilliseconds });
  /** Nobody waits for it: what is read and refused costs no commit of its own. */
  const add = (entry: NewAuditEntry, same: string) => {
    if (clock.elapsed() - since >= sameMilliseconds) {
      known.clear();
      since = clock.elapsed();
    }
    if (known.has(same) || known.size >= maxLines) return;
    known.add(same);
    write(entry);
  };
  return {
    onForeignRead(principal: Principal, job) {
      // What the service reads for itself has no request.
      if (principal.origin === undefined) return;
      const actor = actorOf(principal);
      const entry = { at: clock.now(), ...actor, action: "read", subject: job.id, outcome: "done" } as const;
      add(entry, sameText(actor, entry));
    },
    onRefusedSignIn({ who, why, origin: { address, client, requestId } }) {
      const subject = `${who}: ${why}`.slice(0, longestSubject);
      const actor: AuditActor = defined({ address, client, requestId });
      add(
        { at: clock.now(), ...actor, action: "sign-in", subject, outcome: "refused" },
        `sign-in ${address} ${subject}`,
      );
    },
    refused(request) {
      const { status, method, route = "none", path, role, keyId, refusal, held = [], lacksKey, origin } = request;
      const actor = actorOfRequest(request);
      for (const tried of held)
        add({ at: clock.now(), ...actor, ...tried, outcome: "refused" }, sameText(actor, tried));
      const named = `${method} ${withProcess(route, path)}`;
      if (lacksKey === true && keyId === undefined) {
        strangers.note({ named: `${named}${withoutKey}`, plain: `${method} ${route}${withoutKey}` }, origin);
      }
      const isByHolder = status === 403 || (refusal !== undefined && role !== undefined);
      // Who reads without a key only found that one is needed.
      if (!isByHolder && !(status === 401 && keyId !== undefined)) return;
      const subject = isByHolder
        ? refusedRequest(refusal === undefined ? named : `${method} ${route}`, request)
        : `key ${keyId}`;
      const entry = { at: clock.now(), ...actor, action: "refuse", subject, outcome: "refused" } as const;
      add(entry, sameText(actor, entry));
    },
    onAudited({ action, subject, user, role, keyId, client, address, requestId }) {
      events.tell("info", `Audit: ${action}`, {
        subject,
        ...defined({ user, role, key: keyId, client, address, requestId }),
      });
    },
    async note(action, version) {
      if (action === "stop") strangers.flush();
      const subject = `heddle ${version}`;
      await addToAudit(database, { at: clock.now(), ...serviceItself, action, subject, outcome: "done" });
    },
  };
}

/** Who sent a request, as the audit names it. */
function actorOfRequest({
  user,
  role,
  heldKeyId,
  origin: { address, client, requestId },
}: AnsweredRequest): AuditActor {
  return defined({ user, role, keyId: heldKeyId, address, client, requestId });
}

/** What is done again by the same caller has the same text. */
function sameText(
  { user, address }: AuditActor,
  { action, subject }: Pick<NewAuditEntry, "action" | "subject">,
): string {
  return `${action} ${user} ${address} ${subject}`;
}

/** Words a request that was refused, with why. An address in it is told without what may sign in there. */
function refusedRequest(request: string, { status, refusal }: AnsweredRequest): string {
  const by = status === 403 ? request : `${request}${bySetting}`;
  if (refusal === undefined) return by;
  const why = withoutKeys(refusal)
    .replaceAll(/(https?:\/\/)[^/\s"@]*@/g, "$1")
    .replaceAll(/(https?:\/\/[^\s"?#]*)[?#][^\s"]*/g, "$1");
  return `${by}: ${why}`.slice(0, longestSubject);
}
