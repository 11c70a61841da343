import { defined } from "../domain/defined.ts";
import { withoutEndSlashes } from "../domain/words/text.ts";
import { splitOutsideQuotes, unquote } from "./header-list.ts";

/** How a client called the service, as the proxies before it tell; undefined where they do not. */
export type Forwarded = { readonly scheme?: string; readonly host?: string; readonly prefix?: string };

type Hop = { readonly address: string | undefined; readonly scheme?: string; readonly host?: string };

/**
 * Reads `Forwarded` (RFC 7239), or `X-Forwarded-Proto`, `-Host` and `-Prefix`, of a request that a trusted proxy passed on.
 * Each proxy adds to the right what it saw: the hop that counts is the leftmost one that only trusted proxies handed on.
 */
export function parseForwarded(headers: Pick<Headers, "get">, isTrusted: (address: string) => boolean): Forwarded {
  const hop = nearestClient(hopsOf(headers), isTrusted);
  const prefix = listOf(headers.get("x-forwarded-prefix"))[0];
  return defined({
    scheme: hop?.scheme?.toLowerCase(),
    host: hop?.host?.toLowerCase(),
    prefix: prefix === undefined ? undefined : withoutEndSlashes(prefix),
  });
}

/** Reads the address of the client in a request that a trusted proxy passed on; undefined when none is told. */
export function forwardedAddress(
  headers: Pick<Headers, "get">,
  isTrusted: (address: string) => boolean,
): string | undefined {
  return nearestClient(hopsOf(headers), isTrusted)?.address;
}

function hopsOf(headers: Pick<Headers, "get">): readonly Hop[] {
  const standard = headers.get("forwarded");
  return standard === null ? plainHops(headers) : splitOutsideQuotes(standard, ",").map(hopOf);
}

function nearestClient(hops: readonly Hop[], isTrusted: (address: string) => boolean): Hop | undefined {
  for (let index = hops.length - 1; index > 0; index -= 1) {
    const address = hops[index]?.address;
    if (address === undefined || !isTrusted(address)) return hops[index];
  }
  return hops[0];
}

/** Proxies that replace a header instead of adding to it leave it shorter than `X-Forwarded-For`. */
function plainHops(headers: Pick<Headers, "get">): readonly Hop[] {
  const [addresses, schemes, hosts] = ["for", "proto", "host"].map((name) =>
    listOf(headers.get(`x-forwarded-${name}`)),
  );
  const count = Math.max(addresses?.length ?? 0, 1);
  const fromRight = (values: readonly string[] = [], index: number) =>
    values[Math.max(values.length - count + index, 0)];
  return Array.from({ length: count }, (_, index) => {
    const [scheme, host] = [fromRight(schemes, index), fromRight(hosts, index)];
    return {
      address: addresses?.[index] === undefined ? undefined : addressIn(addresses[index]),
      ...defined({ scheme, host }),
    };
  });
}

function hopOf(element: string): Hop {
  const pairs = new Map(
    splitOutsideQuotes(element, ";").map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at).trim().toLowerCase(), unquote(pair.slice(at + 1).trim())] as const;
    }),
  );
  const [address, scheme, host] = [pairs.get("for"), pairs.get("proto"), pairs.get("host")];
  return { address: address === undefined ? undefined : addressIn(address), ...defined({ scheme, host }) };
}

/** Takes the address out of `a.b.c.d:port`, `[a::b]:port`, or either without a port. */
function addressIn(text: string): string {
  return /^\[([^\]]*)\]/.exec(text)?.[1] ?? (/^[^:]*:\d+$/.test(text) ? text.slice(0, text.indexOf(":")) : text);
}

function listOf(header: string | null): readonly string[] {
  return (header ?? "").split(",").flatMap((item) => (item.trim() === "" ? [] : [item.trim()]));
}
