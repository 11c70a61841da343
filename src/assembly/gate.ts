import { lookup } from "node:dns/promises";
import type { Config } from "../config/config.ts";
import type { ServiceMetrics } from "../domain/figures/service-metrics.ts";
import { readAllowList } from "../net/addresses.ts";
import { createGate, type Gate, type OutboundRequest } from "../net/fetch.ts";
import type { Tries } from "../net/try-again.ts";

/** Creates the one way out; names are resolved as the machine resolves them. Throws `invalid-parameter-value`. */
export function openGate(config: Config): Gate & Disposable {
  return createGate({
    resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
    allowed: readAllowList(config.allowFetch),
    limits: {
      idleMilliseconds: config.fetchIdleSeconds * 1000,
      totalMilliseconds: config.downloadSeconds * 1000,
    },
  });
}

/** Wraps the one way out so that what it sends is counted. */
export function countedGate<Way extends Gate>(gate: Way, { remoteRequests }: ServiceMetrics): Way {
  return {
    ...gate,
    async send(request: OutboundRequest) {
      try {
        const answer = await gate.send(request);
        remoteRequests.add([`${Math.floor(answer.status / 100)}xx`]);
        return answer;
      } catch (error) {
        remoteRequests.add(["failed"]);
        throw error;
      }
    },
  };
}

/** Gives how often, and how long at all, a file of another server is asked for. */
export function triesOf(config: Config): Pick<Tries, "tries" | "totalMilliseconds"> {
  return { tries: config.downloadTries, totalMilliseconds: config.downloadSeconds * 1000 };
}

/** The same while a client waits for the answer: few tries, which follow each other within seconds. */
export function askedTries(config: Config): Pick<Tries, "tries" | "totalMilliseconds"> {
  return { tries: Math.min(config.downloadTries, 3), totalMilliseconds: 10_000 };
}
