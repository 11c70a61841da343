import { clientWords } from "../../domain/people/access.ts";
import { Problem } from "../../domain/problem.ts";

/** What one client may have open at once. */
export type ClientBounds = { readonly requests: number; readonly streams: number; readonly uploads: number };

/** What of a client's is counted, each kind for itself. */
export type Held = keyof ClientBounds;

/** Counts what is open of each client. */
export type ClientLimits = {
  /** Counts one more until it is disposed of. Throws `too-many-requests` when there are as many as may be. */
  hold(client: string, kind: Held): Disposable;
};

const retryAfterSeconds = 1;

/** Creates the count of what clients have open. */
export function createClientLimits(
  bounds: ClientBounds,
  onHeld: (kind: Held, by: 1 | -1) => void = () => {},
): ClientLimits {
  const counts = { requests: new Map(), streams: new Map(), uploads: new Map() } as const satisfies Record<
    Held,
    Map<string, number>
  >;
  return {
    hold(client, kind) {
      const open: Map<string, number> = counts[kind];
      const held = open.get(client) ?? 0;
      if (held >= bounds[kind]) {
        const found = `${held} open ${kind} of ${clientWords(client)}`;
        const detail = `Cannot answer: found ${found}, wanted fewer than ${bounds[kind]} (client-${kind})`;
        throw new Problem("too-many-requests", detail, { retryAfterSeconds });
      }
      open.set(client, held + 1);
      onHeld(kind, 1);
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (!isHeld) return;
          isHeld = false;
          onHeld(kind, -1);
          const left = (open.get(client) ?? 1) - 1;
          if (left > 0) open.set(client, left);
          else open.delete(client);
        },
      };
    },
  };
}

/** Bounds nobody meets by accident. */
export const wideBounds: ClientBounds = { requests: 1024, streams: 256, uploads: 32 };
