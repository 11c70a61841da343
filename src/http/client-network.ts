import { forwardedAddress } from "../wire/forwarded.ts";
import { networkOf } from "../wire/network.ts";
import type { DoorConfig } from "./door.ts";

/** Tells by which network a caller is known: the peer's, or behind a trusted proxy that of whom it passed on. */
export function clientNetwork(
  { isTrustedProxy }: Pick<DoorConfig, "isTrustedProxy">,
  request: Request,
  peer: string | undefined,
): string | undefined {
  if (peer === undefined) return undefined;
  const address = isTrustedProxy(peer) ? forwardedAddress(request.headers, isTrustedProxy) : undefined;
  return (address === undefined ? undefined : networkOf(address)) ?? networkOf(peer);
}
