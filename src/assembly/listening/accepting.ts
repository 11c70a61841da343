import { listeningOn } from "./connections.ts";
import type { Descriptors } from "./descriptors.ts";
import type { SystemCalls } from "./system-calls.ts";

/** The taking of connections, which can be held: meanwhile they wait in the kernel's queue, and none is refused. */
export type Accepting = { hold(): void; release(): void };

/**
 * Finds where the runtime watches the socket that listens on a port, by what the kernel tells of its sets of watched
 * descriptors (proc(5), fdinfo). Undefined when there is none.
 */
export function findAccepting(port: number, descriptors: Descriptors, calls: SystemCalls): Accepting | undefined {
  const all = descriptors.all();
  const inodes = ["/proc/self/net/tcp", "/proc/self/net/tcp6"].flatMap((table) =>
    listeningOn(port, descriptors.read(table)),
  );
  const listening = [...all].find(([, link]) => inodes.some((inode) => link === `socket:[${inode}]`))?.[0];
  const sets = [...all].flatMap(([descriptor, link]) => (link === "anon_inode:[eventpoll]" ? [descriptor] : []));
  for (const set of sets) {
    const line = new RegExp(`^tfd: *${listening} +events: *([0-9a-f]+) +data: *([0-9a-f]+)`, "m");
    const [, events, word] = line.exec(descriptors.read(`/proc/self/fdinfo/${set}`)) ?? [];
    if (listening === undefined || events === undefined || word === undefined) continue;
    const watch = (what: number) => void calls.watch(set, listening, what, BigInt(`0x${word}`));
    return { hold: () => watch(0), release: () => watch(Number.parseInt(events, 16)) };
  }
  return undefined;
}
