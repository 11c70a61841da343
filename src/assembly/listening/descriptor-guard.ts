import type { Logger } from "../../domain/logger.ts";
import { startTimer, type Timer } from "../../domain/waiting/timers.ts";
import { type Accepting, findAccepting } from "./accepting.ts";
import { type Connections, type Standing, standingTo } from "./connections.ts";
import { type Descriptors, openDescriptors } from "./descriptors.ts";
import { findSystemCalls, type SystemCalls } from "./system-calls.ts";

export type GuardDeps = {
  readonly logger: Logger;
  readonly connections: Connections;
  /** The port that clients come to. */
  readonly port: number;
  /** Tools that run at once. */
  readonly slots: number;
};

const lookMilliseconds = 500;
/** While descriptors are scarce, and for some looks after that. */
const soonMilliseconds = 25;
const alertLooks = 200;
/** How long connections are taken in each of these looks. */
const openMilliseconds = 2;
/** A connection comes with the head of its request; one that has none after so many looks is not going to. */
const patientLooks = 2;
/** One whose requests were answered may be ended when it has been quiet for so long. */
const quietMilliseconds = 1000;
/** A request that is open for so long may be one whose body never comes: it is ended when nothing else helps. */
const busyMilliseconds = 30_000;
/** The part of what clients may take that is made free at once. */
const madeRoom = 0.25;
/** An address that has no more connections keeps its requests. */
const fewConnections = 8;

type Guard = GuardDeps & {
  readonly descriptors: Descriptors;
  /** What clients may take of them. */
  readonly allowed: number;
  readonly calls: SystemCalls;
  readonly accepting: Accepting | undefined;
  /** How often a connection without a request was seen, by its inode. */
  readonly looks: Map<string, number>;
};

/**
 * Keeps descriptors free for what runs jobs. When clients hold too many, connections without a request are ended, and new
 * ones are taken for moments only, as many as there is room for: the others wait in the kernel's queue.
 * The runtime has no hook for connections, and its idle limit does not end those that never sent a whole request.
 */
export function guardDescriptors(deps: GuardDeps): Disposable {
  const descriptors = openDescriptors();
  if (descriptors === undefined) return { [Symbol.dispose]: () => {} };
  const allowed = descriptors.limit - reserveOf(descriptors.limit, deps.slots);
  let guard: Guard | undefined;
  let alert = 0;
  let timer: Timer | undefined;
  const calmDown = () => {
    guard?.accepting?.release();
    deps.logger.info("Connections are taken as they come again");
    guard = undefined;
  };
  const turn = () => {
    try {
      if (descriptors.used() > allowed) alert = alertLooks;
      else if (alert > 0) alert -= 1;
      if (alert > 0) {
        guard ??= raiseAlarm(deps, descriptors, allowed);
        if (guard !== undefined) lookClosely(guard);
      } else if (guard !== undefined) calmDown();
    } catch (error) {
      deps.logger.error("Cannot look at the file descriptors", { error });
    }
    timer = startTimer(alert > 0 ? soonMilliseconds : lookMilliseconds, turn).unref();
  };
  turn();
  return {
    [Symbol.dispose]() {
      timer?.clear();
      guard?.accepting?.release();
      guard = undefined;
      descriptors[Symbol.dispose]();
    },
  };
}

/** Tells how many descriptors are left for clients; undefined where that cannot be known. */
export function descriptorsForClients(slots: number): number | undefined {
  using descriptors = openDescriptors();
  return descriptors === undefined ? undefined : descriptors.limit - reserveOf(descriptors.limit, slots);
}

/** What jobs may need: pipes and files of each tool, the database, the log, what is staged and published. */
function reserveOf(limit: number, slots: number): number {
  return Math.min(Math.floor(limit / 2), 64 + 16 * slots);
}

function raiseAlarm(deps: GuardDeps, descriptors: Descriptors, allowed: number): Guard | undefined {
  const calls = findSystemCalls();
  const accepting = calls === undefined ? undefined : findAccepting(deps.port, descriptors, calls);
  deps.logger.warn("File descriptors are scarce: connections without a request are ended", {
    allowed,
    limit: descriptors.limit,
    holdsOthersBack: accepting !== undefined,
  });
  return calls === undefined ? undefined : { ...deps, descriptors, allowed, calls, accepting, looks: new Map() };
}

function lookClosely(guard: Guard): void {
  const { descriptors, allowed, accepting } = guard;
  accepting?.hold();
  // Room for some is made, not for one: others wait.
  endQuiet(guard, descriptors.used() - Math.floor(allowed * (1 - madeRoom)));
  const room = allowed - descriptors.used();
  if (accepting === undefined || room <= 0) return;
  // What is kept free for jobs is out of reach while connections are taken.
  const kept = descriptors.takeAway(descriptors.limit - allowed);
  accepting.release();
  startTimer(openMilliseconds, () => {
    accepting.hold();
    kept[Symbol.dispose]();
  });
}

/** Ends all connections that never had a request, and of those that are quiet as many as must be. */
function endQuiet({ port, connections, descriptors, calls, looks }: Guard, count: number): void {
  const sockets = new Map([...descriptors.all()].map(([descriptor, link]) => [link, descriptor]));
  const descriptorOf = ({ inode }: Standing) => sockets.get(`socket:[${inode}]`);
  const standing = ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
    .flatMap((table) => standingTo(port, descriptors.read(table)))
    .filter((one) => descriptorOf(one) !== undefined);
  const inodes = new Set(standing.map(({ inode }) => inode));
  for (const inode of looks.keys()) if (!inodes.has(inode)) looks.delete(inode);
  const silent = standing.filter((one) => {
    if (connections.quietMilliseconds(one.port) !== Number.POSITIVE_INFINITY) return false;
    const seen = (looks.get(one.inode) ?? 0) + 1;
    looks.set(one.inode, seen);
    return seen >= patientLooks;
  });
  const quiet = standing.filter((one) => {
    const milliseconds = connections.quietMilliseconds(one.port) ?? 0;
    return milliseconds >= quietMilliseconds && milliseconds !== Number.POSITIVE_INFINITY;
  });
  const others = [...fromLargest(quiet), ...fromLargest(stuckIn(standing, connections))];
  for (const one of [...silent, ...others.slice(0, Math.max(0, count - silent.length))]) {
    const descriptor = descriptorOf(one);
    if (descriptor !== undefined) calls.end(descriptor);
  }
}

function stuckIn(standing: readonly Standing[], connections: Connections): readonly Standing[] {
  const groups = Map.groupBy(standing, ({ address }) => address);
  const many = [...groups.values()].filter((group) => group.length > fewConnections).flat();
  return many.filter(({ port }) => (connections.busyMilliseconds(port) ?? 0) >= busyMilliseconds);
}

/** Those of the address that has most of them come first. */
function fromLargest(standing: readonly Standing[]): readonly Standing[] {
  const groups = Map.groupBy(standing, ({ address }) => address);
  return [...groups.values()].toSorted((one, other) => other.length - one.length).flat();
}
