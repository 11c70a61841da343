import type { Clock } from "../../domain/waiting/clock.ts";

/** What is known of the connections of clients, by their ports: which of them have a request open. */
export type Connections = {
  /** Notes a request of a connection; call what it gives when it was answered. */
  begin(port: number): () => void;
  /** How long a connection has had no request; undefined when it has one, and since ever when it never had. */
  quietMilliseconds(port: number): number | undefined;
  /** How long the oldest open request of a connection takes already; undefined when it has none. */
  busyMilliseconds(port: number): number | undefined;
};

type Known = { open: number; lastAt: number; since: number };

const maxKnown = 10_000;
/** Who was quiet for so long is not remembered when there are too many. */
const forgottenMilliseconds = 60_000;

/** Creates the notes of connections. */
export function createConnections({ elapsed }: Pick<Clock, "elapsed">): Connections {
  const known = new Map<number, Known>();
  const forget = () => {
    const before = elapsed() - forgottenMilliseconds;
    for (const [port, { open, lastAt }] of known) if (open === 0 && lastAt < before) known.delete(port);
  };
  return {
    begin(port) {
      if (known.size > maxKnown) forget();
      const one = known.get(port) ?? { open: 0, lastAt: 0, since: 0 };
      known.set(port, one);
      if (one.open === 0) one.since = elapsed();
      one.open += 1;
      return () => {
        one.open -= 1;
        one.lastAt = elapsed();
      };
    },
    quietMilliseconds(port) {
      const one = known.get(port);
      if (one === undefined) return Number.POSITIVE_INFINITY;
      return one.open > 0 ? undefined : elapsed() - one.lastAt;
    },
    busyMilliseconds(port) {
      const one = known.get(port);
      return one === undefined || one.open === 0 ? undefined : elapsed() - one.since;
    },
  };
}

const stands = "01";
const listens = "0A";

/** One connection that stands: the port of its other end, its address as the kernel words it, its inode. */
export type Standing = { readonly port: number; readonly address: string; readonly inode: string };

/** Reads the connections that stand to a port, from what the kernel tells (proc_net_tcp). */
export function standingTo(port: number, table: string): readonly Standing[] {
  return rowsOf(port, table, stands);
}

/** Reads the inodes of the sockets that listen on a port. */
export function listeningOn(port: number, table: string): readonly string[] {
  return rowsOf(port, table, listens).map(({ inode }) => inode);
}

function rowsOf(port: number, table: string, wantedState: string): readonly Standing[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== wantedState || inode === undefined || local?.endsWith(`:${wanted}`) !== true) return [];
    const [address = "", remotePort = ""] = remote?.split(":") ?? [];
    return [{ port: Number.parseInt(remotePort, 16), address, inode }];
  });
}
