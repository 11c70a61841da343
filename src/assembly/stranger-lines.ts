import { type NewAuditEntry, withoutKey } from "../domain/audit.ts";
import type { Clock } from "../domain/clock.ts";
import { defined } from "../domain/defined.ts";
import type { Origin } from "../domain/origin.ts";
import { startTimer } from "../domain/timers.ts";

type Deps = {
  readonly clock: Pick<Clock, "now">;
  /** Adds a line to the audit; nobody waits for it. */
  readonly write: (entry: NewAuditEntry) => void;
  /** For so long, in milliseconds, all that is alike is counted after its first line. */
  readonly milliseconds: number;
};

/** Lines of requests without a key that were refused. */
export type StrangerLines = {
  /** Writes the first of an address and a request, and counts those that follow it. */
  note(subject: string, origin: Origin): void;
  /** Writes how many were left out, where some were, and begins anew. */
  flush(): void;
};

/** So many lines begin within the time: whoever asks from many addresses must not fill the disk, nor hide what holders of keys do. */
const maxLines = 100;

type LeftOut = { readonly subject: string; readonly address?: string; count: number };

/** Creates what writes refused requests without a key: at most one line for each address and request in a time, then one with the number of the others. */
export function createStrangerLines({ clock, write, milliseconds }: Deps): StrangerLines {
  const known = new Map<string, LeftOut>();
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
    others.count = 0;
  };
  return {
    flush,
    note(subject, { address, client, requestId }) {
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
