import { isIP } from "node:net";
import { Problem } from "../domain/problem.ts";

/** A range of addresses: those whose first `bits` bits are those of `first`. */
type Range = { readonly version: 4 | 6; readonly first: bigint; readonly bits: number };

type Address = { readonly version: 4 | 6; readonly value: bigint };

/** What an operator opened on purpose: a host, maybe with its port, or a range of addresses. */
type Allowed =
  | { readonly kind: "host"; readonly host: string; readonly port?: number }
  | { readonly kind: "range"; readonly range: Range };

/** The targets that may be reached though their address is not public. */
export type AllowList = readonly Allowed[];

/**
 * IPv4 addresses that are not of the public internet (the IANA special-purpose registry): this network, private,
 * shared (CGNAT), loopback, link-local, protocol assignments, documentation, 6to4 relays, benchmarks, multicast, reserved.
 */
const closedIpv4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
].map((range) => rangeOf(range));

/** All of IPv6 but global unicast is closed, and of that what carries an IPv4 address inside or is documentation. */
const openIpv6 = rangeOf("2000::/3");
const closedIpv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].map((range) => rangeOf(range));

/** Reads `HOST`, `HOST:PORT`, an address or `CIDR`. Throws `invalid-parameter-value`. */
export function readAllowList(entries: readonly string[]): AllowList {
  return entries.map((entry) => {
    if (/^[0-9A-Fa-f.:]+\/\d{1,3}$/.test(entry)) return { kind: "range", range: rangeOf(entry) };
    const [, bracketed, name, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
    const host = (bracketed ?? name ?? (isIP(entry) === 6 ? entry : "")).toLowerCase();
    if (host === "" || Number(port ?? 0) > 65535) {
      const detail = `Cannot use --allow-fetch: found "${entry}", wanted HOST, HOST:PORT or CIDR`;
      throw new Problem("invalid-parameter-value", detail);
    }
    return { kind: "host", host, ...(port === undefined ? {} : { port: Number(port) }) };
  });
}

/** So many addresses are remembered by a test: those of one moment, of which each request asks about its own a few times. */
const maxRemembered = 256;
/** What is longer is no address, whoever says that it is. */
const longestAddress = 64;

/** Builds the test whether an address is one of those, or in one of the ranges, that a setting lists. */
export function createAddressTest(setting: string, entries: readonly string[]): (address: string) => boolean {
  const ranges = entries.map((entry) => rangeOf(entry, setting));
  const known = new Map<string, boolean>();
  return (text) => {
    if (text.length > longestAddress) return false;
    const before = known.get(text);
    if (before !== undefined) return before;
    const address = addressOf(text);
    const isListed = address !== undefined && ranges.some((range) => isIn(address, range));
    if (known.size >= maxRemembered) known.clear();
    known.set(text, isListed);
    return isListed;
  };
}

/** Tells whether a connection may be made: the address is public, or the operator opened it, its host or its port. */
export function isReachable(
  target: { readonly host: string; readonly port: number; readonly address: string },
  allowed: AllowList,
): boolean {
  const address = addressOf(target.address);
  if (address === undefined) return false;
  if (isPublic(address)) return true;
  const host = target.host.toLowerCase();
  return allowed.some((one) =>
    one.kind === "range"
      ? isIn(address, one.range)
      : (one.host === host || addressOf(one.host)?.value === address.value) &&
        (one.port === undefined || one.port === target.port),
  );
}

function isPublic(address: Address): boolean {
  if (address.version === 4) return !closedIpv4.some((range) => isIn(address, range));
  return isIn(address, openIpv6) && !closedIpv6.some((range) => isIn(address, range));
}

function isIn(address: Address, range: Range): boolean {
  if (address.version !== range.version) return false;
  const shift = BigInt((range.version === 4 ? 32 : 128) - range.bits);
  return address.value >> shift === range.first >> shift;
}

function rangeOf(cidr: string, setting = "--allow-fetch"): Range {
  const [text = "", given, ...more] = cidr.split("/");
  const address = addressOf(text);
  const all = address?.version === 4 ? 32 : 128;
  const bits = given ?? String(all);
  if (address === undefined || more.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > all) {
    const detail = `Cannot use ${setting}: found "${cidr}", wanted an address, or a range in CIDR`;
    throw new Problem("invalid-parameter-value", detail);
  }
  return { version: address.version, first: address.value, bits: Number(bits) };
}

/** Reads an address; one of IPv4 inside IPv6 (`::ffff:a.b.c.d`) is what it reaches: IPv4. */
function addressOf(text: string): Address | undefined {
  const plain = text.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  switch (isIP(plain)) {
    case 4:
      return { version: 4, value: ipv4Value(plain) };
    case 6: {
      const value = ipv6Value(plain);
      return value >> 32n === 0xffffn ? { version: 4, value: value & 0xffffffffn } : { version: 6, value };
    }
    default:
      return undefined;
  }
}

function ipv4Value(text: string): bigint {
  return text.split(".").reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function ipv6Value(text: string): bigint {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const inside = ipv4Value(tail?.[2] ?? "0.0.0.0");
  const dense = tail === null ? text : `${tail[1]}${(inside >> 16n).toString(16)}:${(inside & 0xffffn).toString(16)}`;
  const [head = "", rest] = dense.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = rest === undefined || rest === "" ? [] : rest.split(":");
  const zeros = rest === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}
