import { forwardedAddress } from "../../wire/forwarded.ts";
import { networkOf } from "../../wire/network.ts";
import type { DoorConfig } from "./door.ts";

/** Tells by which network a caller is known: the peer's, or behind a trusted proxy that of whom it passed on. */
export function clientNetwork(
  door: Pick<DoorConfig, "isTrustedProxy">,
  request: Request,
  peer: string | undefined,
): string | undefined {
  const address = clientAddress(door, request, peer);
  return (address === undefined ? undefined : networkOf(address)) ?? (peer === undefined ? undefined : networkOf(peer));
}

/** Tells the address of a caller: the peer's, or behind a trusted proxy that of whom it passed on. */
function clientAddress(
  { isTrustedProxy }: Pick<DoorConfig, "isTrustedProxy">,
  request: Request,
  peer: string | undefined,
): string | undefined {
  if (peer === undefined || !isTrustedProxy(peer)) return peer;
  return forwardedAddress(request.headers, isTrustedProxy) ?? peer;
}

/** Tells the address of a caller as it is written down: what a proxy passed on that looks like none is left out. */
export function writtenAddress(...[door, request, peer]: Parameters<typeof clientAddress>): string | undefined {
  const address = clientAddress(door, request, peer);
  return address !== undefined && /^[\w:.%-]{1,64}$/.test(address) ? address : peer;
}
