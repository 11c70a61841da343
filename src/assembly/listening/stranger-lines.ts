import { defined } from "../../domain/defined.ts";
import { type NewAuditEntry, withoutKey } from "../../domain/people/audit.ts";
import type { Origin } from "../../domain/people/origin.ts";
import type { Clock } from "../../domain/waiting/clock.ts";
import { startTimer } from "../../domain/waiting/timers.ts";

type Deps = {
  readonly clock: Pick<Clock, "now">;
  /** Adds a line to the audit; nobody waits for it. */
  readonly write: (entry: NewAuditEntry) => void;
  /** For so long, in milliseconds, all that is alike is counted after its first line. */
  readonly milliseconds: number;
};

/** A request with the process that it names, and without. */
type Subject = { readonly named: string; readonly plain: string };

/** So many processes of a kind of request are named for one address: names are drawn at will. */
const maxNames = 5;

/** Lines of requests without a key that were refused. */
export type StrangerLines = {
  /** Writes the first of an address and a request, and counts those that follow it; of many processes only the first are named. */
  note(subject: Subject, origin: Origin): void;
  /** Writes how many were left out, where some were, and begins anew. */
  flush(): void;
};

/** So many lines begin within the time: whoever asks from many addresses must not fill the disk, nor hide what holders of keys do. */
const maxLines = 100;

type LeftOut = { readonly subject: string; readonly address?: string; count: number };

/** Creates what writes refused requests without a key: at most one line for each address and request in a time, then one with the number of the others. */
export function createStrangerLines({ clock, write, milliseconds }: Deps): StrangerLines {
  const known = new Map<string, LeftOut>();
  const names = new Map<string, number>();
  /** Names one process more, as long as there are few. */
  const subjectOf = ({ named, plain }: Subject, address: string): string => {
    const count = names.get(`${address} ${plain}`) ?? 0;
    if (known.has(`${address} ${named}`)) return named;
    if (count >= maxNames) return plain;
    if (known.size < maxLines) names.set(`${address} ${plain}`, count + 1);
    return named;
  };
  const others: LeftOut = { subject: `requests from other addresses${withoutKey}`, count: 0 };
  const add = (
    subject: string,
    actor: { readonly address?: string; readonly client?: string; readonly requestId?: string },
  ) => write({ at: clock.now(), ...actor, action: "refuse", subject, outcome: "refused" });
  const flush = () => {
    for (const { subject, address, count } of [...known.values(), others]) {
      if (count > 0) add(`${subject}: ${count} more within a minute`, defined({ address }));
    }
    known.clear();
    names.clear();
    others.count = 0;
  };
  return {
    flush,
    note(given, { address, client, requestId }) {
      const subject = subjectOf(given, String(address));
      const same = `${address} ${subject}`;
      const before = known.get(same) ?? (known.size >= maxLines ? others : undefined);
      if (before !== undefined) {
        before.count += 1;
        return;
      }
      if (known.size === 0) startTimer(milliseconds, flush).unref();
      known.set(same, { subject, count: 0, ...defined({ address }) });
      add(subject, defined({ address, client, requestId }));
    },
  };
}
