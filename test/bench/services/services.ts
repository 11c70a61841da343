import { callFor } from "../measure.ts";
import { type Heddle, startHeddle } from "./heddle.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { startPygeoapi } from "./pygeoapi.ts";
import { startPywps } from "./pywps.ts";
import type { Place, Service } from "./service.ts";

export const serviceNames = [
  "heddle",
  "heddle-bubblewrap",
  "before",
  "before-bubblewrap",
  "pygeoapi-postgresql",
  "pygeoapi-tinydb",
  "pywps",
] as const;
export type ServiceName = (typeof serviceNames)[number];

/** What was just started is used this long before anything counts: its code is compiled only then. */
const warmSeconds = 1.5;

export type Services = AsyncDisposable & {
  /** Starts what is not yet there and can be had: each program once, for all rows. */
  get(names: readonly ServiceName[]): Promise<readonly Service[]>;
  /** Starts another one of its own, whatever is already there. */
  fresh(name: ServiceName): Promise<Service>;
  /** Starts a Heddle of its own, over a new data directory. */
  freshHeddle(program: "heddle" | "before", flags?: readonly string[]): Promise<Heddle>;
  /** Ends something together with all others. */
  keep(one: AsyncDisposable): void;
  /** PostgreSQL for whoever keeps jobs in it. */
  postgres(): Promise<Postgres>;
  /** Tells whether a program is left out; says so once when it cannot be had. */
  attempt<T>(name: string, start: () => Promise<T>): Promise<T | undefined>;
};

/** Makes the set of the programs under test; `before` is another executable of ours to compare with. */
export function createServices(
  place: Place,
  options: { readonly without: readonly string[]; readonly before?: string | undefined },
): Services {
  const stack = new AsyncDisposableStack();
  const missing = new Set<string>();
  const once = <T extends AsyncDisposable>(start: () => Promise<T>) => {
    let known: Promise<T> | undefined;
    return () => {
      known ??= start().then((one) => stack.use(one));
      return known;
    };
  };
  const postgres = once(() => startPostgres(place));
  const ours =
    (title: string, sandbox: "off" | "require", program?: string) =>
    (more: readonly string[] = []) =>
      startHeddle(place, {
        title,
        flags: ["--sandbox", sandbox, ...more],
        ...(program === undefined ? {} : { program }),
      });
  const starts = {
    heddle: ours("Heddle", "off"),
    "heddle-bubblewrap": ours("Heddle, bubblewrap", "require"),
    before: ours("before", "off", options.before),
    "before-bubblewrap": ours("before, bubblewrap", "require", options.before),
    "pygeoapi-postgresql": async () => startPygeoapi(place, await postgres()),
    "pygeoapi-tinydb": () => startPygeoapi(place),
    pywps: () => startPywps(place),
  } satisfies Readonly<Record<ServiceName, () => Promise<Service>>>;
  const shared: Readonly<Record<ServiceName, () => Promise<Service>>> = {
    heddle: once(() => starts.heddle()),
    "heddle-bubblewrap": once(() => starts["heddle-bubblewrap"]()),
    before: once(() => starts.before()),
    "before-bubblewrap": once(() => starts["before-bubblewrap"]()),
    "pygeoapi-postgresql": once(starts["pygeoapi-postgresql"]),
    "pygeoapi-tinydb": once(starts["pygeoapi-tinydb"]),
    pywps: once(starts.pywps),
  };
  const warm = new Set<Service>();
  const attempt: Services["attempt"] = async (name, start) => {
    if (options.without.includes(name) || missing.has(name)) return undefined;
    try {
      return await start();
    } catch (error) {
      missing.add(name);
      console.log(`Left out: ${name}, which cannot be had here: ${String(error).trim().split("\n").at(-1)}`);
      return undefined;
    }
  };
  return {
    fresh: (name) => starts[name](),
    freshHeddle: (program, flags) => starts[program](flags),
    keep: (one) => void stack.use(one),
    postgres,
    attempt,
    async get(names) {
      const found: Service[] = [];
      for (const name of names) {
        if (name.startsWith("before") && options.before === undefined) continue;
        const service = await attempt(name, shared[name]);
        if (service === undefined) continue;
        found.push(service);
        if (warm.has(service)) continue;
        warm.add(service);
        await callFor({ width: 4, seconds: warmSeconds }, service.echo);
      }
      return found;
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
